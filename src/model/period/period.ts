/**
 * The time that data describe, in its canonical form:
 *
 * month             2025-11
 * quarter           2025-Q3          calendar quarter
 * year              2025             calendar year
 * financial_year    FY2025-26        1 April to 31 March
 * financial_quarter FY2025-26-Q1     April to June
 * week              2025-W07         ISO 8601
 * day               2025-11-30
 * range             2025-11..2026-02 two periods of one kind, both included
 *
 * One convention for years named by one number: FY25 is the financial year that ends in 2025.
 */
export type PeriodKind =
  | "month"
  | "quarter"
  | "year"
  | "financial_year"
  | "financial_quarter"
  | "week"
  | "day"
  | "range";

export interface Period {
  /** Canonical; equal periods have equal texts. */
  readonly text: string;
  readonly kind: PeriodKind;
  /** First and last day, ISO. */
  readonly start: string;
  readonly end: string;
}

const two = (n: number): string => String(n).padStart(2, "0");

function isoOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

function months(
  text: string,
  kind: PeriodKind,
  year: number,
  month: number,
  count: number,
): Period {
  return {
    text,
    kind,
    start: `${year}-${two(month)}-01`,
    end: isoOf(Date.UTC(year, month - 1 + count, 0)),
  };
}

export function monthPeriod(year: number, month: number): Period {
  return months(`${year}-${two(month)}`, "month", year, month, 1);
}

export function quarterPeriod(year: number, quarter: number): Period {
  return months(`${year}-Q${quarter}`, "quarter", year, quarter * 3 - 2, 3);
}

export function yearPeriod(year: number): Period {
  return months(String(year), "year", year, 1, 12);
}

/** The financial year that begins in April of `year`. */
export function financialYear(year: number): Period {
  return months(`FY${year}-${two((year + 1) % 100)}`, "financial_year", year, 4, 12);
}

export function financialQuarter(year: number, quarter: number): Period {
  const text = `${financialYear(year).text}-Q${quarter}`;
  return quarter === 4
    ? months(text, "financial_quarter", year + 1, 1, 3)
    : months(text, "financial_quarter", year, quarter * 3 + 1, 3);
}

/** Null if the day is in no calendar. */
export function dayPeriod(year: number, month: number, day: number): Period | null {
  const text = `${year}-${two(month)}-${two(day)}`;
  const time = Date.UTC(year, month - 1, day);
  return isoOf(time) === text ? { text, kind: "day", start: text, end: text } : null;
}

/** Null if the year has no such week. */
export function weekPeriod(year: number, week: number): Period | null {
  const fourth = new Date(Date.UTC(year, 0, 4));
  const monday = fourth.getTime() - ((fourth.getUTCDay() + 6) % 7) * DAY + (week - 1) * 7 * DAY;
  const thursday = new Date(monday + 3 * DAY);
  if (week < 1 || thursday.getUTCFullYear() !== year) return null;
  const text = `${year}-W${two(week)}`;
  return { text, kind: "week", start: isoOf(monday), end: isoOf(monday + 6 * DAY) };
}

const DAY = 86_400_000;

/**
 * From the first to the last period. What is exactly a quarter, a year or a financial year of months
 * is that. Null if the two are of different kinds or in the wrong order.
 */
export function rangePeriod(first: Period, last: Period): Period | null {
  if (first.kind !== last.kind || first.kind === "range" || first.start > last.start) return null;
  if (first.text === last.text) return first;
  const [start, end] = [first.start, last.end];
  const year = Number(start.slice(0, 4));
  const whole = [
    yearPeriod(year),
    financialYear(year),
    quarterPeriod(year, Math.ceil(Number(start.slice(5, 7)) / 3)),
  ].find((one) => one.start === start && one.end === end);
  if (first.kind === "month" && whole !== undefined) return whole;
  return { text: `${first.text}..${last.text}`, kind: "range", start, end };
}

/** Reads a canonical period, or null. The inverse of `Period.text`. */
export function parsePeriod(text: string): Period | null {
  const [from, to, more] = text.split("..");
  if (from === undefined || more !== undefined) return null;
  if (to === undefined) return parseOne(from);
  const [first, last] = [parseOne(from), parseOne(to)];
  const range = first === null || last === null ? null : rangePeriod(first, last);
  return range?.text === text ? range : null;
}

function parseOne(text: string): Period | null {
  const match =
    /^(?:FY(?<fy>\d{4})-(?<end>\d{2})(?:-Q(?<fq>[1-4]))?|(?<year>\d{4})(?:-(?:Q(?<q>[1-4])|W(?<week>\d{2})|(?<month>0[1-9]|1[0-2])(?:-(?<day>\d{2}))?))?)$/.exec(
      text,
    );
  if (match?.groups === undefined) return null;
  const { fy, end, fq, year, q, week, month, day } = match.groups as Record<
    string,
    string | undefined
  >;
  if (fy !== undefined) {
    if (Number(end) !== (Number(fy) + 1) % 100 || !plausible(Number(fy))) return null;
    return fq === undefined ? financialYear(Number(fy)) : financialQuarter(Number(fy), Number(fq));
  }
  const y = Number(year);
  if (!plausible(y)) return null;
  if (q !== undefined) return quarterPeriod(y, Number(q));
  if (week !== undefined) return weekPeriod(y, Number(week));
  if (month === undefined) return yearPeriod(y);
  return day === undefined
    ? monthPeriod(y, Number(month))
    : dayPeriod(y, Number(month), Number(day));
}

/** Years that published statistics speak of. */
export function plausible(year: number): boolean {
  return year >= 1800 && year <= 2199;
}

/** By start, then the shorter first, then by text. */
export function comparePeriods(a: Period, b: Period): number {
  if (a.start !== b.start) return a.start < b.start ? -1 : 1;
  if (a.end !== b.end) return a.end < b.end ? -1 : 1;
  return a.text === b.text ? 0 : a.text < b.text ? -1 : 1;
}

/** Whether each day of `inner` is a day of `outer`. */
export function contains(outer: Period, inner: Period): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** The period of the same kind that follows; null for ranges. */
export function nextPeriod(period: Period): Period | null {
  return period.kind === "range"
    ? null
    : periodOfDay(period.kind, isoOf(Date.parse(`${period.end}T00:00:00Z`) + DAY));
}

/** The period of a kind that holds an ISO day; null if the day is in no calendar. */
export function periodOfDay(kind: Exclude<PeriodKind, "range">, day: string): Period | null {
  const [year, month, dayOfMonth] = day.split("-").map(Number) as [number, number, number];
  switch (kind) {
    case "day":
      return dayPeriod(year, month, dayOfMonth);
    case "week":
      return weekOf(day);
    case "month":
      return monthPeriod(year, month);
    case "quarter":
      return quarterPeriod(year, Math.ceil(month / 3));
    case "year":
      return yearPeriod(year);
    case "financial_year":
      return financialYear(month >= 4 ? year : year - 1);
    case "financial_quarter":
      return month <= 3
        ? financialQuarter(year - 1, 4)
        : financialQuarter(year, Math.ceil(month / 3) - 1);
  }
}

/** The year of a week is that of its Thursday. */
function weekOf(day: string): Period | null {
  const date = new Date(`${day}T00:00:00Z`);
  const thursday = new Date(date.getTime() + (3 - ((date.getUTCDay() + 6) % 7)) * DAY);
  const year = thursday.getUTCFullYear();
  const firstOfYear = Date.UTC(year, 0, 1);
  return weekPeriod(year, Math.floor((thursday.getTime() - firstOfYear) / DAY / 7) + 1);
}

/** All periods from `first` to `last`, both included, of one kind. Empty if the kinds differ. */
export function periodsBetween(first: Period, last: Period): readonly Period[] {
  const found: Period[] = [];
  if (first.kind !== last.kind || first.kind === "range") return found;
  for (let at: Period | null = first; at !== null && at.start <= last.start; at = nextPeriod(at)) {
    found.push(at);
  }
  return found;
}
