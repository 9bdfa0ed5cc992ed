import type { LoadCommit, LoadCounts } from "../../model/load-commit.ts";
import { parsePeriod } from "../../model/period/period.ts";
import { ISSUES_TOLD, newestPeriod, type SeriesIssue } from "../../model/period/series-lag.ts";
import type { ReleaseLedger, SeenPeriod } from "../release/release-ledger.ts";

/** The orders in which `seenOf` gives periods and loads, for those that the database does not hold yet. */

export type Dated = NonNullable<
  ReturnType<Awaited<ReturnType<ReleaseLedger["seenOf"]>>["last"]["get"]>
>;

/** By last day, first day, text; each once. */
export function orderedByEnd(periods: readonly string[]): readonly string[] {
  const key = (text: string): string => {
    const parsed = parsePeriod(text);
    return `${parsed?.end ?? ""} ${parsed?.start ?? ""} ${text}`;
  };
  return [...new Set(periods)].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** What ends before the period does, nearest first; then what does not. Equals keep their order. */
export function nearestFirst(loads: readonly Dated[], period: SeenPeriod): readonly Dated[] {
  const end = Date.parse(period.end);
  const rank = (load: Dated): readonly [after: number, distance: number] => {
    const own = Date.parse(parsePeriod(load.period)?.end ?? "");
    return [own >= end ? 1 : 0, Math.abs(own - end)];
  };
  return loads.toSorted((a, b) => {
    const [[first, near], [second, far]] = [rank(a), rank(b)];
    return first - second || near - far;
  });
}

/** The issues that `seenOf` gives, where loads that would be made stand before those that were. */
export function issuesBefore(
  { end }: SeenPeriod,
  fresh: readonly { readonly period: string; readonly issue: SeriesIssue | null }[],
  known: readonly SeriesIssue[],
): readonly SeriesIssue[] {
  const kept = known.filter((one) => !fresh.some(({ period }) => period === one.period));
  const all = [...fresh.flatMap(({ issue }) => issue ?? []), ...kept];
  const order = orderedByEnd(all.map((one) => one.period)).toReversed();
  return all
    .filter((one) => (parsePeriod(one.period)?.end ?? end) < end)
    .toSorted((a, b) => order.indexOf(a.period) - order.indexOf(b.period))
    .slice(0, ISSUES_TOLD);
}

/** What later releases of a series are compared with; null if the source does not repeat its history. */
export function issueOf({ period, contract }: LoadCommit, counts: LoadCounts): SeriesIssue | null {
  const release = contract.coverage === "cumulative" ? parsePeriod(period) : null;
  if (release === null) return null;
  const newest = newestPeriod(
    counts.periods.map((one) => one.period),
    release,
  );
  const content = counts.parts.map((one) => one.fingerprint).sort();
  return newest === null ? null : { period, newest, content };
}
