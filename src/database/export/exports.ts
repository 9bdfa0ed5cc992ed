import type { NumericDigits } from "../../model/load-commit.ts";
import type { ColumnType, SourceContract } from "../../model/manifest/manifest.ts";
import type { MarkInReleases } from "../../model/marks/mark-meaning.ts";
import type { Database, Executor } from "../database.ts";
import { identifier } from "../identifier.ts";
import { shownPeriods, widerDigits } from "../tables/load-digests.ts";
import { columnTypeOf, silverView } from "../tables/source-table.ts";

/** What the ledger says of a source and of its last export. */
export interface ExportRow {
  readonly source: string;
  readonly publication: string;
  readonly contract: SourceContract;
  readonly version: number;
  /** Keys of the current loads, with the periods that they give, and what marks mean. */
  readonly content: string;
  readonly marks: readonly MarkInReleases[];
  /** Data rows that the silver view must give. */
  readonly rows: number;
  readonly first_day: string | null;
  readonly last_day: string | null;
  readonly first_period: string | null;
  readonly last_period: string | null;
  readonly periods: number;
  readonly exported: ExportRecord | null;
}

export interface ExportRecord {
  readonly content_key: string;
  readonly sha256: string;
  readonly size_bytes: number;
  readonly rows: number;
  readonly path: string;
  /** Of its rows, read back from the file; null for the catalogue. */
  readonly digest: string | null;
}

/** Every source that has a current load, in one statement. */
export function exportRows(executor: Executor): Promise<ExportRow[]> {
  return executor.rows<ExportRow>(
    `select s.code as source, s.publication, c.document as contract, s.version,
            md5(string_agg(l.key || ' ' || h.period || ' ' || h.is_latest, ',' order by l.period, h.period)
                || coalesce(m.marks::text, '')) as content,
            coalesce(m.marks, '[]') as marks,
            coalesce(sum(h.rows) filter (where h.is_latest or c.document->>'coverage' = 'period'), 0)::bigint as rows,
            min(p.period_start)::text as first_day, max(p.period_end)::text as last_day,
            (array_agg(h.period order by p.period_start, p.period_end))[1] as first_period,
            (array_agg(h.period order by p.period_end desc, p.period_start desc))[1] as last_period,
            count(distinct h.period)::int as periods,
            (select to_jsonb(x) from ops.export x where x.source = s.code) as exported
       from ops.source s
       join ops.contract c on c.source = s.code and c.version = s.version
       join ops.load l on l.source = s.code and l.is_current
       join ops.load_period h on h.load_id = l.load_id
       join ops.period p on p.period = h.period
      left join lateral (
        select jsonb_agg(to_jsonb(k) order by token collate "C", releases nulls first) as marks
          from (select token, meaning, kind, said_by, said_in, null::text[] as releases
                  from ops.marker where source = s.code
                union all
                select n.token, n.meaning, n.kind, 'publisher', min(n.said_in), array_agg(c.period order by c.period)
                  from ops.load_marker n
                  join ops.load c on c.load_id = n.load_id and c.source = s.code and c.is_current
                  join ops.marker g on g.source = s.code and g.token = n.token
                 where g.said_by <> 'person' and g.meaning <> n.meaning
                 group by n.token, n.meaning, n.kind) k) m on true
      group by s.code, s.publication, c.document, s.version, m.marks
      order by s.code`,
  );
}

export async function exportRecord(executor: Executor, name: string): Promise<ExportRecord | null> {
  const [row] = await executor.rows<ExportRecord>(
    "select content_key, sha256, size_bytes, rows, path, digest from ops.export where source = $1",
    [name],
  );
  return row ?? null;
}

/** Names of the exports whose source has no current load any more. */
export async function staleExports(executor: Executor, catalog: string): Promise<string[]> {
  const rows = await executor.rows<{ source: string }>(
    `select source from ops.export x
      where not exists (select 1 from ops.load l where l.is_current and (l.source = x.source or x.source = $1))
      order by source`,
    [catalog],
  );
  return rows.map((row) => row.source);
}

export async function forgetExport(executor: Executor, source: string): Promise<void> {
  await executor.rows("delete from ops.export where source = $1", [source]);
}

export async function recordExport(
  executor: Executor,
  source: string,
  record: ExportRecord,
): Promise<void> {
  await executor.rows(
    `insert into ops.export (source, content_key, sha256, size_bytes, rows, path, digest) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (source) do update set content_key = excluded.content_key, sha256 = excluded.sha256,
       size_bytes = excluded.size_bytes, rows = excluded.rows, path = excluded.path, digest = excluded.digest, written_at = now()`,
    [
      source,
      record.content_key,
      record.sha256,
      record.size_bytes,
      record.rows,
      record.path,
      record.digest,
    ],
  );
}

export interface ViewColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** Of a numeric column: digits that its values need. */
  readonly digits?: { readonly whole: number; readonly fraction: number };
}

/**
 * The columns of a silver view that are exported, in order: its period, and what the table itself holds.
 * Numeric ones without their digits.
 */
export async function viewColumns(
  executor: Executor,
  source: string,
): Promise<readonly ViewColumn[]> {
  const rows = await executor.rows<{ name: string; type: string }>(
    `select v.column_name as name, v.data_type as type from information_schema.columns v
      where v.table_schema = 'silver' and v.table_name = $1 and v.column_name not like '\\_%'
        and (v.column_name in ('period', 'period_start', 'period_end') or exists (
          select 1 from information_schema.columns b where b.table_schema = 'bronze'
             and b.table_name = v.table_name and b.column_name = v.column_name))
      order by v.ordinal_position`,
    [source],
  );
  return rows.map(({ name, type }) => ({ name, type: columnTypeOf(type) ?? "text" }));
}

/**
 * The columns with the digits that the values of the numeric ones need: as the loads were committed with them; if
 * of one of them that is not known, by one pass over the view.
 */
export async function withDigits(
  executor: Executor,
  source: string,
  columns: readonly ViewColumn[],
): Promise<readonly ViewColumn[]> {
  const names = columns.filter(({ type }) => type === "numeric").map(({ name }) => name);
  if (names.length === 0) return columns;
  const needed =
    (await keptDigits(executor, source)) ?? (await seenDigits(executor, source, names));
  return columns.map((column) => {
    if (column.type !== "numeric") return column;
    const { whole, fraction } = needed[column.name] ?? { whole: 0, fraction: 0 };
    return { ...column, digits: { whole: Math.max(1, whole), fraction } };
  });
}

type Digits = Readonly<Record<string, NumericDigits>>;

async function keptDigits(executor: Executor, source: string): Promise<Digits | null> {
  const shown = await shownPeriods<{ digits: Digits | null }>(executor, source, "digits");
  const kept = shown.flatMap(({ digits }) => (digits === null ? [] : [digits]));
  return kept.length < shown.length ? null : kept.reduce(widerDigits, {});
}

async function seenDigits(
  executor: Executor,
  source: string,
  names: readonly string[],
): Promise<Digits> {
  const facts = names.flatMap((name, at) => [
    `coalesce(max(min_scale(${identifier(name)})), 0)::int as f${at}`,
    `coalesce(length(trunc(greatest(max(${identifier(name)}), -min(${identifier(name)})))::text), 1)::int as w${at}`,
  ]);
  const [row] = await executor.rows<Record<string, number>>(
    `select ${facts.join(", ")} from ${silverView(source)}`,
  );
  const digitsOf = (at: number) => ({
    whole: row?.[`w${at}`] ?? 1,
    fraction: row?.[`f${at}`] ?? 0,
  });
  return Object.fromEntries(names.map((name, at) => [name, digitsOf(at)]));
}

/** Place of a row among those of its period; no column of a view is called so. */
const PLACE: ViewColumn = { name: "_place", type: "bigint" };

/** A data period that the silver view of a source shows. */
export interface ShownPeriod {
  readonly period: string;
  readonly period_start: string;
  readonly period_end: string;
}

/** Each once, in the order that exports have. */
export function periodsOf(executor: Executor, source: string): Promise<ShownPeriod[]> {
  return executor.rows<ShownPeriod>(
    `select p.period, p.period_start::text, p.period_end::text from ops.period p
      where p.period in (select h.period from ops.load_period h
                           join ops.load l on l.load_id = h.load_id and l.is_current where h.source = $1)
      order by p.period_start, p.period_end, p.period collate "C"`,
    [source],
  );
}

/** Rows for an export: a column of its own before those of the view, and what they must ascend by. */
export interface SourceRows {
  readonly columns: readonly ViewColumn[];
  /** The days of a period are not in the lines, but follow from it. */
  readonly key: {
    readonly name: string;
    readonly texts: readonly string[];
    readonly gives: readonly { readonly name: string; readonly values: readonly string[] }[];
  };
  readonly ascending: readonly string[];
  readonly leftOut: readonly string[];
  /** Lines of COPY's text format. `sorted`: by the server; else as they stand in the table. */
  lines(sorted: boolean): AsyncIterable<Buffer>;
}

/** The rows of a source in their stable order: by period, then as published. */
export function copySource(
  database: Database,
  source: string,
  columns: readonly ViewColumn[],
  periods: readonly ShownPeriod[],
): SourceRows {
  const days = ["period_start", "period_end"] as const;
  const list = columns
    .filter(({ name }) => !days.some((day) => day === name))
    .map(({ name }) => identifier(name))
    .join(", ");
  const rows = `select (_part - 1)::bigint << 48 | _row as ${PLACE.name}, ${list} from ${silverView(source)}`;
  return {
    columns: [PLACE, ...columns],
    key: {
      name: "period",
      texts: periods.map(({ period }) => period),
      gives: days.map((name) => ({ name, values: periods.map((one) => one[name]) })),
    },
    ascending: ["period", PLACE.name],
    leftOut: [PLACE.name],
    lines: (sorted) =>
      sorted
        ? database.copyOut(
            `${rows} order by period_start, period_end, period collate "C", _part, _row`,
            ["work_mem = '64MB'"],
          )
        : database.copyOut(rows, [
            "max_parallel_workers_per_gather = 0",
            "synchronize_seqscans = off",
          ]),
  };
}

/** Whether the current loads of a source were appended in the order of the periods that come from them. */
export async function isAppendedInOrder(executor: Executor, source: string): Promise<boolean> {
  const [row] = await executor.rows<{ ordered: boolean }>(
    `select coalesce(bool_and(load_id >= before), true) as ordered
       from (select l.load_id, lag(l.load_id) over (order by p.period_start, p.period_end, p.period) as before
               from ops.load_period h
               join ops.load l on l.load_id = h.load_id and l.is_current
               join ops.period p on p.period = h.period
              where h.source = $1 and h.is_latest) loads`,
    [source],
  );
  return row?.ordered === true;
}
