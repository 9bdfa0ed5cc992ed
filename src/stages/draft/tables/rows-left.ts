import type { SampleCell } from "../lines/cell-class.ts";
import type { SampleRow, SheetSample } from "../lines/sample.ts";
import type { FoundTable } from "./found.ts";

/** So many rows, of so many cells each, are no chance. */
const LEAST_ROWS = 3;
const LEAST_CELLS = 3;

/**
 * Rows right below each other that fill the same columns, two of these or more with texts that begin with a
 * figure, and that are of no table: somebody may want to know. Lists of links, of words and of times have none.
 */
export function rowsLeft({ rows }: SheetSample, tables: readonly FoundTable[]): string | null {
  const isFree = ({ row }: SampleRow): boolean =>
    !tables.some(({ top, bottom }) => row >= top && row <= bottom);
  const found = runsOf(rows.filter((row) => isFree(row) && row.cells.length >= LEAST_CELLS)).find(
    holdsFigures,
  );
  const [first, last] = [found?.[0], found?.at(-1)];
  if (first === undefined || last === undefined) return null;
  return `rows ${first.row} to ${last.row} hold texts with figures and stand in no table that was found`;
}

function runsOf(rows: readonly SampleRow[]): SampleRow[][] {
  const runs: SampleRow[][] = [];
  for (const row of rows) {
    const run = runs.at(-1);
    const above = run?.at(-1);
    if (above?.row === row.row - 1 && columnsOf(above) === columnsOf(row)) run?.push(row);
    else runs.push([row]);
  }
  return runs;
}

function columnsOf({ cells }: SampleRow): string {
  return cells.map(({ column }) => column).join(" ");
}

function holdsFigures(run: readonly SampleRow[]): boolean {
  if (run.length < LEAST_ROWS) return false;
  const width = run[0]?.cells.length ?? 0;
  const figures = Array.from(
    { length: width },
    (_, at) => run.filter(({ cells }) => isFigureText(cells[at])).length,
  );
  return figures.filter((count) => count >= LEAST_ROWS && count * 2 > run.length).length >= 2;
}

function isFigureText(cell: SampleCell | undefined): boolean {
  return (
    cell?.class === "text" && cell.text.length <= 40 && /^[(<>≤≥~£$€+−-]?\s?\d/.test(cell.text)
  );
}
