import type { Database } from "../database/database.ts";
import { quarantined } from "../database/quarantine/quarantined.ts";
import { CanonryError } from "../model/errors.ts";
import type { QuarantinedItem } from "../model/quarantine.ts";

export interface QuarantineSelection {
  /** Empty: all. */
  readonly publications: readonly string[];
  readonly periods: readonly string[];
  /** Those that are resolved too. */
  readonly all: boolean;
}

/** What is in quarantine, by publication and period. */
export function listQuarantine(
  database: Database,
  selection: QuarantineSelection,
): Promise<readonly QuarantinedItem[]> {
  return quarantined(database, { ...selection, ids: [] });
}

/** One item, resolved or not. Throws QUARANTINE_UNKNOWN. */
export async function showQuarantined(database: Database, id: string): Promise<QuarantinedItem> {
  const wanted = { publications: [], periods: [], ids: [id], all: true };
  const [item] = await quarantined(database, wanted);
  if (item === undefined)
    throw new CanonryError("QUARANTINE_UNKNOWN", `nothing in quarantine is called ${id}`);
  return item;
}
