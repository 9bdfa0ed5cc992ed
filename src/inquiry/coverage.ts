import type { Database } from "../database/database.ts";
import { calendarRows } from "../database/ledger/calendar.ts";
import { CanonryError } from "../model/errors.ts";
import type { Calendar } from "../model/period/calendar.ts";
import { publicationCalendar } from "../model/period/publication-calendar.ts";
import type { PublicationConfig } from "../model/publication.ts";

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
      const details = Object.fromEntries(own.map((row) => [row.period, row.detail]));
      const calendar = publicationCalendar(config, own, today);
      return { publication: code, name: config?.name ?? code, ...calendar, details };
    });
}
