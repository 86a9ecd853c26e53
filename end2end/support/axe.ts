/* Accessibility, as far as a program can judge it: axe with all its rules. */
import axe, { type AxeResults } from "axe-core";
import { expect, type Page } from "@playwright/test";

/** Fails when axe finds anything wrong with the page as it is shown now. */
export async function expectAccessible(page: Page, what: string): Promise<void> {
  // Evaluated by the debugger, so the page's Content-Security-Policy stays as it is.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  const violations = await page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(options: object): Promise<AxeResults> } };
    const results = await axe.run({ resultTypes: ["violations"] });
    return results.violations.map(({ id, help, nodes }) => ({
      rule: `${id}: ${help}`,
      where: nodes.slice(0, 5).map((node) => `${node.target.join(" ")} — ${node.failureSummary ?? ""}`),
    }));
  });
  expect(violations, `axe on ${what}`).toEqual([]);
}
