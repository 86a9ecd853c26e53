/* The same work by plain forms: a browser that runs no JavaScript at all. */
import { type Browser } from "@playwright/test";
import { ADA, Console, dayFromNow, GRACE, REASONS } from "../support/console.ts";
import { expect, test, world } from "../support/test.ts";

test.describe.configure({ mode: "serial" });

const here = world("empty");
let ada: Console;
let grace: Console;
let inviteLink: string;

const open = (browser: Browser): Promise<Console> =>
  Console.open(browser, here().drawbridge, here().watch, { javaScriptEnabled: false });

test.beforeAll(async ({ browser }) => {
  ada = await open(browser);
  grace = await open(browser);
});

test.afterAll(async () => {
  await ada?.context.close();
  await grace?.context.close();
});

test("set up, sign out, sign in where one wanted to go", async () => {
  const link = await here().drawbridge.setupLink();
  here().watch.expectStatus(422, 401);
  await ada.goto(link);
  await ada.field("Your name").fill(ADA.name);
  await ada.field("Email").fill("not an address");
  await ada.field("Password").fill(ADA.password);
  await ada.button("Create account").click();
  await expect(ada.field("Email")).toHaveAttribute("aria-invalid", "true");
  await expect(ada.field("Email"), "what was entered stays").toHaveValue("not an address");
  await expect(ada.field("Your name")).toHaveValue(ADA.name);
  await expect(ada.field("Password"), "but for secrets").toHaveValue("");
  await ada.field("Email").fill(ADA.email);
  await ada.field("Password").fill(ADA.password);
  await ada.button("Create account").click();
  await ada.arrives("/");
  await expect(ada.title).toHaveText("Welcome, Ada");

  await ada.page.getByRole("button", { name: /account menu$/ }).click();
  await ada.button("Sign out", ada.page.locator("#account-menu")).click();
  await ada.arrives("/login");
  await expect(ada.page.getByText("You are signed out.")).toBeVisible();

  await ada.goto("/users?search=ada");
  await ada.arrives("/login");
  await ada.field("Email").fill(ADA.email);
  await ada.field("Password").fill("not the password at all");
  await ada.button("Sign in").click();
  await expect(ada.page.getByRole("alert")).toBeVisible();
  await expect(ada.field("Email")).toHaveValue(ADA.email);
  await ada.field("Password").fill(ADA.password);
  await ada.button("Sign in").click();
  await expect(ada.page).toHaveURL(/\/users\?search=ada$/);
  await expect(ada.row(ADA.email)).toBeVisible();
});

test("invite and accept", async () => {
  await ada.goto("/users");
  await ada.link("Invite").click();
  const dialog = ada.dialog("Invite somebody");
  here().watch.expectStatus(422);
  await ada.field("Name", dialog).fill(GRACE.name);
  await ada.field("Team", dialog).fill("Compilers");
  await ada.button("Create invitation", dialog).click();
  await expect(ada.field("Email", dialog)).toHaveAttribute("aria-invalid", "true");
  await expect(ada.field("Name", dialog), "nothing is lost").toHaveValue(GRACE.name);
  await expect(ada.field("Team", dialog)).toHaveValue("Compilers");
  await ada.field("Email", dialog).fill(GRACE.email);
  await ada.button("Create invitation", dialog).click();
  await expect(ada.page.getByText(`Send this link to ${GRACE.name}`)).toBeVisible();
  inviteLink = await ada.shownOnce();
  await ada.link("Done", dialog).click();
  await expect(ada.page.getByRole("dialog")).toHaveCount(0);

  await grace.join(inviteLink, GRACE);
  await expect(grace.title).toHaveText("Welcome, Grace");
});

test("search the catalog", async () => {
  await grace.link("Catalog", grace.navigation).click();
  await grace.page.getByRole("searchbox", { name: "Search the catalog" }).fill("pull requests");
  await grace.button("Filter").click();
  await expect(grace.page.getByRole("article")).toHaveCount(1);
  await grace.link("Request GitHub").click();
  await expect(grace.title).toHaveText("Request GitHub");
});

test("request a server, with errors and everything kept", async () => {
  await grace.goto("/requests/new");
  here().watch.expectStatus(422);
  await grace.fillRequest({ Name: "Tracker", Slug: "tracker", "Server address": "tracker at work", "Use case": "Read issues." });
  await grace.page.getByRole("checkbox", { name: "Urgent: needed today" }).check();
  await grace.button("Send request").click();
  for (const label of ["Why do you need it?", "Expected value"]) {
    await expect(grace.field(label)).toHaveAccessibleDescription(/Enter a value\.$/);
  }
  await expect(grace.field("Server address")).toHaveAttribute("aria-invalid", "true");
  await expect(grace.field("Name")).toHaveValue("Tracker");
  await expect(grace.field("Server address")).toHaveValue("tracker at work");
  await expect(grace.field("Use case")).toHaveValue("Read issues.");
  await expect(grace.page.getByRole("checkbox", { name: "Urgent: needed today" })).toBeChecked();

  await grace.fillRequest({ "Server address": here().upstream.url, ...REASONS });
  await grace.button("Save draft").click();
  await expect(grace.page.getByText(/Draft kept/)).toBeVisible();
  await grace.goto("/requests");
  await expect(grace.row("Tracker")).toContainText("Draft");
  await grace.goto("/requests/new");
  await expect(grace.field("Server address")).toHaveValue(here().upstream.url);
  await expect(grace.field("Expected value")).toHaveValue(REASONS["Expected value"] ?? "");
  await grace.button("Send request").click();
  await expect(grace.page.getByText("Your request is sent.")).toBeVisible();
  await expect(grace.page.getByText("Waiting for a decision")).toBeVisible();
});

test("test and approve", async () => {
  await ada.goto("/inbox");
  await ada.link(/Tracker/, ada.row("Tracker")).click();
  await ada.button("Test connection").click();
  await expect(ada.card("Connection test")).toContainText("Test passed");

  const approve = ada.card("Approve");
  here().watch.expectStatus(422);
  await approve.getByRole("radio", { name: /^Chosen tools/ }).check();
  await approve.getByRole("checkbox", { name: /^echo\b/ }).check();
  await ada.field("Last day of access", approve).fill("2020-01-31");
  await ada.field("Notes for the requester", approve).fill("For the release only.");
  await ada.button("Approve", approve).click();
  await expect(ada.field("Last day of access", approve)).toHaveAttribute("aria-invalid", "true");
  await expect(approve.getByRole("radio", { name: /^Chosen tools/ }), "nothing is lost").toBeChecked();
  await expect(approve.getByRole("checkbox", { name: /^echo\b/ })).toBeChecked();
  await expect(ada.field("Notes for the requester", approve)).toHaveValue("For the release only.");
  await ada.field("Last day of access", approve).fill(dayFromNow(7));
  await ada.button("Approve", approve).click();
  await expect(ada.page.getByText("Approved. The requester is notified and can connect now.")).toBeVisible();

  await grace.goto("/notifications");
  await grace.button("Open", grace.row("Your request for Tracker was approved")).click();
  await grace.arrives("/connectors/tracker");
  await expect(grace.card("Tools you can use").locator(".definition-name")).toHaveText(["echo"]);
});

test("reject and send again", async () => {
  await grace.goto("/requests/new");
  await grace.fillRequest({ Name: "Tickets", "Server address": "https://tickets.example.com/mcp", ...REASONS });
  await grace.button("Send request").click();
  await expect(grace.page.getByText("Your request is sent.")).toBeVisible();

  await ada.goto("/inbox");
  await ada.link(/Tickets/, ada.row("Tickets")).click();
  const reject = ada.card("Reject");
  await reject.getByText("Write a rejection").click();
  here().watch.expectStatus(422);
  await ada.field("What is wrong", reject).fill("The vendor keeps our data outside of the EU.");
  await ada.button("Reject", reject).click();
  await expect(ada.field("What would make it right", reject), "the form is open where the error is").toBeVisible();
  await expect(ada.field("What would make it right", reject)).toHaveAttribute("aria-invalid", "true");
  await expect(ada.field("What is wrong", reject)).toHaveValue("The vendor keeps our data outside of the EU.");
  await ada.field("What would make it right", reject).fill("Ask for their EU region and send it again.");
  await ada.button("Reject", reject).click();
  await expect(ada.page.getByText("Rejected. The requester is notified with your reason.")).toBeVisible();

  await grace.goto("/requests?state=rejected");
  await grace.link(/Tickets/, grace.row("Tickets")).click();
  await expect(grace.card("Decision")).toContainText("Ask for their EU region");
  await grace.link("Change and send again").click();
  await expect(grace.field("Name")).toHaveValue("Tickets");
  await grace.field("Alternatives considered").fill("Their EU region, as you asked for.");
  await grace.button("Send request").click();
  await expect(grace.card("History")).toContainText("resubmitted");
});

test("limits of a server, with errors and everything kept", async () => {
  await ada.goto("/servers");
  await ada.link(/Tracker/, ada.row("Tracker")).click();
  await expect(ada.card("Limits")).toContainText("no limit (default)");
  await ada.link(/^Settings/).click();
  const limits = ada.card("Limits");
  here().watch.expectStatus(422);
  await ada.field("Calls at once", limits).fill("many");
  await ada.field("Calls of one person in a minute", limits).fill("600");
  await ada.button("Save limits", limits).click();
  await expect(ada.field("Calls at once", limits)).toHaveAttribute("aria-invalid", "true");
  await expect(ada.field("Calls at once", limits)).toHaveValue("many");
  await expect(ada.field("Calls of one person in a minute", limits), "nothing is lost").toHaveValue("600");
  await ada.field("Calls at once", limits).fill("40");
  await ada.button("Save limits", limits).click();
  await expect(ada.field("Calls at once", limits)).toHaveValue("40");
  await expect(limits).toContainText("40 (set here)");
  await ada.link(/^Overview/).click();
  await expect(ada.card("Limits")).toContainText("600 (set here)");
});

test("an event opens beside its list", async () => {
  await ada.goto("/audit?action=user_invited");
  const row = ada.page.getByRole("table", { name: "Events" }).getByRole("row").nth(1);
  await ada.link(/./, row).first().click();
  const drawer = ada.dialog("Event");
  await expect(drawer).toContainText("User invited");
  await expect(drawer).toContainText(ADA.name);
  await expect(ada.page).toHaveURL(/action=user_invited/);
  await ada.link("Close", drawer).click();
  await expect(drawer).toHaveCount(0);
  await expect(ada.page).toHaveURL(/\/audit\?action=user_invited$/);
  await ada.link(/./, row).first().click();
  await ada.link("Open as page", drawer).click();
  await ada.arrives(/^\/audit\/evt_/);
});

test("chosen notifications are marked, and unmarked by undo", async () => {
  await grace.goto("/notifications");
  const row = grace.row("was approved").first();
  await expect(row).not.toContainText("(unread)");
  await row.getByRole("checkbox").check();
  await grace.button("Mark as unread").click();
  await expect(grace.page.getByText("Marked as unread.")).toBeVisible();
  await expect(row).toContainText("(unread)");
  await grace.button("Undo").click();
  await expect(grace.page.getByText("Marked as read.")).toBeVisible();
  await expect(row).not.toContainText("(unread)");
});

test("the steps of a request lead to its parts", async () => {
  await grace.goto("/requests/new");
  const steps = grace.page.getByRole("list", { name: "Steps of the request" });
  await expect(steps.getByRole("listitem")).toHaveCount(4);
  await grace.link(/^Why/, steps).click();
  await expect(grace.page).toHaveURL(/#why$/);
  await expect(grace.field("Why do you need it?")).toBeInViewport();
});

test("make and revoke a key", async () => {
  await grace.goto("/keys");
  await grace.link("New key").first().click();
  const dialog = grace.dialog("New API key");
  here().watch.expectStatus(422);
  await grace.button("Create key", dialog).click();
  await expect(grace.field("Name", dialog)).toHaveAccessibleDescription(/Enter a value\.$/);
  await grace.field("Name", dialog).fill("Laptop");
  await grace.field("Expires", dialog).selectOption("never");
  await grace.button("Create key", dialog).click();
  await expect(grace.page.getByText("Copy the key now")).toBeVisible();
  const secret = await grace.shownOnce();
  await grace.link("Done", dialog).click();
  await expect(grace.row("Laptop")).toContainText("Active");
  expect(await grace.page.content()).not.toContain(secret);
  await grace.link("Revoke", grace.row("Laptop")).click();
  await grace.button("Revoke key", grace.dialog("Revoke this key?")).click();
  await expect(grace.page.getByText("The key is revoked.")).toBeVisible();
  await expect(grace.row("Laptop")).toContainText("Revoked");
});
