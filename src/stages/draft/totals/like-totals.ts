import { headsAmong } from "./heads.ts";
import { patternsOf, takeByLabels } from "./patterns.ts";
import { MOST_LINES, type Search } from "./total-search.ts";

/**
 * Rows that leave the same keys blank (or dashed) as totals do, and as the usual row does not. With the label of a
 * coarser level they must be heads of groups.
 */
export function likeTotals(search: Search): void {
  if (search.totals.size === 0 || search.lines.length < 6 || search.lines.length > MOST_LINES)
    return;
  const patterns = patternsOf(search);
  const most = Math.max(...[...patterns.values()].map((rows) => rows.length));
  const usual = [...patterns].find(([, rows]) => rows.length === most)?.[0] ?? "";
  for (const [pattern, rows] of patterns) {
    if (![...pattern].some((sign, at) => sign === "0" && usual[at] === "1")) continue;
    const known = rows.filter((at) => search.totals.has(at));
    if (rows.length * 2 > most || known.length < Math.max(1, rows.length * 0.25)) continue;
    const coarser = [...pattern].some((sign, at) => sign === "1" && usual[at] === "0");
    const taken = coarser ? headsAmong(search, rows) : rows;
    for (const at of taken) takeByLabels(search, at, "its labels stand like those of totals");
  }
}
