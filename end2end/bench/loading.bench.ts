/* How a page loads for the first time over a slow connection: when its largest part is there, and what moves. */
import { type Browser, type BrowserContext } from "@playwright/test";
import { world } from "../support/test.ts";
import { addressOf, open, PAGES } from "./demo.ts";
import { atMost, measure, median } from "./table.ts";

/** Loads of each page, each with an empty cache; the middle one counts. */
const RUNS = 3;
/** Fast 3G as Chromium's developer tools know it, in bytes a second. */
const FAST_3G = { offline: false, latency: 150, downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8 };
/** For so long nothing may be drawn or move before a page counts as finished. */
const QUIET_MS = 1_500;

const here = world("demo");

for (const page of PAGES) {
  const [largest, shift] = [`Largest contentful paint on fast 3G, ${page}`, `Layout shift on fast 3G, ${page}`];
  const bars = { [largest]: atMost(1.8, "s", 2), [shift]: atMost(0.02, "", 3) };
  measure(`loading over fast 3G, ${page}`, bars, async (browser, found) => {
    const console = await open(browser, here(), "admin");
    const address = here().drawbridge.url + (await addressOf(page, console));
    const session = await console.context.storageState();
    await console.context.close();
    const loads: Load[] = [];
    for (let run = 0; run < RUNS; run++) loads.push(await load(browser, address, session));
    const interactive = median(loads.map((load) => load.interactive)) / 1_000;
    found(largest, median(loads.map((load) => load.largest)) / 1_000, `interactive after ${interactive.toFixed(2)} s`);
    found(shift, median(loads.map((load) => load.shift)));
  });
}

/** Times in milliseconds from the beginning of the navigation. */
interface Load {
  readonly largest: number;
  readonly interactive: number;
  /** Sum of everything that moved. */
  readonly shift: number;
}

type Session = Awaited<ReturnType<BrowserContext["storageState"]>>;

async function load(browser: Browser, address: string, session: Session): Promise<Load> {
  // A new context has an empty cache.
  const context = await browser.newContext({ storageState: session });
  try {
    const page = await context.newPage();
    const debug = await context.newCDPSession(page);
    await debug.send("Network.enable");
    await debug.send("Network.emulateNetworkConditions", FAST_3G);
    await page.goto(address, { waitUntil: "commit" });
    await page.locator("html[data-hydrated]").waitFor({ state: "attached", timeout: 60_000 });
    const interactive = await page.evaluate(() => performance.now());
    return { ...(await page.evaluate(whenQuiet, QUIET_MS)), interactive };
  } finally {
    await context.close();
  }
}

/** Waits until nothing was drawn or moved for a while. Runs in the page. */
function whenQuiet(quietMs: number): Promise<{ largest: number; shift: number }> {
  return new Promise((resolve) => {
    let largest = 0;
    let shift = 0;
    const finish = (): void => resolve({ largest, shift });
    let timer = setTimeout(finish, quietMs);
    const watch = (type: string, take: (entry: PerformanceEntry) => void): void => {
      const observer = new PerformanceObserver((list) => {
        list.getEntries().forEach(take);
        clearTimeout(timer);
        timer = setTimeout(finish, quietMs);
      });
      observer.observe({ type, buffered: true });
    };
    watch("largest-contentful-paint", (entry) => (largest = Math.max(largest, entry.startTime)));
    watch("layout-shift", (entry) => (shift += "value" in entry ? Number(entry.value) : 0));
  });
}
