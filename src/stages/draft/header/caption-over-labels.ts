import type { MergedRange } from "../../../model/sheet.ts";
import { type Core, countsOf, isFigures } from "../cores/column-count.ts";
import { cellAt, type Line } from "../lines/line.ts";

/** So many labels of rows are seldom one group. */
const FEWEST_LABELS = 3;

/**
 * The columns that a caption in the first line of a header stands over: it is merged over all columns of labels,
 * at least three, each of which is named below it, and over no column of figures. It groups nothing.
 */
export function columnsUnderCaption(
  core: Core,
  header: readonly Line[],
  merges: readonly MergedRange[],
): ReadonlySet<number> {
  const [top, ...below] = header;
  const [cell, ...others] = top?.cells ?? [];
  const none = new Set<number>();
  if (top === undefined || cell === undefined || others.length === 0) return none;
  const merge = merges.find((one) => one.top === top.row && one.left === cell.column);
  if (merge === undefined || merge.bottom > top.row) return none;
  if (cell.column !== Math.min(...core.columns.keys())) return none;
  if (!isFigures(countsOf(core, merge.right + 1))) return none;
  const columns = new Set<number>();
  for (let column = merge.left; column <= merge.right; column++) {
    const isNamed = below.some((line) => cellAt(line, column) !== undefined);
    if (!isNamed || isFigures(countsOf(core, column))) return none;
    columns.add(column);
  }
  return columns.size < FEWEST_LABELS ? none : columns;
}
