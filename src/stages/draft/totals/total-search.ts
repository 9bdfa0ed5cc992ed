import { cellAt, type Line } from "../lines/line.ts";
import type { Matrix } from "./sums.ts";

/** Longer tables are searched by words only. */
export const MOST_LINES = 20_000;

/** The rows of a table in search of totals. Rows are indexes into `lines`. */
export interface Search {
  readonly lines: readonly Line[];
  readonly keys: readonly number[];
  /** The columns of `values`. */
  readonly measures: readonly number[];
  readonly values: Matrix;
  readonly totals: Map<number, string>;
  /** Rows whose label is a word of totals. */
  readonly called: Set<number>;
  /** Rows that were taken for totals by nothing but how their labels stand. */
  readonly byLabels: Set<number>;
  /** Of the columns that were asked for. */
  readonly texts: Map<number, readonly string[]>;
}

/** The texts of a column, row by row; "" where there is no cell. */
export function textsOf({ lines, texts }: Search, key: number): readonly string[] {
  const known = texts.get(key);
  if (known !== undefined) return known;
  const found = lines.map((line) => cellAt(line, key)?.text ?? "");
  texts.set(key, found);
  return found;
}

export function textAt(search: Search, at: number, key: number): string {
  return textsOf(search, key)[at] ?? "";
}
