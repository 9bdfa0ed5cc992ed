import type { MergedRange } from "../../model/sheet.ts";
import type { SampleCell } from "./cell-class.ts";
import { cellAt, type Line, mergeAt } from "./line.ts";

/**
 * The header path of every column, top to leaf. A merged cell counts for all its columns and rows
 * (once a path); an unmerged super-header is carried right until the next one on its line, over
 * columns that have a leaf of their own below, and not past an empty column.
 */
export function headerPaths(
  header: readonly Line[],
  columns: readonly number[],
  merges: readonly MergedRange[],
): Map<number, string[]> {
  const paths = new Map<number, string[]>(columns.map((column) => [column, []]));
  for (const [level, line] of header.entries()) {
    const below = header.slice(level + 1);
    for (const column of columns) {
      const text = textAt(line, column, below, columns, merges);
      const path = paths.get(column);
      if (text !== null && path !== undefined && path.at(-1) !== text) path.push(text);
    }
  }
  return paths;
}

function textAt(
  line: Line,
  column: number,
  below: readonly Line[],
  columns: readonly number[],
  merges: readonly MergedRange[],
): string | null {
  const own = cellAt(line, column);
  if (own !== undefined) return filler(own) ? null : own.text;
  const merge = mergeAt(merges, line.row, column);
  if (merge !== undefined) {
    if (merge.top !== line.row) return null;
    const owner = cellAt(line, merge.left);
    return owner === undefined || filler(owner) ? null : owner.text;
  }
  if (!below.some((one) => cellAt(one, column) !== undefined)) return null;
  return carried(line, column, below, columns, merges);
}

/** A dot or a dash that stands for the rest of a merged cell. */
function filler(cell: SampleCell): boolean {
  return cell.class === "marker" && /^[.\-–—:]+$/.test(cell.text);
}

function carried(
  line: Line,
  column: number,
  below: readonly Line[],
  columns: readonly number[],
  merges: readonly MergedRange[],
): string | null {
  let owner: SampleCell | undefined;
  for (const cell of line.cells) {
    if (cell.column > column) break;
    owner = cell;
  }
  if (owner === undefined || filler(owner)) return filledFrom(line, column, owner);
  if (mergeAt(merges, line.row, owner.column) !== undefined) return null;
  const start = owner.column;
  const leafed = (at: number): boolean => below.some((one) => cellAt(one, at) !== undefined);
  if (!leafed(start)) return null;
  const between = columns.filter((one) => one > start && one <= column);
  return between.every(leafed) ? owner.text : null;
}

/** A filler continues the text to its left. */
function filledFrom(line: Line, column: number, owner: SampleCell | undefined): string | null {
  if (owner === undefined) return null;
  let text: string | null = null;
  for (const cell of line.cells) {
    if (cell.column > column) break;
    if (!filler(cell)) text = cell.text;
  }
  return text;
}
