/*
 * Measures the console. `./x bench ui` builds what this needs, passes it on by environment like `./x e2e`, and prints
 * the rows as a table; run by hand (`npx playwright test --config bench`), the rows are printed as they are found.
 */
import { defineConfig } from "@playwright/test";
import tests from "../playwright.config.ts";

export default defineConfig(tests, {
  testDir: ".",
  testMatch: "*.bench.ts",
  outputDir: "../test-results",
  // One thing at a time: nothing else may take the machine's time from what is measured.
  workers: 1,
  timeout: 1_200_000,
  use: { contextOptions: { reducedMotion: "no-preference" }, trace: "off" },
});
