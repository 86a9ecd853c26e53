/* What is tested, and with which browser: from `./x` by environment, otherwise what the last build left. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The repository's file at this path. */
export const inRepository = root;

/** The server under test. */
export const drawbridgeProgram = process.env["DRAWBRIDGE_BIN"] ?? root("target/debug/drawbridge");

/** The MCP server behind it. */
export const fixtureProgram = process.env["MCP_FIXTURE_BIN"] ?? root("target/debug/mcp-fixture");

/** What fills an audit log for measurements. */
export const auditSeedProgram = process.env["AUDIT_SEED_BIN"] ?? root("target/debug/audit-seed");

/** The console's files. */
export const site = process.env["DRAWBRIDGE_SITE"] ?? root("target/site");

/** The system's Chromium; absent where Playwright's own is to be used. */
export const chromium =
  process.env["CHROMIUM"] ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => existsSync(path));

/** Where screenshots of every page go; absent unless they were asked for with SCREENSHOTS=1. */
export const screenshots = process.env["SCREENSHOTS"] === "1" ? root("end2end/screenshots-out") : undefined;
