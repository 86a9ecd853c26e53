/* Times as somebody sees them: from an event to the frame in which the page shows something else. */
import type { Page } from "@playwright/test";

/** After so long nothing is going to change any more. */
const DEADLINE_MS = 10_000;

declare global {
  interface Window {
    /** The time to the next change, in milliseconds. */
    benched?: Promise<number>;
  }
}

/**
 * Does something that causes an event, and returns the time from that event to the frame in which what matches the
 * selector is there and not what it was: other addresses if these are links, other texts otherwise.
 */
export async function timeToChange(
  page: Page,
  selector: string,
  event: "click" | "change",
  act: () => Promise<unknown>,
): Promise<number> {
  await page.evaluate(arm, { selector, event, deadline: DEADLINE_MS });
  await act();
  const time = await page.evaluate(() => window.benched);
  if (time === undefined) throw new Error(`${page.url()} was loaded as a whole`);
  return time;
}

/** Runs in the page. */
function arm({ selector, event, deadline }: { selector: string; event: "click" | "change"; deadline: number }): void {
  const shown = (): string =>
    [...document.querySelectorAll(selector)].map((found) => found.getAttribute("href") ?? found.textContent).join();
  const before = shown();
  window.benched = new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error(`nothing changed within ${deadline} ms`)), deadline);
    const happened = ({ timeStamp }: Event): void => {
      const look = (): void => {
        const now = shown();
        if (now !== "" && now !== before) resolve(performance.now() - timeStamp);
        else requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    };
    addEventListener(event, happened, { capture: true, once: true });
  });
  // Somebody asks for it later; until then it is not forgotten.
  window.benched.catch(() => undefined);
}
