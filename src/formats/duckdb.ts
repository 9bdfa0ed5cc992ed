import type { DuckDBConnection } from "@duckdb/node-api";
import { CanonryError } from "../model/errors.ts";

/** MB for a table of up to a hundred columns, and for each beyond: DuckDB has blocks of their own for each. */
const [MEMORY, MEMORY_OF_COLUMN] = [112, 0.5];
const USUAL_WIDTH = 100;

/** A text as a literal. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** The name of a column. */
export const named = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/**
 * Works with a database in memory, and closes it. `temp` is a folder for what does not fit into memory, which
 * `width`, the columns of the widest table, decides. Throws EXPORT_FAILED about `file` for what DuckDB throws.
 */
export async function withDuckDb<Result>(
  { file, temp, width }: { readonly file: string; readonly temp: string; readonly width: number },
  work: (connection: DuckDBConnection) => Promise<Result>,
): Promise<Result> {
  // Loaded when it is needed: its native part takes a tenth of a second.
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const megabytes = MEMORY + MEMORY_OF_COLUMN * Math.max(0, width - USUAL_WIDTH);
  const instance = await DuckDBInstance.create(":memory:", {
    memory_limit: `${Math.ceil(megabytes)}MB`,
    threads: "1",
    temp_directory: temp,
  });
  const connection = await instance.connect();
  try {
    return await work(connection);
  } catch (error) {
    const message = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    throw new CanonryError("EXPORT_FAILED", message, { file }, { cause: error });
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
