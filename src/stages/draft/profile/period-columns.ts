import { parsePeriod } from "../../../model/period/period.ts";
import { readPeriods } from "../../../model/period/read-periods.ts";
import { stripMarks } from "../lines/words.ts";
import { isPeriodHeader } from "./column-types.ts";

/** Fewer columns headed by periods are not a wide table. */
const LEAST_RUN = 3;

/** What a column holds: figures, or tokens in their place; nothing at all; something else. */
export type Filled = "figures" | "none" | "else";

/**
 * The period that heads each column, or null: only in a run of at least three columns of figures that
 * are headed by different periods; or none, or any at all, if a person says so (`unpivot`). A column without a cell
 * beside them is of a period of which nothing is published yet. A date that
 * stands for a whole month in every column (same day, or the last day, of different months) is that month, and
 * so is a first or last day of a month that is missing among months.
 */
export function periodColumns(
  headers: readonly (readonly string[])[],
  filled: readonly Filled[],
  unpivot?: boolean,
): (string | null)[] {
  if (unpivot === false) return headers.map(() => null);
  const read = headers.map((path, at) => (filled[at] === "else" ? null : periodOf(path)));
  const days = read.filter((period) => period !== null && isDay(period));
  const months = monthly(days) || missingAmong(read, days);
  const periods = read.map((period) =>
    period !== null && months && isDay(period) ? period.slice(0, 7) : period,
  );
  return longRuns(periods, filled, unpivot === true ? 1 : LEAST_RUN);
}

/** A header that is a period and nothing more, read from its levels together. */
function periodOf(path: readonly string[]): string | null {
  const levels = path.map((text) => stripMarks(text)).filter((text) => text !== "");
  const joined = levels.join(" ");
  const own = levels.some(isPeriodHeader);
  if (!own) return null;
  const others = levels.filter(
    (text) => !isPeriodHeader(text) && !/^(?:q[1-4]|[a-z]{3,9})$/i.test(text),
  );
  const text = others.length === 0 ? joined : (levels.find(isPeriodHeader) ?? joined);
  const found = readPeriods(text.replace(/T00:00:00$/, ""));
  const [best] = found.toSorted((a, b) => b.score - a.score);
  return best?.period ?? null;
}

function monthly(days: readonly (string | null)[]): boolean {
  const dates = days.filter((day) => day !== null);
  if (dates.length < 2) return false;
  const months = new Set(dates.map((day) => day.slice(0, 7)));
  if (months.size !== new Set(dates).size) return false;
  const parts = dates.map((day) => day.slice(8));
  return new Set(parts).size === 1 || dates.every(isMonthEnd);
}

function isDay(period: string): boolean {
  return /^\d{4}-\d\d-\d\d$/.test(period);
}

/** The only day stands for a whole month that none of the other headers, all of them months, is. */
function missingAmong(
  read: readonly (string | null)[],
  [day, ...others]: readonly (string | null)[],
): boolean {
  if (day === undefined || day === null || others.length > 0) return false;
  const rest = read.filter((period) => period !== null && period !== day);
  const areMonths = rest.length >= 2 && rest.every((period) => /^\d{4}-\d\d$/.test(period ?? ""));
  return areMonths && !rest.includes(day.slice(0, 7)) && (day.endsWith("-01") || isMonthEnd(day));
}

function isMonthEnd(day: string): boolean {
  const next = new Date(`${day}T00:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return next.getUTCDate() === 1;
}

function longRuns(
  periods: readonly (string | null)[],
  filled: readonly Filled[],
  least: number,
): (string | null)[] {
  const kept: (string | null)[] = periods.map(() => null);
  for (let at = 0; at < periods.length; ) {
    let end = at;
    while (end < periods.length && periods[end] !== null) end++;
    const run = periods.slice(at, end);
    const published = filled.slice(at, end).includes("figures");
    if (published && new Set(run).size >= least && new Set(run).size === run.length) {
      for (let one = at; one < end; one++) kept[one] = periods[one] ?? null;
    }
    at = Math.max(end, at + 1);
  }
  return kept;
}

/** First, last and number of the periods among the values of a time column. */
export function spanOf(
  values: Iterable<string>,
  read: (text: string) => string | null,
): readonly [string, string, number] | null {
  const found = new Map<string, string>();
  for (const value of values) {
    const text = read(value);
    const start = text === null ? undefined : parsePeriod(text)?.start;
    if (text !== null && start !== undefined) found.set(text, start);
  }
  const ordered = [...found].sort((a, b) => (a[1] < b[1] ? -1 : 1)).map(([text]) => text);
  const [first] = ordered;
  const last = ordered.at(-1);
  return first === undefined || last === undefined ? null : [first, last, ordered.length];
}
