/* Watches pages for what must never happen: errors and warnings in the console, exceptions, broken requests. */
import { type BrowserContext, type ConsoleMessage, expect, type Page } from "@playwright/test";

/** Chromium reports every answer of 400 and above as a console error. */
const REFUSED = /the server responded with a status of (\d{3})/;

/** A page that runs no scripts has no use for what is fetched ahead for them; it cannot know that beforehand. */
const UNUSED = /was preloaded using link preload but not used/;

/** What happened on the watched pages. */
export class Watch {
  readonly #problems: string[] = [];
  readonly #expected = new Set<number>();

  /** Watches every page of a context, those it has and those to come. */
  context(context: BrowserContext, runsScripts: boolean): void {
    context.pages().forEach((page) => this.#page(page, runsScripts));
    context.on("page", (page) => this.#page(page, runsScripts));
  }

  /** Answers with these statuses are part of what is tested: a form that is refused, a page that is not there. */
  expectStatus(...statuses: number[]): void {
    statuses.forEach((status) => this.#expected.add(status));
  }

  #page(page: Page, runsScripts: boolean): void {
    page.on("console", (message) => {
      if (runsScripts || !UNUSED.test(message.text())) this.#message(page, message);
    });
    page.on("pageerror", (error) => this.#problems.push(`exception on ${page.url()}: ${error.stack ?? error.message}`));
    page.on("crash", () => this.#problems.push(`${page.url()} crashed`));
  }

  #message(page: Page, message: ConsoleMessage): void {
    if (message.type() !== "error" && message.type() !== "warning") return;
    const status = Number(REFUSED.exec(message.text())?.[1]);
    if (this.#expected.has(status)) return;
    const { url } = message.location();
    this.#problems.push(`console ${message.type()} on ${page.url()} (${url}): ${message.text()}`);
  }

  /** Fails if anything happened since the last time; begins anew. */
  verify(): void {
    const problems = this.#problems.splice(0);
    this.#expected.clear();
    expect(problems, "errors in the browser").toEqual([]);
  }
}
