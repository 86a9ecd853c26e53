/* How a page looks: in both themes, on a phone, and as a picture of it. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, type Locator, type Page } from "@playwright/test";
import { expectAccessible } from "./axe.ts";
import { screenshots } from "./environment.ts";

const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
const VARIANTS = [
  ["light", "light", DESKTOP],
  ["dark", "dark", DESKTOP],
  ["phone", "light", PHONE],
] as const;

/** Checks a page as it is shown: axe in light and dark, no sideways scrolling on a phone; pictures if asked for. */
export async function expectGoodLooks(page: Page, name: string): Promise<void> {
  await page.setViewportSize(DESKTOP);
  for (const theme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: theme });
    await settled(page);
    await picture(page, `${name}.${theme}`);
    await expectAccessible(page, `${name} in ${theme}`);
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(PHONE);
  await settled(page);
  await picture(page, `${name}.phone`);
  expect(await page.evaluate(tooWide), `${name} fits a phone`).toEqual([]);
}

/** Compares what a window of the page shows with the pictures of that name: in light, in dark, and on a phone. */
export async function expectTheLook(page: Page, name: string, covered: readonly Locator[]): Promise<void> {
  for (const [variant, colorScheme, size] of VARIANTS) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(size);
    await settled(page);
    await expect.soft(page).toHaveScreenshot(`${name}-${variant}.png`, { mask: [...covered] });
  }
}

/** Waits for the next frame and for what moves in it: colours that change take a moment even with reduced motion. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const painted = new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)));
    const ends = (animation: Animation): boolean => animation.effect?.getComputedTiming().endTime !== Infinity;
    const moved = Promise.allSettled(document.getAnimations().filter(ends).map((animation) => animation.finished));
    // What was replaced meanwhile may never say that it has finished.
    await Promise.race([Promise.all([painted, moved]), new Promise((waited) => setTimeout(waited, 2000))]);
  });
}

async function picture(page: Page, name: string): Promise<void> {
  if (screenshots === undefined) return;
  await mkdir(screenshots, { recursive: true });
  await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
}

/** In the page: what makes it wider than its window; nothing when it fits. */
function tooWide(): string[] {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const scrolls = (element: Element | null): boolean =>
    element !== null &&
    element !== root &&
    (/auto|scroll|hidden|clip/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
  const wide = [...document.body.querySelectorAll("*")].filter(
    (element) => element.getBoundingClientRect().right > root.clientWidth + 0.5 && !scrolls(element.parentElement),
  );
  const named = wide.slice(0, 5).map((element) => {
    const { right } = element.getBoundingClientRect();
    return `<${element.tagName.toLowerCase()} class="${element.getAttribute("class") ?? ""}"> ends at ${Math.round(right)} px`;
  });
  return [`${root.scrollWidth} px wide instead of ${root.clientWidth}`, ...named];
}
