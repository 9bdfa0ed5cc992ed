import type {
  Region,
  RowRange,
  SheetClaims,
  SheetDocument,
} from "../../../model/manifest/manifest.ts";
import type { Pane } from "../lines/line.ts";
import type { FoundAssertion } from "../totals/assertions.ts";

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
  /** The row of the sheet that gives each of them. */
  readonly markerRows: Readonly<Record<string, number>>;
  readonly assertions: readonly FoundAssertion[];
  readonly confidence: number;
  readonly quarantined: boolean;
  readonly reasons: readonly string[];
  /** Of these, what the report of a load says too: rows that could be something else. */
  readonly remarks: readonly string[];
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
