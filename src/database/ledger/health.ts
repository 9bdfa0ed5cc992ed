import { readMigrationFiles } from "drizzle-orm/migrator";
import type { Executor } from "../database.ts";
import { iso } from "../iso.ts";

/** Statements by which the doctor looks at the database. All of them only read. */

export interface ServerFacts {
  /** `server_version_num`: 180004. */
  readonly version: number;
  /** As the server calls itself. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Milliseconds since 1970 by the server's clock. */
  readonly clockMs: number;
}

export async function serverFacts(executor: Executor): Promise<ServerFacts> {
  const [row] = await executor.rows<ServerFacts>(
    `select current_setting('server_version_num')::int as version, split_part(version(), ' on ', 1) as name,
            pg_database_size(current_database()) as "sizeBytes",
            (extract(epoch from clock_timestamp()) * 1000)::float8 as "clockMs"`,
  );
  if (row === undefined) throw new Error("a select without from gives one row");
  return row;
}

export interface MigrationFacts {
  /** Migrations of this program that the database has not seen. */
  readonly pending: number;
  /** Migrations of the database that this program does not know. */
  readonly unknown: number;
}

/** What the database has against what the program ships. */
export async function migrationFacts(executor: Executor, folder: string): Promise<MigrationFacts> {
  const own = readMigrationFiles({ migrationsFolder: folder }).map((one) => one.folderMillis);
  const [table] = await executor.rows<{ there: boolean }>(
    "select to_regclass('ops.migration') is not null as there",
  );
  const rows =
    table?.there === true
      ? await executor.rows<{ made: number }>("select created_at as made from ops.migration")
      : [];
  const applied = rows.map((row) => row.made);
  return {
    pending: own.filter((one) => !applied.includes(one)).length,
    unknown: applied.filter((one) => !own.includes(one)).length,
  };
}

export interface HeldLock {
  /** What is locked: `release beds 2025-01`, `canonry.exports`. */
  readonly name: string;
  /** The server's process that holds it. */
  readonly pid: number;
  readonly application: string;
  /** Where it is connected from; null: the same machine, by a socket. */
  readonly client: string | null;
  readonly state: string | null;
  /** Since its last statement ended or began. */
  readonly idleSeconds: number;
  /** A run of that release is open in the ledger. */
  readonly hasRun: boolean;
}

/** Who holds the locks of releases, of projections and of the migration. */
export function heldLocks(executor: Executor): Promise<HeldLock[]> {
  return executor.rows<HeldLock>(
    `with place as (
       select publication, period from ops.release union select publication, period from ops.run),
     named as (
       select 'canonry.release.' || publication || '.' || period as lock,
              'release ' || publication || ' ' || period as name,
              exists (select 1 from ops.run r where r.status = 'running'
                         and r.publication = place.publication and r.period = place.period) as has_run
         from place
       union all
       select lock, lock, false
         from unnest(array['canonry.exports', 'canonry.projections', 'canonry.migrate']) lock)
     select n.name, l.pid, a.application_name as application, host(a.client_addr) as client, a.state,
            extract(epoch from clock_timestamp() - coalesce(a.state_change, a.backend_start))::float8
              as "idleSeconds", n.has_run as "hasRun"
       from named n
       join pg_locks l on l.locktype = 'advisory' and l.granted and l.objsubid = 1
        and l.database = (select oid from pg_database where datname = current_database())
        and (l.classid::bigint << 32) | l.objid::bigint = hashtextextended(n.lock, 0)
       join pg_stat_activity a on a.pid = l.pid
      order by 1, 2`,
  );
}

export interface OpenRun {
  readonly runId: string;
  readonly publication: string;
  readonly period: string;
  readonly startedAt: string;
  /** Somebody holds its release. */
  readonly held: boolean;
}

/** Runs that the ledger calls running. */
export function openRuns(executor: Executor): Promise<OpenRun[]> {
  return executor.rows<OpenRun>(
    `select run_id as "runId", publication, period, ${iso("started_at")} as "startedAt",
            exists (select 1 from pg_locks l
                     where l.locktype = 'advisory' and l.granted and l.objsubid = 1
                       and l.database = (select oid from pg_database where datname = current_database())
                       and (l.classid::bigint << 32) | l.objid::bigint =
                           hashtextextended('canonry.release.' || publication || '.' || period, 0)) as held
       from ops.run where status = 'running' order by run_id`,
  );
}

export interface RunEnd {
  readonly runId: string;
  readonly status: string;
  readonly release: string;
}

/** Those of these runs that the ledger knows, and how they ended. */
export function runEnds(executor: Executor, runIds: readonly string[]): Promise<RunEnd[]> {
  return executor.rows<RunEnd>(
    `select run_id as "runId", status, publication || ' ' || period as release
       from ops.run where run_id = any($1) order by run_id`,
    [runIds],
  );
}

export interface LedgerArtifact {
  readonly sha256: string;
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly isPurged: boolean;
  /** Addresses that gave these bytes when they were looked at last. */
  readonly addresses: readonly string[];
  /** Loads that came from it: "beds 2025-01 vintage 1". */
  readonly loads: readonly string[];
}

/** Every artifact that the ledger knows. */
export function ledgerArtifacts(executor: Executor): Promise<LedgerArtifact[]> {
  return executor.rows<LedgerArtifact>(
    `select a.sha256, a.file_name as "fileName", a.size_bytes as "sizeBytes",
            a.purged_at is not null as "isPurged",
            array(select distinct k.url from ops.link k
                   where k.sha256 = a.sha256 and k.status = 'fetched' order by 1) as addresses,
            array(select distinct l.source || ' ' || l.period || ' vintage ' || l.vintage
                    from ops.part p join ops.load l on l.load_id = p.load_id
                   where p.artifact = a.sha256 order by 1) as loads
       from ops.artifact a where a.expired_at is null order by a.sha256`,
  );
}

/** When the ledger was last written to, whatever it was that was done; null if nothing ever was. */
export async function ledgerWrittenAt(executor: Executor): Promise<string | null> {
  const [row] = await executor.rows<{ at: string | null }>(
    `select ${iso("max(at)")} as at from (
       select max(updated_at) as at from ops.release
       union all select max(updated_at) from ops.outcome
       union all select max(loaded_at) from ops.load
       union all select max(coalesce(finished_at, started_at)) from ops.run
       union all select max(purged_at) from ops.tombstone) written`,
  );
  return row?.at ?? null;
}

export interface LedgerCounts {
  readonly loads: number;
  readonly artifacts: number;
}

export async function ledgerCounts(executor: Executor): Promise<LedgerCounts> {
  const [row] = await executor.rows<LedgerCounts>(
    "select (select count(*) from ops.load) as loads, (select count(*) from ops.artifact) as artifacts",
  );
  return row ?? { loads: 0, artifacts: 0 };
}
