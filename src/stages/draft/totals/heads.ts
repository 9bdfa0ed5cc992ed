import { opensGroup, stepsOf } from "./steps.ts";
import type { Search } from "./total-search.ts";
import { isSumOfRun } from "./unproven-totals.ts";

/** So many rows that open no group are held against the sums of others. */
const MOST_TRIED = 100;

/**
 * Of rows with the label of a coarser level, those that are no branch that ends there: a group opens with them, their
 * label calls them totals, or they are the sum of some other rows next to each other.
 */
export function headsAmong(search: Search, rows: readonly number[]): readonly number[] {
  const plain = [...search.values.keys()].filter(
    (at) => !search.totals.has(at) && !rows.includes(at),
  );
  const steps = stepsOf(search);
  const ends = rows.filter((at) => !opensGroup(search, steps, at) && !search.called.has(at));
  const tried = ends.slice(0, MOST_TRIED).filter((at) => isSumOfRun(search, at, plain));
  const [out, sums] = [new Set(ends), new Set(tried)];
  return rows.filter((at) => !out.has(at) || sums.has(at));
}
