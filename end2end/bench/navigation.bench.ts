/* How fast the console is from page to page: from a click in the navigation to the frame with the new page's heading. */
import { world } from "../support/test.ts";
import { open } from "./demo.ts";
import { timeToChange } from "./frames.ts";
import { atMost, measure, percentile } from "./table.ts";

/** Clicks that are measured. */
const CLICKS = 72;
/** How long a pointer rests on a link before it is pressed. */
const HOVER_MS = 120;
/** Between pages, for what a page still does after its heading is there. */
const READING_MS = 250;

const here = world("demo");
const ROW = "From a click to the new page, p95";

measure("from page to page", { [ROW]: atMost(100, "ms") }, async (browser, found) => {
  const console = await open(browser, here(), "admin");
  const links = console.navigation.locator("a[href^='/']");
  const addresses = await links.evaluateAll((found) => found.map((link) => link.getAttribute("href")));
  const pages = [...new Set(addresses.filter((href) => href !== null))];
  if (pages.length < 5) throw new Error(`the navigation leads to ${pages.length} pages only`);
  const times: number[] = [];
  // The first round is the warm-up.
  for (let click = 0; click < pages.length + CLICKS; click++) {
    // Not always the next entry of the list.
    const href = pages[(click * 3 + Math.floor(click / pages.length)) % pages.length] ?? "/";
    if (new URL(console.page.url()).pathname === href) continue;
    const link = console.navigation.locator(`a[href='${href}']`).first();
    await link.hover();
    await console.page.waitForTimeout(HOVER_MS);
    const time = await timeToChange(console.page, "h1", "click", () => link.click());
    if (click >= pages.length) times.push(time);
    await console.page.waitForTimeout(READING_MS);
  }
  await console.context.close();
  const p50 = percentile(times, 0.5);
  found(ROW, percentile(times, 0.95), `p50 ${p50.toFixed(0)} ms, ${times.length} clicks on ${pages.length} pages`);
});
