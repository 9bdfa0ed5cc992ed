import type { SampleCell } from "../lines/cell-class.ts";
import type { Line } from "../lines/line.ts";
import { lineText } from "../lines/notes.ts";

/** More rows of shares are how a table is made. */
const MOST_ROWS = 3;

/** Rows of nothing but shares, a change in percent or a rate, below or among rows of which none holds a share. */
export function shareRows(rows: readonly Line[], measures: readonly number[]): readonly string[] {
  const columns = new Set(measures);
  const figures = ({ cells }: Line): readonly SampleCell[] =>
    cells.filter(({ column, class: kind }) => kind === "number" && columns.has(column));
  const shares = rows.filter((row) => figures(row).some(({ percent }) => percent));
  if (shares.length > MOST_ROWS || rows.length < shares.length * 2 + 1) return [];
  return shares.every((row) => figures(row).every(({ percent }) => percent))
    ? shares.map(
        (row) =>
          `row ${row.row} (${JSON.stringify(lineText(row).slice(0, 60))}) holds nothing but shares, where the other rows hold none: its figures are loaded among theirs`,
      )
    : [];
}
