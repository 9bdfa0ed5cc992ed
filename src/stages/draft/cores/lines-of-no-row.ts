import { isTimely, isWords, type SampleCell } from "../lines/cell-class.ts";
import { cellAt, type Line } from "../lines/line.ts";

/** Rows that are looked at below a line to tell what their labels are. */
const ROWS_BELOW = 12;

/** The number that a cell counts its column by: 3, "(3)", "[3]" or "A3"; NaN where it is none. */
function countOf({ text }: SampleCell): number {
  const [, digits] = /^[([]?\p{L}?(\d{1,3})[)\]]?$/u.exec(text) ?? [];
  return Number(digits ?? Number.NaN);
}

/**
 * Whether a line right under the names of all columns numbers them: 0 or 1, 2, 3 and so on over every one, the
 * first perhaps a letter instead. The rows below say that it is none of them: words or times where it has a
 * number, or no letter alone where it has one.
 */
export function numbersColumns(lines: readonly Line[], index: number): boolean {
  const [header, line] = [lines[index - 1], lines[index]];
  const [first, ...others] = line?.cells ?? [];
  if (header === undefined || line === undefined || first === undefined) return false;
  if (others.length < 2 || line.gap > 0 || header.numbers > 0) return false;
  if (line.cells.length !== header.cells.length) return false;
  if (!line.cells.every(({ column }) => cellAt(header, column) !== undefined)) return false;
  const isLettered = /^\p{L}$/u.test(first.text);
  const counted = isLettered ? others : line.cells;
  const from = countOf(counted[0] ?? first);
  if (from !== 0 && from !== 1) return false;
  if (!counted.every((cell, at) => countOf(cell) === from + at)) return false;
  const rows = lines.slice(index + 1, index + 1 + ROWS_BELOW);
  if (rows.length < 2) return false;
  if (!isLettered) return counted.some((cell) => standsOverLabels(cell, rows));
  return rows.every((row) => (cellAt(row, first.column)?.text.length ?? 0) > 1);
}

/** Words or times in every row. */
function standsOverLabels({ column }: SampleCell, rows: readonly Line[]): boolean {
  return rows.every((row) => {
    const cell = cellAt(row, column);
    return cell !== undefined && (isWords(cell) || isTimely(cell));
  });
}

/**
 * Whether a line right under a header says by how much its figures are to be multiplied: one power of ten, alone or
 * in several columns, without the label that the rows below have. Where those add up to it, it is their total.
 */
export function isScale(lines: readonly Line[], index: number): boolean {
  const line = lines[index];
  const [first] = line?.cells ?? [];
  const above = lines[index - 1];
  if (line === undefined || first === undefined || above === undefined || line.gap > 0)
    return false;
  if (!isPowerOfTen(first) || line.cells.some(({ value }) => value !== first.value)) return false;
  if (!above.cells.every((cell) => isWords(cell) || isTimely(cell))) return false;
  const rows = rowsBelow(lines, index);
  const [row] = rows;
  if (row === undefined || rows.length < 2) return false;
  const left = row.cells[0]?.column ?? first.column;
  if (left >= first.column || !rows.every((one) => cellAt(one, left) !== undefined)) return false;
  return line.cells.every((cell) => !addsUpTo(cell, rows));
}

function isPowerOfTen({ class: kind, value }: SampleCell): boolean {
  return kind === "number" && value >= 100 && Number.isInteger(Math.log10(value));
}

/** The rows of figures that follow a line, those that number columns left out. */
function rowsBelow(lines: readonly Line[], index: number): readonly Line[] {
  const from = lines[index + 1]?.sequence === true ? index + 2 : index + 1;
  const end = lines.findIndex((line, at) => at >= from && (line.gap > 0 || line.numbers === 0));
  return lines.slice(from, end === -1 ? lines.length : end);
}

/** Whether figures add up to one above them, once or, with subtotals among them, several times. */
function addsUpTo({ column, value }: SampleCell, rows: readonly Line[]): boolean {
  const sum = rows.reduce((all, row) => {
    const figure = cellAt(row, column)?.value ?? 0;
    return Number.isNaN(figure) ? all : all + figure;
  }, 0);
  const times = Math.round(sum / value);
  return times >= 1 && times <= 4 && Math.abs(sum / value - times) <= 0.02;
}
