import type { Database } from "../database/database.ts";
import { catalogEntries } from "../database/inquiry/inquiries.ts";

export interface CatalogEntry {
  readonly source_code: string;
  readonly publication: string;
  readonly title: string;
  readonly description: string;
  /** Data rows of the current loads. */
  readonly row_count: number;
  readonly column_count: number;
  readonly first_period: string | null;
  readonly last_period: string | null;
  readonly export_path: string | null;
}

/** Every source that has a contract, by code. */
export function catalog(database: Database): Promise<readonly CatalogEntry[]> {
  return catalogEntries(database);
}
