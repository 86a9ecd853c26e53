/* The table of `./x bench ui`: bars, what was measured, and whether it meets them. */
import { appendFileSync } from "node:fs";
import { type Browser, test } from "@playwright/test";

/** What a number must reach. */
export interface Bar {
  readonly limit: number;
  readonly unit: string;
  readonly better: "less" | "more";
  /** Digits after the point. */
  readonly digits: number;
}

export const atMost = (limit: number, unit: string, digits = 0): Bar => ({ limit, unit, better: "less", digits });
export const atLeast = (limit: number): Bar => ({ limit, unit: "", better: "more", digits: 0 });

/** Puts a number beside its bar, with a remark on how it came about. */
export type Found<What extends string> = (what: What, value: number, remark?: string) => void;

/** A line of the table, as `xtask/src/bench/ui.rs` reads it. */
interface Row {
  readonly what: string;
  readonly bar: string;
  readonly measured: string;
  readonly met: boolean;
}

const inUnit = (value: string, { unit }: Bar): string => [value, unit].filter(Boolean).join(" ");

function put(what: string, bar: Bar, measured: string, met: boolean): void {
  const row: Row = { what, bar: `${bar.better === "less" ? "≤" : "≥"} ${inUnit(String(bar.limit), bar)}`, measured, met };
  const file = process.env["BENCH_ROWS"];
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(row)}\n`);
  else console.log(`${row.what} | ${row.bar} | ${row.measured} | ${row.met ? "met" : "MISSED"}`);
}

/**
 * Measures something that fills some rows of the table. What fails is no failure of the run: rows that are still open
 * then say why.
 */
export function measure<What extends string>(
  title: string,
  bars: Readonly<Record<What, Bar>>,
  body: (browser: Browser, found: Found<What>) => Promise<void>,
): void {
  test(title, async ({ browser }) => {
    const open = new Map<string, Bar>(Object.entries(bars));
    const found: Found<What> = (what, value, remark) => {
      const bar = bars[what];
      const number = inUnit(value.toFixed(bar.digits), bar);
      open.delete(what);
      const met = bar.better === "less" ? value <= bar.limit : value >= bar.limit;
      put(what, bar, remark === undefined ? number : `${number} (${remark})`, met);
    };
    try {
      await body(browser, found);
    } catch (error) {
      for (const [what, bar] of open) put(what, bar, `not possible: ${inShort(error)}`, false);
    }
  });
}

/** What happened, in one line of a table. */
function inShort(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const lines = text.replaceAll(/\u001b\[\d+m/g, "").split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "").slice(0, 2).join(" ").slice(0, 240);
}

/** The value below which this share of the values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new Error("nothing was measured");
  return value;
}

export const median = (values: readonly number[]): number => percentile(values, 0.5);
