import { addRow, agrees, exceeds, type Matrix } from "./sums.ts";

/** Rows right after a row, or right before it, that add up to it. */
export interface Run {
  readonly step: 1 | -1;
  readonly parts: number;
}

const LOOK_AHEAD = 400;

/** Whether row `at` is the sum of a run right after it, or right before it: at least three rows, two if words say so. */
export function runOf(values: Matrix, at: number, words: boolean): Run | null {
  const total = values[at];
  if (total === undefined) return null;
  for (const step of [1, -1] as const) {
    const parts = partsOf(values, total, at, step, words);
    if (parts >= (words ? 2 : 3)) return { step, parts };
  }
  return null;
}

function partsOf(
  values: Matrix,
  total: readonly number[],
  at: number,
  step: 1 | -1,
  words: boolean,
): number {
  const sums = new Array<number>(total.length).fill(0);
  for (let parts = 1; parts < LOOK_AHEAD; parts++) {
    const row = values[at + step * parts];
    if (row === undefined) return 0;
    addRow(sums, row);
    if (parts >= 2 && agrees(total, sums, parts, words)) return parts;
    if (exceeds(sums, total)) return 0;
  }
  return 0;
}

/** The rows of a run, the nearest first. */
export function rowsOf(at: number, { step, parts }: Run): readonly number[] {
  return Array.from({ length: parts }, (_none, part) => at + step * (part + 1));
}
