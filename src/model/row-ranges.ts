import type { RowRange } from "./manifest/manifest.ts";

/** Whether a row is in one of ascending ranges. Binary search: rows may be asked for in any order. */
export function within(ranges: readonly RowRange[]): (row: number) => boolean {
  return (row) => {
    let low = 0;
    let high = ranges.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const range = ranges[middle];
      if (range === undefined) return false;
      if (row < range[0]) high = middle - 1;
      else if (row > range[1]) low = middle + 1;
      else return true;
    }
    return false;
  };
}

/** Ascending rows as inclusive ranges; rows that follow each other make one. */
export function rangesOf(rows: Iterable<number>): RowRange[] {
  const ranges: [number, number][] = [];
  for (const row of [...rows].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] >= row - 1) last[1] = Math.max(last[1], row);
    else ranges.push([row, row]);
  }
  return ranges;
}

/** Ranges of the same kind joined where they touch. */
export function joinRanges(ranges: readonly RowRange[]): RowRange[] {
  const joined: [number, number][] = [];
  for (const [first, last] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const open = joined.at(-1);
    if (open !== undefined && open[1] >= first - 1) open[1] = Math.max(open[1], last);
    else joined.push([first, last]);
  }
  return joined;
}

export function countRows(ranges: readonly RowRange[]): number {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}
