import { type Run, rowsOf } from "./runs.ts";
import { agreement, columnSums, type Matrix } from "./sums.ts";

/** So much of a table sub-totals and their parts make up, at least, where they are how it is made. */
const LEAST_COVER = 0.5;
/** In a longer table some row is the sum of its neighbours by chance, in all its columns. */
const MOST_ROWS = 2_000;
/** Of the columns of a total that stands by itself so many agree. */
const MOST_COLUMNS = 0.8;
/** Digits that agree beyond those that the number of rows lets agree by chance. */
const DIGITS_BEYOND = 3.5;

/**
 * Of rows that nothing but a sum says to be totals, those that cannot be chance: the sum of half of the table; all, where
 * they and their parts make up half of it; else those that agree in nearly all columns. Columns of one record often
 * grow with each other, as what is paid does with how much is bought, so that some agree says little.
 */
export function beyondChance(
  values: Matrix,
  found: ReadonlyMap<number, Run>,
): ReadonlyMap<number, Run> {
  const half = values.length * LEAST_COVER;
  const isLong = ([, run]: readonly [number, Run]): boolean => run.parts + 1 >= half;
  const short = [...found].filter((one) => !isLong(one));
  const covered = new Set(short.flatMap(([at, run]) => [at, ...rowsOf(at, run)]));
  if (covered.size >= half) return found;
  const least = beyondDigits(values.length);
  const isCertain = ([at, run]: readonly [number, Run]): boolean => {
    const sums = columnSums(values, rowsOf(at, run));
    const { same, counted, digits } = agreement(values[at] ?? [], sums, run.parts);
    return same >= counted * MOST_COLUMNS && digits >= least;
  };
  const isFew = values.length <= MOST_ROWS;
  return new Map([...found].filter((one) => isLong(one) || (isFew && isCertain(one))));
}

/** Digits that cannot agree by chance in one of so many rows. */
export function beyondDigits(rows: number): number {
  return Math.log10(rows) + DIGITS_BEYOND;
}
