import { CanonryError } from "../model/errors.ts";

/** The fields of a server error that we use. Source: PostgreSQL documentation, "Error and Notice Message Fields". */
interface ServerError {
  readonly code?: string;
  readonly message: string;
  readonly where?: string;
  readonly detail?: string;
}

const CONNECTION = new Set(["ECONNREFUSED", "ENOENT", "EHOSTUNREACH", "ENOTFOUND", "ETIMEDOUT"]);
const CUT = new Set(["ECONNRESET", "EPIPE", "57P01", "57P02", "57P03", "08006", "08003", "08P01"]);

/** Turns what pg throws into an error of ours; anything unknown is left as it is: a bug. */
export function databaseFailure(error: unknown): unknown {
  if (error instanceof CanonryError || !(error instanceof Error)) return error;
  // An error of the file system that passed through is none of the database's.
  if ("syscall" in error && "path" in error && error.syscall !== "connect") return error;
  const { code = "", message, where, detail }: ServerError = error;
  const text = [message, detail, where]
    .filter((part) => part !== undefined && part !== "")
    .join("; ");
  const wrap = (kind: ConstructorParameters<typeof CanonryError>[0]): CanonryError =>
    new CanonryError(kind, code === "" ? text : `${text} [${code}]`, {}, { cause: error });
  // The pool's own word for a server that does not answer.
  const silent = /timeout exceeded when trying to connect/i.test(message);
  if (silent || CONNECTION.has(code) || code.startsWith("28") || code === "3D000")
    return wrap("DATABASE_UNAVAILABLE");
  if (
    CUT.has(code) ||
    /connection (?:terminated|ended|closed)|client has encountered|read ECONNRESET/i.test(message)
  ) {
    return wrap("DATABASE_LOST");
  }
  if (code === "42501") return wrap("DATABASE_DENIED");
  if (code === "53100") return wrap("STORAGE_FULL");
  if (code.startsWith("53")) return wrap("DATABASE_UNAVAILABLE");
  if (code === "54000" || code === "54011") return wrap("TABLE_TOO_WIDE");
  if (code === "55P03") return wrap("LOCK_HELD");
  if (code.startsWith("22")) return wrap("VALUE_INVALID");
  return error;
}

/** Runs and translates. */
export async function translated<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw databaseFailure(error);
  }
}
