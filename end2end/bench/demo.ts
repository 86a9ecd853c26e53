/* The demonstration that is measured. */
import type { Browser } from "@playwright/test";
import type { Console } from "../support/console.ts";
import { type Role, signedIn } from "../support/every-page.ts";
import type { Drawbridge } from "../support/server.ts";
import type { World } from "../support/test.ts";
import { Watch } from "../support/watch.ts";

/** A window of one of its people. What goes wrong in it is the business of the tests, so nobody asks its watch. */
export const open = (browser: Browser, world: World, role: Role): Promise<Console> =>
  signedIn(browser, { ...world, watch: new Watch() }, role);

/** The pages that an administrator has open most. */
export const PAGES = ["home", "inbox", "a server", "audit"] as const;

/** Where one of them is. */
export async function addressOf(page: (typeof PAGES)[number], console: Console): Promise<string> {
  if (page !== "a server") return { home: "/", inbox: "/inbox", audit: "/audit" }[page];
  const servers = await (await console.context.request.get("/servers?status=active")).text();
  const server = /href="(\/servers\/srv_[^"?]+)"/.exec(servers)?.[1];
  if (server === undefined) throw new Error("the list of servers shows no server");
  return server;
}

/** The REST interface with somebody's key. */
export class Rest {
  readonly #on: Drawbridge;
  readonly #key: string;

  constructor(on: Drawbridge, key: string) {
    this.#on = on;
    this.#key = key;
  }

  async get<Answer>(path: string): Promise<Answer> {
    return this.#ask<Answer>(path, "GET", undefined);
  }

  async post<Answer>(path: string, body: object): Promise<Answer> {
    return this.#ask<Answer>(path, "POST", JSON.stringify(body));
  }

  async #ask<Answer>(path: string, method: string, body: string | undefined): Promise<Answer> {
    const response = await fetch(`${this.#on.url}/api/v1${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.#key}`, "Content-Type": "application/json" },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as Answer;
  }
}
