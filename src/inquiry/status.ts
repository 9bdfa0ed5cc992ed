import type { Database } from "../database/database.ts";
import { releaseStatuses } from "../database/inquiry/inquiries.ts";

/** One release as the ledger has it. */
export interface StatusLine {
  readonly publication: string;
  readonly period: string;
  readonly status: string;
  /** Sources with a current load. */
  readonly sources: number;
  /** Rows of the current loads. */
  readonly rows_data: number;
  readonly rows_total: number;
  /** Rows that the current loads set aside. */
  readonly rows_quarantined: number;
  /** The highest vintage of any source of the release. */
  readonly vintages: number;
  /** ISO instant of the last load; null if nothing was loaded. */
  readonly loaded_at: string | null;
  readonly detail: string;
}

/** Releases by publication and period; all publications if none is named. */
export function status(
  database: Database,
  publications: readonly string[],
): Promise<readonly StatusLine[]> {
  return releaseStatuses(database, publications);
}
