import { CanonryError } from "../model/errors.ts";
import type { Executor } from "./database.ts";
import { iso } from "./iso.ts";

/** The instant by the database's clock, the one that all who use the database share. */
export async function databaseNow(executor: Executor): Promise<Date> {
  const [row] = await executor.rows<{ at: string }>(`select ${iso("clock_timestamp()")} as at`);
  if (row === undefined) throw new CanonryError("DATABASE_LOST", "the database told no time");
  return new Date(row.at);
}
