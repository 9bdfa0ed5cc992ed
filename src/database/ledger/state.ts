import type { Executor } from "../database.ts";
import { iso } from "../iso.ts";

export interface StateRow {
  readonly publication: string;
  readonly period: string;
  readonly release_status: string;
  readonly source: string | null;
  readonly status: string | null;
  readonly reason: string | null;
  readonly vintage: number | null;
  readonly load_id: number | null;
  readonly rows_data: number | null;
  readonly rows_total: number | null;
  readonly rows_quarantined: number;
  readonly artifacts: readonly string[];
  readonly loaded_at: string | null;
}

/** Every source of every release: its last outcome, and the load that is current. */
export function stateRows(executor: Executor): Promise<StateRow[]> {
  return executor.rows<StateRow>(
    `select r.publication, r.period, r.status as release_status, o.source, o.status, o.reason,
            l.vintage, l.load_id, l.rows_data, l.rows_total,
            (select count(*) from ops.quarantine q where q.load_id = l.load_id and q.what = 'row') as rows_quarantined,
            ${iso("l.loaded_at")} as loaded_at,
            array(select distinct p.artifact from ops.part p where p.load_id = l.load_id order by 1) as artifacts
       from ops.release r
       left join ops.outcome o on o.publication = r.publication and o.period = r.period
       left join ops.load l on l.source = o.source and l.period = o.period and l.is_current
      order by r.publication, r.period, o.source`,
  );
}

/** When the ledger last changed what the state tells; null if it is empty. */
export async function ledgerChangedAt(executor: Executor): Promise<string | null> {
  const [row] = await executor.rows<{ at: string | null }>(
    `select ${iso("max(at)")} as at from (
       select max(updated_at) as at from ops.release
       union all select max(updated_at) from ops.outcome
       union all select max(loaded_at) from ops.load) changes`,
  );
  return row?.at ?? null;
}
