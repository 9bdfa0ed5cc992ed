import { isTimely, isWords, isYear, type SampleCell } from "../lines/cell-class.ts";
import { cellAt, type Line } from "../lines/line.ts";

/**
 * A labelled row whose counts happen to run evenly, such as 10, 20, 30. Years run on purpose, and so do
 * numbers of columns, which begin at 1 without a label.
 */
export function isEvenRow(lines: readonly Line[], index: number): boolean {
  return namedAbove(lines, index) || belowNumbers(lines, index);
}

/** The line above names each of its columns in words. */
function namedAbove(lines: readonly Line[], index: number): boolean {
  const line = lines[index];
  const above = lines[index - 1];
  const [label] = line?.cells ?? [];
  if (line === undefined || above === undefined || label === undefined) return false;
  if (line.gap > 0 || !isLabel(label) || above.words < 2) return false;
  return line.cells.every((cell) => {
    if (cell === label) return true;
    const name = above.cells.find((other) => other.column === cell.column);
    return cell.class === "number" && !isYear(cell) && name !== undefined && isWords(name);
  });
}

/** Lines of one cell between a header and its first row, and rows below it that are looked at. */
const NEAR = 2;

/** The line above runs too, and names each of its columns apart; rows with a label of the same kind follow. */
function belowNumbers(lines: readonly Line[], index: number): boolean {
  const line = lines[index];
  const names = headerOver(lines, index);
  const [label, ...figures] = line?.cells ?? [];
  if (line === undefined || names === null || label === undefined) return false;
  if (!isLabel(label) || countsSomething(label.text)) return false;
  if (!figures.every((cell) => isFigure(cell) && !isYear(cell))) return false;
  const over = figures.map(({ column }) => cellAt(names, column));
  if (over.some((cell) => cell === undefined || isWords(cell) || cell.class === "marker"))
    return false;
  if (over.some((cell, at) => cell?.text === over[at + 1]?.text)) return false;
  return lines
    .slice(index + 1, index + 2 + NEAR)
    .some((other) => !other.sequence && isRowLike(other, label, figures));
}

/** The line above that runs, beyond labels of groups. */
function headerOver(lines: readonly Line[], index: number): Line | null {
  for (let at = index - 1; at >= index - 1 - NEAR; at--) {
    const line = lines[at];
    if (line === undefined || (lines[at + 1]?.gap ?? 0) > 1) return null;
    if (line.cells.length > 1) return line.sequence ? line : null;
  }
  return null;
}

/** Words or a time; a year may be a count. */
function isLabel(cell: SampleCell): boolean {
  return isWords(cell) || (isTimely(cell) && !isYear(cell));
}

function isFigure(cell: SampleCell): boolean {
  return cell.class === "number" || cell.class === "marker";
}

/** A label of the same kind in the same column, and figures in the same ones. */
function isRowLike({ cells, numbers }: Line, label: SampleCell, figures: readonly SampleCell[]) {
  const [other, ...rest] = cells;
  return (
    other !== undefined &&
    other.column === label.column &&
    isLabel(other) &&
    isWords(other) === isWords(label) &&
    numbers > 0 &&
    rest.every((cell) => isFigure(cell) && figures.some(({ column }) => column === cell.column))
  );
}

const COUNTED =
  /^\W*(?:\p{L}|(?:weeks?|months?|quarters?|years?|days?|hours?|ages?|aged|columns?|cols?|lines?|rows?|items?|ranks?|grades?|levels?|deciles?|quintiles?|quartiles?|percentiles?|periods?|sizes?|numbers?|nos?|nr|n°|#)(?:\.?\s*(?:numbers?|nos?|nr|n°|#))?)\W*$/iu;

/** The name of what is numbered across: "Week", "Column no.", "(a)". */
function countsSomething(text: string): boolean {
  return COUNTED.test(text);
}
