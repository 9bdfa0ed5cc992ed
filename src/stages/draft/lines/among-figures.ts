import { isFigureAndWord, markedNumber } from "../../../model/marks/marked-number.ts";
import { isWords, isYear, type SampleCell } from "./cell-class.ts";
import { markerMeanings } from "./notes.ts";
import type { SampleRow, SheetSample } from "./sample.ts";

/** Rows that are looked through for the next figure of a column. */
const NEAR = 12;

/** The sample with figures that have a word behind them taken for figures where they stand among others. */
export function withSettledFigures(sample: SheetSample): SheetSample {
  return { ...sample, rows: settleFigures(sample.rows) };
}

function settleFigures(rows: readonly SampleRow[]): readonly SampleRow[] {
  const places = rows.flatMap((row, at) => (row.cells.some(isCandidate) ? [at] : []));
  if (places.length === 0) return rows;
  const known = tokensExplained(rows);
  const settled = [...rows];
  for (const at of places) {
    const row = rows[at] as SampleRow;
    const cells = row.cells.map((cell) =>
      isCandidate(cell) &&
      (markedNumber(cell.text, known)?.guess === false || standsAmongFigures(rows, at, cell))
        ? asFigure(cell, known)
        : cell,
    );
    settled[at] = { ...row, cells };
  }
  return settled;
}

/** The tokens that lines of one cell explain. */
function tokensExplained(rows: readonly SampleRow[]): ReadonlySet<string> {
  const texts = rows.flatMap(({ cells }) => (cells.length === 1 ? (cells[0]?.text ?? []) : []));
  return new Set(Object.keys(markerMeanings(texts)));
}

function isCandidate(cell: SampleCell): boolean {
  return cell.class === "text" && isFigureAndWord(cell.text);
}

function asFigure(cell: SampleCell, known: ReadonlySet<string>): SampleCell {
  const value = Number(markedNumber(cell.text, known)?.literal ?? Number.NaN);
  return { ...cell, class: "number", value };
}

/**
 * A figure with a short word behind it ("12p", "12kg") is a cell of figures where its column has figures around
 * it; in a header ("5km") it is a name. Whether the word is a mark is told later, from the whole column.
 */
function standsAmongFigures(rows: readonly SampleRow[], at: number, cell: SampleCell): boolean {
  const above = inColumn(rows, at, cell.column, -1);
  const below = inColumn(rows, at, cell.column, 1);
  const [up, down] = [isFigure(above[0]), isFigure(below[0])];
  if (!up && !down) return false;
  const row = rows[at];
  if (row?.cells.some((other) => other !== cell && isFigure(other)) === true) return true;
  const [after, before] = [touches(rows, at, -1), touches(rows, at, 1)];
  if ((after && isLike(rows[at - 1], cell)) || (before && isLike(rows[at + 1], cell))) return true;
  if (up && down) return after && before;
  if (up) return after && isFigure(above[1]) && below.length === 0;
  return before && isFigure(below[1]) && isHeaded(rows[at - 1], row);
}

/** Another figure with a word in the same column: no header stands on two rows so. */
function isLike(row: SampleRow | undefined, { column }: SampleCell): boolean {
  return row?.cells.some((cell) => cell.column === column && isCandidate(cell)) === true;
}

/** No blank row stands between a row and the next one. */
function touches(rows: readonly SampleRow[], at: number, step: 1 | -1): boolean {
  return rows[at + step]?.row === (rows[at]?.row ?? 0) + step;
}

/** The first two cells of a column above or below a row, other figures with a word left out. */
function inColumn(
  rows: readonly SampleRow[],
  from: number,
  column: number,
  step: 1 | -1,
): readonly SampleCell[] {
  const found: SampleCell[] = [];
  for (let at = from + step; Math.abs(at - from) <= NEAR && found.length < 2; at += step) {
    const cell = rows[at]?.cells.find((one) => one.column === column);
    const skipped = cell === undefined || isCandidate(cell) || cell.class === "marker";
    if (!skipped) found.push(cell);
  }
  return found;
}

function isFigure(cell: SampleCell | undefined): boolean {
  return cell !== undefined && cell.class === "number" && !isYear(cell);
}

/** The row above names the column and every other that the row fills: it is the first row of a body. */
function isHeaded(above: SampleRow | undefined, row: SampleRow | undefined): boolean {
  if (above === undefined || row === undefined || above.row !== row.row - 1) return false;
  return row.cells.every((cell) => {
    const name = above.cells.find((other) => other.column === cell.column);
    return name !== undefined && isWords(name) && !isCandidate(name);
  });
}
