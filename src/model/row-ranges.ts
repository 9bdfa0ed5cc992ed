import type { RowRange } from "./manifest.ts";

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
