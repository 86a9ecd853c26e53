/* The audit log when it is long: from a changed filter to the rows that it chose. */
import { rm } from "node:fs/promises";
import { type Page, test } from "@playwright/test";
import { Console } from "../support/console.ts";
import { makeDataDirectory, seedAudit, startDrawbridge, startUpstream, type Upstream } from "../support/server.ts";
import { Watch } from "../support/watch.ts";
import { timeToChange } from "./frames.ts";
import { atMost, measure, percentile } from "./table.ts";

/** Events in the log; fewer to try out the measurement. */
const EVENTS = Number(process.env["BENCH_EVENTS"] ?? 1_000_000);
/** How often each filter is changed. */
const ROUNDS = 20;
/** Between two changes, for what the page still does. */
const READING_MS = 250;

/** What the rows say happened; their links change with the address, before the rows do. */
const ROWS = "main tbody .event-what";
const ROW = `Audit log of ${EVENTS.toLocaleString("en")} events, from a filter to its rows, p95`;

let data: string | undefined;
let upstream: Upstream | undefined;

test.beforeAll(async () => {
  data = await makeDataDirectory();
  upstream = await startUpstream();
});

test.afterAll(async () => {
  await upstream?.stop();
  if (data !== undefined) await rm(data, { recursive: true, force: true });
});

measure("filters of a long audit log", { [ROW]: atMost(200, "ms") }, async (browser, found) => {
  const demo = await startDrawbridge(upstream, data);
  const { admin: email, password } = await demo.demoAccounts();
  await demo.stop();
  await seedAudit(data ?? "", EVENTS);
  const drawbridge = await startDrawbridge(undefined, data);
  try {
    const console = await Console.open(browser, drawbridge, new Watch());
    await console.signIn({ name: "admin", email, password });
    await console.goto("/audit");
    const outcome: number[] = [];
    const action: number[] = [];
    // The first round is the warm-up.
    for (let round = 0; round <= ROUNDS; round++) {
      const denied = await filterTime(console.page, "outcome", "denied");
      const unknown = await filterTime(console.page, "action", "auth_failed");
      if (round > 0) {
        outcome.push(denied);
        action.push(unknown);
      }
      await timeToChange(console.page, ROWS, "click", () => console.link("Clear").click());
      await console.page.waitForTimeout(READING_MS);
    }
    await console.context.close();
    const both = [...outcome, ...action];
    const [p50, ofOutcome, ofAction] = [percentile(both, 0.5), percentile(outcome, 0.95), percentile(action, 0.95)];
    const remark = `p50 ${p50.toFixed(0)} ms; outcome ${ofOutcome.toFixed(0)} ms, action ${ofAction.toFixed(0)} ms`;
    found(ROW, percentile(both, 0.95), remark);
  } finally {
    await drawbridge.stop();
  }
});

/** Chooses a filter, and returns the time from the change to the frame with other rows. */
async function filterTime(page: Page, name: string, value: string): Promise<number> {
  const select = page.locator(`main select[name='${name}']`);
  const time = await timeToChange(page, ROWS, "change", () => select.selectOption(value));
  await page.waitForTimeout(READING_MS);
  return time;
}
