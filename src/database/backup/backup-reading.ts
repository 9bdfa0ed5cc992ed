import { CanonryError } from "../../model/errors.ts";
import { sha256, stableJson } from "../../model/hash.ts";
import type { BackupTombstone, LoadInPart, PartToRead } from "../../model/storage/backup.ts";
import type { Executor, Session } from "../database.ts";
import { identifier, literal } from "../identifier.ts";
import { type ManagedTable, tableName } from "../tables/managed-tables.ts";

/** Statements of a backup, in its snapshot. */

/** Every load of the ledger, by source and id. */
export async function loadsToKeep(executor: Executor): Promise<readonly LoadInPart[]> {
  const rows = await executor.rows<Omit<LoadInPart, "proof"> & { readonly facts: object | null }>(
    `select load_id, source, period, vintage, rows_data + rows_total as rows,
            case when digest is not null then jsonb_build_object('data', digest->'data', 'total', digest->'total') end as digest,
            case when digest is not null then to_jsonb(array[run_id, key, loaded_at::text, digest::text]) end as facts
       from ops.load where expired_at is null order by source, load_id`,
  );
  return rows.map(({ facts, ...load }) => ({
    ...load,
    proof: facts === null ? null : sha256(stableJson([load, facts])).slice(0, 32),
  }));
}

/** Names of the sources: of these tables each row is of a load. */
export async function sourcesKept(executor: Executor): Promise<ReadonlySet<string>> {
  const rows = await executor.rows<{ code: string }>("select code from ops.source");
  return new Set(rows.map((row) => row.code));
}

export interface ArtifactRow {
  readonly sha256: string;
  readonly file_name: string;
  readonly size_bytes: number;
}

/** Files that loads or pages came from, without those that a purge removed. */
export function artifactsToKeep(executor: Executor): Promise<ArtifactRow[]> {
  return executor.rows<ArtifactRow>(
    `select sha256, file_name, size_bytes from ops.artifact where purged_at is null and expired_at is null
     union
     select p.sha256, min(p.url), min(p.size_bytes) from ops.page p
      where not exists (select 1 from ops.artifact a where a.sha256 = p.sha256) group by p.sha256
     order by 1`,
  );
}

export interface LedgerFacts {
  readonly server: string;
  readonly migration: number;
}

export async function ledgerFacts(executor: Executor): Promise<LedgerFacts> {
  const [row] = await executor.rows<LedgerFacts>(
    `select current_setting('server_version') as server,
            (select coalesce(max(created_at), 0) from ops.migration)::int8 as migration`,
  );
  return row ?? { server: "", migration: 0 };
}

/** Whether anything is loaded. */
export async function holdsLoads(executor: Executor): Promise<boolean> {
  const [row] = await executor.rows<{ any: boolean }>(
    "select exists (select 1 from ops.load) as any",
  );
  return row?.any === true;
}

/** What COPY reads for a part: in the order of the key, where there is one, else as the rows stand. */
export function partSql(
  table: Pick<ManagedTable, "schema" | "name" | "key">,
  columns: readonly { readonly name: string; readonly type: string }[],
  choice: PartToRead["choice"],
): string {
  const list = columns.map((column) => identifier(column.name)).join(", ");
  const order = table.key.map((name) => {
    const isText = columns.find((column) => column.name === name)?.type === "text";
    return `${identifier(name)}${isText ? ' collate "C"' : ""}`;
  });
  return [
    `select ${list} from ${tableName(table)}`,
    choice === "all" ? "" : ` where ${chosen(choice)}`,
    order.length === 0 ? "" : ` order by ${order.join(", ")}`,
  ].join("");
}

function chosen(choice: Exclude<PartToRead["choice"], "all">): string {
  if ("only" in choice) return `_load_id = any(${idsOf(choice.only)})`;
  return `not (_load_id = any(${idsOf(choice.without)}))`;
}

const idsOf = (ids: readonly number[]): string => `${literal(`{${ids.join(",")}}`)}::bigint[]`;

/**
 * Runs `read` while nobody can write the table anew. Throws BACKUP_MOVED if somebody did since the snapshot: the
 * rows that it saw are gone then.
 */
export async function holding<Result>(
  session: Session,
  table: ManagedTable,
  read: () => Promise<Result>,
): Promise<Result> {
  await session.rows(`savepoint reading; lock table ${tableName(table)} in access share mode`);
  const [now] = await session.rows<{ filenode: number | null }>(
    "select pg_relation_filenode($1::oid)::int8 as filenode",
    [table.oid],
  );
  if (now?.filenode !== table.filenode) {
    throw new CanonryError("BACKUP_MOVED", `${tableName(table)} was written anew meanwhile`);
  }
  const result = await read();
  // The lock goes with the savepoint: whoever widens the table does not wait for the whole backup.
  await session.rows("rollback to savepoint reading");
  return result;
}

/** Tombstones of these loads that stand now. */
export async function buriedOf(executor: Executor, loads: readonly number[]): Promise<number[]> {
  const rows = await executor.rows<{ load_id: number }>(
    "select load_id from ops.tombstone where load_id = any($1::bigint[]) order by 1",
    [loads],
  );
  return rows.map((row) => row.load_id);
}

/** Every tombstone of the ledger. */
export function tombstonesToKeep(executor: Executor): Promise<BackupTombstone[]> {
  return executor.rows<BackupTombstone>(
    `select load_id::text, publication, source, period, vintage, rows, key, reason, by
       from ops.tombstone order by load_id`,
  );
}
