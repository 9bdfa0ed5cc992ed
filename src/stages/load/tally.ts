import type { SourceContract } from "../../model/manifest/manifest.ts";
import type { EncodedCell } from "./encode-cell.ts";

export interface ColumnTally {
  values: number;
  markers: number;
  empty: number;
}

/** What was written, counted while it was written: one side of the proof of conservation. */
export interface Tally {
  readonly rows: { data: number; total: number };
  /** Rows that were set aside. */
  readonly aside: { data: number; total: number };
  /** Cells of data rows that were set aside and hold something, by column. */
  readonly asideCells: Map<string, number>;
  /** Data rows by data period; the empty string stands for the period of the release. */
  readonly periods: ReadonlyMap<string, number>;
  readonly columns: ReadonlyMap<string, ColumnTally>;
  count(kind: "data" | "total", period: string | null): void;
  cell(column: string, encoded: EncodedCell): void;
  /** Rows of the release's own period, counted elsewhere. */
  countMany(kind: "data" | "total", times: number): void;
  /** Cells of data rows, counted elsewhere. */
  cells(column: string, counted: Readonly<ColumnTally>): void;
}

export function newTally(contract: SourceContract): Tally {
  const rows = { data: 0, total: 0 };
  const periods = new Map<string, number>();
  const columns = new Map<string, ColumnTally>(
    contract.columns.map((column) => [column.name, { values: 0, markers: 0, empty: 0 }]),
  );
  return {
    rows,
    aside: { data: 0, total: 0 },
    asideCells: new Map(),
    periods,
    columns,
    count(kind, period) {
      rows[kind]++;
      if (kind === "data") periods.set(period ?? "", (periods.get(period ?? "") ?? 0) + 1);
    },
    countMany(kind, times) {
      rows[kind] += times;
      if (kind === "data") periods.set("", (periods.get("") ?? 0) + times);
    },
    cells(column, { values, markers, empty }) {
      const tally = columns.get(column);
      if (tally === undefined) return;
      tally.values += values;
      tally.markers += markers;
      tally.empty += empty;
    },
    cell(column, { value, marker }) {
      const tally = columns.get(column);
      if (tally === undefined) return;
      if (value !== null) tally.values++;
      else if (marker !== null) tally.markers++;
      else tally.empty++;
    },
  };
}
