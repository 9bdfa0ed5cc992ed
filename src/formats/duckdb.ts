import type { DuckDBConnection } from "@duckdb/node-api";
import { CanonryError } from "../model/errors.ts";

const MEMORY_LIMIT = "160MB";

/** A text as a literal. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** The name of a column. */
export const named = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/**
 * Works with a database in memory, and closes it. `temp` is a folder for what does not fit into memory (160 MB).
 * Throws EXPORT_FAILED about `file` for what DuckDB throws.
 */
export async function withDuckDb<Result>(
  { file, temp }: { readonly file: string; readonly temp: string },
  work: (connection: DuckDBConnection) => Promise<Result>,
): Promise<Result> {
  // Loaded when it is needed: its native part takes a tenth of a second.
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:", {
    memory_limit: MEMORY_LIMIT,
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
