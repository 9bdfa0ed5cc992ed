import { CanonryError } from "../../model/errors.ts";
import {
  type BackupTombstone,
  MANAGED_SCHEMAS,
  type PartColumn,
} from "../../model/storage/backup.ts";
import { contentKey } from "../../model/vintage.ts";
import type { Database, Executor, Transaction } from "../database.ts";
import { identifier, literal } from "../identifier.ts";
import { MIGRATE_LOCK } from "../migrate.ts";
import { tableName } from "../tables/managed-tables.ts";
import { purgeWithin } from "../vintages/purge-load.ts";
import { READING } from "./snapshot.ts";

export interface PartToRestore {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly PartColumn[];
  readonly rows: number;
  /** What COPY printed. */
  lines(): AsyncIterable<Uint8Array>;
}

export interface DatabaseToRestore {
  readonly id: string;
  readonly before: string;
  readonly after: string;
  readonly parts: readonly PartToRestore[];
  /** What was purged after the backup was made. */
  readonly tombstones: readonly BackupTombstone[];
}

/** What names the backup that a database came from, behind everything else that was restored. */
const mark = (id: string): string => `restored from backup ${id}`;

/** The backup that a database was restored from; null if it was not. */
export async function restoredFrom(executor: Executor): Promise<string | null> {
  const [row] = await executor.rows<{ said: string | null }>(
    "select obj_description(to_regnamespace('ops'), 'pg_namespace') as said",
  );
  return /^restored from backup (\S+)/.exec(row?.said ?? "")?.[1] ?? null;
}

/**
 * Makes the managed schemas from a backup in one transaction, and buries again what was purged since. Throws
 * BACKUP_TARGET where anything is loaded, BACKUP_DAMAGED if a part does not hold its rows. Gives the loads
 * that were buried. Memory: one chunk.
 */
export function restoreBackup(
  database: Database,
  backup: DatabaseToRestore,
): Promise<readonly string[]> {
  return database.transaction(async (transaction) => {
    await transaction.rows("set local lock_timeout = '60s'");
    await transaction.rows("select pg_advisory_xact_lock(hashtextextended($1, 0))", [MIGRATE_LOCK]);
    await makeRoom(transaction);
    for (const setting of READING) await transaction.rows(`set local ${setting}`);
    await transaction.rows(backup.before);
    for (const part of backup.parts) await restorePart(transaction, part);
    await transaction.rows(backup.after);
    await transaction.rows("set local search_path to default");
    const buried = await buryAgain(transaction, backup.tombstones);
    await transaction.rows(`comment on schema ops is ${literal(mark(backup.id))}`);
    return buried;
  });
}

/** What an empty ledger holds too: which migrations it saw, and which warehouse it is. */
const OF_EVERY_LEDGER = ["migration", "warehouse"];

/** An empty ledger gives way; anything else stays, and is named. */
async function makeRoom(transaction: Transaction): Promise<void> {
  const tables = await transaction.rows<{ schema: string; name: string; kind: string }>(
    `select n.nspname as schema, c.relname as name, c.relkind::text as kind
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = any($1::text[]) and c.relkind in ('r', 'v', 'm', 'f', 'p') order by 1, 2`,
    [MANAGED_SCHEMAS],
  );
  const full: string[] = [];
  for (const table of tables) {
    const isLedger = table.schema === "ops" && table.kind === "r";
    if (!isLedger) full.push(tableName(table));
    else if (!OF_EVERY_LEDGER.includes(table.name)) {
      const [row] = await transaction.rows<{ any: boolean }>(
        `select exists (select 1 from ${tableName(table)}) as any`,
      );
      if (row?.any === true) full.push(tableName(table));
    }
  }
  if (full.length > 0) {
    const some = full.slice(0, 5).join(", ");
    throw new CanonryError("BACKUP_TARGET", `the database is not empty: ${some}`);
  }
  const names = tables.map(tableName);
  try {
    if (names.length > 0) await transaction.rows(`drop table ${names.join(", ")}`);
    for (const schema of MANAGED_SCHEMAS) {
      await transaction.rows(`drop schema if exists ${identifier(schema)}`);
    }
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === DEPENDED_ON)) throw error;
    const detail = "detail" in error ? `; ${String(error.detail)}` : "";
    throw new CanonryError("BACKUP_TARGET", `${error.message}${detail}`);
  }
}

/** dependent_objects_still_exist. Source: PostgreSQL documentation, "PostgreSQL Error Codes". */
const DEPENDED_ON = "2BP01";

async function restorePart(transaction: Transaction, part: PartToRestore): Promise<void> {
  const columns = part.columns.map((column) => identifier(column.name));
  const rows = await transaction.copyIn(tableName(part), columns, part.lines());
  if (rows === part.rows) return;
  throw new CanonryError(
    "BACKUP_DAMAGED",
    `${tableName(part)}: a part gave ${rows} rows, the inventory has ${part.rows}`,
  );
}

async function buryAgain(
  transaction: Transaction,
  tombstones: readonly BackupTombstone[],
): Promise<readonly string[]> {
  const buried: string[] = [];
  for (const { load_id, source, period, vintage, key, by, reason } of tombstones) {
    const parts = await transaction.rows<{ load_id: string; fingerprint: string }>(
      `select l.load_id::text, p.fingerprint from ops.load l join ops.part p on p.load_id = l.load_id
        where l.load_id = $1 and l.source = $2 and l.period = $3 and l.vintage = $4`,
      [load_id, source, period, vintage],
    );
    if (parts.length === 0 || contentKey(parts.map((one) => one.fingerprint)) !== key) continue;
    await purgeWithin(transaction, [{ load_id, source, period }], { by, reason });
    buried.push(`${source} ${period} vintage ${vintage}`);
  }
  return buried;
}
