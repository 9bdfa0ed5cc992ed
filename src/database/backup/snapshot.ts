import type { Database, Session } from "../database.ts";

/** Several connections that see the database as it was at one moment. */
export interface Snapshot {
  readonly leader: Session;
  /** Each for one reader at a time. */
  readonly readers: readonly Session[];
  /** ISO instant, UTC. */
  readonly takenAt: string;
}

/**
 * What COPY prints under these depends on the rows alone. Nothing ends a reading that takes long, but a lock
 * that somebody else holds for good.
 */
export const READING = [
  "search_path = ''",
  "datestyle = 'ISO, YMD'",
  "intervalstyle = 'postgres'",
  "timezone = 'UTC'",
  "extra_float_digits = 1",
  "row_security = off",
  "synchronize_seqscans = off",
  "max_parallel_workers_per_gather = 0",
  "work_mem = '64MB'",
  "statement_timeout = 0",
  "idle_in_transaction_session_timeout = 0",
  "lock_timeout = '10min'",
] as const;

/** Runs `work` over one moment of the database, on a leader and so many readers. Nothing is written. */
export function inSnapshot<Result>(
  database: Database,
  readers: number,
  work: (snapshot: Snapshot) => Promise<Result>,
): Promise<Result> {
  return reading(database, null, async (leader) => {
    const [row] = await leader.rows<{ name: string; at: string }>(
      `select pg_catalog.pg_export_snapshot() as name,
              to_char(transaction_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at`,
    );
    const takenAt = row?.at ?? "";
    const open = (sessions: readonly Session[]): Promise<Result> =>
      sessions.length === readers
        ? work({ leader, readers: sessions, takenAt })
        : reading(database, row?.name ?? "", (session) => open([...sessions, session]));
    return open([]);
  });
}

function reading<Result>(
  database: Database,
  snapshot: string | null,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  return database.session(async (session) => {
    await session.rows("begin isolation level repeatable read read only");
    try {
      if (snapshot !== null) await session.rows(`set transaction snapshot '${snapshot}'`);
      await session.rows(READING.map((setting) => `set local ${setting}`).join("; "));
      return await work(session);
    } finally {
      await session.rows("rollback").catch(() => undefined);
    }
  });
}
