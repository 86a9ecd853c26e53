/* What the tests of a file have running, and what is checked after each of them. */
import { test } from "@playwright/test";
import { type Drawbridge, startDrawbridge, startUpstream, type Upstream } from "./server.ts";
import { Watch } from "./watch.ts";

export { expect, test } from "@playwright/test";

/** A Drawbridge with an MCP server behind it, and the watch over all windows that look at it. */
export interface World {
  readonly upstream: Upstream;
  readonly drawbridge: Drawbridge;
  readonly watch: Watch;
}

/** Starts a world for the tests of a file: an empty one, or a demonstration. After each test the watch must be quiet. */
export function world(kind: "empty" | "demo"): () => World {
  let upstream: Upstream | undefined;
  let drawbridge: Drawbridge | undefined;
  const watch = new Watch();
  test.beforeAll(async () => {
    test.setTimeout(120_000);
    upstream = await startUpstream();
    drawbridge = await startDrawbridge(kind === "demo" ? upstream : undefined);
  });
  test.afterEach(async ({}, info) => {
    if (drawbridge && info.status !== info.expectedStatus) {
      await info.attach("drawbridge.log", { body: drawbridge.log, contentType: "text/plain" });
    }
    watch.verify();
  });
  test.afterAll(async () => {
    await drawbridge?.stop();
    await upstream?.stop();
  });
  return () => {
    if (!upstream || !drawbridge) throw new Error("the world begins with the first test; do not ask for it earlier");
    return { upstream, drawbridge, watch };
  };
}
