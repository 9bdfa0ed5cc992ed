import type { Drift, Ruling } from "../../model/manifest/drift.ts";
import type { Region, SourceContract } from "../../model/manifest/manifest.ts";
import { type Period, parsePeriod } from "../../model/period/period.ts";
import { type Lag, lagOf, newestAt, type SeriesIssue } from "../../model/period/series-lag.ts";

/** So many releases with one lag make it a habit. */
export const LEAST_AGREEING = 3;

/** A release of a series, and those that came before it. */
export interface SeriesSight {
  readonly contract: SourceContract;
  readonly regions: readonly Region[];
  readonly period: string;
  /** The newest data period of the regions; null if none is known. */
  readonly newest: string | null;
  /** Issues of earlier releases, the nearest first. */
  readonly earlier: readonly SeriesIssue[];
  readonly rulings: readonly Ruling[];
}

interface Lagging {
  readonly release: Period;
  readonly newest: string;
  readonly lag: Lag;
}

/**
 * A series that ends earlier than the releases before it make expect: an old file stands under a new link, or
 * the publisher forgot to add the period. Asked only where those releases all had one lag, apart from what a
 * person let in; a lag that is that of the release just before is the new habit. Pure.
 */
export function seriesDrift(sight: SeriesSight): readonly Drift[] {
  const { contract, period, newest } = sight;
  if (contract.coverage !== "cumulative" || newest === null) return [];
  const now = lagging(period, newest);
  const earlier = sight.earlier.flatMap((one) => lagging(one.period, one.newest) ?? []);
  if (now === null || earlier.length < sight.earlier.length) return [];
  const habit = habitOf(sight, earlier);
  const [before] = earlier;
  if (habit === null || before === undefined || habit.unit !== now.lag.unit) return [];
  if (now.lag.steps <= habit.steps || isSame(now.lag, before.lag)) return [];
  const expected = newestAt(now.release, habit);
  return [
    {
      kind: "period_missing",
      before: expected,
      after: newest,
      evidence: evidenceOf(sight, expected, earlier),
      breaking: true,
    },
  ];
}

function lagging(period: string, newest: string): Lagging | null {
  const [release, data] = [parsePeriod(period), parsePeriod(newest)];
  const lag = release === null || data === null ? null : lagOf(release, data);
  return release === null || lag === null ? null : { release, newest, lag };
}

/** The lag that enough earlier releases had, and all of them but those that a person let in with another. */
function habitOf({ contract, rulings }: SeriesSight, earlier: readonly Lagging[]): Lag | null {
  const letIn = ({ release, newest }: Lagging, habit: Lag): boolean =>
    rulings.some(
      (one) =>
        one.kind === "period_missing" &&
        one.verdict === "approved" &&
        one.source === contract.code &&
        one.after === newest &&
        one.before === newestAt(release, habit),
    );
  const habit = earlier.find(({ lag }) => {
    const others = earlier.filter((one) => !isSame(one.lag, lag));
    return (
      earlier.length - others.length >= LEAST_AGREEING && others.every((one) => letIn(one, lag))
    );
  });
  return habit?.lag ?? null;
}

function isSame(a: Lag, b: Lag): boolean {
  return a.unit === b.unit && a.steps === b.steps;
}

function evidenceOf(
  { regions, newest, earlier }: SeriesSight,
  expected: string,
  lags: readonly Lagging[],
): string {
  const files = [...new Set(regions.map((one) => one.member ?? one.file))].join(", ");
  const ends = lags
    .slice(0, LEAST_AGREEING)
    .map(({ release, newest: last }) => `${release.text} at ${last}`)
    .toReversed();
  const content = regions.map((one) => one.fingerprint).sort();
  const same = earlier.find((one) => one.content.join() === content.join());
  const told = same === undefined ? "" : `; holds the same content as release ${same.period}`;
  return `${files} ends at ${newest ?? ""}, expected ${expected}: ${ends.join(", ")}${told}`;
}
