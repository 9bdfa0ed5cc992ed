import { comparePeriods, nextPeriod, type Period, parsePeriod, periodOfDay } from "./period.ts";

/** An issue of a series that is loaded, as far as it says what the next one should hold. */
export interface SeriesIssue {
  /** Of its release. */
  readonly period: string;
  /** See `newestPeriod`. */
  readonly newest: string;
  /** Fingerprints of its parts, ascending. */
  readonly content: readonly string[];
}

/** How many of the last releases of a series tell what the next one should hold. */
export const ISSUES_TOLD = 12;

/** Months, quarters and years are longer than others of their kind by at most so many days. */
export const UNEVEN_DAYS = 3;

/** How far the newest data of a release lie behind its end: 0 if they reach it. */
export interface Lag {
  readonly unit: Exclude<Period["kind"], "range">;
  readonly steps: number;
}

/** Of data periods that are no longer than the release's own the one that begins last; null if there is none. */
export function newestPeriod(periods: Iterable<string>, release: Period): string | null {
  const longest = days(release) + UNEVEN_DAYS;
  let newest: Period | null = null;
  for (const text of periods) {
    const period = parsePeriod(text);
    if (period === null || days(period) > longest) continue;
    const later = newest === null || period.start > newest.start;
    const shorter = period.start === newest?.start && comparePeriods(period, newest) < 0;
    if (later || shorter) newest = period;
  }
  return newest?.text ?? null;
}

/**
 * In periods of the data's own kind; days and weeks, which begin and end within months as they fall, in those
 * of the release. Null for ranges.
 */
export function lagOf(release: Period, newest: Period): Lag | null {
  const falls = newest.kind === "day" || newest.kind === "week";
  const unit = falls ? release.kind : newest.kind;
  if (unit === "range") return null;
  const last = periodOfDay(unit, release.end);
  const own = periodOfDay(unit, newest.start);
  return last === null || own === null ? null : { unit, steps: stepsBetween(own, last) };
}

/** The newest data period of a release with this lag, canonical. */
export function newestAt(release: Period, { unit, steps }: Lag): string {
  let at = periodOfDay(unit, release.end);
  for (let left = steps; left > 0 && at !== null; left--) at = periodOfDay(unit, dayBefore(at));
  for (let left = steps; left < 0 && at !== null; left++) at = nextPeriod(at);
  return at?.text ?? release.text;
}

function stepsBetween(from: Period, to: Period): number {
  if (from.start > to.start) return -stepsBetween(to, from);
  let steps = 0;
  for (let at: Period | null = from; at !== null && at.start < to.start; at = nextPeriod(at)) {
    steps++;
  }
  return steps;
}

const DAY_MS = 86_400_000;

/** Days from the first to the last. */
function days({ start, end }: Period): number {
  return (Date.parse(end) - Date.parse(start)) / DAY_MS;
}

function dayBefore({ start }: Period): string {
  return new Date(Date.parse(start) - DAY_MS).toISOString().slice(0, 10);
}
