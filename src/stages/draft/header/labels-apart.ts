import type { MergedRange } from "../../../model/sheet.ts";
import { isWords, type SampleCell } from "../lines/cell-class.ts";
import { cellAt, type Line, partOf } from "../lines/line.ts";

/**
 * The lines with the labels of groups that stand beside a title or notes as a line of their own, right above
 * the header: they are merged down to it, over columns that it names, and all else in their rows stands to
 * their left. The line keeps the row of its labels.
 */
export function labelsApart(lines: readonly Line[], merges: readonly MergedRange[]): Line[] {
  const apart = [...lines];
  const tall = merges.filter((one) => one.bottom > one.top && one.right > one.left);
  if (tall.length < 2) return apart;
  for (const [at, line] of lines.entries()) {
    const labels = tallLabels(line, tall);
    const [first] = labels;
    const [cell] = first ?? [];
    if (first === undefined || cell === undefined) continue;
    const head = lines.findIndex((one) => one.row === first[1].bottom + 1);
    const header = lines[head];
    if (header === undefined || !labels.every(([, merge]) => namesAll(header, merge))) continue;
    const beside = [line, ...lines.slice(at + 1, head)].map((one, nth) =>
      nth === 0 ? partOf(one, 0, cell.column - 1) : one,
    );
    if (!beside.every((one) => one.cells.every(({ column }) => column < cell.column))) continue;
    const titles = beside.filter((one) => one.cells.length > 0);
    if (titles.length === 0) continue;
    const own = { ...partOf(line, cell.column, Number.POSITIVE_INFINITY), gap: 0 };
    apart.splice(at, head + 1 - at, ...titles, own, { ...header, gap: 0 });
    return apart;
  }
  return apart;
}

type Label = readonly [SampleCell, MergedRange];

/** The last cells of a line, at least two, each of a merge over several columns, all over the same rows. */
function tallLabels(line: Line, merges: readonly MergedRange[]): readonly Label[] {
  const labels: Label[] = [];
  for (const cell of line.cells.toReversed()) {
    const merge = merges.find((one) => one.top === line.row && one.left === cell.column);
    const bottom = labels[0]?.[1].bottom ?? merge?.bottom;
    if (merge === undefined || merge.bottom !== bottom || !isWords(cell)) break;
    labels.unshift([cell, merge]);
  }
  return labels.length < 2 ? [] : labels;
}

function namesAll(header: Line, { left, right }: MergedRange): boolean {
  for (let column = left; column <= right; column++) {
    if (cellAt(header, column) === undefined) return false;
  }
  return true;
}
