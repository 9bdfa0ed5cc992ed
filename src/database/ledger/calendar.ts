import type { Executor } from "../database.ts";

/** A release or a link that is known of a period. */
export interface CalendarRow {
  readonly publication: string;
  readonly period: string;
  /** Of the release; null if only its links are known. */
  readonly status: string | null;
  readonly detail: string;
  /** Day (UTC) on which its first file was fetched. */
  readonly arrived: string | null;
  readonly gone: boolean;
}

/** How a link says that what it led to is there no more. */
const GONE = "^(DOWNLOAD_FAILED: the server answered (404|410)([^0-9]|$)|FILE_MISSING:)";

/** Every period of every publication that the ledger knows, in one statement. */
export function calendarRows(executor: Executor): Promise<CalendarRow[]> {
  return executor.rows<CalendarRow>(
    `select publication, period, r.status, coalesce(r.detail, '') as detail,
            to_char(k.arrived at time zone 'UTC', 'YYYY-MM-DD') as arrived,
            coalesce(k.gone, false) as gone
       from ops.release r
       full join (
         select publication, period, min(first_fetched_at) as arrived,
                bool_and(status = 'failed' and detail ~ $1) filter (where sha256 is not null) as gone
           from ops.link group by publication, period) k using (publication, period)
      order by publication, period`,
    [GONE],
  );
}
