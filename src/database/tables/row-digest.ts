import { digestOfNumber } from "../../model/digest/digest-sum.ts";
import { COLUMNS_A_RECORD, type DigestColumn } from "../../model/digest/row-digest.ts";
import type { RowFacts } from "../../model/load-commit.ts";
import type { Transaction } from "../database.ts";
import { identifier } from "../identifier.ts";
import { columnTypeOf, type TableColumn } from "./source-table.ts";

/** The columns of a table that digests cover: those of the publisher and their markers, in order. */
export function digestColumns(table: readonly TableColumn[]): readonly DigestColumn[] {
  return table.flatMap(({ name, type }) => {
    const known = columnTypeOf(type);
    return name.startsWith("_") || known === null ? [] : [{ name, type: known }];
  });
}

/** The digest of a row of these columns, as a bigint; see `RowDigest`, which gives the same. */
export function rowDigestSql(columns: readonly DigestColumn[]): string {
  const records: string[] = [];
  for (let first = 0; first < columns.length; first += COLUMNS_A_RECORD) {
    const values = columns.slice(first, first + COLUMNS_A_RECORD).flatMap(({ name, type }) => {
      const value = identifier(name);
      return type === "numeric" ? [`${value} < 0`, value] : [value];
    });
    records.push(`hash_record_extended(row(${values.reverse().join(", ")}), ${records.length})`);
  }
  return `hashint8extended(0, ${records.length === 0 ? "0" : records.join(" # ")})`;
}

/** What one part of a load holds of one kind and data period, as the table has it. */
export interface LoadFacts extends RowFacts {
  readonly load_id: number;
}

/**
 * A table that was filled just now has no statistics. By default the planner sorts every row of it, on disk and in
 * one process, which takes three times as long.
 */
const NO_SORT = { enable_sort: "off" };

/** Runs a statement that reads, on a connection whose settings are `settings` meanwhile. */
async function readWith<Row extends object>(
  connection: Transaction,
  settings: Readonly<Record<string, string>>,
  statement: readonly [sql: string, values: readonly unknown[]],
): Promise<Row[]> {
  const names = Object.keys(settings);
  const setTo = (values: readonly string[]) =>
    connection.rows<{ before: string; now: string }>(
      `select current_setting(name) as before, set_config(name, value, false) as now
         from unnest($1::text[], $2::text[]) s (name, value)`,
      [names, values],
    );
  const before = (await setTo(Object.values(settings))).map((one) => one.before);
  try {
    return await connection.rows<Row>(...statement);
  } finally {
    // Where the statement failed in a transaction, the end of that does it.
    await setTo(before).catch(() => undefined);
  }
}

/** Which rows of a table are counted. */
export interface FactsOf {
  /** All of them if null. */
  readonly loads: readonly number[] | null;
  /** Whether rows are told apart by their part; else all that are not of part 1 are of part 0. */
  readonly parts: boolean;
  /** Whether rows are told apart by the data period that they name; else all that name one are of "another period". */
  readonly periods: boolean;
}

/**
 * Counts and digests of loads in one pass over their table. It is shared among processes where the planner
 * expects few groups: of a key that is a column it expects two hundred, of one that is yes or no two.
 */
export async function loadFacts(
  connection: Transaction,
  table: string,
  columns: readonly DigestColumn[],
  { loads, parts, periods }: FactsOf,
): Promise<readonly LoadFacts[]> {
  const [only, ...others] = loads ?? [];
  const isOne = only !== undefined && others.length === 0;
  const keys = [
    ...(isOne ? [] : ["_load_id"]),
    ...[parts ? "_part" : "_part = 1", "_kind = 'data'", "_kind = 'total'"],
    periods ? "_period" : "_period is null",
  ];
  const counts = columns.map(({ name }) => `count(${identifier(name)})`);
  const rows = await readWith<
    Omit<LoadFacts, "digest" | "values"> & { sum: string; values: readonly string[] }
  >(connection, NO_SORT, [
    `select ${isOne ? "($1::bigint[])[1]" : "_load_id"} as load_id,
            ${parts ? "_part" : "case when _part = 1 then 1 else 0 end"} as part,
            case when _kind = 'data' then 'data' when _kind = 'total' then 'total' else 'another kind' end as kind,
            ${periods ? "coalesce(_period, '')" : "case when _period is null then '' else 'another period' end"} as period,
            count(*) as rows, sum(_row)::float8 as row_sum, sum(${rowDigestSql(columns)})::text as sum,
            array[${counts.join(", ")}]::bigint[] as values
       from ${table}
      ${loads === null ? "" : "where _load_id = any($1::bigint[])"}
      group by ${keys.join(", ")}`,
    loads === null ? [] : [loads],
  ]);
  return rows.map(({ sum, values, ...facts }) => ({
    ...facts,
    digest: digestOfNumber(BigInt(sum)),
    values: values.map(Number),
  }));
}
