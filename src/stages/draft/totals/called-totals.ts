import type { Matrix } from "./sums.ts";
import { type Sum, sumOf, type Way } from "./ways.ts";

/** A row that is called a total and was seen to add up in no column. */
export interface CalledTotal {
  readonly at: number;
  /** Rows that it should be the sum of; none where nothing says which. */
  readonly rows: readonly number[];
  /** Columns in which it should be. */
  readonly expected: readonly number[];
  /** Columns in which nothing but its label says so. */
  readonly said: readonly number[];
}

/** What is known of the totals of a table. */
export interface Wholes {
  readonly values: Matrix;
  readonly isTotal: readonly boolean[];
  /** Rows that are called totals, whatever they were taken for. */
  readonly called: ReadonlySet<number>;
  /** Totals that hold. */
  readonly held: readonly (Pick<Way, "kind"> & { readonly at: number })[];
  readonly waysOf: (at: number) => readonly Way[];
}

/** What rows that are called totals and hold in no way should be the sums of, and in which columns. */
export function calledTotals(rows: readonly number[], wholes: Wholes): readonly CalledTotal[] {
  const { values, isTotal, called } = wholes;
  const plain = [...isTotal.keys()].filter((at) => isTotal[at] === false && !called.has(at));
  const everywhere = rows.length === 0 ? [] : rangesOf(values, plain);
  return rows.map((at) => {
    const parts = partsOf(at, wholes);
    const total = values[at] ?? [];
    const ranges = parts === null ? everywhere : rangesOf(values, parts.rows);
    const asked = total.flatMap((value, column) =>
      Number.isNaN(value) || isAmong(value, ranges[column]) ? [] : [column],
    );
    const lacks = parts !== null && lacksOne(total, parts, ranges, asked);
    return {
      ...{ at, rows: parts?.rows ?? [] },
      ...(lacks ? { expected: asked, said: [] } : { expected: [], said: asked }),
    };
  });
}

/**
 * The rows at whose end it stands as other totals stand at the end of theirs; or all rows, where it is the
 * only total, or the only one that is none of a group. Null where that says nothing.
 */
function partsOf(at: number, { values, isTotal, called, held, waysOf }: Wholes): Sum | null {
  const groups = held.filter(({ kind }) => kind === "below" || kind === "above");
  const ways = isTotal[at] === true ? waysOf(at) : [];
  const like = ways.find(({ kind }) => groups.some((one) => one.kind === kind));
  if (like !== undefined) return like;
  if (at !== 0 && at !== values.length - 1) return null;
  const known = new Set(groups.map((one) => one.at));
  const rows: number[] = [];
  for (const [row, total] of isTotal.entries()) {
    if (row === at || known.has(row)) continue;
    if (total || called.has(row)) return null;
    rows.push(row);
  }
  return rows.length < 2 ? null : sumOf(values, rows);
}

/** What the numbers of a column lie between. */
interface Range {
  readonly least: number;
  readonly most: number;
  /** All of them are whole. */
  readonly whole: boolean;
}

function rangesOf(values: Matrix, rows: readonly number[]): readonly Range[] {
  return Array.from({ length: values[0]?.length ?? 0 }, (_none, column) => {
    let [least, most, whole] = [Infinity, -Infinity, true];
    for (const row of rows) {
      const value = values[row]?.[column] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      least = Math.min(least, value);
      most = Math.max(most, value);
      whole &&= Number.isInteger(value);
    }
    return { least, most, whole };
  });
}

/** Averages, rates and shares lie among those of their rows. */
function isAmong(value: number, range: Range | undefined): boolean {
  if (range === undefined || range.least > range.most) return true;
  return value >= range.least && value <= range.most;
}

/** Counts that come to more than their rows in every column, by no more than one row more could hold. */
function lacksOne(
  total: readonly number[],
  { sums }: Sum,
  ranges: readonly Range[],
  asked: readonly number[],
): boolean {
  return (
    asked.length > 0 &&
    asked.every((column) => {
      const over = (total[column] ?? 0) - (sums[column] ?? 0);
      const { most = 0, whole = false } = ranges[column] ?? {};
      return whole && Number.isInteger(total[column]) && over > 0 && over <= most;
    })
  );
}
