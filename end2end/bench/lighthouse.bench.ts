/* What Lighthouse says about the main pages, as a signed-in administrator sees them on a desktop. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, expect, test } from "@playwright/test";
import lighthouse, { desktopConfig, type Flags, type Result } from "lighthouse";
import { world } from "../support/test.ts";
import config from "./playwright.config.ts";
import { addressOf, open, PAGES } from "./demo.ts";
import { atLeast, measure, median } from "./table.ts";

/** Of each page; the middle one counts. Only the times differ between them. */
const RUNS = 3;
/** Of each run, before it counts as not possible. */
const ATTEMPTS = 3;
/** Categories with the least that they should score. */
const CATEGORIES = { performance: 95, accessibility: 100, "best-practices": 100 } as const;
type Category = keyof typeof CATEGORIES;
const ALL = Object.keys(CATEGORIES) as Category[];

const here = world("demo");
let profile: string;
/** A Chromium that Lighthouse reaches by its port; what is opened there shares the cookies of this context. */
let chrome: BrowserContext;
let port: number;

test.beforeAll(async ({ browser }) => {
  profile = await mkdtemp(join(tmpdir(), "drawbridge-lighthouse-"));
  const launch = config.use?.launchOptions ?? {};
  chrome = await chromium.launchPersistentContext(profile, {
    ...launch,
    args: [...(launch.args ?? []), "--remote-debugging-port=0"],
  });
  await expect(async () => {
    port = Number((await readFile(join(profile, "DevToolsActivePort"), "utf8")).split("\n")[0]);
    expect(port).toBeGreaterThan(0);
  }).toPass({ timeout: 10_000 });
  const console = await open(browser, here(), "admin");
  await chrome.addCookies(await console.context.cookies());
  await console.context.close();
});

test.afterAll(async () => {
  await chrome?.close();
  if (profile !== undefined) await rm(profile, { recursive: true, force: true });
});

for (const page of PAGES) {
  const row = (category: Category): string => `Lighthouse ${category.replace("-", " ")}, ${page}`;
  const bars = Object.fromEntries(ALL.map((category) => [row(category), atLeast(CATEGORIES[category])]));
  measure(`Lighthouse, ${page}`, bars, async (browser, found) => {
    const console = await open(browser, here(), "admin");
    const url = here().drawbridge.url + (await addressOf(page, console));
    await console.context.close();
    const results: Result[] = [];
    for (let run = 0; run < RUNS; run++) results.push(await look(url));
    for (const category of ALL) {
      const scores = results.map((result) => score(result, category));
      const middle = median(scores);
      const of = results[scores.indexOf(middle)];
      found(row(category), middle, of && middle < CATEGORIES[category] ? because(of, category) : undefined);
    }
  });
}

/** One run on a page of its own, with an empty cache. What Chromium failed to record is recorded again. */
async function look(url: string): Promise<Result> {
  const flags: Flags = { port, output: "json", logLevel: "error", onlyCategories: ALL };
  for (let attempt = 1; ; attempt++) {
    const lhr = (await lighthouse(url, flags, desktopConfig))?.lhr;
    const problem = lhr === undefined ? "it gave no result" : lhr.runtimeError?.message;
    if (lhr !== undefined && problem === undefined) {
      const shown = lhr.finalDisplayedUrl;
      if (shown !== url) throw new Error(`Lighthouse was led to ${shown}`);
      return lhr;
    }
    if (attempt === ATTEMPTS) throw new Error(`Lighthouse: ${problem}`);
  }
}

/** From 0 to 100. */
function score(result: Result, category: Category): number {
  const value = result.categories[category]?.score;
  if (typeof value !== "number") throw new Error(`Lighthouse gave no score for ${category}`);
  return Math.round(value * 100);
}

/** The audits that cost most of the score. */
function because(result: Result, category: Category): string {
  const lost = (result.categories[category]?.auditRefs ?? [])
    .map(({ id, weight }) => ({ id, lost: weight * (1 - (result.audits[id]?.score ?? 1)) }))
    .filter((audit) => audit.lost > 0)
    .sort((a, b) => b.lost - a.lost)
    .slice(0, 3);
  return lost.map(({ id }) => [id, result.audits[id]?.displayValue].filter(Boolean).join(" ")).join(", ");
}
