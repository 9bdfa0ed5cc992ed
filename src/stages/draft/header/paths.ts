import type { MergedRange } from "../../../model/sheet.ts";
import type { SampleCell } from "../lines/cell-class.ts";
import { type Line, mergeAt } from "../lines/line.ts";
import { blockLabels } from "./blocks.ts";
import { phraseColumns, yearColumns } from "./phrases.ts";

/**
 * The header path of every column, top to leaf. A merged cell counts for all its columns and rows
 * (once a path); an unmerged super-header is carried right until the next one on its line, over
 * columns that have a leaf of their own below, and not past an empty column. The label of a block
 * that empty columns part from others alike is of all its columns; a phrase that is broken over all
 * lines is of its own column, as is what stands over a year beside its months.
 */
export function headerPaths(
  header: readonly Line[],
  columns: readonly number[],
  merges: readonly MergedRange[],
): Map<number, string[]> {
  const paths = new Map<number, string[]>(columns.map((column) => [column, []]));
  const ascending = columns.toSorted((a, b) => a - b);
  const labels = blockLabels(header, ascending, merges);
  const alone = new Set([...phraseColumns(header, merges), ...yearColumns(header)]);
  for (const [at, line] of header.entries()) {
    const ofBlock = labels.get(line);
    const level = new Level(line, header.slice(at + 1), ascending, merges, alone);
    for (const column of columns) {
      const text = ofBlock?.get(column) ?? level.textOver(column);
      const path = paths.get(column);
      if (text !== null && path !== undefined && path.at(-1) !== text) path.push(text);
    }
  }
  return paths;
}

/** A dot or a dash that stands for the rest of a merged cell. */
function filler(cell: SampleCell): boolean {
  return cell.class === "marker" && /^[.\-–—:]+$/.test(cell.text);
}

/** One line of a header over thousands of columns: what it says of each is found without walking the line. */
class Level {
  private readonly line: Line;
  private readonly merges: readonly MergedRange[];
  /** Columns whose labels stand over no other one. */
  private readonly alone: ReadonlySet<number>;
  private readonly cells: ReadonlyMap<number, SampleCell>;
  /** Columns that a line below names. */
  private readonly leafs: ReadonlySet<number>;
  private readonly columns: readonly number[];
  /** Of the first n columns, how many no line below names. */
  private readonly bare: readonly number[];

  constructor(
    line: Line,
    below: readonly Line[],
    columns: readonly number[],
    merges: readonly MergedRange[],
    alone: ReadonlySet<number>,
  ) {
    this.line = line;
    this.alone = alone;
    this.merges = merges.filter((one) => one.top <= line.row && line.row <= one.bottom);
    this.cells = new Map(line.cells.map((cell) => [cell.column, cell]));
    this.leafs = new Set(below.flatMap((one) => one.cells.map((cell) => cell.column)));
    this.columns = columns;
    const bare = [0];
    for (const column of columns) bare.push((bare.at(-1) ?? 0) + (this.leafs.has(column) ? 0 : 1));
    this.bare = bare;
  }

  textOver(column: number): string | null {
    const own = this.cells.get(column);
    if (own !== undefined) return filler(own) ? null : own.text;
    const merge = mergeAt(this.merges, this.line.row, column);
    if (merge !== undefined) {
      if (merge.top !== this.line.row) return null;
      const owner = this.cells.get(merge.left);
      return owner === undefined || filler(owner) ? null : owner.text;
    }
    return this.leafs.has(column) ? this.carried(column) : null;
  }

  private carried(column: number): string | null {
    const { cells } = this.line;
    let at = lastAtOrBefore(cells, column);
    const owner = cells[at];
    if (owner === undefined) return null;
    if (filler(owner)) {
      // A filler continues the text to its left.
      while (at >= 0 && filler(cells[at] ?? owner)) at--;
      return cells[at]?.text ?? null;
    }
    if (mergeAt(this.merges, this.line.row, owner.column) !== undefined) return null;
    if (!this.leafs.has(owner.column) || this.alone.has(owner.column)) return null;
    return this.bareBetween(owner.column, column) === 0 ? owner.text : null;
  }

  /** Columns right of `from`, up to `to`, that no line below names. */
  private bareBetween(from: number, to: number): number {
    const upTo = (column: number): number => {
      let [low, high] = [0, this.columns.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((this.columns[middle] ?? 0) <= column) low = middle + 1;
        else high = middle;
      }
      return this.bare[low] ?? 0;
    };
    return upTo(to) - upTo(from);
  }
}

/** The index of the last cell that is not right of a column, or -1. */
function lastAtOrBefore(cells: readonly SampleCell[], column: number): number {
  let [low, high] = [0, cells.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cells[middle]?.column ?? 0) <= column) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
