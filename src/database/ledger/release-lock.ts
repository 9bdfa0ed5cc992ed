import { CanonryError } from "../../model/errors.ts";
import type { Database, Transaction } from "../database.ts";
import { finishRun, type ReleaseRecord, recordRelease } from "./ledger.ts";

interface Place {
  readonly publication: string;
  readonly period: string;
}

/** The lock of a release: who holds it works on the release, and nobody else. */
export function releaseLock({ publication, period }: Place): string {
  return `canonry.release.${publication}.${period}`;
}

/** Whether somebody holds that lock of run `r`, in SQL. */
export const IS_HELD = `exists (
  select 1 from pg_locks
   where locktype = 'advisory' and granted and objsubid = 1
     and database = (select oid from pg_database where datname = current_database())
     and (classid::bigint << 32) | objid::bigint
         = hashtextextended('canonry.release.' || r.publication || '.' || r.period, 0))`;

/** What the connections of a load are called while they load: who takes the release over ends them. */
const loader = (runId: string): string => `canonry ${runId}`;

export async function nameLoader(transaction: Transaction, runId: string): Promise<void> {
  await transaction.rows("select set_config('application_name', $1, true)", [loader(runId)]);
}

/**
 * The last statements of a transaction that writes for a release. Throws LOCK_LOST if the release's lock
 * is gone (it is its connection's, and connections die), or if another run took the release over: a run that
 * was stopped and goes on commits nothing then. From here to the commit nobody can take it over, because
 * taking over waits for the row of this run.
 */
export async function keepRelease(
  transaction: Transaction,
  database: Database,
  { publication, period, run_id: runId }: Place & { readonly run_id: string | null },
): Promise<void> {
  const lost = (what: string): CanonryError =>
    new CanonryError("LOCK_LOST", `${publication} ${period}: ${what}; nothing was committed`);
  if (runId !== null) {
    const [run] = await transaction.rows<{ status: string }>(
      "select status, set_config('application_name', $2, true) from ops.run where run_id = $1 for share",
      [runId, loader(runId)],
    );
    if (run?.status !== "running") throw lost("another run took it over");
  }
  const lock = releaseLock({ publication, period });
  const [held] = await transaction.rows(
    `select 1 from pg_locks
      where locktype = 'advisory' and granted and objsubid = 1 and pid = $1
        and database = (select oid from pg_database where datname = current_database())
        and (classid::bigint << 32) | objid::bigint = hashtextextended($2, 0)`,
    [database.holderOf(lock), lock],
  );
  if (held === undefined) throw lost("the connection that held its lock is gone");
}

/**
 * Under the lock of a release: ends what a run that crashed, or lost the lock, left behind; its
 * connections first, so that nothing waits for what can never be committed.
 */
export async function takeOver(database: Database, { publication, period }: Place): Promise<void> {
  const runs = await database.rows<{ run_id: string }>(
    "select run_id from ops.run where publication = $1 and period = $2 and status = 'running'",
    [publication, period],
  );
  if (runs.length === 0) return;
  const ids = runs.map((run) => run.run_id);
  await database.rows(
    `select pg_terminate_backend(pid, 5000) from pg_stat_activity
      where application_name = any($1) and usename = current_user`,
    [ids.map(loader)],
  );
  await database.rows(
    `update ops.run set status = 'interrupted', finished_at = now()
      where run_id = any($1) and status = 'running'`,
    [ids],
  );
}

/** Runs that a crash left open, each ended if nobody holds its release. */
export async function closeAbandonedRuns(database: Database): Promise<void> {
  const open = await database.rows<Place>(
    "select distinct publication, period from ops.run where status = 'running'",
  );
  for (const place of open) {
    await database.withLock(
      releaseLock(place),
      () => takeOver(database, place),
      () => undefined,
    );
  }
}

/** The end of a run and what it came to, together. Throws LOCK_LOST as `keepRelease` does. */
export function concludeRun(
  database: Database,
  place: Place,
  run: { readonly run_id: string; readonly status: string; readonly detail: string } | null,
  record: Omit<ReleaseRecord, "period"> | null,
): Promise<void> {
  return database.transaction(async (transaction) => {
    if (record !== null) await recordRelease(transaction, { ...place, ...record });
    await keepRelease(transaction, database, { ...place, run_id: run?.run_id ?? null });
    if (run !== null) await finishRun(transaction, run.run_id, run.status, run.detail);
  });
}
