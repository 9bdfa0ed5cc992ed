import type { TotalHistory } from "../../model/manifest/published-total.ts";
import type { Executor } from "../database.ts";

/** Data rows of the last loads of a source before a period, latest first, at most 6. */
export async function earlierRows(
  executor: Executor,
  source: string,
  before: string,
): Promise<readonly { readonly period: string; readonly rows: number }[]> {
  return executor.rows(
    `select l.period, l.rows_data as rows from ops.load l join ops.period p on p.period = l.period
      where l.source = $1 and l.is_current and p.period_end < $2::date
      order by p.period_end desc, p.period_start desc limit 6`,
    [source, before],
  );
}

/** The published totals that held in the last load of a source before a day; null if there is no load. */
export async function totalHistory(
  executor: Executor,
  source: string,
  before: string,
): Promise<TotalHistory | null> {
  const [last] = await executor.rows<TotalHistory>(
    `select l.period, array(
              select r.detail->'total' from ops.check_result r
               where r.load_id = l.load_id and r.detail ? 'total' order by r.name) as totals
       from ops.load l join ops.period p on p.period = l.period
      where l.source = $1 and l.is_current and p.period_end < $2::date
      order by p.period_end desc, p.period_start desc limit 1`,
    [source, before],
  );
  return last ?? null;
}
