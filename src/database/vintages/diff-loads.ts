import type { SourceContract } from "../../model/manifest/manifest.ts";
import { markerName } from "../../model/marks/marked-columns.ts";
import type { CellChange, RowChange } from "../../model/vintage-diff.ts";
import type { Database } from "../database.ts";
import { identifier, literal } from "../identifier.ts";
import { bronzeTable } from "../tables/source-table.ts";

/** Rows of a cursor that are fetched at once. */
const BATCH = 500;

interface Column {
  readonly name: string;
  readonly type: string;
}

interface DiffRow {
  readonly change: RowChange["change"];
  readonly kind: RowChange["kind"];
  readonly period: string | null;
  readonly key: readonly (string | null)[];
  readonly row_from: number | null;
  readonly row_to: number | null;
  readonly cells: readonly CellChange[];
}

/**
 * The rows in which two loads of a source differ, in the order of the later one, then of the earlier. Rows meet
 * by the grain; without one by all that they hold, so that a row that comes twice is two. Postgres joins and
 * sorts; memory here: one batch. A number that is published with more zeros is the same number.
 */
export async function eachRowChange(
  database: Database,
  contract: SourceContract,
  loads: { readonly from: string; readonly to: string },
  visit: (change: RowChange) => void,
): Promise<void> {
  const columns = await database.rows<Column>(
    `select column_name as name, data_type as type from information_schema.columns
      where table_schema = 'bronze' and table_name = $1 and column_name not like '\\_%'
      order by ordinal_position`,
    [contract.code],
  );
  await database.transaction(async (transaction) => {
    await transaction.rows("set transaction read only");
    await transaction.rows("set local work_mem = '128MB'");
    await transaction.rows(
      `declare changes no scroll cursor for ${diffSql(contract, columns, loads)}`,
    );
    for (;;) {
      const rows = await transaction.rows<DiffRow>(`fetch ${BATCH} from changes`);
      for (const row of rows) visit(changeOf(contract, row));
      if (rows.length < BATCH) return;
    }
  });
}

function changeOf({ grain }: SourceContract, row: DiffRow): RowChange {
  const { key, ...rest } = row;
  return { ...rest, key: Object.fromEntries(grain.map((name, at) => [name, key[at] ?? null])) };
}

function diffSql(
  { code, grain }: SourceContract,
  columns: readonly Column[],
  { from, to }: { readonly from: string; readonly to: string },
): string {
  const names = columns.map(({ name }) => identifier(name));
  const keys = columns.filter((one) => grain.length === 0 || grain.includes(one.name));
  const key = `array[${(grain.length === 0 ? keys : ordered(grain, keys)).map((one) => textOf(one, "")).join(", ")}]::text[]`;
  const side = (load: string): string =>
    `select _kind, _period, _part, _row, ${names.join(", ")}, ${key} as _key,
            row_number() over (partition by _kind, ${key} order by _part, _row) as _nth
       from ${bronzeTable(code)} where _load_id = ${Number(load)}`;
  const whole = (one: string): string => `row(${names.map((name) => `${one}.${name}`).join(", ")})`;
  return `
    with a as (${side(from)}), b as (${side(to)})
    select case when a._nth is null then 'added' when b._nth is null then 'removed' else 'changed' end as change,
           coalesce(b._kind, a._kind) as kind, coalesce(b._period, a._period) as period,
           coalesce(b._key, a._key) as key, a._row as row_from, b._row as row_to, c.cells
      from a full join b on a._kind = b._kind and a._key = b._key and a._nth = b._nth
     cross join lateral (
       select coalesce(jsonb_agg(jsonb_build_object('column', v.name, 'from', v.was, 'from_marker', v.was_marker,
                'to', v.is, 'to_marker', v.is_marker, 'by', v.by) order by v.at), '[]') as cells
         from (values ${cellsOf(columns).join(", ")}) v (at, name, was, was_marker, "is", is_marker, by)
        where (v.was, v.was_marker) is distinct from (v.is, v.is_marker)) c
     where a._nth is null or b._nth is null or ${whole("a")} is distinct from ${whole("b")}
     order by b._part nulls last, b._row, a._part, a._row`;
}

const ordered = (grain: readonly string[], columns: readonly Column[]): readonly Column[] =>
  grain.flatMap((name) => columns.find((one) => one.name === name) ?? []);

/** Each column with the mark that stands in its place, and by how much numbers differ. */
function cellsOf(columns: readonly Column[]): readonly string[] {
  const markerOf = (name: string): Column | undefined =>
    columns.find((one) => one.name === markerName(name));
  const isMarker = ({ name }: Column): boolean =>
    columns.some((one) => markerOf(one.name)?.name === name);
  return columns
    .filter((column) => !isMarker(column))
    .map((column, at) => {
      const marker = markerOf(column.name);
      const mark = (one: string): string =>
        marker === undefined ? "null::text" : `${one}.${identifier(marker.name)}::text`;
      const name = identifier(column.name);
      const by = NUMBERS.includes(column.type)
        ? `trim_scale(b.${name}::numeric - a.${name}::numeric)::text`
        : "null::text";
      const [was, is] = [textOf(column, "a."), textOf(column, "b.")];
      return `(${at}, ${literal(column.name)}::text, ${was}, ${mark("a")}, ${is}, ${mark("b")}, ${by})`;
    });
}

const NUMBERS: readonly string[] = ["bigint", "numeric"];

function textOf({ name, type }: Column, side: string): string {
  const cell = `${side}${identifier(name)}`;
  return type === "numeric" ? `trim_scale(${cell})::text` : `${cell}::text`;
}
