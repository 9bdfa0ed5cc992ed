import { yearLabel } from "../lines/words.ts";
import { takeByLabels } from "./patterns.ts";
import { agrees, columnSums } from "./sums.ts";
import { MOST_LINES, type Search, textsOf } from "./total-search.ts";

/** Rows of a year by which one is known, and of any later one. */
const [LEAST_PARTS, FEWEST_PARTS] = [3, 2];
/** So much of a sum rounding may take or add. */
const MOST_OFF = 0.005;
/** So many of the years must be the sums of their rows. */
const LEAST_SHARE = 0.6;

/**
 * A year over its quarters or months, or below them: the sum of the rows up to the next year. Averages and indices are
 * none, so every column must agree, in two columns or in two years; and so must most years.
 */
export function byYear(search: Search): void {
  const { keys, lines } = search;
  const [key] = keys;
  if (key === undefined || lines.length > MOST_LINES) return;
  const texts = textsOf(search, key);
  const years = [...texts.keys()].filter((at) => yearLabel(texts[at] ?? ""));
  if (years.length === 0 || years.length * (LEAST_PARTS + 1) > lines.length + LEAST_PARTS) return;
  for (const step of [1, -1] as const) if (takeYears(search, years, step)) return;
}

function takeYears(search: Search, years: readonly number[], step: 1 | -1): boolean {
  const known = new Set(years);
  const groups = years.map((at) => ({ at, rows: rowsBeside(search, at, step, known) }));
  const whole = groups.filter(({ rows }) => rows.length >= LEAST_PARTS);
  const found = whole.filter(({ at, rows }) => columnsOf(search, at, rows) > 0);
  const firm = found.length >= 2 || found.some(({ at, rows }) => columnsOf(search, at, rows) >= 2);
  if (!firm || found.length < whole.length * LEAST_SHARE) return false;
  const sizes = new Set(found.map(({ rows }) => rows.length));
  for (const { at, rows } of groups) {
    const isSum = rows.length >= FEWEST_PARTS && columnsOf(search, at, rows) > 0;
    if (isSum && !search.totals.has(at))
      search.totals.set(at, `it is the sum of the ${rows.length} rows of its year`);
    else if (sizes.has(rows.length))
      takeByLabels(search, at, "it is a year, and others are the sums of their rows");
  }
  return true;
}

/** The rows up to the next year that are no totals. */
function rowsBeside(
  { totals, values }: Search,
  at: number,
  step: 1 | -1,
  years: ReadonlySet<number>,
): readonly number[] {
  const rows: number[] = [];
  for (let row = at + step; values[row] !== undefined && !years.has(row); row += step)
    if (!totals.has(row)) rows.push(row);
  return rows;
}

/** Columns in which a year is the sum of its rows; none where it is not in every one that can be added up. */
function columnsOf({ values }: Search, at: number, rows: readonly number[]): number {
  const total = values[at] ?? [];
  const sums = columnSums(values, rows);
  const parts = (column: number): number[] => rows.map((row) => values[row]?.[column] ?? NaN);
  const asked = total.flatMap((value, column) =>
    Number.isNaN(value) || value === 0 || parts(column).some(Number.isNaN) ? [] : [column],
  );
  const isSum = (column: number): boolean =>
    isRounded(total[column] ?? NaN, sums[column] ?? NaN, parts(column));
  if (asked.every(isSum)) return asked.length;
  return asked.length > 2 && agrees(total, sums, rows.length) ? asked.filter(isSum).length : 0;
}

/** The sum, or as far from it as rounding of all its figures can be. */
function isRounded(total: number, sum: number, parts: readonly number[]): boolean {
  const decimals = Math.max(...[total, ...parts].map(decimalsOf));
  const slack = ((parts.length + 1) / 2) * 10 ** -decimals;
  const off = Math.abs(total - sum);
  return (
    off <= 1e-9 * Math.abs(total) + 1e-9 ||
    (off <= slack + 1e-9 && off <= Math.abs(total) * MOST_OFF)
  );
}

function decimalsOf(value: number): number {
  return String(value).split(".")[1]?.length ?? 0;
}
