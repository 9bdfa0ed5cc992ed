import { type Search, textAt } from "./total-search.ts";

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
