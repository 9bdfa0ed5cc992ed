import { CanonryError } from "../../model/errors.ts";
import type { Database, Executor, Transaction } from "../database.ts";
import { iso } from "../iso.ts";
import { IS_HELD } from "../ledger/release-lock.ts";
import { lockLoad } from "../load/point-load.ts";
import { bronzeTable } from "../tables/source-table.ts";

/** Statements of retention: what there is to expire, and what becomes of it. */

export interface KnownRun {
  readonly run_id: string;
  readonly status: string;
  readonly is_live: boolean;
  readonly ended_at: string | null;
}

export function knownRuns(executor: Executor, ids: readonly string[]): Promise<KnownRun[]> {
  return executor.rows<KnownRun>(
    `select run_id, status, status = 'running' and ${IS_HELD} as is_live, ${iso("finished_at")} as ended_at
       from ops.run r where run_id = any($1) order by run_id`,
    [ids],
  );
}

/** Ids of the runs and backfills that are at work. */
export async function liveRuns(executor: Executor): Promise<readonly string[]> {
  const rows = await executor.rows<{ run_id: string; backfill_id: string }>(
    `select run_id, backfill_id from ops.run r where status = 'running' and ${IS_HELD} order by run_id`,
  );
  return [...new Set(rows.flatMap((row) => [row.run_id, row.backfill_id]))];
}

/** Sources that have a current load, and all that the ledger ever had. */
export async function sourcesHeld(
  executor: Executor,
): Promise<{ readonly current: readonly string[]; readonly known: readonly string[] }> {
  const rows = await executor.rows<{ source: string; is_current: boolean }>(
    `select source, exists (select 1 from ops.load l where l.source = known.source and l.is_current) as is_current
       from (select code as source from ops.source
             union select source from ops.load union select source from ops.tombstone) known
      order by source`,
  );
  return {
    current: rows.filter((row) => row.is_current).map((row) => row.source),
    known: rows.map((row) => row.source),
  };
}

export interface LoadToExpire {
  readonly load_id: string;
  readonly source: string;
  readonly period: string;
  readonly vintage: number;
  readonly rows: number;
  /** Its share of what its table takes. */
  readonly size_bytes: number;
  readonly superseded_at: string | null;
  readonly has_current: boolean;
  readonly is_shown: boolean;
  readonly artifacts: readonly string[];
}

/** Every load that is not current and has its rows, by source, period and vintage. */
export function loadsNotCurrent(executor: Executor): Promise<LoadToExpire[]> {
  return executor.rows<LoadToExpire>(
    `with held as (
       select source, sum(rows_data + rows_total) as rows,
              coalesce(pg_table_size(to_regclass('bronze.' || quote_ident(source))), 0) as bytes
         from ops.load where expired_at is null group by source)
     select l.load_id::text, l.source, l.period, l.vintage, l.rows_data + l.rows_total as rows,
            (held.bytes::numeric * (l.rows_data + l.rows_total) / greatest(held.rows, 1))::bigint as size_bytes,
            ${iso("l.superseded_at")} as superseded_at,
            exists (select 1 from ops.load c
                     where c.source = l.source and c.period = l.period and c.is_current) as has_current,
            exists (select 1 from ops.load_period h where h.load_id = l.load_id and h.is_latest) as is_shown,
            array(select distinct p.artifact from ops.part p where p.load_id = l.load_id order by 1) as artifacts
       from ops.load l join held on held.source = l.source
      where not l.is_current and l.expired_at is null
      order by l.source, l.period, l.vintage`,
  );
}

/**
 * Lets the rows of a load leave their table; the ledger keeps the load, with its digest and counts, and says when
 * and by what. Nothing is loaded into its source meanwhile. Why it was left where something changed since it was
 * planned, else null.
 */
export function expireLoad(
  database: Database,
  load: { readonly load_id: string; readonly source: string; readonly period: string },
  policy: string,
): Promise<string | null> {
  return database.transaction(async (transaction) => {
    await lockLoad(transaction, load);
    // A load that widens a column proves the others first: it holds this row until it has committed.
    await transaction.rows("select 1 from ops.source where code = $1 for update", [load.source]);
    const stays = await whyLoadStays(transaction, load.load_id);
    if (stays !== null) return stays;
    const [gone] = await transaction.rows<{ held: number; expected: number }>(
      `with gone as (delete from ${bronzeTable(load.source)} where _load_id = $1 returning 1)
       select count(*) as held, (select rows_data + rows_total from ops.load where load_id = $1) as expected
         from gone`,
      [load.load_id],
    );
    if (gone === undefined || gone.held !== gone.expected) {
      throw new CanonryError(
        "CONSERVATION_BROKEN",
        `load ${load.load_id} of ${load.source} ${load.period} has ${gone?.held ?? 0} rows in the table, ${gone?.expected ?? 0} in the ledger`,
      );
    }
    await transaction.rows(
      "update ops.load set expired_at = now(), expired_by = $2 where load_id = $1",
      [load.load_id, policy],
    );
    return null;
  });
}

async function whyLoadStays(transaction: Transaction, id: string): Promise<string | null> {
  const [load] = await transaction.rows<{
    is_current: boolean;
    is_expired: boolean;
    is_shown: boolean;
    has_current: boolean;
  }>(
    `select l.is_current, l.expired_at is not null as is_expired,
            exists (select 1 from ops.load_period h where h.load_id = l.load_id and h.is_latest) as is_shown,
            exists (select 1 from ops.load c
                     where c.source = l.source and c.period = l.period and c.is_current) as has_current
       from ops.load l where l.load_id = $1 for update`,
    [id],
  );
  if (load === undefined) return "it was purged meanwhile";
  if (load.is_expired) return "it is expired already";
  if (load.is_current || load.is_shown) return "it became current meanwhile";
  return load.has_current ? null : "no vintage of its release is current any more";
}

export interface KeptArtifact {
  readonly sha256: string;
  readonly size_bytes: number;
  readonly first_seen_at: string;
  readonly used_by: string | null;
}

/** What refers to artifacts, in words: the first of each. */
const USES = `
  select sha256, min(use) as use from (
    select p.artifact as sha256, l.source || ' ' || l.period || ' vintage ' || l.vintage || ' came from it' as use
      from ops.part p join ops.load l on l.load_id = p.load_id
    union all select sha256, 'it is what ' || url || ' holds, of ' || publication || ' ' || period from ops.link
    union all select sha256, 'it is the page ' || url from ops.page
    union all select artifact, 'it is in quarantine, of ' || publication || ' ' || period from ops.quarantine
               where resolved_at is null) uses
   group by sha256`;

/** The artifacts that the store holds by the ledger, by sha256; `uses`: with what refers to each. */
export function artifactsKept(executor: Executor, uses: boolean): Promise<KeptArtifact[]> {
  return executor.rows<KeptArtifact>(
    `select a.sha256, a.size_bytes, ${iso("a.first_seen_at")} as first_seen_at, u.use as used_by
       from ops.artifact a left join (${USES}) u on u.sha256 = a.sha256 and $1
      where a.purged_at is null and a.expired_at is null order by a.sha256`,
    [uses],
  );
}

/**
 * Removes an artifact to which nothing refers: the ledger says so when its bytes are gone. False, and nothing was
 * removed, if something refers to it by now.
 */
export function expireArtifact(
  database: Database,
  sha256: string,
  remove: () => Promise<unknown>,
): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const rows = await transaction.rows(
      `update ops.artifact a set expired_at = now()
        where a.sha256 = $1 and a.purged_at is null and a.expired_at is null
          and not exists (select 1 from (${USES}) u where u.sha256 = a.sha256)
        returning 1`,
      [sha256],
    );
    if (rows.length > 0) await remove();
    return rows.length > 0;
  });
}
