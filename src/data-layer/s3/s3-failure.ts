import { S3ServiceException } from "@aws-sdk/client-s3";
import { CanonryError, type ErrorCode } from "../../model/errors.ts";
import { systemCode } from "../file-failure.ts";

/** Names of failures that pass by themselves, though their status does not say so. */
const PASSING: ReadonlySet<string> = new Set([
  ...["BadDigest", "ConditionalRequestConflict", "IncompleteBody", "InternalError"],
  ...["OperationAborted", "RequestTimeout", "ServiceUnavailable", "SlowDown", "TimeoutError"],
  ...["TooManyRequests", "XAmzContentSHA256Mismatch"],
]);
const NO_SPACE: ReadonlySet<string> = new Set(["InsufficientCapacity", "QuotaExceeded"]);
const NO_CREDENTIALS: ReadonlySet<string> = new Set([
  "CredentialsProviderError",
  "TokenProviderError",
]);

export function statusOf(error: unknown): number | null {
  return error instanceof S3ServiceException ? (error.$metadata.httpStatusCode ?? null) : null;
}

/** There is no such object; of an answer without a body, or no such bucket. */
export function isMissing(error: unknown): boolean {
  if (!(error instanceof S3ServiceException)) return false;
  return statusOf(error) === 404 && !["NoSuchBucket", "NoSuchUpload"].includes(error.name);
}

/** Somebody's object stands there already, or is another by now. */
export function isConflict(error: unknown): boolean {
  return statusOf(error) === 412;
}

/** The server does not know what was asked for. */
export function isUnknownToServer(error: unknown): boolean {
  return statusOf(error) === 501;
}

/**
 * Turns what a request ended with into an error of ours. It holds the name that the server gave, never its text,
 * which may repeat what was sent, nor the error itself, which holds the request with its signature.
 */
export function s3Failure(error: unknown, place: string): unknown {
  if (error instanceof CanonryError || !(error instanceof Error)) return error;
  const code = codeOf(error);
  if (code === null) return error;
  const said = statusOf(error) === null ? systemCode(error) : `HTTP ${statusOf(error)}`;
  const detail = [error.name, said].filter((one) => one !== "" && one !== "Error").join(", ");
  return new CanonryError(code, `${place}: ${detail}`);
}

function codeOf(error: Error): ErrorCode | null {
  if (NO_CREDENTIALS.has(error.name)) return "STORAGE_FORBIDDEN";
  if (NO_SPACE.has(error.name)) return "STORAGE_FULL";
  if (error.name === "NoSuchBucket") return "STORAGE_MISSING";
  const status = statusOf(error);
  if (status === 507) return "STORAGE_FULL";
  if (PASSING.has(error.name) || (status !== null && (status >= 500 || status === 429)))
    return "STORAGE_UNAVAILABLE";
  if (status === 412) return "STORAGE_CONFLICT";
  // An answer of success that makes no sense was cut or altered on its way.
  if (status !== null) return status < 300 ? "STORAGE_UNAVAILABLE" : "STORAGE_FORBIDDEN";
  if (systemCode(error) !== "" || "$metadata" in error || "$response" in error)
    return "STORAGE_UNAVAILABLE";
  return null;
}
