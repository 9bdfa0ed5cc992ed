/** A cell that differs. Numbers are texts of all their digits; a mark stands where no number is published. */
export interface CellChange {
  readonly column: string;
  readonly from: string | null;
  readonly from_marker: string | null;
  readonly to: string | null;
  readonly to_marker: string | null;
  /** `to` less `from`, where both are numbers. */
  readonly by: string | null;
}

/** A row that differs between two vintages. */
export interface RowChange {
  readonly change: "added" | "removed" | "changed";
  readonly kind: "data" | "total";
  /** Data period, where the rows have one of their own. */
  readonly period: string | null;
  /** Cells of the grain by column; empty where the source has none. */
  readonly key: Readonly<Record<string, string | null>>;
  /** In the sheet or file of the earlier and the later vintage. */
  readonly row_from: number | null;
  readonly row_to: number | null;
  /** Those that differ; of a row that came or went those that hold anything. */
  readonly cells: readonly CellChange[];
}

export interface ColumnCount {
  readonly column: string;
  /** Cells of rows that both have. */
  readonly changed: number;
  /** Of these a number in place of a mark or of nothing, and the other way round. */
  readonly number_came: number;
  readonly number_went: number;
}

/** A mark that the two vintages explain otherwise. */
export interface MeaningChange {
  readonly token: string;
  readonly from: string;
  readonly to: string;
}

/** What two vintages of a source differ in. */
export interface VintageDifference extends DiffCounts {
  readonly meanings: readonly MeaningChange[];
}

export interface DiffCounts {
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  readonly columns: readonly ColumnCount[];
}

/** Counts changes one after the other; memory grows with the columns. */
export class DiffTally {
  private readonly rows = { added: 0, removed: 0, changed: 0 };
  private readonly columns = new Map<string, Omit<ColumnCount, "column">>();

  add(change: RowChange): void {
    this.rows[change.change]++;
    if (change.change !== "changed") return;
    for (const { column, from, to } of change.cells) {
      const known = this.columns.get(column) ?? { changed: 0, number_came: 0, number_went: 0 };
      this.columns.set(column, {
        changed: known.changed + 1,
        number_came: known.number_came + Number(from === null && to !== null),
        number_went: known.number_went + Number(from !== null && to === null),
      });
    }
  }

  counts(): DiffCounts {
    const columns = [...this.columns].map(([column, count]) => ({ column, ...count }));
    return { ...this.rows, columns };
  }
}
