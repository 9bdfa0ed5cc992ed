import { beyondDigits } from "./chance.ts";
import { addRow, agreement, exceeds } from "./sums.ts";
import { MOST_LINES, type Search, textsOf } from "./total-search.ts";

/** Rows of a sum, at least, and at most. */
const [LEAST_PARTS, MOST_PARTS] = [3, 400];

/**
 * A row that alone leaves a key blank, and whose counts are all the sum of the rows right below it: the whole before
 * its first breakdown. Its rates add up to nothing, and say nothing.
 */
export function byMissingKey(search: Search): void {
  const { lines, totals } = search;
  if (lines.length < 6 || lines.length > MOST_LINES) return;
  for (const key of search.keys) {
    const texts = textsOf(search, key);
    const at = texts.indexOf("");
    if (at < 0 || texts.indexOf("", at + 1) >= 0 || totals.has(at)) continue;
    const parts = partsBelow(search, at);
    if (parts > 0) totals.set(at, `its counts are the sums of the ${parts} rows below`);
  }
}

function partsBelow({ values }: Search, at: number): number {
  const counts = (values[at] ?? []).flatMap((value, column) =>
    !Number.isNaN(value) && values.every((row) => isCount(row[column])) ? [column] : [],
  );
  const figuresOf = (row: number): readonly number[] =>
    counts.map((column) => values[row]?.[column] ?? Number.NaN);
  const total = figuresOf(at);
  const sums = new Array<number>(total.length).fill(0);
  for (let parts = 1; parts <= MOST_PARTS && at + parts < values.length; parts++) {
    addRow(sums, figuresOf(at + parts));
    const { same, counted, digits } = agreement(total, sums, 0);
    if (parts >= LEAST_PARTS && same === counted && digits >= beyondDigits(values.length))
      return parts;
    if (exceeds(sums, total)) return 0;
  }
  return 0;
}

function isCount(value: number | undefined): boolean {
  return value === undefined || Number.isNaN(value) || (Number.isInteger(value) && value >= 0);
}
