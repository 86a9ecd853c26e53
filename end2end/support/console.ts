/* What people do in the console again and again, in the words that they see. */
import { type Browser, type BrowserContext, type BrowserContextOptions, expect, type Locator, type Page } from "@playwright/test";
import type { Drawbridge } from "./server.ts";
import type { Watch } from "./watch.ts";

/** Somebody with a name, an address and a password. */
export interface Person {
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

/** The first administrator of the tests. */
export const ADA: Person = { name: "Ada Lovelace", email: "ada@example.com", password: "nine planks over the moat" };

/** The employee of the tests. */
export const GRACE: Person = { name: "Grace Hopper", email: "grace@example.com", password: "a moth in relay seventy" };

/** A browser window of somebody, with the console of one Drawbridge in it. */
export class Console {
  readonly page: Page;
  readonly #script: boolean;

  private constructor(page: Page, script: boolean) {
    this.page = page;
    this.#script = script;
  }

  /** Opens a window with cookies of its own, and watches it. */
  static async open(browser: Browser, on: Drawbridge, watch: Watch, options: BrowserContextOptions = {}): Promise<Console> {
    const context = await browser.newContext({ baseURL: on.url, ...options });
    const runsScripts = options.javaScriptEnabled !== false;
    watch.context(context, runsScripts);
    return new Console(await context.newPage(), runsScripts);
  }

  get context(): BrowserContext {
    return this.page.context();
  }

  /** Goes to a path (or address) and waits until the page can be used; returns the status of the answer. */
  async goto(path: string): Promise<number> {
    const response = await this.page.goto(path);
    await this.ready();
    return response?.status() ?? 0;
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  /** Waits until the page is interactive; without JavaScript it always is. */
  async ready(): Promise<void> {
    if (!this.#script) return;
    await this.page.locator("html[data-hydrated]").waitFor({ state: "attached" });
    // Parts that come to life late.
    await expect(this.page.locator("[data-still]")).toHaveCount(0);
  }

  /** Waits for a page that was loaded as a whole, by its path. */
  async arrives(path: string | RegExp): Promise<void> {
    await expect(this.page).toHaveURL((url) => (typeof path === "string" ? url.pathname === path : path.test(url.pathname)));
    await this.ready();
  }

  /** The heading of the page. */
  get title(): Locator {
    return this.page.getByRole("heading", { level: 1 });
  }

  /** The field with exactly this label, apart from the remark that it is optional. */
  field(label: string, within: Page | Locator = this.page): Locator {
    const escaped = label.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return within.getByLabel(new RegExp(`^${escaped}(\\s*optional)?$`));
  }

  link(name: string | RegExp, within: Page | Locator = this.page): Locator {
    return within.getByRole("link", { name, ...(typeof name === "string" ? { exact: true } : {}) });
  }

  button(name: string | RegExp, within: Page | Locator = this.page): Locator {
    return within.getByRole("button", { name, ...(typeof name === "string" ? { exact: true } : {}) });
  }

  dialog(title: string): Locator {
    return this.page.getByRole("dialog", { name: title });
  }

  /** The row of a table that has this text. */
  row(text: string | RegExp): Locator {
    return this.page.getByRole("row").filter({ hasText: text });
  }

  /** The part of the page with this heading. */
  card(title: string): Locator {
    return this.page
      .locator("section")
      .filter({ has: this.page.getByRole("heading", { level: 2, name: title, exact: true }) });
  }

  /** The navigation beside the content. */
  get navigation(): Locator {
    return this.page.getByRole("navigation", { name: "Main", exact: true });
  }

  /** What was just done, in a banner. */
  async notices(text: string | RegExp): Promise<void> {
    await expect(this.page.getByRole("status").filter({ hasText: text })).toBeVisible();
  }

  /** The secret that is shown once. */
  async shownOnce(): Promise<string> {
    const secret = this.page.locator("[data-secret-once]");
    await expect(secret).toBeVisible();
    return secret.inputValue();
  }

  async signIn(person: Person): Promise<void> {
    await this.goto("/login");
    await this.field("Email").fill(person.email);
    await this.field("Password").fill(person.password);
    await this.button("Sign in").click();
    await this.arrives("/");
  }

  /** Uses an invitation. */
  async join(link: string, person: Person): Promise<void> {
    await this.goto(link);
    await this.field("Password").fill(person.password);
    await this.button("Join").click();
    await this.arrives("/");
  }

  /** Makes an API key and returns its secret. */
  async createKey(name: string): Promise<string> {
    await this.goto("/keys?dialog=new");
    const dialog = this.dialog("New API key");
    await this.field("Name", dialog).fill(name);
    await this.button("Create key", dialog).click();
    await expect(dialog.getByText("Copy the key now")).toBeVisible();
    return this.shownOnce();
  }

  /** Fills the fields of the form for a custom server that it names. */
  async fillRequest(values: RequestText): Promise<void> {
    for (const [label, text] of Object.entries(values)) await this.field(label).fill(text);
  }
}

/** Texts of the form for a custom server, by the labels of their fields. */
export type RequestText = Partial<
  Record<
    | "Name"
    | "Slug"
    | "Description"
    | "Server address"
    | "Why do you need it?"
    | "Use case"
    | "Expected value"
    | "Alternatives considered",
    string
  >
>;

/** Reasons that a reviewer can decide by. */
export const REASONS: RequestText = {
  "Why do you need it?": "Our issues live in the tracker and the assistant cannot see them.",
  "Use case": "Summarise the open issues of a release before the weekly meeting.",
  "Expected value": "About two hours a week for each of eight people.",
};

/** The UTC day so many days from now, as a date field takes it. */
export function dayFromNow(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}
