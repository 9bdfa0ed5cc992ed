import { CanonryError, type ErrorCode } from "../model/errors.ts";

/** The system's code of an error, or "". */
export function systemCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : "";
}

const FORBIDDEN: ReadonlySet<string> = new Set(["EACCES", "EPERM", "EROFS"]);

const REFUSALS: ReadonlySet<string> = new Set([
  "EIO",
  "EEXIST",
  "ENOTDIR",
  "ENAMETOOLONG",
  "EMFILE",
  "EBUSY",
  "EISDIR",
]);

/** Turns what `fs` throws into an error of ours; anything unknown is left as it is. */
export function fileFailure(error: unknown, path: string): unknown {
  const code = systemCode(error);
  const wrap = (kind: ErrorCode): CanonryError =>
    new CanonryError(kind, `${path}: ${code}`, { file: path }, { cause: error });
  if (code === "ENOSPC" || code === "EDQUOT") return wrap("STORAGE_FULL");
  if (code === "ELOOP") return wrap("PATH_SYMLINK");
  if (FORBIDDEN.has(code)) return wrap("STORAGE_FORBIDDEN");
  return REFUSALS.has(code) ? wrap("STORAGE_UNAVAILABLE") : error;
}
