/* What lies around every page and over it: the command palette, shortcuts, live numbers, the language, the looks. */
import { Console, REASONS } from "../support/console.ts";
import { expectAccessible } from "../support/axe.ts";
import { expect, test, world } from "../support/test.ts";

const here = world("demo");
let admin: Console;

test.beforeEach(async ({ browser }) => {
  const { drawbridge, watch } = here();
  const accounts = await drawbridge.demoAccounts();
  admin = await Console.open(browser, drawbridge, watch);
  await admin.signIn({ name: "", email: accounts.admin, password: accounts.password });
});

test.afterEach(async () => {
  await admin?.context.close();
});

test("the palette finds pages, actions, servers and people, and opens them by keyboard", async () => {
  const { page } = admin;
  await admin.goto("/");
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("dialog", { name: "Command palette" });
  const input = palette.getByRole("combobox");
  await expect(input).toBeFocused();
  await expectAccessible(page, "the palette");

  await input.fill("audlog");
  await expect(palette.getByRole("option").first()).toContainText("Audit log");
  await expect(palette.getByRole("option").first()).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Enter");
  await expect(palette).toBeHidden();
  await expect(admin.title).toHaveText("Audit log");

  // What has a page of its own is asked from the server.
  await page.keyboard.press("Control+k");
  await input.fill("warehouse");
  const server = palette.getByRole("option").filter({ hasText: "Server ·" }).first();
  await expect(server).toBeVisible();
  await server.click();
  await expect(page).toHaveURL(/\/servers\/srv_/);

  await page.keyboard.press("Control+k");
  await input.fill("zzzzqq");
  await expect(palette.getByText("Nothing found for “zzzzqq”.")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(palette).toBeHidden();

  await page.keyboard.press("Control+k");
  await input.fill("invite");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await expect(admin.dialog("Invite somebody")).toBeVisible();
});

test("the palette acts on the page: theme and shortcuts", async () => {
  const { page } = admin;
  await admin.goto("/users");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: /^Type a page|^Seite, Server/ }).fill("dark theme");
  await page.keyboard.press("Enter");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: /^Type a page|^Seite, Server/ }).fill("keyboard shortcuts");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await expectAccessible(page, "the shortcuts in dark");
});

test("letters lead to pages, but never from within a field", async () => {
  const { page } = admin;
  await admin.goto("/");
  await page.keyboard.press("g");
  await page.keyboard.press("s");
  await expect(admin.title).toHaveText("Servers");
  await page.keyboard.press("/");
  const search = page.locator("main input[type=search]");
  await expect(search).toBeFocused();
  await page.keyboard.type("g i?");
  await expect(search).toHaveValue("g i?");
  await expect(admin.title).toHaveText("Servers");
  await page.keyboard.press("Tab");
  await page.locator("#main").focus();
  await page.keyboard.press("?");
  const overview = page.getByRole("dialog", { name: "Keyboard shortcuts" });
  await expect(overview).toContainText("Go to");
  await page.keyboard.press("Escape");
  await expect(overview).toBeHidden();
});

test("the sidebar collapses, and stays so without a flash", async () => {
  const { page } = admin;
  await admin.goto("/");
  const label = admin.navigation.getByText("My connectors");
  await expect(label).toBeVisible();
  await admin.button("Collapse or expand the sidebar").click();
  await expect(label).toBeHidden();
  await admin.goto("/catalog");
  await expect(page.locator("html")).toHaveAttribute("data-sidebar", "collapsed");
  await expect(label).toBeHidden();
  await expectAccessible(page, "the collapsed sidebar");
  await page.keyboard.press("[");
  await expect(label).toBeVisible();
});

test("a new request counts on at once, and the bell shows it", async ({ browser }) => {
  const { drawbridge, watch } = here();
  const accounts = await drawbridge.demoAccounts();
  const { page } = admin;
  await admin.goto("/");
  const waiting = admin.navigation.getByRole("link", { name: /^Inbox/ }).locator(".nav-count");
  const before = Number.parseInt((await waiting.textContent()) ?? "0", 10);

  const employee = await Console.open(browser, drawbridge, watch);
  await employee.signIn({ name: "", email: accounts.employee, password: accounts.password });
  await employee.goto("/requests/new");
  await employee.fillRequest({ Name: "Live wiki", "Server address": "https://wiki.example.com/mcp", ...REASONS });
  await employee.button("Send request").click();
  await employee.notices("Your request is sent.");

  await expect(waiting, "without loading anything").toContainText(String(before + 1));
  await admin.link(/^Notifications, /).click();
  const newest = page.getByRole("dialog", { name: "Notifications" });
  await expect(newest).toContainText("Live wiki");
  await expectAccessible(page, "the bell");
  await newest.getByRole("button").filter({ hasText: "Live wiki" }).click();
  await expect(page).toHaveURL(/\/inbox\/req_/);
  await expect(newest).toBeHidden();
  await employee.context.close();
});

test("a request that arrives appears in an open inbox; the row with the focus keeps it", async ({ browser }) => {
  const { drawbridge, watch } = here();
  const accounts = await drawbridge.demoAccounts();
  const { page } = admin;
  const employee = await Console.open(browser, drawbridge, watch);
  await employee.signIn({ name: "", email: accounts.employee, password: accounts.password });
  await employee.goto("/requests/new");
  await employee.fillRequest({ Name: "Arriving wiki", "Server address": "https://arriving.example.com/mcp", ...REASONS });

  await admin.goto("/inbox");
  await page.keyboard.press("j");
  const focused = (await page.locator("a.row-link:focus").getAttribute("href")) ?? "";
  expect(focused).toMatch(/^\/inbox\/req_/);
  await employee.button("Send request").click();
  await employee.notices("Your request is sent.");
  await expect(admin.row("Arriving wiki"), "without loading anything").toBeVisible();
  await expect(page.locator(`a.row-link[href='${focused}']`)).toBeFocused();

  // And leaves again.
  await employee.link("Withdraw").click();
  await employee.button("Withdraw", employee.dialog("Withdraw this request?")).click();
  await employee.notices("The request is withdrawn.");
  await expect(admin.row("Arriving wiki")).toHaveCount(0);
  await expect(page.locator(`a.row-link[href='${focused}']`)).toBeFocused();
  await employee.context.close();
});

test("chosen people are suspended together, and let in again by undo", async () => {
  const { page } = admin;
  await admin.goto("/users");
  const choose = (name: string) => page.getByRole("checkbox", { name: `Choose ${name}`, exact: true });
  await expect(choose("Astrid Lindqvist"), "nobody suspends themselves").toHaveCount(0);
  await choose("Greta Hoffmann").check();
  await choose("Noor van Dijk").check();
  const bar = page.getByRole("region", { name: "With the chosen rows" });
  await expectAccessible(page, "chosen people");
  await admin.button("Suspend", bar).click();
  await admin.notices("The chosen accounts are suspended.");
  for (const name of ["Greta Hoffmann", "Noor van Dijk"]) await expect(admin.row(name)).toContainText("Suspended");
  await expect(bar, "what was done is done").toBeHidden();
  await admin.button("Undo").click();
  await admin.notices("The chosen accounts are let in again.");
  for (const name of ["Greta Hoffmann", "Noor van Dijk"]) await expect(admin.row(name)).toContainText("Active");
});

test("the head of a long table stays at the top of the window", async () => {
  const { page } = admin;
  await page.setViewportSize({ width: 1280, height: 500 });
  await admin.goto("/audit");
  const head = page.getByRole("columnheader", { name: "Action" });
  await page.locator("main tbody tr").last().scrollIntoViewIfNeeded();
  await expect.poll(async () => Math.abs((await head.boundingBox())?.y ?? 99)).toBeLessThan(1);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)).toBe(true);
});

test("the dialog of a rule has a shape while its choices are on their way", async () => {
  const { page } = admin;
  await admin.goto("/policies");
  let answer = (): void => undefined;
  const held = new Promise<void>((resolve) => (answer = resolve));
  await page.route("**/api/fn/rules/form", async (route) => {
    await held;
    await route.continue();
  });
  await admin.link("New global rule").click();
  const dialog = admin.dialog("New global rule");
  await expect(dialog.getByRole("status", { name: "Loading" })).toBeVisible();
  answer();
  await expect(dialog.getByRole("group", { name: /^Who/ })).toBeVisible();
  await expect(dialog.getByRole("status", { name: "Loading" })).toHaveCount(0);
});

test("the console speaks German, from the browser or by choice, with and without scripts", async ({ browser }) => {
  const { page } = admin;
  await admin.goto("/users");
  await admin.button(/account menu$/).click();
  await page.locator("#account-menu").getByRole("button", { name: "Deutsch" }).click();
  await expect(admin.title).toHaveText("Personen");
  await admin.ready();
  await expect(page.locator("html")).toHaveAttribute("lang", "de");
  // What the browser renders speaks it too.
  await admin.link("Protokoll", page.getByRole("navigation", { name: "Hauptnavigation" })).click();
  await expect(admin.title).toHaveText("Protokoll");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: /^Type a page|^Seite, Server/ }).fill("katalog");
  await expect(page.locator(".palette-option").first()).toContainText("Katalog");

  const context = await browser.newContext({
    baseURL: here().drawbridge.url,
    locale: "de-AT",
    javaScriptEnabled: false,
  });
  const visitor = await context.newPage();
  await visitor.goto("/login");
  await expect(visitor.getByRole("button", { name: "Anmelden" })).toBeVisible();
  await visitor.getByRole("button", { name: "English" }).click();
  await expect(visitor.getByRole("button", { name: "Sign in" })).toBeVisible();
  await context.close();
});

test("a rule is switched off in its row and comes back by undo; what denies has no such button", async () => {
  const { page } = admin;
  await admin.goto("/users?search=daniel");
  await admin.link(/^Daniel Cho/).click();
  const access = admin.card("Access");
  await expect(access.getByRole("row").filter({ hasText: "Deny" }).first()).toBeVisible();
  await expect(admin.button("Switch off", access.getByRole("row").filter({ hasText: "Deny" }))).toHaveCount(0);

  await admin.goto("/users?search=mira");
  await admin.link(/^Mira Okafor/).click();
  const own = access.getByRole("row").filter({ has: page.getByRole("button", { name: "Switch off" }) }).first();
  const server = (await own.getByRole("cell").first().textContent()) ?? "";
  const row = access.getByRole("row").filter({ hasText: server }).filter({ hasText: "Rule for this person" });
  await expect(row).toContainText("In force");
  await admin.button("Switch off", row).click();
  await admin.notices("The rule is switched off.");
  await expect(row).toContainText("Switched off");
  await admin.button("Undo").click();
  await admin.notices("It is as before");
  await expect(row).toContainText("In force");
});
