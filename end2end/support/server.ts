/* A Drawbridge of its own for each group of tests: the real program, an empty data directory, a free port. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { auditSeedProgram, drawbridgeProgram, fixtureProgram, site } from "./environment.ts";
import { Program } from "./process.ts";

/** The environment without any settings of Drawbridge, so that those of a developer do not leak into tests. */
function environment(added: Record<string, string>): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !entry[0].startsWith("DRAWBRIDGE_") && entry[0] !== "DATABASE_URL",
  );
  return { ...Object.fromEntries(kept), ...added };
}

/** The fixture MCP server. */
export interface Upstream {
  /** Its MCP endpoint. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts the fixture MCP server on a free port. */
export async function startUpstream(): Promise<Upstream> {
  const program = new Program("mcp-fixture", fixtureProgram, ["--tools", "demo"], environment({}));
  const [, url = ""] = await program.says(/^listening on (\S+)$/);
  return { url, stop: () => program.stop() };
}

/** A running Drawbridge. */
export interface Drawbridge {
  /** Its address, without a slash at the end. */
  readonly url: string;
  /** The last lines of its output. */
  readonly log: string;
  /** The link that makes the first administrator; waits until it is printed. */
  setupLink(): Promise<string>;
  /** Who can sign in to a demonstration; waits until it is printed. */
  demoAccounts(): Promise<{ admin: string; employee: string; password: string }>;
  stop(): Promise<void>;
}

/** Makes an empty data directory. */
export const makeDataDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), "drawbridge-e2e-"));

/** Adds calls to the audit log of a data directory that no Drawbridge uses now and a demonstration has filled. */
export async function seedAudit(data: string, events: number): Promise<void> {
  const args = ["--data-dir", data, "--events", String(events)];
  const program = new Program("audit-seed", auditSeedProgram, args, environment({}));
  await program.says(/^added \d+ events$/, 900_000);
  await program.stop();
}

/**
 * Starts Drawbridge; with an upstream, as a demonstration that calls it. Its data directory is a new one that goes when
 * it stops, or the given one, which stays.
 */
export async function startDrawbridge(demo?: Upstream, kept?: string): Promise<Drawbridge> {
  const data = kept ?? (await makeDataDirectory());
  const program = new Program(
    "drawbridge",
    drawbridgeProgram,
    ["serve", "--data-dir", data, "--listen", "127.0.0.1:0", ...(demo ? ["--demo"] : [])],
    environment({
      DRAWBRIDGE_SITE: site,
      DRAWBRIDGE_ALLOW_LOOPBACK: "true",
      DRAWBRIDGE_LOG: "warn",
      DRAWBRIDGE_SHUTDOWN_GRACE: "2",
      ...(demo ? { DRAWBRIDGE_DEMO_UPSTREAM: demo.url } : {}),
    }),
  );
  const stop = async (): Promise<void> => {
    await program.stop();
    if (kept === undefined) await rm(data, { recursive: true, force: true });
  };
  try {
    const [, url = ""] = await program.says(/^Drawbridge \S+ listens on (\S+)$/, 60_000);
    return {
      url,
      get log() {
        return program.log;
      },
      setupLink: async () => (await program.says(/^\s*(http\S+\/setup\?\S+)$/))[1] ?? "",
      demoAccounts: async () => {
        const [, admin = "", employee = "", password = ""] = await program.says(
          /Sign in with (\S+) or (\S+) and the password (.+)$/,
        );
        return { admin, employee, password };
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
