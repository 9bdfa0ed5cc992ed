import { MOST_LINES, type Search, textAt } from "./total-search.ts";

/** Which keys each row fills ("1") or leaves blank or dashed ("0"). */
export function patternsOf(search: Search): Map<string, number[]> {
  const patterns = new Map<string, number[]>();
  for (const at of search.lines.keys()) {
    let pattern = "";
    for (const key of search.keys) pattern += isBlank(textAt(search, at, key)) ? "0" : "1";
    const rows = patterns.get(pattern);
    if (rows === undefined) patterns.set(pattern, [at]);
    else rows.push(at);
  }
  return patterns;
}

/** Takes a row for a total, if it is none yet, by how its labels stand. */
export function takeByLabels(search: Search, at: number, why: string): void {
  if (search.totals.has(at)) return;
  search.totals.set(at, why);
  search.byLabels.add(at);
}

const isBlank = (text: string): boolean => text.length < 2 && /^[-–—.]?$/.test(text);

/** Rows that leave the same keys blank (or dashed) as totals do, and as the usual row does not. */
export function likeTotals(search: Search): void {
  if (search.totals.size === 0 || search.lines.length < 6 || search.lines.length > MOST_LINES)
    return;
  const patterns = patternsOf(search);
  const most = Math.max(...[...patterns.values()].map((rows) => rows.length));
  const usual = [...patterns].find(([, rows]) => rows.length === most)?.[0] ?? "";
  for (const [pattern, rows] of patterns) {
    if (![...pattern].some((sign, at) => sign === "0" && usual[at] === "1")) continue;
    const known = rows.filter((at) => search.totals.has(at)).length;
    if (rows.length * 2 > most || known < Math.max(1, rows.length * 0.25)) continue;
    for (const at of rows) takeByLabels(search, at, "its labels stand like those of totals");
  }
}
