import type { Line } from "../lines/line.ts";

/** Rows of numbers, one a line of the table, in the columns that could add up; NaN where there is none. */
export type Matrix = readonly (readonly number[])[];

/** The numbers of the measures of each line. */
export function matrix(lines: readonly Line[], measures: readonly number[]): Matrix {
  const place = new Map(measures.map((column, at) => [column, at]));
  return lines.map((line) => {
    const row = new Array<number>(measures.length).fill(Number.NaN);
    for (const cell of line.cells) {
      const at = place.get(cell.column);
      if (at !== undefined) row[at] = cell.value;
    }
    return row;
  });
}

export function columnSums(values: Matrix, rows: readonly number[]): number[] {
  const width = values[0]?.length ?? 0;
  const sums = new Array<number>(width).fill(0);
  for (const at of rows) addRow(sums, values[at]);
  return sums;
}

export function addRow(sums: number[], row: readonly number[] | undefined): void {
  if (row === undefined) return;
  for (let column = 0; column < sums.length; column++) {
    const value = row[column] ?? Number.NaN;
    if (!Number.isNaN(value)) sums[column] = (sums[column] ?? 0) + value;
  }
}

/** How far a row agrees with the sum of others, column by column. */
export interface Agreement {
  /** Columns with a number other than zero. */
  readonly counted: number;
  /** Of these, columns where the sum is exact (counts) or equal to rounding (decimals). */
  readonly same: number;
  /** Of these, columns within 0.5% of the sum. */
  readonly near: number;
  /** Decimal digits of the numbers that agree: how little chance is left. */
  readonly digits: number;
}

export function agreement(
  total: readonly number[],
  sums: readonly number[],
  parts: number,
): Agreement {
  let [counted, same, near, digits] = [0, 0, 0, 0];
  for (let at = 0; at < sums.length; at++) {
    const sum = sums[at] as number;
    const value = total[at] ?? Number.NaN;
    if (Number.isNaN(value) || value === 0) continue;
    counted++;
    const slack = Number.isInteger(value) ? Math.min(2, parts * 0.02) : Math.abs(value) * 1e-6;
    const off = Math.abs(value - sum);
    if (off <= Math.abs(value) * 0.005) near++;
    if (off > slack + 1e-9) continue;
    same++;
    digits += Math.log10(Math.abs(value) + 1);
  }
  return { counted, same, near, digits };
}

/** Columns other than zero where the sum is exact (counts) or equal to rounding (decimals). */
export function exactColumns(
  total: readonly number[],
  sums: readonly number[],
  parts: number,
): number[] {
  return total.flatMap((value, at) => {
    if (Number.isNaN(value) || value === 0) return [];
    const slack = Number.isInteger(value) ? 0 : Math.abs(value) * 1e-6 * Math.max(1, parts / 100);
    return Math.abs(value - (sums[at] ?? Number.NaN)) <= slack + 1e-9 ? [at] : [];
  });
}

/** Of many columns some small numbers agree by chance; beside averages and rates a fifth of them must. */
export const LEAST_SHARE = 0.2;

/** Agreement that cannot be chance. `words`: the row calls itself a total, so less is enough. */
export function agrees(
  total: readonly number[],
  sums: readonly number[],
  parts: number,
  words = false,
): boolean {
  const { counted, same, digits } = agreement(total, sums, parts);
  if (same < counted * LEAST_SHARE) return false;
  if (same >= 2 && digits >= (words ? 4 : 9)) return true;
  if (words && same >= 1 && digits >= 1.5) return true;
  return same >= 1 && same >= counted * 0.5 && digits >= (same >= 2 ? 4 : 3.5);
}

/** A total that was rounded for itself: nearly the sum in every one of at least three columns. */
export function nearlyAgrees(
  total: readonly number[],
  sums: readonly number[],
  parts: number,
): boolean {
  const { counted, near } = agreement(total, sums, parts);
  return counted >= 3 && parts >= 4 && near === counted;
}

/** Sums of counts only grow: beyond twice the total in most columns there is nothing to find. */
export function exceeds(sums: readonly number[], total: readonly number[]): boolean {
  let beyond = 0;
  let counted = 0;
  for (let column = 0; column < total.length; column++) {
    const value = total[column] as number;
    if (Number.isNaN(value) || value <= 0) continue;
    counted++;
    if ((sums[column] ?? 0) > value * 2 + 10) beyond++;
  }
  return counted > 0 && beyond >= counted * 0.7;
}
