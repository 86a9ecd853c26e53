/* The components by themselves, on the gallery: what they do by keyboard and pointer, state by state. */
import { Console } from "../support/console.ts";
import { expect, test, world } from "../support/test.ts";

const here = world("demo");
let gallery: Console;

test.beforeAll(async ({ browser }) => {
  const { drawbridge, watch } = here();
  const accounts = await drawbridge.demoAccounts();
  gallery = await Console.open(browser, drawbridge, watch);
  await gallery.signIn({ name: "", email: accounts.admin, password: accounts.password });
});

test.beforeEach(async () => {
  await gallery.goto("/dev/gallery");
});

test.afterAll(async () => {
  await gallery?.context.close();
});

test("a picker finds, takes several, and gives back by keyboard", async () => {
  const { page } = gallery;
  const many = page.getByRole("combobox", { name: /^Several of many/ });
  const chips = page.locator(".picker").filter({ has: many }).locator(".picker-chip");
  await many.fill("ap");
  await expect(page.getByRole("option", { name: /^Apple/ })).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(chips).toHaveText(["Apricot"]);
  await many.fill("ban");
  await page.getByRole("option", { name: /^Banana/ }).click();
  await expect(chips).toHaveText(["Apricot", "Banana"]);
  await expect(many).toBeFocused();
  await page.keyboard.press("Backspace");
  await expect(chips).toHaveText(["Apricot"]);
  await page.getByRole("button", { name: "Remove Apricot" }).click();
  await expect(chips).toHaveCount(0);
  await many.fill("zz");
  await expect(page.getByText("Nobody and nothing found.")).toBeVisible();
});

test("a form shows what is wrong at its field, and asks before changes are lost", async () => {
  const { page } = gallery;
  const text = gallery.field("Text");
  gallery.page.once("dialog", (dialog) => void dialog.dismiss());
  here().watch.expectStatus(422);
  await gallery.button("Send").click();
  await expect(text).toHaveAttribute("aria-invalid", "true");
  await expect(text).toBeFocused();
  await text.fill("something");
  await gallery.link("Home", gallery.navigation).click();
  await expect(page, "the question was answered with no").toHaveURL(/\/dev\/gallery/);
  await gallery.button("Send").click();
  await expect(text).not.toHaveAttribute("aria-invalid", "true");
  await gallery.link("Home", gallery.navigation).click();
  await expect(gallery.title, "what was sent is not lost").toHaveText(/^Welcome/);
});

test("a switch is switched by keyboard and says its state", async () => {
  const toggle = gallery.page.getByRole("switch", { name: "Something that is on or off" });
  await expect(toggle).toBeChecked();
  await toggle.focus();
  await gallery.page.keyboard.press("Space");
  await expect(toggle).not.toBeChecked();
});

test("a table is walked, chosen from, ordered and narrowed; all of it is in the address", async () => {
  const { page } = gallery;
  const table = page.getByRole("table", { name: "People of the gallery" });
  await page.keyboard.press("j");
  await expect(table.getByRole("link", { name: "Ada" })).toBeFocused();
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  const bar = page.getByRole("region", { name: "With the chosen rows" });
  await expect(bar).toContainText("2 chosen");
  await table.getByRole("checkbox", { name: "Choose all rows of this page" }).check();
  await expect(bar).toContainText("3 chosen");
  await gallery.button("Choose none", bar).click();
  await expect(bar).toBeHidden();

  await gallery.link("Name", table).click();
  await expect(page).toHaveURL(/sort=name/);
  await gallery.reload();
  await expect(table.getByRole("columnheader", { name: "Name" })).toHaveAttribute("aria-sort", "ascending");
  await page.getByText("Columns", { exact: true }).click();
  await gallery.link(/^Team.*shown$/).click();
  await expect(page).toHaveURL(/hide=team/);
  await expect(table.getByRole("columnheader", { name: "Team" })).toBeHidden();
  await gallery.reload();
  await expect(table.getByRole("columnheader", { name: "Team" })).toBeHidden();
});

test("filters that are set have chips, and a period is chosen by name or by days", async () => {
  const { page } = gallery;
  const filters = page.getByRole("list", { name: "Active filters" });
  await page.getByRole("combobox", { name: "Size" }).selectOption("Small");
  await expect(page).toHaveURL(/size=s/);
  await expect(filters).toContainText("Size: Small");
  await page.locator(".filter-period > summary").click();
  await gallery.link("Last 7 days").click();
  await expect(page.locator(".filter-period > summary")).toContainText("Last 7 days");
  await expect(filters).toContainText("From:");
  await filters.getByRole("link", { name: /^Remove the filter Size/ }).click();
  await expect(page).not.toHaveURL(/size=/);
  await expect(page).toHaveURL(/from=/);
});

test("JSON is searched, folded, and gives the path of a value", async () => {
  const { page } = gallery;
  await gallery.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const json = page.locator(".code").filter({ hasText: "nextCursor" }).first();
  await json.getByRole("searchbox", { name: "Find in Arguments" }).fill("readonly");
  await expect(json.getByRole("status").filter({ hasText: "1 line" })).toBeVisible();
  await expect(json.locator(".json-hit")).toContainText("readOnly");
  const line = json.locator("[data-path='$.tools[1].readOnly']");
  await line.hover();
  await line.getByRole("button", { name: "Copy the path" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("$.tools[1].readOnly");
  await gallery.button("Fold all", json).click();
  await expect(line).toBeHidden();
  await gallery.button("Unfold all", json).click();
  await expect(line).toBeVisible();
});

test("what cannot be had back is confirmed by its name", async () => {
  await gallery.link("Confirm").click();
  const dialog = gallery.dialog("Delete the wiki?");
  const remove = gallery.button("Delete", dialog);
  await expect(remove).toBeDisabled();
  await gallery.page.getByLabel("Type wiki to confirm").fill("wik");
  await expect(remove).toBeDisabled();
  await gallery.page.getByLabel("Type wiki to confirm").fill("wiki");
  await expect(remove).toBeEnabled();
  await gallery.page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
});

test("a row opens beside its list; closing gives the focus back", async () => {
  const { page } = gallery;
  const row = gallery.link("Grace", page.getByRole("table", { name: "People of the gallery" }));
  const drawer = gallery.dialog("A person");
  await row.focus();
  await page.keyboard.press("Enter");
  await expect(drawer).toContainText("Grace");
  await expect(page).toHaveURL(/person=Grace/);
  await expect(row).toHaveAttribute("aria-current", "true");
  await page.keyboard.press("Escape");
  await expect(drawer).toBeHidden();
  await expect(page).not.toHaveURL(/person=/);
  await expect(row).toBeFocused();
  await row.click();
  await gallery.link("Close", drawer).click();
  await expect(drawer).toBeHidden();
  await expect(row).toBeFocused();
  await gallery.goto("/dev/gallery?person=Hedy&size=s");
  await expect(drawer).toContainText("Hedy");
  await page.keyboard.press("Escape");
  await expect(page).toHaveURL(/\/dev\/gallery\?size=s$/);
});

test("prose is shown as written, and nothing of it runs", async () => {
  const prose = gallery.card("Prose");
  const written = prose.locator(".prose");
  await expect(prose.getByRole("heading", { name: "Why we need it" })).toHaveJSProperty("tagName", "H3");
  await expect(gallery.link("tracker", prose)).toHaveAttribute("rel", "nofollow noopener");
  await expect(written.getByRole("listitem")).toHaveCount(4);
  await expect(gallery.link("A picture", prose)).toHaveAttribute("href", "https://tracker.example.com/board.png");
  await expect(written).toContainText("<script>alert(1)</script> no link");
  await expect(written.locator("script, img, [onerror]")).toHaveCount(0);
  await expect(written.locator("a[href^='javascript']")).toHaveCount(0);
  // What the browser makes of the answer is what the server has rendered.
  const rendered = await written.innerHTML();
  await gallery.link("Home", gallery.navigation).click();
  await expect(gallery.title).toHaveText(/^Welcome/);
  await gallery.page.goBack();
  await expect(written).toBeVisible();
  expect((await written.innerHTML()).replaceAll("<!---->", "")).toBe(rendered.replaceAll("<!---->", ""));
});

test("steps lead to their places", async () => {
  const steps = gallery.page.getByRole("list", { name: "Where it is done" });
  await expect(steps.getByRole("listitem").last()).toHaveAttribute("aria-current", "step");
  await gallery.link("Overlays (now)", steps).click();
  await expect(gallery.page).toHaveURL(/#overlays$/);
  await expect(gallery.card("Overlays")).toBeInViewport();
});

test("a chart is saved as a picture and as numbers", async () => {
  const { page } = gallery;
  const card = gallery.card("A chart");
  await expect(card.locator("db-chart")).toBeVisible();
  const numbers = (await gallery.link("Save A chart as CSV", card).getAttribute("href")) ?? "";
  expect(decodeURIComponent(numbers.split(",")[1] ?? "")).toBe("Day,Calls\r\nMon,3\r\nTue,7\r\nWed,5");
  await expect(card.locator("db-chart")).toHaveJSProperty("isConnected", true);
  const download = page.waitForEvent("download");
  await gallery.button("Save A chart as PNG", card).click();
  expect((await download).suggestedFilename()).toBe("a-chart.png");
});
