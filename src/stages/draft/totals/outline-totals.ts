import { isWords } from "../lines/cell-class.ts";
import { cellAt } from "../lines/line.ts";
import { childrenOf } from "./outline.ts";
import { agreement, agrees, columnSums } from "./sums.ts";
import { MOST_LINES, type Search } from "./total-search.ts";

/** Fewer parents that add up could be chance. */
const LEAST_PARENTS = 2;

/**
 * Rows that stand less deep than those below them, by indent, or in bold above plain ones, and that are the
 * sum of just the rows one step below them: sub-totals in sub-totals too. Counts only if it holds for most
 * rows that have others below them.
 */
export function byOutline(search: Search): void {
  const { lines, values, totals } = search;
  const [key] = search.keys;
  if (key === undefined || lines.length < 6 || lines.length > MOST_LINES) return;
  const depths = lines.map((line) => {
    const label = cellAt(line, key);
    return label === undefined || !isWords(label) ? null : label.indent * 2 + (label.bold ? 0 : 1);
  });
  const parents = [...childrenOf(depths)].filter(([, rows]) => rows.length >= 2);
  const found = parents.filter(([at, rows]) => {
    const [total, sums] = [values[at] ?? [], columnSums(values, rows)];
    return agrees(total, sums, rows.length) || mostlyNear(total, sums, rows.length);
  });
  if (found.length < LEAST_PARENTS || found.length < parents.length * 0.6) return;
  for (const [at, rows] of found) {
    if (!totals.has(at)) totals.set(at, `it is the sum of the ${rows.length} rows set below it`);
  }
}

/** People counted once in a total of groups, or rounded shares of a post: near the sum in most columns. */
function mostlyNear(total: readonly number[], sums: readonly number[], parts: number): boolean {
  const { counted, near } = agreement(total, sums, parts);
  return near >= 3 && near >= counted * 0.8;
}
