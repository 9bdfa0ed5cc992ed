import { cellAt, type Line } from "../lines/line.ts";

/** Rows whose codes are looked at. */
const MOST_ROWS = 200;

/**
 * Whether a line holds nothing but a code of the same shape as those that most rows have in its column, such as
 * "X05" among "X01", "X02": a row whose other cells are empty, and no label of the rows below it.
 */
export function isLoneCode(
  lines: readonly Line[],
  { members }: { readonly members: readonly number[] },
  line: Line,
): boolean {
  const [cell, ...others] = line.cells;
  if (cell === undefined || others.length > 0 || !isCode(cell.text)) return false;
  const shape = codeShape(cell.text);
  const rows = members.slice(0, MOST_ROWS).flatMap((at) => lines[at] ?? []);
  const codes = rows.flatMap((row) => {
    const other = row === line ? undefined : cellAt(row, cell.column);
    return other === undefined ? [] : [codeShape(other.text)];
  });
  return codes.length >= 2 && codes.filter((one) => one === shape).length * 2 > rows.length;
}

/** One word with a letter and a digit in it. */
function isCode(text: string): boolean {
  return /^\S{2,20}$/.test(text) && /\d/.test(text) && /\p{L}/u.test(text);
}

/** Digits and letters made alike, one by one. */
export function codeShape(text: string): string {
  return text.replace(/\d/g, "9").replace(/\p{L}/gu, "a");
}
