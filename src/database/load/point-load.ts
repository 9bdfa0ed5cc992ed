import type { Executor, Transaction } from "../database.ts";

/** The place that has one current load at most. */
export interface LoadPlace {
  readonly source: string;
  readonly period: string;
}

/** How long one waits for another that loads, reverts or purges the same source and period. */
const WAIT = "60s";

/** Takes the lock of a source and period until the transaction ends. */
export async function lockLoad(transaction: Transaction, place: LoadPlace): Promise<void> {
  await transaction.rows(`set local lock_timeout = '${WAIT}'`);
  await transaction.rows("select pg_advisory_xact_lock(hashtextextended($1, 0))", [
    `canonry.load.${place.source}.${place.period}`,
  ]);
}

/** Moves the pointer to a load; with null none is current. A load that is current is superseded no more. */
export async function makeCurrent(
  transaction: Transaction,
  { source, period }: LoadPlace,
  loadId: number | string | null,
): Promise<void> {
  await transaction.rows(
    `update ops.load set is_current = false, superseded_at = now()
      where source = $1 and period = $2 and is_current and load_id is distinct from $3`,
    [source, period, loadId],
  );
  if (loadId === null) return;
  await transaction.rows(
    "update ops.load set is_current = true, superseded_at = null where load_id = $1",
    [loadId],
  );
}

/** Of each data period of the source $1: the current load of the latest release that holds it, or null. */
const LATEST = `select distinct on (h.period) h.period, l.load_id
               from ops.load_period h
               left join ops.load l on l.load_id = h.load_id and l.is_current
               left join ops.period p on p.period = l.period
              where h.source = $1
              order by h.period, p.period_end desc nulls last, l.load_id desc nulls last`;

/** Marks for each data period of a source the load that counts. */
export async function settleLatest(transaction: Transaction, source: string): Promise<void> {
  await transaction.rows(
    `update ops.load_period h set is_latest = (h.load_id is not distinct from best.load_id)
       from (${LATEST}) best
      where h.source = $1 and h.period = best.period
        and h.is_latest <> (h.load_id is not distinct from best.load_id)`,
    [source],
  );
}

/** Data periods of which another load than the one that counts is marked, or none is. Reads only. */
export function wrongLatest(
  executor: Executor,
  source: string,
): Promise<{ load_id: number; period: string; is_latest: boolean }[]> {
  return executor.rows(
    `select h.load_id, h.period, h.is_latest
       from ops.load_period h join (${LATEST}) best on best.period = h.period
      where h.source = $1 and h.is_latest <> (h.load_id is not distinct from best.load_id)
      order by h.period, h.load_id`,
    [source],
  );
}
