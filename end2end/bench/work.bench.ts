/* What frequent work costs an administrator: keys, clicks and seconds, from the home page. */
import type { Locator, Page } from "@playwright/test";
import { type Console, REASONS } from "../support/console.ts";
import { world } from "../support/test.ts";
import { open, Rest } from "./demo.ts";
import { atMost, measure } from "./table.ts";

/** From one key to the next, for somebody who knows the way. */
const TYPING_MS = 250;
/** After so long a key or a click has led nowhere. */
const STEP_MS = 5_000;
/** How long a connection test may take. */
const TEST_MS = 20_000;

const here = world("demo");

const KEYS = "Approving a catalog request by keyboard, keys";
const SECONDS = "Approving a catalog request by keyboard, seconds";

measure("approval by keyboard", { [KEYS]: atMost(6, "keys"), [SECONDS]: atMost(20, "s", 1) }, async (browser, found) => {
  const employee = await open(browser, here(), "employee");
  const asks = new Rest(here().drawbridge, await employee.createKey("bench"));
  await employee.context.close();
  const admin = await open(browser, here(), "admin");
  const decides = new Rest(here().drawbridge, await admin.createKey("bench"));
  const request = await askFor(asks, decides, here().upstream.url);

  await admin.goto("/");
  const keys = new Keys(admin.page);
  const begin = Date.now();
  await keys.press("g", "i");
  await keys.led("to the inbox", admin.page.waitForURL((url) => url.pathname === "/inbox", { timeout: STEP_MS }));
  const row = admin.page.locator("main tbody a[href^='/inbox/']");
  await row.first().waitFor();
  await keys.press("Enter");
  await keys.led("to the request", admin.page.waitForURL((url) => url.pathname === `/inbox/${request}`, { timeout: STEP_MS }));
  await admin.page.getByText(/test the connection|connection test/i).first().waitFor();
  const approve = admin.page.locator("main form").filter({ has: admin.button(/^Approve/) });
  if (!(await approve.isVisible())) {
    await keys.press("t");
    await keys.led("to a tested connection", approve.waitFor({ timeout: TEST_MS }));
  }
  await keys.press("a");
  await keys.led("to the approval", hasFocus(approve));
  await keys.press("Enter");
  await keys.led("to an approved request", becomes(decides, request, "approved"));
  const seconds = (Date.now() - begin) / 1_000;
  await admin.context.close();
  found(KEYS, keys.pressed.length, keys.pressed.join(" "));
  found(SECONDS, seconds, `${TYPING_MS} ms between keys`);
});

/** Leaves one request in the inbox: for an entry of the catalog, at the address of a server that answers. */
async function askFor(employee: Rest, admin: Rest, url: string): Promise<string> {
  const waiting = await admin.get<{ data: { id: string }[] }>("/requests?state=pending");
  const rejection = { issue: "Something is measured here.", what_to_fix: "Ask again afterwards." };
  for (const { id } of waiting.data) await admin.post(`/requests/${id}/reject`, rejection);
  const request = await employee.post<{ id: string }>("/requests", {
    kind: "server",
    catalog_name: "com.deepwiki/mcp",
    name: "DeepWiki",
    slug: "deepwiki-bench",
    description: "Documentation of public repositories.",
    transport: "streamable_http",
    url,
    auth: "none",
    why_needed: REASONS["Why do you need it?"],
    use_case: REASONS["Use case"],
    expected_value: REASONS["Expected value"],
    not_a_duplicate: true,
  });
  return request.id;
}

/** Waits until a request has this state. */
async function becomes(rest: Rest, request: string, state: string): Promise<void> {
  const end = Date.now() + STEP_MS;
  while ((await rest.get<{ state: string }>(`/requests/${request}`)).state !== state) {
    if (Date.now() > end) throw new Error(`the request is not ${state}`);
  }
}

/** Waits until the focus is on this or in it. */
async function hasFocus(locator: Locator): Promise<void> {
  const focused = locator.and(locator.page().locator(":focus, :focus-within"));
  await focused.waitFor({ timeout: STEP_MS });
}

/** Keys that were pressed, and what they led to. */
class Keys {
  readonly pressed: string[] = [];
  readonly #page: Page;
  #last: readonly string[] = [];

  constructor(page: Page) {
    this.#page = page;
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) {
      await this.#page.waitForTimeout(TYPING_MS);
      await this.#page.keyboard.press(key);
      this.pressed.push(key);
    }
    this.#last = keys;
  }

  /** Waits for what the last keys should have led to. */
  async led(where: string, there: Promise<unknown>): Promise<void> {
    await there.catch(() => {
      throw new Error(`${this.#last.join(" ")} did not lead ${where}, after ${this.pressed.join(" ")}`);
    });
  }
}

const REVOKE = "Revoking somebody's access, clicks from the home page";

measure("revoking access", { [REVOKE]: atMost(3, "clicks") }, async (browser, found) => {
  const admin = await open(browser, here(), "admin");
  const rest = new Rest(here().drawbridge, await admin.createKey("bench clicks"));
  const ways: string[][] = [];
  for (const start of STARTS) {
    const way = await revoke(admin, rest, start);
    if (way !== undefined) ways.push(way);
  }
  await admin.context.close();
  const shortest = ways.sort((a, b) => a.length - b.length)[0];
  if (shortest === undefined) throw new Error("no way from the home page took anybody's access away");
  found(REVOKE, shortest.length, shortest.join(" › "));
});

/** Where ways to take access away may begin: on the home page itself, or with a page of the navigation. */
const STARTS = [undefined, "/policies", "/users", "/servers"] as const;
/** Longer ways are none. */
const MOST_CLICKS = 6;
/** What takes access away, or confirms it, is called so. */
const TAKES_AWAY = /^\s*(revoke|remove access|end access|take away)/i;
/** Where rules are, deleting one does. */
const DELETES = /^\s*(revoke|delete)/i;

interface RuleView {
  readonly principal: { readonly type: string };
  readonly effect: string;
  readonly principal_name: string;
  readonly server_name: string;
  readonly in_force: boolean;
}

/** Takes somebody's access away as a person would who has never done it; the names of what was clicked. */
async function revoke(admin: Console, rest: Rest, start: (typeof STARTS)[number]): Promise<string[] | undefined> {
  const inForce = async (): Promise<RuleView[]> =>
    (await rest.get<{ data: RuleView[] }>("/rules")).data.filter((rule) => rule.in_force && rule.effect === "allow");
  const before = await inForce();
  const somebody = before.find((rule) => rule.principal.type === "user");
  if (somebody === undefined) throw new Error("nobody has access of their own");
  await admin.goto("/");
  const clicked: string[] = [];
  const click = async (control: Locator, name: string): Promise<void> => {
    await control.click({ timeout: STEP_MS });
    clicked.push(name);
    // What was clicked may load a page, open a dialog or change a row.
    await admin.page.waitForTimeout(800);
  };
  if (start !== undefined) await click(admin.navigation.locator(`a[href='${start}']`), start);
  while (clicked.length < MOST_CLICKS) {
    const dialog = admin.page.locator("dialog[open]");
    const within = (await dialog.count()) > 0 ? dialog : admin.page.locator("main");
    const onRules = new URL(admin.page.url()).pathname.startsWith("/policies");
    const controls = within.locator("a, button:enabled").filter({ hasText: onRules ? DELETES : TAKES_AWAY, visible: true });
    const row = within
      .locator("tbody tr")
      .filter({ hasText: new RegExp(`${somebody.principal_name}|${somebody.server_name}`) })
      .locator("a[href^='/']");
    const tab = within.locator("a[href*='tab=permissions']:not([aria-current])");
    if ((await controls.count()) > 0) await click(controls.first(), await nameOf(controls.first()));
    else if (start !== undefined && (await row.count()) > 0) await click(row.first(), "its row");
    else if ((await tab.count()) > 0) await click(tab.first(), await nameOf(tab.first()));
    else return undefined;
    if ((await inForce()).length < before.length) return clicked;
  }
  return undefined;
}

const nameOf = async (control: Locator): Promise<string> => ((await control.textContent()) ?? "").trim();

const WHY = "Finding out why a call was denied, clicks from the home page";

measure("why a call was denied", { [WHY]: atMost(2, "clicks") }, async (browser, found) => {
  const admin = await open(browser, here(), "admin");
  await admin.goto("/");
  const event = admin.card("Recent denials").locator("a[href^='/audit/']");
  const clicked: string[] = [];
  if ((await event.count()) === 0) {
    await admin.page.locator("main a[href^='/audit?'][href*='denied']").first().click({ timeout: STEP_MS });
    clicked.push("denied calls");
  }
  const row = admin.page.locator("main a.row-link[href*='event=']").first();
  await ((await event.count()) > 0 ? event.first() : row).click({ timeout: STEP_MS });
  clicked.push("the call");
  await admin.page.getByText("Why", { exact: true }).waitFor({ timeout: STEP_MS });
  await admin.context.close();
  found(WHY, clicked.length, clicked.join(" › "));
});
