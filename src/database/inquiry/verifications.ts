import type { SourceContract } from "../../model/manifest/manifest.ts";
import { VINTAGES } from "../../model/manifest/names.ts";
import type { MarkMeaning } from "../../model/marks/mark-meaning.ts";
import type { Executor } from "../database.ts";
import { identifier } from "../identifier.ts";
import type { ColumnCounts, LoadDigest } from "../tables/load-digests.ts";
import { bronzeTable } from "../tables/source-table.ts";

/** Statements of `verify`: what the ledger says, and what the tables hold. All of them only read. */

export interface SourceToVerify {
  readonly source: string;
  readonly publication: string;
  /** Null if the ledger has no contract of the version in force. */
  readonly contract: SourceContract | null;
  readonly version: number;
  readonly has_table: boolean;
  readonly has_view: boolean;
  /** The view of every vintage. */
  readonly has_vintages_view: boolean;
}

export function sourcesToVerify(
  executor: Executor,
  publications: readonly string[],
): Promise<SourceToVerify[]> {
  return executor.rows<SourceToVerify>(
    `select s.code as source, s.publication, c.document as contract, s.version,
            to_regclass('bronze.' || quote_ident(s.code)) is not null as has_table,
            to_regclass('silver.' || quote_ident(s.code)) is not null as has_view,
            to_regclass('silver.' || quote_ident(s.code || $2)) is not null as has_vintages_view
       from ops.source s left join ops.contract c on c.source = s.code and c.version = s.version
      where cardinality($1::text[]) = 0 or s.publication = any($1)
      order by s.code`,
    [publications, VINTAGES],
  );
}

export interface LoadToVerify {
  readonly load_id: number;
  readonly source: string;
  readonly period: string;
  readonly vintage: number;
  readonly is_current: boolean;
  /** Its rows left the table. */
  readonly is_expired: boolean;
  readonly rows_data: number;
  readonly rows_total: number;
  readonly digest: LoadDigest | null;
  /** By kind; absent in a load without digest. */
  readonly columns: { readonly data: ColumnCounts; readonly total: ColumnCounts } | null;
  readonly parts: readonly {
    readonly part: number;
    readonly artifact: string;
    readonly rows_data: number;
    readonly rows_total: number;
  }[];
  readonly periods: readonly {
    readonly period: string;
    readonly rows: number;
    readonly digest: string | null;
  }[];
}

export function loadsToVerify(
  executor: Executor,
  publications: readonly string[],
  periods: readonly string[],
): Promise<LoadToVerify[]> {
  return executor.rows<LoadToVerify>(
    `select l.load_id, l.source, l.period, l.vintage, l.is_current, l.expired_at is not null as is_expired,
            l.rows_data, l.rows_total, l.digest, l.conservation->'columns' as columns,
            coalesce((select jsonb_agg(jsonb_build_object('part', p.part, 'artifact', p.artifact,
                                'rows_data', p.rows_data, 'rows_total', p.rows_total) order by p.part)
                        from ops.part p where p.load_id = l.load_id), '[]') as parts,
            coalesce((select jsonb_agg(jsonb_build_object('period', h.period, 'rows', h.rows,
                                'digest', h.digest) order by h.period)
                        from ops.load_period h where h.load_id = l.load_id), '[]') as periods
       from ops.load l
      where (cardinality($1::text[]) = 0 or l.publication = any($1))
        and (cardinality($2::text[]) = 0 or l.period = any($2))
      order by l.source, l.load_id`,
    [publications, periods],
  );
}

export interface HeldRows {
  readonly load_id: number;
  readonly part: number;
  readonly kind: string;
  readonly rows: number;
}

/** Rows of a table by load, part and kind. */
export function heldRows(executor: Executor, source: string): Promise<HeldRows[]> {
  return executor.rows<HeldRows>(
    `select _load_id as load_id, _part as part, _kind as kind, count(*) as rows
       from ${bronzeTable(source)} group by 1, 2, 3`,
  );
}

/** Ids of every load of a source, of any period. */
export async function loadIdsOf(executor: Executor, source: string): Promise<ReadonlySet<number>> {
  const rows = await executor.rows<{ load_id: number }>(
    "select load_id from ops.load where source = $1",
    [source],
  );
  return new Set(rows.map((row) => row.load_id));
}

/** Outcomes that name a load that the ledger does not have, or that call loaded what has no load. */
export function lostOutcomes(
  executor: Executor,
  publications: readonly string[],
): Promise<{ source: string; period: string; load_id: string | null }[]> {
  return executor.rows(
    `select o.source, o.period, o.load_id::text from ops.outcome o
       left join ops.load l on l.load_id = o.load_id and l.source = o.source and l.period = o.period
      where o.status = 'loaded' and l.load_id is null
        and (cardinality($1::text[]) = 0 or o.publication = any($1))
      order by o.source, o.period`,
    [publications],
  );
}

/** Tables of bronze that are no source's. */
export async function strangeTables(executor: Executor): Promise<string[]> {
  const rows = await executor.rows<{ name: string }>(
    `select tablename as name from pg_tables
      where schemaname = 'bronze' and tablename not in (select code from ops.source) order by 1`,
  );
  return rows.map((row) => row.name);
}

export interface ArtifactToVerify {
  readonly sha256: string;
  readonly file_name: string;
  /** Null if the ledger does not know it. */
  readonly size_bytes: number | null;
  readonly is_purged: boolean;
}

/** The artifacts that loads came from. */
export function artifactsToVerify(
  executor: Executor,
  loads: readonly number[],
): Promise<ArtifactToVerify[]> {
  return executor.rows<ArtifactToVerify>(
    `select distinct on (p.artifact) p.artifact as sha256, p.file_name, a.size_bytes,
            a.purged_at is not null as is_purged
       from ops.part p left join ops.artifact a on a.sha256 = p.artifact
      where p.load_id = any($1) and a.expired_at is null
      order by p.artifact`,
    [loads],
  );
}

/** A mark of a source, or of one of its loads, as the ledger explains it, and who may have said so. */
export interface MarkToVerify {
  readonly kept_in: "ops.marker" | "ops.load_marker";
  readonly source: string;
  readonly publication: string;
  readonly token: string;
  /** Null: the ledger has no such mark, and the contract in force says what it means. */
  readonly held: MarkMeaning | null;
  /** What the contract in force says of marks. */
  readonly person: Readonly<Record<string, string>>;
  /** That brought the meaning; null: the manifest did, or the load was purged. */
  readonly load_id: number | null;
  /** Of the load. */
  readonly period: string | null;
}

/** Marks that the ledger explains or the contract in force names, at one moment. */
export function marksToVerify(
  executor: Executor,
  publications: readonly string[],
): Promise<MarkToVerify[]> {
  return executor.rows<MarkToVerify>(
    `with named as (
       select s.code as source, s.publication, coalesce(c.document->'marker_meanings', '{}') as person
         from ops.source s join ops.contract c on c.source = s.code and c.version = s.version
        where cardinality($1::text[]) = 0 or s.publication = any($1))
     select 'ops.marker' as kept_in, n.source, n.publication, t.token, n.person, m.load_id, l.period,
            case when m.token is not null then jsonb_build_object('token', m.token, 'meaning', m.meaning,
              'kind', m.kind, 'said_by', m.said_by, 'said_in', m.said_in) end as held
       from named n
       cross join lateral (
         select token from ops.marker where source = n.source
         union select jsonb_object_keys(n.person)) t
       left join ops.marker m on m.source = n.source and m.token = t.token
       left join ops.load l on l.load_id = m.load_id
     union all
     select 'ops.load_marker', n.source, n.publication, m.token, '{}', m.load_id, l.period,
            jsonb_build_object('token', m.token, 'meaning', m.meaning, 'kind', m.kind,
              'said_by', 'publisher', 'said_in', m.said_in)
       from named n
       join ops.load l on l.source = n.source
       join ops.load_marker m on m.load_id = l.load_id
      order by source, token, load_id nulls first, kept_in`,
    [publications],
  );
}

/**
 * Marks that stand in data rows of a source and that nothing explains, each with a load that has it. One pass
 * over the table; `columns` are those of its marks.
 */
export async function unexplainedMarks(
  executor: Executor,
  source: string,
  columns: readonly string[],
): Promise<{ readonly token: string; readonly load_id: number }[]> {
  if (columns.length === 0) return [];
  const names = columns.map(identifier);
  return executor.rows(
    `select token, min(load_id) as load_id from (
       select coalesce(${[...names, "null"].join(", ")}) as token, min(_load_id) as load_id
         from ${bronzeTable(source)} where _kind = 'data'
        group by grouping sets (${names.map((name) => `(${name})`).join(", ")})) seen
      where token is not null
        and not exists (select 1 from ops.marker m where m.source = $1 and m.token = seen.token)
      group by token order by token`,
    [source],
  );
}
