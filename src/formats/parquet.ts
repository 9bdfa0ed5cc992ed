import { CanonryError } from "../model/errors.ts";
import type { ColumnType } from "../model/manifest.ts";

/**
 * A column of a Parquet file; a numeric one with the digits before and behind the point that it needs. One that
 * needs more than 38 is text, since it has to be exact.
 */
export interface ParquetColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly digits?: { readonly whole: number; readonly fraction: number };
}

/** Part of the name of what was written: another version may write other bytes. */
export const PARQUET_WRITER = "duckdb-1.5/zstd/122880/exact";

const MEMORY_LIMIT = "160MB";
const ROW_GROUP = 122_880;

function duckType(column: ParquetColumn): string {
  switch (column.type) {
    case "text":
      return "VARCHAR";
    case "bigint":
      return "BIGINT";
    case "date":
      return "DATE";
    case "timestamp":
      return "TIMESTAMP";
    case "boolean":
      return "BOOLEAN";
    case "numeric": {
      const { whole, fraction } = column.digits ?? { whole: 38, fraction: 38 };
      return whole + fraction <= 38 ? `DECIMAL(38, ${fraction})` : "VARCHAR";
    }
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const named = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/**
 * Writes a Parquet file from a CSV without header: every value quoted, NULL unquoted and empty. The rows
 * keep their order, and equal input gives equal bytes. `temp` is a folder for what does not fit into memory
 * (160 MB). Gives the rows written.
 */
export async function parquetFromCsv(
  csv: string,
  columns: readonly ParquetColumn[],
  target: string,
  temp: string,
): Promise<number> {
  // Loaded when it is needed: its native part takes a tenth of a second.
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:", {
    memory_limit: MEMORY_LIMIT,
    threads: "1",
    temp_directory: temp,
    enable_external_access: "true",
  });
  const connection = await instance.connect();
  try {
    const types = columns.map((column) => `${quoted(column.name)}: ${quoted(duckType(column))}`);
    const source = `read_csv(${quoted(csv)}, header = false, auto_detect = false, delim = ',', quote = '"',
      escape = '"', new_line = '\\n', nullstr = '', allow_quoted_nulls = false, strict_mode = true, max_line_size = 16777216, buffer_size = 33554432,
      parallel = false, columns = {${types.join(", ")}})`;
    await connection.run(
      `copy (select ${columns.map((column) => named(column.name)).join(", ")} from ${source})
         to ${quoted(target)} (format parquet, compression zstd, row_group_size ${ROW_GROUP})`,
    );
    const counted = await connection.runAndReadAll(
      `select count(*)::int as rows from read_parquet(${quoted(target)})`,
    );
    return Number(counted.getRows()[0]?.[0] ?? 0);
  } catch (error) {
    const message = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    throw new CanonryError("EXPORT_FAILED", message, { file: target }, { cause: error });
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** One line of the CSV that `parquetFromCsv` reads. */
export function csvLine(values: readonly (string | number | null)[]): string {
  const fields = values.map((value) =>
    value === null ? "" : `"${String(value).replaceAll('"', '""')}"`,
  );
  return `${fields.join(",")}\n`;
}
