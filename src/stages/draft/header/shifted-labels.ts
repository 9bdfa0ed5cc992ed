import { columnLetter, type MergedRange } from "../../../model/sheet.ts";
import { cellAt, type Line, mergeAt } from "../lines/line.ts";

interface Named {
  readonly index: number;
  readonly header: readonly string[];
  readonly numeric: boolean;
}

/**
 * What speaks against the first label of a line of different ones: it is merged over no columns, and the figures
 * right before it, that it leaves without one, are called like others that it is carried over. It may stand over the
 * middle of its columns.
 */
export function shiftedLabel(
  columns: readonly Named[],
  header: readonly Line[],
  merges: readonly MergedRange[],
): string | null {
  const at = new Map(columns.map((column) => [column.index, column]));
  for (const line of header.slice(0, -1)) {
    const labels = line.cells.filter(({ column }) => at.get(column)?.numeric);
    const [cell, ...others] = labels;
    if (others.length === 0 || new Set(labels.map(({ text }) => text)).size < labels.length)
      continue;
    const before = cell === undefined ? undefined : at.get(cell.column - 1);
    if (cell === undefined || !before?.numeric || before.header.length !== 1) continue;
    if (mergeAt(merges, line.row, cell.column) !== undefined) continue;
    const isAgain = columns.some(
      ({ index, header: path }) =>
        index > cell.column &&
        path.includes(cell.text) &&
        path.at(-1) === before.header[0] &&
        cellAt(line, index) === undefined,
    );
    if (isAgain)
      return `${columnLetter(cell.column)}${line.row} ${JSON.stringify(cell.text.slice(0, 40))} may stand over the column before it too, which is named like one that it is carried over`;
  }
  return null;
}
