import type { Region, RowRange, SheetClaims, SheetDocument } from "../../model/manifest.ts";
import type { Pane } from "./line.ts";

/** What a row of a table is. `skipped`: units, series ids, repeated headers, placeholders. */
export type RowRole = "header" | "unit" | "data" | "total" | "section" | "skipped" | "note";

export interface FoundColumn {
  /** 0-based. */
  readonly index: number;
  /** Top to leaf, as printed. */
  readonly header: readonly string[];
  /** Texts of unit lines over the column. */
  readonly unit: string | null;
  /** Numbers dominate among what was sampled. */
  readonly numeric: boolean;
  readonly fillDown: boolean;
}

/** A published total that its rows were seen to add up to. */
export interface FoundAssertion {
  readonly row: number;
  readonly of: readonly RowRange[];
  /** 0-based columns of the sheet. */
  readonly columns: readonly number[];
}

/** A table as the search sees it, before all its rows were read. */
export interface FoundTable {
  readonly pane: Pane;
  readonly top: number;
  /** First column with a name, a value or the label of a section. */
  readonly left: number;
  readonly bottom: number;
  readonly columns: readonly FoundColumn[];
  /** Columns with cells between the others that are no columns: stray or helper cells. */
  readonly helpers: readonly number[];
  readonly headerRows: readonly number[];
  readonly unitRows: readonly number[];
  readonly dataRows: readonly RowRange[];
  readonly totalRows: readonly RowRange[];
  readonly sectionRows: readonly RowRange[];
  readonly skippedRows: readonly RowRange[];
  readonly notesInside: readonly number[];
  /** Placeholders and labels below the last row. */
  readonly rowsBehind: readonly number[];
  readonly title: string | null;
  readonly titleRows: readonly number[];
  readonly notes: readonly string[];
  readonly markerMeanings: Readonly<Record<string, string>>;
  readonly assertions: readonly FoundAssertion[];
  readonly confidence: number;
  readonly quarantined: boolean;
  readonly reasons: readonly string[];
}

export interface FoundSheet {
  readonly tables: readonly FoundTable[];
  readonly titleRows: readonly number[];
  readonly notesRows: readonly RowRange[];
  readonly quarantined: boolean;
  readonly reasons: readonly string[];
}

/** One sheet, seen. */
export interface SheetSeen {
  readonly regions: readonly Region[];
  readonly claims: SheetClaims;
  /** Its words, if it documents other sheets. */
  readonly document: SheetDocument | null;
}

/** Ascending rows as inclusive ranges; rows that follow each other make one. */
export function rangesOf(rows: Iterable<number>): RowRange[] {
  const ranges: [number, number][] = [];
  for (const row of [...rows].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] >= row - 1) last[1] = Math.max(last[1], row);
    else ranges.push([row, row]);
  }
  return ranges;
}

/** Ranges of the same kind joined where they touch. */
export function joinRanges(ranges: readonly RowRange[]): RowRange[] {
  const joined: [number, number][] = [];
  for (const [first, last] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const open = joined.at(-1);
    if (open !== undefined && open[1] >= first - 1) open[1] = Math.max(open[1], last);
    else joined.push([first, last]);
  }
  return joined;
}

export function countRows(ranges: readonly RowRange[]): number {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}
