import type { Frequency, PublicationConfig } from "../publication.ts";
import { type Calendar, calendarOf, type KnownRelease } from "./calendar.ts";
import { comparePeriods, parsePeriod } from "./period.ts";

/** The calendar of one publication: as it is configured (null: the ledger alone knows it), with what is known. Pure. */
export function publicationCalendar(
  config: PublicationConfig | null,
  rows: readonly KnownRelease[],
  today: string,
): Calendar {
  const known = new Set(rows.map((row) => row.period));
  const stated = new Set((config?.urls ?? []).map((one) => one.period));
  const releases: readonly KnownRelease[] = [
    ...rows,
    ...[...stated]
      .filter((period) => !known.has(period))
      .map((period) => ({ period, status: null, arrived: null, gone: false })),
  ];
  return calendarOf({
    frequency: frequencyOf(config),
    lag_days: config?.periods?.lag_days ?? null,
    from: config?.periods?.from ?? null,
    to: config === null ? lastOf(rows) : (config.periods?.to ?? null),
    releases,
    today,
  });
}

const SCHEDULED: Readonly<Record<string, Frequency>> = {
  week: "weekly",
  month: "monthly",
  quarter: "quarterly",
  financial_quarter: "quarterly",
  year: "annual",
  financial_year: "annual",
};

/** As configured; else the rhythm of the schedule by which addresses are made. */
function frequencyOf(config: PublicationConfig | null): Frequency | null {
  if (config?.frequency !== undefined) return config.frequency;
  const first = config?.url === undefined ? null : parsePeriod(config.periods?.from ?? "");
  return SCHEDULED[first?.kind ?? ""] ?? null;
}

function lastOf(rows: readonly KnownRelease[]): string | null {
  const periods = rows.flatMap((row) => parsePeriod(row.period) ?? []);
  return periods.toSorted(comparePeriods).at(-1)?.text ?? null;
}
