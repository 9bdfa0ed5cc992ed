import type { DuckDBConnection } from "@duckdb/node-api";
import { DigestSum } from "../model/digest/digest-sum.ts";
import { COLUMNS_A_RECORD, type DigestColumn, RowJoin } from "../model/digest/row-digest.ts";
import { named, quoted, withDuckDb } from "./duckdb.ts";
import type { HashedColumn, JoinedTexts, KnownTexts } from "./duckdb-columns.ts";

/** Fewer rows are read before their different texts are known. */
const ROWS_TO_KNOW = 50_000;
/** Different texts of a column that are held, as the row groups tell them. */
const MOST_TEXTS = 200_000;

/**
 * Rows and digest of a Parquet file, read back: DuckDB gives the values of its columns, and each is hashed as that
 * of a load is. `temp` is a folder for what does not fit into DuckDB's memory. Memory: that of DuckDB, the
 * different texts of columns that have few, 4,096 rows. Throws EXPORT_FAILED for a file that cannot be read or
 * lacks a column.
 */
export async function digestOfParquet(
  parquet: string,
  columns: readonly DigestColumn[],
  temp: string,
): Promise<{ readonly rows: number; readonly digest: string }> {
  return withDuckDb({ file: parquet, temp, width: columns.length }, async (connection) => {
    const { records, texts } = await recordsOf(connection, parquet, columns);
    const all = records.flat();
    const result = await connection.stream(
      `select ${[...all, texts].map(({ sql }) => sql).join(", ")} from ${file(parquet)}`,
    );
    const sum = new DigestSum();
    const join = new RowJoin();
    for (let next = result.fetchChunk(); ; ) {
      const chunk = await next;
      const rows = chunk?.rowCount ?? 0;
      if (chunk === null || rows === 0) return { rows: sum.rows, digest: sum.digest };
      // While DuckDB makes the next rows, these are hashed.
      next = result.fetchChunk();
      for (const [at, column] of all.entries()) column.take(chunk, at, rows);
      texts.take(chunk, all.length, rows);
      for (let row = 0; row < rows; row++) {
        texts.begin(row);
        joinRow(join, records, row);
        sum.add(join.low, join.high);
      }
    }
  });
}

function joinRow(join: RowJoin, records: readonly (readonly HashedColumn[])[], row: number): void {
  join.begin();
  for (const columns of records) {
    for (const column of columns) column.join(join, row);
    join.record();
  }
  join.end();
}

const file = (parquet: string): string => `read_parquet(${quoted(parquet)})`;

/** The columns of each record of a row's digest, in the order in which their values are joined. */
async function recordsOf(
  connection: DuckDBConnection,
  parquet: string,
  columns: readonly DigestColumn[],
): Promise<{
  readonly records: readonly (readonly HashedColumn[])[];
  readonly texts: JoinedTexts;
}> {
  // Loaded when it is needed, as DuckDB is.
  const { hashedColumn, JoinedTexts } = await import("./duckdb-columns.ts");
  const described = await connection.runAndReadAll(`describe select * from ${file(parquet)}`);
  const types = new Map(described.getRows().map(([name, type]) => [String(name), String(type)]));
  const few = await columnsOfFewTexts(connection, parquet);
  const texts = new JoinedTexts();
  const records: HashedColumn[][] = [];
  for (let first = 0; first < columns.length; first += COLUMNS_A_RECORD) {
    const record: HashedColumn[] = [];
    for (const column of columns.slice(first, first + COLUMNS_A_RECORD).toReversed()) {
      const known =
        column.type === "text" && few.has(column.name)
          ? await knownTexts(connection, parquet, column.name)
          : null;
      const type = types.get(column.name) ?? "";
      record.push(hashedColumn(column, type, records.length, known, texts));
    }
    records.push(record);
  }
  return { records, texts };
}

/** Of a large file the columns whose texts stand in a dictionary in every row group. */
async function columnsOfFewTexts(
  connection: DuckDBConnection,
  parquet: string,
): Promise<ReadonlySet<string>> {
  const found = await connection.runAndReadAll(
    `select path_in_schema from parquet_metadata(${quoted(parquet)}) where type = 'BYTE_ARRAY'
      group by all having bool_and(stats_distinct_count is not null)
        and sum(stats_distinct_count) <= ${MOST_TEXTS} and sum(num_values) >= ${ROWS_TO_KNOW}`,
  );
  return new Set(found.getRows().map(([name]) => String(name)));
}

/** Makes a type of the different texts of a column, which are then given as numbers. */
async function knownTexts(
  connection: DuckDBConnection,
  parquet: string,
  column: string,
): Promise<KnownTexts> {
  const name = named(column);
  const type = named(`texts of ${column}`);
  await connection.run(
    `create type ${type} as enum (select distinct ${name} from ${file(parquet)} where ${name} is not null)`,
  );
  const listed = await connection.runAndReadAll(
    `select unnest(enum_range(null::${type}))::varchar`,
  );
  return { type, texts: listed.getRows().map(([text]) => String(text)) };
}
