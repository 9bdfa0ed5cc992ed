import { patternsOf } from "./patterns.ts";
import { addRow, agrees, columnSums, exceeds, nearlyAgrees } from "./sums.ts";
import type { Search } from "./total-search.ts";

/** A row that was taken for a total by how its labels stand, and that is the sum of no rows. */
export interface UnprovenTotal {
  readonly at: number;
  /** The rows of its group; there may be none. */
  readonly rows: readonly number[];
  /** Indexes of the measures in which it could have been their sum. */
  readonly columns: readonly number[];
}

/** Longer tables are not searched for sums. */
const MOST_ROWS = 2_000;
/** So many totals of a table are looked at. */
const MOST_TOTALS = 100;
/** Rows of a sum; and columns that are compared with it. */
const [LONGEST_RUN, MOST_COLUMNS] = [400, 8];
/** How far off a sum may be and still be meant as one: groups of people overlap, figures are rounded. */
const NEARLY = 0.02;

/**
 * Of the totals that only the place of their labels says to be any, those that are the sum of no rows: not nearly
 * of their group in one column, and not of any run of rows. Averages among their rows are not asked, nor are
 * columns in which the group has a blank or a mark.
 */
export function unprovenTotals(search: Search): readonly UnprovenTotal[] {
  const { byLabels, called, totals, values } = search;
  if (byLabels.size === 0 || values.length > MOST_ROWS) return [];
  const plain = [...values.keys()].filter((at) => !totals.has(at));
  const patternOf = new Map<number, string>();
  for (const [pattern, rows] of patternsOf(search))
    for (const at of rows) patternOf.set(at, pattern);
  const ends = (at: number, total: number): boolean => patternOf.get(at) === patternOf.get(total);
  return [...byLabels].slice(0, MOST_TOTALS).flatMap((at) => {
    if (called.has(at)) return [];
    const rows = plain.filter((row) => row > at);
    const end = [...values.keys()].find((row) => row > at && ends(row, at)) ?? values.length;
    const group = rows.filter((row) => row < end);
    const columns = askedColumns(search, at, group);
    const isSum = columns.length === 0 || isRun(search, at, plain, columns.slice(0, MOST_COLUMNS));
    return isSum ? [] : [{ at, rows: group.length < 2 ? [] : group, columns }];
  });
}

/** Columns that could be sums of a group; none if one of them nearly is. */
function askedColumns({ values }: Search, at: number, group: readonly number[]): readonly number[] {
  const sums = columnSums(values, group);
  const figures = [...(values[at] ?? []).entries()].filter(
    ([, value]) => !Number.isNaN(value) && value !== 0,
  );
  const isNear = ([column, value]: readonly [number, number]): boolean =>
    group.length > 0 && Math.abs((sums[column] ?? 0) - value) <= Math.abs(value) * NEARLY;
  if (figures.some(isNear)) return [];
  if (group.length < 2) return figures.map(([column]) => column);
  return figures.flatMap(([column, value]) => {
    const parts = group.map((row) => values[row]?.[column] ?? Number.NaN);
    const isAmong = value >= Math.min(...parts) && value <= Math.max(...parts);
    return isAmong || parts.some(Number.isNaN) ? [] : [column];
  });
}

/** Whether a row is the sum of any of the rows `plain` next to each other. */
export function isSumOfRun(search: Search, at: number, plain: readonly number[]): boolean {
  const figures = [...(search.values[at] ?? []).entries()].flatMap(([column, value]) =>
    Number.isNaN(value) || value === 0 ? [] : [column],
  );
  return (
    figures.length > 0 && search.values.length <= MOST_ROWS && isRun(search, at, plain, figures)
  );
}

/** Whether a row is the sum of any rows next to each other, totals between them left out. */
function isRun(
  { values }: Search,
  at: number,
  plain: readonly number[],
  columns: readonly number[],
): boolean {
  const figuresOf = (row: number): readonly number[] =>
    columns.map((column) => values[row]?.[column] ?? Number.NaN);
  const total = figuresOf(at);
  const rows = plain.map(figuresOf);
  for (let first = 0; first < rows.length; first++) {
    const sums = new Array<number>(columns.length).fill(0);
    for (let parts = 1; parts <= LONGEST_RUN && first + parts <= rows.length; parts++) {
      addRow(sums, rows[first + parts - 1]);
      if (parts >= 2 && (agrees(total, sums, parts) || nearlyAgrees(total, sums, parts)))
        return true;
      if (exceeds(sums, total)) break;
    }
  }
  return false;
}
