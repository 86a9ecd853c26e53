/*
 * The main job from end to end, in two browsers and over MCP: an empty data directory becomes an organisation in which
 * an employee asks for a server, an administrator tests and approves it, and an AI client calls it, until access ends.
 */
import { type Browser } from "@playwright/test";
import { ADA, Console, dayFromNow, GRACE, REASONS } from "../support/console.ts";
import { firstAnswer, McpClient } from "../support/mcp.ts";
import { expect, test, world } from "../support/test.ts";

test.describe.configure({ mode: "serial" });

const here = world("empty");
let ada: Console;
let grace: Console;
/** Links that worked once. */
let setupLink: string;
let inviteLink: string;
/** Grace's connector and the key of her client. */
let proxyUrl: string;
let key: string;

const open = (browser: Browser, options = {}): Promise<Console> =>
  Console.open(browser, here().drawbridge, here().watch, options);

test.beforeAll(async ({ browser }) => {
  ada = await open(browser, { permissions: ["clipboard-read", "clipboard-write"] });
  grace = await open(browser);
});

test.afterAll(async () => {
  await ada?.context.close();
  await grace?.context.close();
});

test("the printed setup link makes the first administrator", async () => {
  setupLink = await here().drawbridge.setupLink();
  expect(await ada.goto("/")).toBe(200);
  await ada.arrives("/login");

  await ada.goto(setupLink);
  await expect(ada.title).toHaveText("Set up Drawbridge");
  here().watch.expectStatus(422);
  await ada.field("Your name").fill(ADA.name);
  await ada.field("Email").fill(ADA.email);
  await ada.field("Password").fill("short");
  await ada.button("Create account").click();
  await expect(ada.field("Password")).toHaveAccessibleDescription(/Use at least 12 characters/);
  await ada.ready();
  await expect(ada.field("Your name"), "what was entered stays").toHaveValue(ADA.name);
  await expect(ada.field("Email")).toHaveValue(ADA.email);
  await expect(ada.field("Password"), "but for secrets").toHaveValue("");

  await ada.field("Password").fill(ADA.password);
  await ada.button("Create account").click();
  await ada.arrives("/");
  await expect(ada.title).toHaveText("Welcome, Ada");
});

test("the setup link is dead once there is an administrator", async ({ browser }) => {
  const stranger = await open(browser);
  here().watch.expectStatus(404);
  expect(await stranger.goto(setupLink)).toBe(404);
  await expect(stranger.page.getByText("This link does not work any more")).toBeVisible();
  await expect(stranger.button("Create account")).toHaveCount(0);
  await stranger.context.close();
});

test("an administrator invites an employee by link", async () => {
  await ada.link("Users", ada.navigation).click();
  await expect(ada.title).toHaveText("Users");
  await ada.link("Invite").click();
  const dialog = ada.dialog("Invite somebody");

  here().watch.expectStatus(422);
  await ada.button("Create invitation", dialog).click();
  await expect(ada.field("Name", dialog)).toHaveAccessibleDescription("Enter a value.");
  await expect(ada.field("Name", dialog), "the first wrong field has the focus").toBeFocused();
  await expect(ada.field("Email", dialog)).toHaveAttribute("aria-invalid", "true");

  await ada.field("Name", dialog).fill(GRACE.name);
  await ada.field("Email", dialog).fill(GRACE.email);
  await ada.field("Title", dialog).fill("Rear admiral");
  await ada.field("Team", dialog).fill("Compilers");
  await ada.field("Department", dialog).fill("Research");
  await ada.button("Create invitation", dialog).click();
  await expect(dialog.getByText(`Send this link to ${GRACE.name}`)).toBeVisible();
  inviteLink = await ada.shownOnce();

  await ada.button("Copy", dialog).click();
  await expect(ada.button("Copied", dialog)).toBeVisible();
  expect(await ada.page.evaluate(() => navigator.clipboard.readText())).toBe(inviteLink);
  await ada.link("Done", dialog).click();
  await expect(ada.page.getByRole("dialog")).toHaveCount(0);
  await expect(ada.row(GRACE.email)).toContainText("Inactive");
});

test("the employee accepts the invitation, once", async ({ browser }) => {
  await grace.goto(inviteLink);
  await expect(grace.page.getByText(`Hello ${GRACE.name}.`)).toBeVisible();
  await grace.field("Password").fill(GRACE.password);
  await grace.button("Join").click();
  await grace.arrives("/");
  await expect(grace.title).toHaveText("Welcome, Grace");
  await expect(grace.navigation.getByText("Admin", { exact: true }), "nothing to administer").toHaveCount(0);

  const stranger = await open(browser);
  here().watch.expectStatus(404);
  expect(await stranger.goto(inviteLink)).toBe(404);
  await stranger.context.close();

  await ada.goto("/users");
  await expect(ada.row(GRACE.email)).toContainText("Active");
});

test("the catalog is searched and browsed, and says what cannot be requested yet", async () => {
  await grace.link("Catalog", grace.navigation).click();
  await expect(grace.title).toHaveText("Catalog");
  const entries = grace.page.getByRole("article");
  await expect(entries.nth(19), "at least 20").toBeVisible();

  await grace.page.getByRole("searchbox", { name: "Search the catalog" }).fill("pull requests");
  await grace.page.keyboard.press("Enter");
  await expect(grace.page).toHaveURL(/search=pull/);
  await expect(grace.page.getByText("1 server", { exact: true })).toBeVisible();
  await expect(entries).toHaveCount(1);
  await expect(grace.link("Request GitHub")).toBeVisible();
  await grace.link("Clear").click();

  const categories = grace.page.getByRole("navigation", { name: "Categories" });
  await grace.link("Finance", categories).click();
  await expect(grace.page).toHaveURL(/category=finance/);
  const paypal = entries.filter({ hasText: "PayPal" });
  await expect(paypal).toContainText("Needs OAuth sign-in");
  await expect(paypal).toContainText("Not yet available");
  await expect(grace.link("Request Stripe")).toBeVisible();
  await expect(grace.link("Request PayPal")).toHaveCount(0);
  await grace.link("PayPal", paypal).click();
  await expect(grace.title).toHaveText("PayPal");
  await expect(grace.page.getByText("Cannot be requested yet")).toBeVisible();
  await expect(grace.link("Request this server")).toHaveCount(0);

  await grace.goto("/catalog?search=filesystem");
  await expect(entries).toContainText("Runs as a local process");
  await expect(grace.link("Request Filesystem")).toHaveCount(0);
});

test("a custom server is requested, with errors in place and a draft that survives", async () => {
  await grace.goto("/catalog");
  await grace.link("Request a custom server").click();
  await expect(grace.title).toHaveText("Request a custom server");

  here().watch.expectStatus(422);
  await grace.field("Description").fill("The issue tracker of the platform team.");
  await grace.field("Server address").fill("tracker at work");
  await grace.button("Send request").click();
  for (const label of ["Name", "Why do you need it?", "Use case", "Expected value"]) {
    await expect(grace.field(label)).toHaveAccessibleDescription(/Enter a value\.$/);
    await expect(grace.field(label)).toHaveAttribute("aria-invalid", "true");
  }
  await expect(grace.field("Server address")).toHaveAttribute("aria-invalid", "true");
  await expect(grace.field("Name"), "the first wrong field has the focus").toBeFocused();
  await expect(grace.field("Description"), "nothing is lost").toHaveValue("The issue tracker of the platform team.");
  await expect(grace.field("Server address")).toHaveValue("tracker at work");
  await grace.field("Name").fill("Tracker");
  await expect(grace.field("Name"), "what was filled in is not wrong any more").not.toHaveAttribute("aria-invalid", "true");
  await expect(grace.field("Use case")).toHaveAttribute("aria-invalid", "true");

  await grace.fillRequest({ Name: "Tracker", "Server address": here().upstream.url, ...REASONS });
  const kept = grace.page.waitForResponse(
    (response) =>
      response.url().endsWith("/api/fn/requests/draft") &&
      /alternatives_considered(\]|%5D)=None/.test(response.request().postData() ?? ""),
  );
  await grace.field("Alternatives considered").fill("None that has an API.");
  expect((await kept).status()).toBe(200);
  await expect(grace.page.getByText("Draft kept just now")).toBeVisible();

  await grace.goto("/requests");
  await expect(grace.row("Tracker")).toContainText("Draft");
  await grace.link("Tracker", grace.row("Tracker")).click();
  await expect(grace.field("Name")).toHaveValue("Tracker");
  await grace.reload();
  await expect(grace.field("Name")).toHaveValue("Tracker");
  await expect(grace.field("Description")).toHaveValue("The issue tracker of the platform team.");
  await expect(grace.field("Server address")).toHaveValue(here().upstream.url);
  await expect(grace.field("Use case")).toHaveValue(REASONS["Use case"] ?? "");
  await expect(grace.field("Alternatives considered")).toHaveValue("None that has an API.");
  await grace.page.getByRole("checkbox", { name: "Urgent: needed today" }).check();
  await grace.button("Send request").click();

  await grace.notices("Your request is sent.");
  await expect(grace.title).toHaveText("Tracker");
  await expect(grace.page.getByText("Waiting for a decision")).toBeVisible();
  await expect(grace.card("History")).toContainText("Grace Hopper requested");
  await grace.link("My requests", grace.navigation).click();
  await expect(grace.row("Tracker")).toContainText("Pending");
  await grace.goto("/requests/new");
  await expect(grace.field("Name"), "the draft went with the request").toHaveValue("");
});

test("the administrator reviews it, tests the connection live and approves chosen tools", async () => {
  await ada.goto("/");
  await expect(ada.link(/^Inbox\s*1\s*waiting/, ada.navigation)).toBeVisible();
  await ada.link(/^Inbox/, ada.navigation).click();
  await expect(ada.row("Tracker")).toContainText("Urgent");
  await ada.link(/Tracker/, ada.row("Tracker")).click();
  await expect(ada.title).toHaveText("Tracker");

  await expect(ada.card("Requester")).toContainText(GRACE.email);
  await expect(ada.card("Requester")).toContainText("Rear admiral");
  await expect(ada.card("Requester")).toContainText("Compilers");
  await expect(ada.card("Configuration")).toContainText(here().upstream.url);
  await expect(ada.card("Justification")).toContainText("Summarise the open issues");
  await expect(ada.button("Approve"), "nothing can be approved unseen").toHaveCount(0);

  await ada.button("Test connection").click();
  const test = ada.card("Connection test");
  await expect(test).toContainText("Test passed", { timeout: 20_000 });
  for (const step of ["Reachable", "MCP handshake", "Tool list"]) {
    await expect(test.getByRole("listitem").filter({ hasText: step })).toContainText("Passed");
  }
  const offered = ada.card("What the server offers");
  for (const tool of ["echo", "add", "get_weather", "delete_file"]) {
    await expect(offered.locator("summary").filter({ hasText: tool })).toBeVisible();
  }
  await offered.locator("summary").filter({ hasText: "get_weather" }).click();
  await expect(offered.getByRole("table", { name: "Parameters of get_weather" })).toContainText("Name of the city");

  const approve = ada.card("Approve");
  here().watch.expectStatus(422);
  await approve.getByRole("radio", { name: /^Chosen tools/ }).check();
  await ada.button("Approve", approve).click();
  await expect(approve.getByText("Choose at least one tool, or the entire server.")).toBeVisible();
  await approve.getByRole("checkbox", { name: /^echo\b/ }).check();
  const filter = approve.getByRole("searchbox", { name: "Filter these" });
  await filter.fill("ADD");
  await expect(approve.getByRole("checkbox", { name: /^echo\b/ }), "what does not match is hidden").toHaveCount(0);
  await filter.press("Enter");
  await expect(approve.getByRole("checkbox", { name: /^add\b/ }), "nothing is sent").toBeVisible();
  await approve.getByRole("checkbox", { name: /^add\b/ }).check();
  await filter.fill("");
  await expect(approve.getByRole("checkbox", { name: /^echo\b/ })).toBeChecked();
  await ada.field("Last day of access", approve).fill(dayFromNow(30));
  await ada.field("Notes for the requester", approve).fill("Read-only for now; ask again when you need to write.");
  await ada.button("Approve", approve).click();
  await ada.notices("Approved. The requester is notified and can connect now.");
  await expect(ada.page.getByText("Nothing to decide")).toBeVisible();
  await expect(ada.navigation.getByText("waiting")).toHaveCount(0);
});

test("the employee is notified and adds the connector to clients", async () => {
  await grace.goto("/");
  await grace.link("Notifications, 1 unread").click();
  const newest = grace.page.getByRole("dialog", { name: "Notifications" });
  await expect(newest).toContainText("Your request for Tracker was approved");
  await grace.link("All notifications", newest).click();
  const message = grace.row("Your request for Tracker was approved");
  await expect(message).toContainText("Read-only for now");
  await grace.button("Open", message).click();
  await expect(grace.title).toHaveText("Tracker");
  await expect(grace.page).toHaveURL(/\/connectors\/tracker$/);
  await expect(grace.link("Notifications")).toBeVisible();

  await grace.link("My connectors", grace.navigation).click();
  await grace.link("Tracker", grace.page.getByRole("article")).click();
  const access = grace.card("Your access");
  proxyUrl = (await access.locator("code").textContent()) ?? "";
  expect(proxyUrl).toBe(`${here().drawbridge.url}/mcp/tracker`);
  await expect(grace.card("Tools you can use").locator(".definition-name")).toHaveText(["echo", "add"]);

  const cursor = await grace.link("Add to Cursor").getAttribute("href");
  const cursorLink = new URL(cursor ?? "");
  expect(cursorLink.protocol).toBe("cursor:");
  expect(cursorLink.searchParams.get("name")).toBe("tracker");
  const config: unknown = JSON.parse(atob(cursorLink.searchParams.get("config") ?? ""));
  expect(config).toMatchObject({ url: proxyUrl });

  const vscode = (await grace.link("Add to VS Code").getAttribute("href")) ?? "";
  expect(vscode).toMatch(/^vscode:mcp\/install\?/);
  const entry: unknown = JSON.parse(decodeURIComponent(vscode.replace("vscode:mcp/install?", "")));
  expect(entry).toMatchObject({ name: "tracker", type: "http", url: proxyUrl });

  await expect(grace.page.getByLabel("Claude Code: run this command")).toContainText(
    `claude mcp add --transport http tracker ${proxyUrl}`,
  );
  const json: unknown = JSON.parse((await grace.page.getByLabel("Any other client: .mcp.json").textContent()) ?? "");
  expect(json).toMatchObject({ mcpServers: { tracker: { type: "http", url: proxyUrl } } });
});

test("an API key is shown once", async () => {
  key = await grace.createKey("Claude Code on the laptop");
  expect(key.length).toBeGreaterThan(30);
  await grace.link("Done", grace.dialog("New API key")).click();
  await expect(grace.row("Claude Code on the laptop")).toContainText("Active");
  await grace.reload();
  expect(await grace.page.content()).not.toContain(key);
  await expect(grace.row("Claude Code on the laptop")).toContainText("never");
});

test("a real MCP client lists and calls exactly what was approved", async () => {
  const client = await McpClient.connect(proxyUrl, key);
  expect(client.protocol).toBe("2025-11-25");
  expect(await client.tools()).toEqual(["add", "echo"]);
  expect(await client.call("echo", { message: "over the bridge" })).toBe("over the bridge");
  await expect(client.call("get_weather", { city: "London" })).rejects.toThrow();
  expect(await client.call("echo", { message: "still here" }), "a refusal ends nothing else").toBe("still here");
  await client.close();
});

test("whom no rule allows cannot learn that the server exists", async () => {
  const adasKey = await ada.createKey("Script");
  const hidden = await firstAnswer(proxyUrl, adasKey);
  const unknown = await firstAnswer(`${here().drawbridge.url}/mcp/nothing-here`, adasKey);
  expect(hidden).toEqual(unknown);
  expect(hidden.status).toBe(404);
  expect((await firstAnswer(proxyUrl, undefined)).status).toBe(401);
  expect((await firstAnswer(proxyUrl, "no key at all")).status).toBe(401);
});

test("a duplicate is found, another request is rejected with reasons and sent again", async () => {
  const secret = "planted-secret-7391";
  await grace.goto("/requests/new");
  await grace.fillRequest({ Name: "Tickets", ...REASONS, "Server address": here().upstream.url });
  await expect(grace.page.getByText("Something like this exists already")).toBeVisible();
  await expect(grace.link("You can use it already")).toBeVisible();
  await grace.field("Server address").fill("https://tickets.example.com/mcp");
  await expect(grace.page.getByText("Something like this exists already")).toHaveCount(0);
  await grace.page.getByRole("radio", { name: /^API key or headers/ }).check();
  const headers = grace.page.getByRole("group", { name: "Headers" });
  await grace.field("Header 1", headers).fill("X-Tickets-Key");
  await grace.field("Value 1", headers).fill(secret);
  await grace.button("Send request").click();
  await grace.notices("Your request is sent.");
  const configuration = grace.card("What was asked for");
  await expect(configuration).toContainText("X-Tickets-Key");
  expect(await grace.page.content()).not.toContain(secret);

  await ada.goto("/inbox");
  await ada.link(/Tickets/, ada.row("Tickets")).click();
  await expect(ada.card("Earlier requests")).toContainText("Tracker");
  await expect(ada.card("Current access")).toContainText("Tracker");
  const reject = ada.card("Reject");
  await reject.getByText("Write a rejection").click();
  here().watch.expectStatus(422);
  await ada.field("What is wrong", reject).fill("security concerns");
  await ada.button("Reject", reject).click();
  await expect(ada.field("What would make it right", reject)).toHaveAccessibleDescription(/Say what would make it right\.$/);
  await expect(ada.field("What is wrong", reject)).toHaveValue("security concerns");
  await ada.field("What is wrong", reject).fill("The key belongs to one person and can close every ticket.");
  await ada.field("What would make it right", reject).fill("Ask the help desk for a read-only service key and send it again.");
  await ada.field("Whom to ask", reject).fill("helpdesk@example.com");
  await ada.button("Reject", reject).click();
  await ada.notices("Rejected. The requester is notified with your reason.");

  await grace.goto("/notifications");
  await grace.button("Open", grace.row("Your request for Tickets was rejected")).click();
  const decision = grace.card("Decision");
  await expect(decision).toContainText("The key belongs to one person");
  await expect(decision).toContainText("read-only service key");
  await expect(decision).toContainText("helpdesk@example.com");
  await grace.link("Change and send again").click();
  await expect(grace.page.getByText("You are sending an earlier request again")).toBeVisible();
  await expect(grace.field("Name")).toHaveValue("Tickets");
  await expect(grace.page.getByRole("radio", { name: /^API key or headers/ })).toBeChecked();
  await expect(grace.field("Value 1", headers), "secrets are entered anew").toHaveValue("");
  await grace.field("Header 1", headers).fill("X-Tickets-Key");
  await grace.field("Value 1", headers).fill("another-secret-5512");
  await grace.field("Alternatives considered").fill("A read-only service key, as you asked for.");
  await grace.button("Send request").click();
  await grace.notices("Your request is sent.");
  await expect(grace.card("History")).toContainText("resubmitted");
  await expect(grace.link("The request that this one replaces")).toBeVisible();
  await grace.link("My requests", grace.navigation).click();
  await expect(grace.row("Tickets")).toHaveCount(2);
  await expect(grace.row("Rejected")).toHaveCount(1);
});

test("every step is in the audit log, with filters, payload and related events", async () => {
  await ada.link("Audit log", ada.navigation).click();
  await expect(ada.title).toHaveText("Audit log");
  const events = ada.page.getByRole("table", { name: "Events" });
  const filter = (label: string) => ada.page.getByRole("combobox", { name: label });

  await filter("Action").selectOption("server_approved");
  await expect(ada.page).toHaveURL(/action=server_approved/);
  await expect(events.getByRole("row")).toHaveCount(2);
  await ada.link(/./, events.getByRole("row").nth(1)).first().click();
  const drawer = ada.dialog("Event");
  await expect(drawer).toContainText("Server approved");
  await expect(ada.page, "the filters stay").toHaveURL(/action=server_approved/);
  await ada.link("Open as page", drawer).click();
  await expect(ada.title).toHaveText("Server approved");
  const related = ada.card("Related events");
  for (const event of ["Server created", "Definitions pinned", "Policy created", "Server approved (this event)"]) {
    await expect(related).toContainText(event);
  }
  await expect(ada.card("Payload")).toContainText("Tracker");
  await ada.link("Policy created", related).click();
  await expect(ada.title).toHaveText("Policy created");

  await ada.goto("/audit");
  await filter("Outcome").selectOption("denied");
  await expect(ada.page).toHaveURL(/outcome=denied/);
  await expect(events.getByRole("row").filter({ hasText: "get_weather" })).toHaveCount(1);
  await ada.link("Clear").click();
  await expect(ada.page).toHaveURL(/\/audit$/);

  await ada.field("Tool").fill("echo");
  await ada.field("AI client").fill("drawbridge-e2e");
  await ada.button("Filter").click();
  await expect(ada.page).toHaveURL(/tool=echo/);
  const calls = events.getByRole("row").filter({ hasText: "Tool call success" });
  await expect(calls).toHaveCount(2);
  await expect(calls.first()).toContainText("drawbridge-e2e");
  await ada.link(/./, calls.first()).first().click();
  await expect(drawer).toContainText("Tool call success");
  await expect(ada.card("Payload")).toContainText("still here");
  await expect(ada.card("What happened")).toContainText("Grace Hopper");
  await expect(ada.card("What happened")).toContainText("drawbridge-e2e 1.0.0");
  const correlation = ada.card("What happened").locator("dd a.mono").last();
  await correlation.click();
  await expect(ada.page).toHaveURL(/correlation=/);
  await expect(drawer).toBeHidden();
  await expect(events.getByRole("row").filter({ hasText: "Tool call admitted" })).toHaveCount(1);
});

test("an employee sees only what is their own", async () => {
  await ada.goto("/audit?action=user_invited");
  const foreign = await ada.link(/./, ada.page.getByRole("table", { name: "Events" }).getByRole("row").nth(1)).first();
  const id = new URL((await foreign.getAttribute("href")) ?? "", here().drawbridge.url).searchParams.get("event") ?? "";
  expect(id).toMatch(/^evt_.+/);

  await grace.goto("/audit");
  const events = grace.page.getByRole("table", { name: "Events" });
  await expect(events).toContainText("Tool call success");
  await expect(events).not.toContainText("User invited");
  await expect(events).not.toContainText(ADA.name);
  here().watch.expectStatus(403, 404);
  expect(await grace.goto(`/audit/${id}`)).toBe(404);
  expect(await grace.goto(`/audit?event=${id}`)).toBe(404);
  await expect(grace.dialog("Event")).toContainText("Not found");
  await expect(grace.dialog("Event")).not.toContainText("User invited");
  for (const page of ["/inbox", "/users", "/servers", "/policies", "/groups"]) {
    expect(await grace.goto(page)).toBe(403);
    await expect(grace.page.getByRole("search"), "nothing is there to be filtered").toHaveCount(0);
  }
});

test("the home pages show the organisation and one's own", async () => {
  await ada.goto("/");
  const today = ada.page.getByRole("region", { name: "Today" });
  await expect(today.getByText("Pending requests").locator("..")).toContainText("1");
  await expect(today.getByText("Calls today").locator("..")).toContainText("2");
  for (const chart of ["Calls by hour", "Top tools"]) {
    await expect(ada.card(chart).locator("db-chart canvas")).toBeVisible();
    await expect(ada.card(chart).getByRole("img", { name: chart })).toBeVisible();
  }
  await ada.card("Top tools").getByText("Show as a table").click();
  await expect(ada.card("Top tools").getByRole("table")).toContainText("echo");
  await expect(ada.card("Recent denials")).toContainText("get_weather");
  await expect(ada.card("Requests that wait")).toContainText("Tickets");

  await grace.goto("/");
  await expect(grace.page.locator("db-chart")).toHaveCount(0);
  await expect(grace.card("My connectors")).toContainText("Tracker");
  await expect(grace.card("My recent calls")).toContainText("tracker / echo");
  await expect(grace.card("My requests")).toContainText("Tickets");
});

test("switching the server off ends calls at once, and on again lets them pass", async () => {
  const client = await McpClient.connect(proxyUrl, key);
  expect(await client.call("echo", { message: "before" })).toBe("before");
  await ada.link("Servers", ada.navigation).click();
  await ada.link(/Tracker/, ada.row("Tracker")).click();
  await ada.link("Switch off").first().click();
  await ada.button("Switch off", ada.dialog("Switch this server off?")).click();
  await ada.notices("The server is switched off.");
  await expect(client.call("echo", { message: "after" })).rejects.toThrow();
  await expect(McpClient.connect(proxyUrl, key)).rejects.toThrow();
  await ada.button("Switch on").click();
  await ada.notices("The server is switched on.");
  const again = await McpClient.connect(proxyUrl, key);
  expect(await again.call("echo", { message: "again" })).toBe("again");
  await again.close();
  await client.close();
});

test("deleting the rule ends access at once, and a new rule gives it back", async () => {
  const client = await McpClient.connect(proxyUrl, key);
  await ada.goto("/policies");
  await ada.link(/Grace Hopper/, ada.row("Tracker")).first().click();
  await expect(ada.page.getByLabel("Cedar", { exact: true })).toContainText("permit");
  await ada.link("Delete").click();
  const sure = ada.dialog("Delete this rule?");
  await expect(ada.button("Delete rule", sure)).toBeDisabled();
  await sure.getByLabel("Type Grace Hopper to confirm").fill("Grace Hopper");
  await ada.button("Delete rule", sure).click();
  await ada.notices("The rule is deleted.");
  await expect(client.call("echo", { message: "after" })).rejects.toThrow();
  await client.close();

  await ada.goto("/audit?outcome=denied");
  const denied = ada.page.getByRole("table", { name: "Events" }).getByRole("row").filter({ hasText: "Access denied" });
  await ada.link(/./, denied.first()).first().click();
  await ada.link("Explain this decision", ada.dialog("Event")).click();
  await expect(ada.title).toHaveText("Explain a decision");
  await expect(ada.page).toHaveURL(/person=usr_.*server=srv_/);
  await expect(ada.page.getByText(/^Denied: Grace Hopper · Tracker/)).toBeVisible();
  await expect(ada.page.getByText(/No rule lets Grace Hopper use this server/)).toBeVisible();
  await expect(ada.page.getByText(/not filled in are those of the recorded call/)).toBeVisible();
  const explanation = ada.page.url();
  await grace.goto("/connectors");
  await expect(grace.page.getByText("No connectors yet")).toBeVisible();
  await grace.goto("/requests");
  await grace.link("Tracker", grace.row("Tracker")).click();
  await expect(grace.page.getByText("Approved, but your access has ended since")).toBeVisible();
  await expect(grace.link("Ask for access again")).toHaveAttribute("href", /\/requests\/new\?server=/);
  await grace.goto("/catalog?search=tracker");
  await expect(grace.link("Tracker · Ask for access")).toHaveAttribute("href", /\/requests\/new\?server=/);

  await ada.goto("/servers");
  await ada.link(/Tracker/, ada.row("Tracker")).click();
  await ada.link(/^Permissions/).click();
  await ada.link("Add a rule").click();
  const dialog = ada.dialog("Add a rule");
  await dialog.getByRole("checkbox", { name: new RegExp(`^${GRACE.name}`) }).check();
  await dialog.getByRole("radio", { name: /^Only these tools/ }).check();
  await ada.field("Tools", dialog).fill("get_*");
  await ada.button("Add rule", dialog).click();
  await ada.notices("The rule is saved");
  const again = await McpClient.connect(proxyUrl, key);
  expect(await again.tools()).toEqual(["get_weather"]);
  expect(await again.call("get_weather", { city: "London" })).toContain("London");
  await again.close();

  // The same question, about now and a tool; each choice is asked at once.
  const now = new URL(explanation);
  now.searchParams.delete("at");
  await ada.goto(`${now.pathname}${now.search}`);
  await ada.field("Kind").selectOption("Tool");
  await ada.field("Name").fill("get_weather");
  await ada.field("Name").press("Enter");
  await expect(ada.page.getByText(/^Allowed: Grace Hopper · Tracker · get_weather/)).toBeVisible();
  await expect(ada.page.getByText("The rule for Grace Hopper (get_*) would have to end.")).toBeVisible();
  await ada.field("Name").fill("echo");
  await ada.field("Name").press("Enter");
  await expect(ada.page.getByText(/^Denied: Grace Hopper · Tracker · echo/)).toBeVisible();
  await ada.link(/Grace Hopper.*get_\*/, ada.row("Covers something else")).first().click();
  await expect(ada.page.getByLabel("Cedar", { exact: true })).toContainText("permit");
});

test("revoking a key ends calls with it at once", async () => {
  const client = await McpClient.connect(proxyUrl, key);
  await grace.goto("/keys");
  await grace.link("Revoke", grace.row("Claude Code on the laptop")).click();
  await grace.button("Revoke key", grace.dialog("Revoke this key?")).click();
  await grace.notices("The key is revoked.");
  await expect(grace.row("Claude Code on the laptop")).toContainText("Revoked");
  await expect(client.call("get_weather", { city: "London" })).rejects.toThrow();
  await client.close();
});

test("suspending a person ends calls and sessions at once", async () => {
  const fresh = await grace.createKey("Another client");
  const client = await McpClient.connect(proxyUrl, fresh);
  await ada.goto("/users");
  await ada.link(/Grace Hopper/, ada.row(GRACE.email)).click();
  await ada.link("Suspend").click();
  await ada.button("Suspend", ada.dialog("Suspend this account?")).click();
  await ada.notices("The account is suspended.");
  await expect(client.call("get_weather", { city: "London" })).rejects.toThrow();
  await client.close();
  await grace.page.goto("/connectors");
  await grace.arrives("/login");
  here().watch.expectStatus(401, 403, 422);
  await grace.field("Email").fill(GRACE.email);
  await grace.field("Password").fill(GRACE.password);
  await grace.button("Sign in").click();
  await expect(grace.page.getByRole("alert")).toBeVisible();
  await expect(grace.page).toHaveURL(/\/login/);

  await ada.button("Reactivate").click();
  await ada.notices("The account is active again.");
});

test("a forgotten password is reset by a link from an administrator, once", async () => {
  await ada.button("Password link").click();
  await expect(ada.page.getByText(`Send this link to ${GRACE.name}`)).toBeVisible();
  const link = await ada.shownOnce();
  await grace.goto(link);
  await expect(grace.title).toHaveText("Set a new password");
  await grace.field("Password").fill("nanoseconds of copper wire");
  await grace.button("Set password").click();
  await grace.arrives("/");
  await grace.page.getByRole("button", { name: /account menu$/ }).click();
  await grace.button("Sign out", grace.page.locator("#account-menu")).click();
  await grace.arrives("/login");
  await grace.notices("You are signed out.");

  here().watch.expectStatus(401, 403, 404, 422);
  await grace.field("Email").fill(GRACE.email);
  await grace.field("Password").fill(GRACE.password);
  await grace.button("Sign in").click();
  await expect(grace.page.getByRole("alert")).toBeVisible();
  await grace.signIn({ ...GRACE, password: "nanoseconds of copper wire" });
  expect(await grace.goto(link)).toBe(404);
});
