import { digestOfNumber } from "../model/digest/digest-sum.ts";
import { COLUMNS_A_RECORD, type DigestColumn } from "../model/digest/row-digest.ts";
import type { RowFacts } from "../model/load-commit.ts";
import type { Executor } from "./database.ts";
import { identifier } from "./identifier.ts";
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

/** Counts and digests of loads in one pass over their table; of all of them if none is named. */
export async function loadFacts(
  executor: Executor,
  table: string,
  columns: readonly DigestColumn[],
  loads: readonly number[] | null,
): Promise<readonly LoadFacts[]> {
  const counts = columns.map(({ name }) => `count(${identifier(name)})`);
  const rows = await executor.rows<
    Omit<LoadFacts, "digest" | "values"> & { sum: string; values: readonly string[] }
  >(
    `select _load_id as load_id, _part as part, _kind as kind, coalesce(_period, '') as period,
            count(*) as rows, sum(_row)::float8 as row_sum, sum(${rowDigestSql(columns)})::text as sum,
            array[${counts.join(", ")}]::bigint[] as values
       from ${table}
      ${loads === null ? "" : "where _load_id = any($1)"}
      group by 1, 2, 3, 4`,
    loads === null ? [] : [loads],
  );
  return rows.map(({ sum, values, ...facts }) => ({
    ...facts,
    digest: digestOfNumber(BigInt(sum)),
    values: values.map(Number),
  }));
}
