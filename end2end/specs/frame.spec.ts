/* What is around every page: the way past the navigation, the menus, the theme, the dialogs by keyboard. */
import { Console } from "../support/console.ts";
import { expect, test, world } from "../support/test.ts";
import { Watch } from "../support/watch.ts";

const here = world("demo");
let console: Console;

test.beforeEach(async ({ browser }) => {
  const { drawbridge, watch } = here();
  const accounts = await drawbridge.demoAccounts();
  console = await Console.open(browser, drawbridge, watch);
  await console.signIn({ name: "", email: accounts.admin, password: accounts.password });
});

test.afterEach(async () => {
  await console?.context.close();
});

test("the first stop of the keyboard leads past the navigation", async () => {
  const { page } = console;
  await console.goto("/catalog");
  await page.keyboard.press("Tab");
  const skip = console.link("Skip to content");
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect(page.locator("#main")).toBeFocused();
  await page.keyboard.press("Tab");
  const inside = await page.evaluate(() => document.activeElement?.closest("#main") !== null);
  expect(inside, "the next stop is in the content").toBe(true);
});

test("a dialog holds the focus, closes by Escape, and is part of history", async () => {
  const { page } = console;
  await console.goto("/groups");
  await console.link("New group").first().click();
  const dialog = console.dialog("New group");
  await expect(dialog).toBeVisible();
  for (let stop = 0; stop < 8; stop += 1) {
    await page.keyboard.press("Tab");
    const outside = await page.evaluate(() => {
      const element = document.activeElement;
      return element !== null && element !== document.body && element.closest("dialog") === null;
    });
    expect(outside, `stop ${stop + 1} is in the dialog`).toBe(false);
  }
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(page).toHaveURL(/\/groups$/);
});

test("the theme is chosen in the menu, stays, and is there before the first paint", async () => {
  const { page } = console;
  const background = (): Promise<string> => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await background();
  await console.button(/account menu$/).click();
  const theme = page.locator("#account-menu").getByRole("group", { name: "Theme" });
  await expect(console.button("System", theme)).toHaveAttribute("aria-pressed", "true");
  await console.button("Dark", theme).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect(console.button("Dark", theme)).toHaveAttribute("aria-pressed", "true");
  expect(await background()).not.toBe(light);

  // The theme at the moment when the body begins, which is before anything of it can be painted.
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (!document.body) return;
      observer.disconnect();
      document.documentElement.dataset["themeAtBody"] = document.documentElement.dataset["theme"] ?? "none";
    }).observe(document, { childList: true, subtree: true });
  });
  await console.goto("/catalog");
  await expect(page.locator("html")).toHaveAttribute("data-theme-at-body", "dark");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");

  const second = await console.context.newPage();
  await second.goto("/catalog");
  await second.locator("html[data-hydrated]").waitFor({ state: "attached" });
  await second.getByRole("button", { name: /account menu$/ }).click();
  await second.locator("#account-menu").getByRole("button", { name: "System", exact: true }).click();
  await expect(page.locator("html"), "other tabs follow").not.toHaveAttribute("data-theme");
  await expect.poll(background).toBe(light);
});

test("on a phone the navigation is a menu that closes once a page is chosen", async () => {
  const { page } = console;
  await page.setViewportSize({ width: 390, height: 844 });
  await console.goto("/");
  await expect(console.navigation).toBeHidden();
  await console.button("Open navigation").click();
  const menu = page.getByRole("navigation", { name: "Main, as a menu" });
  await console.link("Catalog", menu).click();
  await expect(console.title).toHaveText("Catalog");
  await expect(menu).toBeHidden();
});

test("the inbox is worked by keyboard", async () => {
  const { page } = console;
  await console.goto("/inbox");
  const requests = page.getByRole("table", { name: "Requests" }).locator("tbody").getByRole("link");
  await page.keyboard.press("j");
  await expect(requests.nth(0)).toBeFocused();
  await page.keyboard.press("j");
  await expect(requests.nth(1)).toBeFocused();
  await page.keyboard.press("k");
  await expect(requests.nth(0)).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/inbox\/req_/);

  // Without a row chosen, Enter opens the first.
  await console.goto("/inbox");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/inbox\/req_/);
});

test("a page whose code cannot be loaded is asked from the server, and works without it", async ({ browser }) => {
  // A console of its own that nobody watches: the loader says in the browser's console what is missing.
  const { drawbridge } = here();
  const accounts = await drawbridge.demoAccounts();
  const alone = await Console.open(browser, drawbridge, new Watch());
  const { page } = alone;
  await alone.signIn({ name: "", email: accounts.admin, password: accounts.password });
  await alone.goto("/connectors");

  // As after an update of the server: the names that this page knows are gone.
  await page.route("**/pkg/{areas,first}/*", (route) => route.fulfill({ status: 404 }));
  await alone.link("Catalog", alone.navigation).click();
  await expect(alone.title).toHaveText("Catalog");
  await expect(page).toHaveURL(/\/catalog$/);
  await page.getByRole("searchbox").fill("github");
  await alone.button("Filter").click();
  await expect(page).toHaveURL(/\/catalog\?search=github/);
  await expect(page.locator("html"), "nothing took the page over").not.toHaveAttribute("data-hydrated");

  await page.unroute("**/pkg/{areas,first}/*");
  await alone.link("My connectors", alone.navigation).click();
  await alone.ready();
  await expect(alone.title).toHaveText("My connectors");
  await alone.context.close();
});
