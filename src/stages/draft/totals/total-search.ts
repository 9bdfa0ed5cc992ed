import { cellAt, type Line } from "../lines/line.ts";
import type { Matrix } from "./sums.ts";

/** Longer tables are searched by words only. */
export const MOST_LINES = 20_000;

/** The rows of a table in search of totals. Rows are indexes into `lines`. */
export interface Search {
  readonly lines: readonly Line[];
  readonly keys: readonly number[];
  readonly values: Matrix;
  readonly totals: Map<number, string>;
}

export function textAt(search: Search, at: number, key: number): string {
  const line = search.lines[at];
  return line === undefined ? "" : (cellAt(line, key)?.text ?? "");
}
