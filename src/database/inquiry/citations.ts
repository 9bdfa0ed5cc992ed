import { CanonryError } from "../../model/errors.ts";
import type { ColumnType, SourceContract } from "../../model/manifest/manifest.ts";
import { hasMarkers, markerName } from "../../model/marks/marked-columns.ts";
import {
  booleanLiteral,
  dateLiteral,
  numberLiteral,
  timestampLiteral,
} from "../../model/marks/value.ts";
import type { PartPlace } from "../../model/part-place.ts";
import { parsePeriod } from "../../model/period/period.ts";
import type { Condition } from "../../model/row-filter.ts";
import type { Executor } from "../database.ts";
import { identifier } from "../identifier.ts";
import { iso } from "../iso.ts";
import { bronzeTable, silverView } from "../tables/source-table.ts";

/** A row of a source, wherever it was asked for. Values as the database prints them. */
export interface CitedRow {
  readonly load_id: string;
  readonly part: number;
  readonly row: number;
  readonly kind: "data" | "total";
  /** Data period: that of the row, or of the release. */
  readonly period: string;
  readonly values: Readonly<Record<string, string | null>>;
}

export interface CitedRows {
  /** At most as many as were asked for. */
  readonly rows: readonly CitedRow[];
  /** All that match. */
  readonly matched: number;
}

export async function contractOf(
  executor: Executor,
  source: string,
): Promise<SourceContract | null> {
  const [row] = await executor.rows<{ document: SourceContract }>(
    `select c.document from ops.source s
       join ops.contract c on c.source = s.code and c.version = s.version where s.code = $1`,
    [source],
  );
  return row?.document ?? null;
}

/** Values and marks of a contract's columns as one JSON object of texts. */
function valuesSql(contract: SourceContract): string {
  const names = contract.columns
    .filter((column) => column.role !== "period")
    .flatMap((column) => [column.name, ...(hasMarkers(column) ? [markerName(column.name)] : [])]);
  const arrays = [
    `array[${names.map((name) => `'${name}'`).join(", ")}]`,
    `array[${names.map((name) => `b.${identifier(name)}::text`).join(", ")}]`,
  ];
  return `jsonb_object(${arrays.join("::text[], ")}::text[])`;
}

const found = (rows: readonly (CitedRow & { readonly matched: number })[]): CitedRows => ({
  rows: rows.map(({ matched: _matched, ...row }) => row),
  matched: rows[0]?.matched ?? 0,
});

export interface AskedRows {
  /** Rows whose own period lies within one of these; empty: all. */
  readonly periods: readonly string[];
  readonly where: readonly Condition[];
  readonly limit: number;
}

/** Current rows that meet all conditions, in their published order. Throws COLUMN_UNKNOWN, FILTER_INVALID. */
export function currentRows(
  executor: Executor,
  contract: SourceContract,
  asked: AskedRows,
): Promise<CitedRows> {
  return matchingRows(executor, contract, asked, { kind: "data", from: silverView(contract.code) });
}

/** As `currentRows`, of the totals that are published beside them: the view does not show these. */
export function currentTotals(
  executor: Executor,
  contract: SourceContract,
  asked: AskedRows,
): Promise<CitedRows> {
  const from = `(select t.*, p.period, p.period_start, p.period_end
       from ${bronzeTable(contract.code)} t
       join ops.load l on l.load_id = t._load_id and l.is_current
       join ops.period p on p.period = coalesce(t._period, l.period)
      where t._kind = 'total')`;
  return matchingRows(executor, contract, asked, { kind: "total", from });
}

async function matchingRows(
  executor: Executor,
  contract: SourceContract,
  asked: AskedRows,
  { kind, from }: { readonly kind: CitedRow["kind"]; readonly from: string },
): Promise<CitedRows> {
  const spans = asked.periods.flatMap((text) => parsePeriod(text) ?? []);
  const parameters: unknown[] = [
    spans.map((one) => one.start),
    spans.map((one) => one.end),
    asked.limit,
  ];
  const conditions = asked.where.map((one) => conditionSql(contract, one, parameters));
  const rows = await executor.rows<CitedRow & { readonly matched: number }>(
    `select b._load_id::text as load_id, b._part as part, b._row as row, '${kind}' as kind, b.period,
            ${valuesSql(contract)} as values, count(*) over () as matched
       from ${from} b
      where (cardinality($1::date[]) = 0 or exists (
               select from unnest($1::date[], $2::date[]) as asked (first_day, last_day)
                where b.period_start >= first_day and b.period_end <= last_day))
        ${conditions.map((sql) => `and ${sql}`).join(" ")}
      order by b.period_start, b.period_end, b.period, b._load_id, b._part, b._row limit $3`,
    parameters,
  );
  return found(rows);
}

/** What became of one row of a file: several where the table was unpivoted, or where two parts have it. */
export async function rowsOfLoad(
  executor: Executor,
  contract: SourceContract,
  asked: { readonly load: string; readonly row: number; readonly limit: number },
): Promise<CitedRows> {
  const rows = await executor.rows<CitedRow & { readonly matched: number }>(
    `select b._load_id::text as load_id, b._part as part, b._row as row, b._kind as kind,
            coalesce(b._period, l.period) as period, ${valuesSql(contract)} as values,
            count(*) over () as matched
       from ${bronzeTable(contract.code)} b join ops.load l on l.load_id = b._load_id
      where b._load_id = $1 and b._row = $2
      order by b._part, b._period limit $3`,
    [asked.load, asked.row, asked.limit],
  );
  return found(rows);
}

/** A row that a load set aside, as the quarantine has it. */
export interface AsideRow {
  /** Of the entry. */
  readonly id: string;
  readonly row: number;
  /** The cell that does not fit: "F47". */
  readonly cell: string | null;
  readonly reason: string;
}

export function asideOfLoad(
  executor: Executor,
  source: string,
  asked: { readonly load: string; readonly row: number },
): Promise<AsideRow[]> {
  return executor.rows<AsideRow>(
    `select quarantine_id::text as id, row, cell, reason from ops.quarantine
      where what = 'row' and source = $1 and load_id = $2 and row = $3 order by quarantine_id`,
    [source, asked.load, asked.row],
  );
}

/** One condition as SQL over `b`; its value goes to the parameters. */
function conditionSql(
  contract: SourceContract,
  { column: name, value }: Condition,
  parameters: unknown[],
): string {
  const column = contract.columns.find((one) => one.name === name && one.role !== "period");
  const measure = contract.columns.find((one) => hasMarkers(one) && markerName(one.name) === name);
  const type = name === "period" || measure !== undefined ? "text" : column?.type;
  if (type === undefined) {
    const names = ["period", ...contract.columns.map((one) => one.name)];
    throw new CanonryError(
      "COLUMN_UNKNOWN",
      `${contract.code} has no column ${name}; it has ${names.join(", ")}`,
    );
  }
  const place = `b.${identifier(name)}`;
  const marker = column !== undefined && hasMarkers(column) ? markerName(name) : null;
  if (value === "")
    return marker === null
      ? `${place} is null`
      : `(${place} is null and b.${identifier(marker)} is null)`;
  const literal = literalOf(type, value);
  parameters.push(literal ?? value);
  const parameter = `$${parameters.length}`;
  if (type === "text") return `btrim(${place}) = btrim(${parameter}::text)`;
  if (literal !== null) return `${place} = ${parameter}::${type === "bigint" ? "numeric" : type}`;
  if (marker !== null) return `b.${identifier(marker)} = ${parameter}::text`;
  throw new CanonryError("FILTER_INVALID", `${JSON.stringify(value)} is no ${type} for ${name}`);
}

function literalOf(type: ColumnType, value: string): string | null {
  switch (type) {
    case "text":
      return value;
    case "bigint":
    case "numeric":
      return numberLiteral(value);
    case "date":
      return dateLiteral(value);
    case "timestamp":
      return timestampLiteral(value);
    case "boolean":
      return booleanLiteral(value);
  }
}

/** A part of a load, with all that a citation says of it. */
export interface CitedPart {
  readonly load_id: string;
  readonly part: number;
  readonly source: string;
  readonly publication: string;
  readonly release: string;
  readonly vintage: number;
  readonly is_current: boolean;
  readonly run_id: string;
  readonly contract_version: number;
  /** ISO instant. */
  readonly loaded_at: string;
  readonly artifact: string;
  readonly file_name: string;
  readonly member: string | null;
  readonly sheet: string | null;
  readonly links: readonly string[];
  /** ISO instant; set if a purge removed the bytes. */
  readonly purged_at: string | null;
  /** When and why its rows left the table; null while they stand there. */
  readonly expired: string | null;
  /** Types of the columns as the load wrote them. */
  readonly types: Readonly<Record<string, ColumnType>>;
  /** Null for a load that was made before cells were kept. */
  readonly place: PartPlace | null;
}

export function partsOfLoads(executor: Executor, loads: readonly string[]): Promise<CitedPart[]> {
  return executor.rows<CitedPart>(
    `select l.load_id::text, p.part, l.source, l.publication, l.period as release, l.vintage, l.is_current,
            l.run_id, l.contract_version, p.artifact, p.file_name, p.member, p.sheet,
            ${iso("l.loaded_at")} as loaded_at,
            ${iso("a.purged_at")} as purged_at, 'on ' || l.expired_at::date || ' by ' || l.expired_by as expired,
            array(select k.url from ops.link k where k.sha256 = p.artifact
                     and k.publication = l.publication and k.period = l.period order by k.url) as links,
            (select jsonb_object_agg(e->>'name', e->>'type')
               from ops.contract c, jsonb_array_elements(c.document->'columns') e
              where c.source = l.source and c.version = l.contract_version) as types,
            l.conservation->'parts'->(p.part - 1)->'place' as place
       from ops.load l join ops.part p on p.load_id = l.load_id
       left join ops.artifact a on a.sha256 = p.artifact
      where l.load_id = any($1::bigint[]) order by l.load_id, p.part`,
    [loads],
  );
}
