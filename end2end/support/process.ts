/* Programs that run beside the tests, and end with them. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** How long a program may take to end after SIGTERM. */
const GRACE_MS = 15_000;
/** Lines of output that are kept for the report of a failure. */
const KEPT_LINES = 400;

const running = new Set<ChildProcess>();
process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));

interface Waiter {
  wanted: RegExp;
  found(match: RegExpExecArray): void;
}

/** A program with what it has said so far. */
export class Program {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  readonly #output: string[] = [];
  readonly #log: string[] = [];
  #waiters: Waiter[] = [];

  constructor(name: string, command: string, args: readonly string[], environment: Record<string, string>) {
    this.name = name;
    this.#child = spawn(command, args, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
    running.add(this.#child);
    this.#ended = new Promise((resolve) => {
      this.#child.once("error", (error) => {
        this.#note(String(error));
        running.delete(this.#child);
        resolve();
      });
      this.#child.once("close", () => {
        running.delete(this.#child);
        resolve();
      });
    });
    const { stdout, stderr } = this.#child;
    if (stdout) createInterface({ input: stdout }).on("line", (line) => this.#said(line));
    if (stderr) createInterface({ input: stderr }).on("line", (line) => this.#note(line));
  }

  #note(line: string): void {
    this.#log.push(line);
    if (this.#log.length > KEPT_LINES) this.#log.shift();
  }

  #said(line: string): void {
    this.#note(line);
    this.#output.push(line);
    this.#waiters = this.#waiters.filter((waiter) => {
      const match = waiter.wanted.exec(line);
      if (match) waiter.found(match);
      return !match;
    });
  }

  /** The last lines that it wrote, to either stream. */
  get log(): string {
    return this.#log.join("\n");
  }

  /** Waits until it writes a line of this form on standard output, and returns the match. */
  async says(wanted: RegExp, deadlineMs = 30_000): Promise<RegExpExecArray> {
    for (const line of this.#output) {
      const match = wanted.exec(line);
      if (match) return match;
    }
    let deadline: NodeJS.Timeout | undefined;
    try {
      return await Promise.race([
        new Promise<RegExpExecArray>((found) => this.#waiters.push({ wanted, found })),
        this.#ended.then(() => Promise.reject(new Error(`${this.name} ended before it said ${wanted}:\n${this.log}`))),
        new Promise<never>((_, reject) => {
          deadline = setTimeout(
            () => reject(new Error(`${this.name} did not say ${wanted} within ${deadlineMs} ms:\n${this.log}`)),
            deadlineMs,
          );
        }),
      ]);
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Ends it: asks first, then insists. */
  async stop(): Promise<void> {
    if (!running.has(this.#child)) return;
    this.#child.kill("SIGTERM");
    const insist = setTimeout(() => this.#child.kill("SIGKILL"), GRACE_MS);
    await this.#ended;
    clearTimeout(insist);
  }
}
