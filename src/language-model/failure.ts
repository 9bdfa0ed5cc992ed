import type { Dispatcher } from "undici";
import { CanonryError, type ErrorCode } from "../model/errors.ts";
import type { Secret } from "../model/secret.ts";

/** What was set aside for an attempt; given back where the server did not take the question. */
export interface Attempt {
  release(): void;
}

/** What became of one attempt that gave no answer. */
export interface Failure {
  readonly error: CanonryError;
  readonly message: string;
  /** Another try may not meet it. */
  readonly mayPass: boolean;
  /** The server may have taken the question, and may charge for it. */
  readonly taken: boolean;
  /** What the server asked to wait. */
  readonly afterMs: number;
  /** The server did not understand the request. */
  readonly unknownShape: boolean;
}

/** An attempt that failed in a way that is already known. */
class FailedAttempt extends Error {
  readonly code: ErrorCode;
  readonly mayPass: boolean;
  readonly taken: boolean;
  readonly afterMs: number;
  readonly unknownShape: boolean;

  constructor(code: ErrorCode, message: string, more: Partial<Failure> = {}) {
    super(message);
    this.code = code;
    this.mayPass = more.mayPass ?? false;
    this.taken = more.taken ?? true;
    this.afterMs = more.afterMs ?? 0;
    this.unknownShape = more.unknownShape ?? false;
  }
}

export function lost(code: ErrorCode, message: string): Error {
  return new FailedAttempt(code, message);
}

/** A status of 400 and above, with what the server said. */
export function rejected({ statusCode, headers }: Dispatcher.ResponseData, said: string): Error {
  const passing = statusCode === 408 || statusCode === 429 || statusCode >= 500;
  return new FailedAttempt("MODEL_FAILED", `the server answered ${statusCode}: ${said}`, {
    taken: false,
    mayPass: passing && !said.includes("insufficient_quota"),
    afterMs: retryAfter(headers),
    unknownShape: statusCode === 400 || statusCode === 422,
  });
}

/** Milliseconds to wait: a number of seconds, or a date beside that of the answer (RFC 9110, 10.2.3). */
function retryAfter(headers: Dispatcher.ResponseData["headers"]): number {
  const after = String(headers["retry-after"] ?? "");
  const wait = /^\d+(?:\.\d+)?$/.test(after)
    ? Number(after) * 1000
    : Date.parse(after) - Date.parse(String(headers["date"] ?? ""));
  return Number.isFinite(wait) ? Math.max(0, wait) : 0;
}

interface Asked {
  readonly key: Secret | null;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** Names what went wrong, without the key in it. The cause is left out: it may hold the request. */
export function failureOf(error: unknown, asked: Asked): Failure {
  const fixed = { mayPass: false, taken: true, afterMs: 0, unknownShape: false };
  if (asked.signal.aborted) {
    const interrupted = new CanonryError("INTERRUPTED", "asking a model was interrupted");
    return { error: interrupted, message: "", ...fixed };
  }
  const known = canonryError(error);
  if (known !== null) return { ...fixed, error: known, message: known.message, taken: false };
  const clean = (text: string): string => asked.key?.blot(text) ?? text;
  if (error instanceof FailedAttempt) {
    const message = clean(error.message);
    const { mayPass, taken, afterMs, unknownShape } = error;
    const told = new CanonryError(error.code, message.slice(0, 300));
    return { error: told, message, mayPass, taken, afterMs, unknownShape };
  }
  const name = error instanceof Error ? error.name : "";
  const taken = !UNSENT.test(codeOf(error));
  if (/Timeout/.test(name)) {
    const message = `no whole answer after ${asked.timeoutMs / 1000} s`;
    return {
      ...fixed,
      error: new CanonryError("MODEL_TIMEOUT", message),
      message,
      mayPass: true,
      taken,
    };
  }
  const message = clean(error instanceof Error ? error.message : String(error));
  const told = new CanonryError("MODEL_FAILED", message);
  return { ...fixed, error: told, message, mayPass: true, taken };
}

/** No connection was made. */
const UNSENT =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)$/;

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : "";
  return typeof code === "string" ? code : "";
}

function canonryError(error: unknown): CanonryError | null {
  if (error instanceof CanonryError) return error;
  return error instanceof Error && error.cause instanceof CanonryError ? error.cause : null;
}
