import { type Check, type Finding, finding } from "./manifest/check.ts";

/** Fewer loads than this say nothing of how many rows are usual. */
const LEAST_LOADS = 3;

/** The data rows of a load against bounds, and against the median of earlier loads. */
export function rowCount(
  { within, min, max }: Extract<Check, { readonly kind: "row_count" }>,
  { rows, earlier }: { readonly rows: number; readonly earlier: readonly number[] },
): Finding {
  const fixed = [
    ...(min === undefined ? [] : [{ holds: rows >= min, words: `at least ${min} rows` }]),
    ...(max === undefined ? [] : [{ holds: rows <= max, words: `at most ${max} rows` }]),
  ];
  const known = earlier.length >= LEAST_LOADS;
  const median = medianOf(earlier);
  const band =
    within === undefined || !known
      ? []
      : [
          {
            holds: Math.abs(rows - median) * 100 <= within * median,
            words: `within ${within}% of ${median}, the median of ${earlier.length} loads`,
          },
        ];
  const tests = [...fixed, ...band];
  const open = within !== undefined && !known;
  const expected = [
    ...tests.map((one) => one.words),
    ...(open ? [`within ${within}% of earlier loads, of which there are ${earlier.length}`] : []),
  ].join(", ");
  const broken = tests.filter((one) => !one.holds).length;
  const result = finding(expected, "", { count: broken, cells: [] });
  const status = open && broken === 0 ? "undecided" : result.status;
  return { ...result, status, found: `${rows} rows` };
}

function medianOf(counts: readonly number[]): number {
  const sorted = [...counts].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const [a = 0, b = 0] = [sorted[half], sorted[sorted.length % 2 === 0 ? half - 1 : half]];
  return (a + b) / 2;
}
