import type { SampleCell } from "../lines/cell-class.ts";
import { cellAt, type Line } from "../lines/line.ts";

/** So many rows at least stand below a second line of names. */
const LEAST_ROWS = 3;

/**
 * Whether the second line of a table of texts names its columns as the first one does: the first one repeats a
 * name, or leaves columns without one, and the second one gives every column words without a digit, where most
 * rows have digits.
 */
export function namesTwice(lines: readonly Line[]): boolean {
  const [head, second, ...rows] = lines;
  if (head === undefined || second === undefined || rows.length < LEAST_ROWS) return false;
  if (second.gap > 0 || !leavesOpen(head, second)) return false;
  const columns = columnsOf(lines);
  const [left] = columns;
  const named = (column: number): boolean =>
    cellAt(second, column) !== undefined || (column === left && cellAt(head, column) !== undefined);
  if (!columns.every(named)) return false;
  const names = second.cells.filter(({ column }) => column !== left);
  const texts = names.map(({ text }) => text);
  if (second.cells.some(hasDigit) || new Set(texts).size < 2) return false;
  const isFigures = names.filter(({ column }) => holdsFigures(rows, column));
  return isFigures.length >= 2 && isFigures.length * 2 >= names.length;
}

/** Whether two columns or more, most of those behind the first one, hold texts with digits. */
export function holdsFigureTexts(rows: readonly Line[]): boolean {
  const [, ...columns] = columnsOf(rows);
  const figures = columns.filter((column) => holdsFigures(rows, column));
  return figures.length >= 2 && figures.length * 2 >= columns.length;
}

/** Whether most texts in a column have digits in them. */
export function holdsFigures(rows: readonly Line[], column: number): boolean {
  const cells = rows.flatMap((row) => cellAt(row, column) ?? []);
  return cells.length > 0 && cells.filter(hasDigit).length >= cells.length * 0.7;
}

function hasDigit({ text }: SampleCell): boolean {
  return /\d/.test(text);
}

function leavesOpen(head: Line, second: Line): boolean {
  const texts = head.cells.map(({ text }) => text);
  return new Set(texts).size < texts.length || texts.length < second.cells.length;
}

function columnsOf(lines: readonly Line[]): readonly number[] {
  return [...new Set(lines.flatMap(({ cells }) => cells.map(({ column }) => column)))].sort(
    (a, b) => a - b,
  );
}
