/*
 * The browser tests. `./x e2e` builds what they need and passes it on by environment (support/environment.ts); run by
 * hand, they take the binaries and the site of the last build.
 */
import { defineConfig } from "@playwright/test";
import { chromium } from "./support/environment.ts";

export default defineConfig({
  testDir: "specs",
  outputDir: "test-results",
  // Each file has servers and data of its own, so files may run beside each other; tests of a file follow each other.
  workers: 2,
  fullyParallel: false,
  forbidOnly: Boolean(process.env["CI"]),
  retries: 0,
  timeout: 60_000,
  expect: {
    timeout: 10_000,
    // Letters are drawn a little differently from one Chromium to the next; colours, sizes and places are not.
    toHaveScreenshot: { threshold: 0.25, maxDiffPixelRatio: 0.02, scale: "css" },
  },
  snapshotPathTemplate: "{testDir}/../looks/{arg}{ext}",
  reporter: [["list"]],
  use: {
    browserName: "chromium",
    viewport: { width: 1280, height: 900 },
    locale: "en-GB",
    timezoneId: "UTC",
    colorScheme: "light",
    contextOptions: { reducedMotion: "reduce" },
    actionTimeout: 10_000,
    navigationTimeout: 15_000,
    trace: "retain-on-failure",
    launchOptions: {
      ...(chromium === undefined ? {} : { executablePath: chromium }),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-default-apps",
        "--no-first-run",
      ],
    },
  },
});
