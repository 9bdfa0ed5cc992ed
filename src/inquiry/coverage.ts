import { type CalendarRow, calendarRows } from "../database/calendar.ts";
import type { Database } from "../database/database.ts";
import { type Calendar, calendarOf, type KnownRelease } from "../model/calendar.ts";
import { CanonryError } from "../model/errors.ts";
import { comparePeriods, parsePeriod } from "../model/period.ts";
import type { Frequency, PublicationConfig } from "../model/publication.ts";

/** The calendar of one publication, with what the ledger says of each period that it knows. */
export interface PublicationCoverage extends Calendar {
  readonly publication: string;
  readonly name: string;
  readonly details: Readonly<Record<string, string>>;
}

/**
 * Publications x periods, in the order of the configuration; then those that only the ledger knows, of
 * which nothing more is expected. `today` is an ISO day. Throws PUBLICATION_UNKNOWN.
 */
export async function coverage(
  database: Database,
  configured: readonly PublicationConfig[],
  chosen: readonly string[],
  today: string,
): Promise<readonly PublicationCoverage[]> {
  const rows = await calendarRows(database);
  const codes = new Set([
    ...configured.map((one) => one.code),
    ...rows.map((row) => row.publication),
  ]);
  const unknown = chosen.find((code) => !codes.has(code));
  if (unknown !== undefined)
    throw new CanonryError("PUBLICATION_UNKNOWN", `no publication is called ${unknown}`);
  return [...codes]
    .filter((code) => chosen.length === 0 || chosen.includes(code))
    .map((code) => {
      const config = configured.find((one) => one.code === code) ?? null;
      const own = rows.filter((row) => row.publication === code);
      return { publication: code, name: config?.name ?? code, ...coverageOf(config, own, today) };
    });
}

function coverageOf(
  config: PublicationConfig | null,
  rows: readonly CalendarRow[],
  today: string,
): Omit<PublicationCoverage, "publication" | "name"> {
  const known = new Set(rows.map((row) => row.period));
  const stated = new Set((config?.urls ?? []).map((one) => one.period));
  const releases: readonly KnownRelease[] = [
    ...rows,
    ...[...stated]
      .filter((period) => !known.has(period))
      .map((period) => ({ period, status: null, arrived: null, gone: false })),
  ];
  const calendar = calendarOf({
    frequency: frequencyOf(config),
    lag_days: config?.periods?.lag_days ?? null,
    from: config?.periods?.from ?? null,
    to: config === null ? lastOf(rows) : (config.periods?.to ?? null),
    releases,
    today,
  });
  return { ...calendar, details: Object.fromEntries(rows.map((row) => [row.period, row.detail])) };
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

function lastOf(rows: readonly CalendarRow[]): string | null {
  const periods = rows.flatMap((row) => parsePeriod(row.period) ?? []);
  return periods.toSorted(comparePeriods).at(-1)?.text ?? null;
}
