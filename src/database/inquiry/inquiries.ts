import type { Executor } from "../database.ts";
import { iso } from "../iso.ts";
import { EXPIRED } from "../vintages/vintages.ts";

/** Statements of the rooms that only read. Times are ISO instants in UTC; counts are numbers. */

export interface ReleaseStatusRow {
  readonly publication: string;
  readonly period: string;
  readonly status: string;
  readonly sources: number;
  readonly rows_data: number;
  readonly rows_total: number;
  readonly rows_quarantined: number;
  readonly vintages: number;
  readonly loaded_at: string | null;
  readonly detail: string;
}

export function releaseStatuses(
  executor: Executor,
  publications: readonly string[],
): Promise<ReleaseStatusRow[]> {
  return executor.rows<ReleaseStatusRow>(
    `select r.publication, r.period, r.status, r.detail,
            count(l.load_id)::int as sources,
            coalesce(sum(l.rows_data), 0)::bigint as rows_data,
            coalesce(sum(l.rows_total), 0)::bigint as rows_total,
            (select count(*) from ops.quarantine q join ops.load c on c.load_id = q.load_id and c.is_current
              where q.what = 'row' and q.publication = r.publication and q.period = r.period) as rows_quarantined,
            coalesce(max(l.vintage), 0) as vintages,
            ${iso("max(l.loaded_at)")} as loaded_at
       from ops.release r
       left join ops.load l on l.publication = r.publication and l.period = r.period and l.is_current
      where cardinality($1::text[]) = 0 or r.publication = any($1)
      group by r.publication, r.period
      order by r.publication, r.period`,
    [publications],
  );
}

export interface SourceHeadRow {
  readonly source: string;
  readonly publication: string;
  readonly title: string;
  readonly coverage: string;
  readonly grain: readonly string[];
  readonly contract_version: number;
}

export async function sourceHead(
  executor: Executor,
  source: string,
): Promise<SourceHeadRow | null> {
  const [row] = await executor.rows<SourceHeadRow>(
    `select s.code as source, s.publication, c.document->>'title' as title,
            c.document->>'coverage' as coverage, c.document->'grain' as grain,
            s.version as contract_version
       from ops.source s join ops.contract c on c.source = s.code and c.version = s.version
      where s.code = $1`,
    [source],
  );
  return row ?? null;
}

export interface LoadRow {
  readonly load_id: string;
  readonly period: string;
  readonly vintage: number;
  readonly is_current: boolean;
  readonly rows_data: number;
  readonly rows_total: number;
  readonly run_id: string;
  readonly contract_version: number;
  readonly loaded_at: string;
  readonly expired: string | null;
}

export function loadsOfSource(
  executor: Executor,
  source: string,
  periods: readonly string[],
): Promise<LoadRow[]> {
  return executor.rows<LoadRow>(
    `select load_id::text, period, vintage, is_current, rows_data, rows_total, run_id,
            contract_version, ${iso("loaded_at")} as loaded_at, ${EXPIRED} as expired
       from ops.load
      where source = $1 and (cardinality($2::text[]) = 0 or period = any($2))
      order by period desc, vintage desc`,
    [source, periods],
  );
}

export interface PartRow {
  readonly load_id: string;
  readonly part: number;
  readonly artifact: string;
  readonly file_name: string;
  readonly member: string | null;
  readonly sheet: string | null;
  readonly range: string;
  readonly rows_data: number;
  readonly rows_total: number;
  readonly links: readonly string[];
}

export function partsOfSource(
  executor: Executor,
  source: string,
  periods: readonly string[],
): Promise<PartRow[]> {
  return executor.rows<PartRow>(
    `select p.load_id::text, p.part, p.artifact, p.file_name, p.member, p.sheet, p.range,
            p.rows_data, p.rows_total,
            array(select k.url from ops.link k where k.sha256 = p.artifact
                     and k.publication = l.publication and k.period = l.period order by k.url) as links
       from ops.part p join ops.load l on l.load_id = p.load_id
      where l.source = $1 and (cardinality($2::text[]) = 0 or l.period = any($2))
      order by p.load_id, p.part`,
    [source, periods],
  );
}

export interface OutcomeRow {
  readonly period: string;
  readonly status: string;
  readonly reason: string;
}

/** What was not loaded, and why. */
export function outcomesOfSource(
  executor: Executor,
  source: string,
  periods: readonly string[],
): Promise<OutcomeRow[]> {
  return executor.rows<OutcomeRow>(
    `select period, status, reason from ops.outcome
      where source = $1 and status <> 'loaded' and (cardinality($2::text[]) = 0 or period = any($2))
      order by period desc`,
    [source, periods],
  );
}

export interface CatalogRow {
  readonly source_code: string;
  readonly publication: string;
  readonly title: string;
  readonly description: string;
  readonly row_count: number;
  readonly column_count: number;
  readonly first_period: string | null;
  readonly last_period: string | null;
  readonly export_path: string | null;
}

export function catalogEntries(executor: Executor): Promise<CatalogRow[]> {
  return executor.rows<CatalogRow>(
    `select s.code as source_code, s.publication, c.document->>'title' as title,
            coalesce(c.document->>'description', c.document->>'title') as description,
            coalesce(x.rows, 0) as row_count,
            jsonb_array_length(c.document->'columns') as column_count,
            span.first_period, span.last_period, x.path as export_path
       from ops.source s
       join ops.contract c on c.source = s.code and c.version = s.version
       left join ops.export x on x.source = s.code
       left join lateral (
         select (array_agg(h.period order by p.period_start, p.period_end))[1] as first_period,
                (array_agg(h.period order by p.period_end desc, p.period_start desc))[1] as last_period
           from ops.load_period h
           join ops.load l on l.load_id = h.load_id and l.is_current
           join ops.period p on p.period = h.period
          where h.source = s.code) span on true
      order by s.code`,
  );
}

export async function serverVersion(executor: Executor): Promise<string> {
  const [row] = await executor.rows<{ version: string }>("select version() as version");
  return row?.version ?? "";
}

/** The sha256 of every artifact that the store must hold, in order. */
export async function artifactsKnown(executor: Executor): Promise<string[]> {
  const rows = await executor.rows<{ sha256: string }>(
    "select sha256 from ops.artifact where purged_at is null and expired_at is null order by sha256",
  );
  return rows.map((row) => row.sha256);
}
