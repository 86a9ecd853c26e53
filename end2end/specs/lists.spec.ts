/* Lists: their order, the views that are kept of them, and the files that they are. */
import { expectAccessible } from "../support/axe.ts";
import { Console } from "../support/console.ts";
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

test("a heading puts a list into its order, and into the reverse", async () => {
  const { page } = admin;
  await admin.goto("/groups");
  const heading = page.getByRole("columnheader", { name: "Members" });
  const members = async (): Promise<number[]> =>
    (await page.locator("tbody tr td:last-child").allTextContents()).map((text) => Number.parseInt(text, 10));
  const before = await members();
  expect(before.length).toBeGreaterThan(2);
  await admin.link("Members", heading).click();
  await expect(heading).toHaveAttribute("aria-sort", "ascending");
  await expect(page).toHaveURL(/\/groups\?sort=members$/);
  await expect.poll(members).toEqual([...before].sort((a, b) => a - b));
  await admin.link("Members", heading).click();
  await expect(heading).toHaveAttribute("aria-sort", "descending");
  await expect.poll(members).toEqual([...before].sort((a, b) => b - a));

  // Filters stay, and the order stays when they change.
  await admin.goto("/policies?sort=-changed");
  await page.getByRole("combobox", { name: "Effect" }).selectOption("allow");
  await expect(page).toHaveURL(/sort=-changed/);
  await expect(page).toHaveURL(/effect=allow/);
  await expect(page.getByRole("columnheader", { name: "Changed" })).toHaveAttribute("aria-sort", "descending");
});

test("a view is kept under a name, found again, and deleted", async () => {
  const { page } = admin;
  await admin.goto("/servers?status=active&sort=-added&hide=risk");
  const menu = page.locator(".saved-views");
  await menu.locator("summary").click();
  await admin.field("Keep the filters, order and columns as", menu).fill("New and running");
  await expectAccessible(page, "keeping a view");
  await admin.button("Keep this view", menu).click();
  await admin.notices("The view is kept.");

  await admin.goto("/servers");
  await expect(page.getByRole("columnheader", { name: "Risk" })).toBeVisible();
  await menu.locator("summary").click();
  await admin.link("New and running", menu).click();
  await expect(page).toHaveURL(/status=active/);
  await expect(page.getByRole("columnheader", { name: "Added" })).toHaveAttribute("aria-sort", "descending");
  await expect(page.getByRole("columnheader", { name: "Risk" })).toBeHidden();

  await admin.goto("/servers");
  await menu.locator("summary").click();
  await admin.button("Delete the view New and running", menu).click();
  await admin.notices("The view is deleted.");
  await expect(admin.link("New and running")).toHaveCount(0);
});

test("views work without scripts", async ({ browser }) => {
  const { drawbridge, watch } = here();
  const accounts = await drawbridge.demoAccounts();
  const plain = await Console.open(browser, drawbridge, watch, { javaScriptEnabled: false });
  await plain.signIn({ name: "", email: accounts.employee, password: accounts.password });
  await plain.goto("/activity?outcome=denied&sort=at");
  const menu = plain.page.locator(".saved-views");
  await menu.locator("summary").click();
  await plain.field("Keep the filters, order and columns as", menu).fill("Refused");
  await plain.button("Keep this view", menu).click();
  await plain.notices("The view is kept.");
  await plain.goto("/activity");
  await menu.locator("summary").click();
  await plain.link("Refused", menu).click();
  await expect(plain.page).toHaveURL(/\/activity\?outcome=denied&sort=at$/);
  await plain.context.close();
});

test("a list is a file with its filters", async () => {
  const { page } = admin;
  await admin.goto("/servers?status=active&sort=-name");
  const link = (await admin.link("CSV").getAttribute("href")) ?? "";
  expect(link).toMatch(/^\/export\/servers\.csv\?/);
  const answer = await page.request.get(link);
  expect(answer.status()).toBe(200);
  expect(answer.headers()["content-disposition"]).toMatch(/^attachment; filename="servers-\d{4}-\d\d-\d\d\.csv"$/);
  const lines = (await answer.text()).split("\r\n");
  expect(lines[0]).toMatch(/^id,name,slug,url,/);
  expect(lines.slice(1).filter((line) => line !== "").length).toBeGreaterThan(0);
  expect(lines.slice(1).every((line) => line === "" || line.includes(",active,"))).toBe(true);
});
