import { pipeline, type Transform } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { Agent, type Dispatcher, request, errors as undici } from "undici";
import { CanonryError, type ErrorCode } from "../../model/errors.ts";
import type { Settings } from "../../model/publication.ts";
import { checkHost, publicLookup } from "./address.ts";

/** What a server answered. */
export type Answer =
  | {
      readonly kind: "content";
      readonly chunks: AsyncIterable<Uint8Array>;
      readonly fileName: string;
      /** The address that answered, after redirects. */
      readonly url: string;
      readonly contentType: string | null;
      readonly etag: string | null;
      readonly lastModified: string | null;
    }
  | { readonly kind: "unchanged" }
  /** 404 or 410. */
  | { readonly kind: "missing"; readonly status: number };

export interface HttpRequest {
  readonly url: string;
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly settings: Settings["fetch"];
  readonly signal: AbortSignal;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Fetches one address and hands its answer to `take`; the whole is tried again, with growing pauses,
 * while the failure may pass. Throws URL_SCHEME, URL_PRIVATE_ADDRESS, DOWNLOAD_*, INTERRUPTED, and
 * what `take` throws, as it is.
 */
export async function fetchHttp<Result>(
  wanted: HttpRequest,
  take: (answer: Answer) => Promise<Result>,
): Promise<Result> {
  const agent = agentOf(wanted.settings);
  try {
    for (let attempt = 0; ; attempt++) {
      try {
        return await once(wanted, agent, take);
      } catch (error) {
        if (attempt >= wanted.settings.retries || !(error instanceof PassingFailure)) throw error;
        await pause(attempt, error.afterMs, wanted.signal);
      }
    }
  } finally {
    await agent.destroy();
  }
}

function agentOf(settings: Settings["fetch"]): Agent {
  const timeout = settings.timeout_seconds * 1000;
  return new Agent({
    headersTimeout: timeout,
    bodyTimeout: timeout,
    connect: { timeout, ...(settings.allow_private ? {} : { lookup: publicLookup }) },
  });
}

/** A failure that another try may not meet; `after` is what the server asked to wait. */
class PassingFailure extends CanonryError {
  readonly afterMs: number;

  constructor(code: ErrorCode, message: string, afterMs = 0, options?: ErrorOptions) {
    super(code, message, {}, options);
    this.afterMs = afterMs;
  }
}

async function pause(attempt: number, askedMs: number, signal: AbortSignal): Promise<void> {
  const growing = FIRST_PAUSE_MS * 2 ** attempt;
  const time = Math.min(LONGEST_PAUSE_MS, Math.max(askedMs, growing));
  await sleep(time, undefined, { signal }).catch(() => {
    throw new CanonryError("INTERRUPTED", "fetching was interrupted");
  });
}

async function once<Result>(
  wanted: HttpRequest,
  agent: Agent,
  take: (answer: Answer) => Promise<Result>,
): Promise<Result> {
  const deadline = AbortSignal.timeout(wanted.settings.total_seconds * 1000);
  const signal = AbortSignal.any([wanted.signal, deadline]);
  let url = httpUrl(wanted.url, null);
  for (let hop = 0; ; hop++) {
    if (!wanted.settings.allow_private) checkHost(url);
    const response = await request(url, {
      dispatcher: agent,
      signal,
      headers: {
        "user-agent": wanted.settings.user_agent,
        "accept-encoding": "identity",
        ...(wanted.etag === null ? {} : { "if-none-match": wanted.etag }),
        ...(wanted.lastModified === null ? {} : { "if-modified-since": wanted.lastModified }),
      },
    }).catch((error: unknown) => {
      throw failureOf(error, wanted);
    });
    const { statusCode } = response;
    if (statusCode >= 300 && statusCode < 400 && statusCode !== 304) {
      await response.body.dump().catch(() => undefined);
      if (hop >= wanted.settings.max_redirects) {
        throw new CanonryError(
          "DOWNLOAD_REDIRECT",
          `more than ${hop} redirects, the last to ${url.href}`,
        );
      }
      url = httpUrl(single(response.headers["location"]) ?? "", url);
      continue;
    }
    return await take(await answerOf(response, url, wanted));
  }
}

/** Throws URL_SCHEME for anything but http and https, DOWNLOAD_REDIRECT for a step from https to http. */
export function httpUrl(address: string, from: URL | null): URL {
  let url: URL;
  try {
    url = from === null ? new URL(address) : new URL(address, from);
  } catch (error) {
    throw new CanonryError(
      "DOWNLOAD_REDIRECT",
      `${JSON.stringify(address)} is no address`,
      {},
      { cause: error },
    );
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new CanonryError("URL_SCHEME", `${url.protocol} in ${url.href}`);
  }
  if (from?.protocol === "https:" && url.protocol === "http:") {
    throw new CanonryError("DOWNLOAD_REDIRECT", `it leads from https to ${url.href}`);
  }
  return url;
}

async function answerOf(
  response: Dispatcher.ResponseData,
  url: URL,
  wanted: HttpRequest,
): Promise<Answer> {
  const { statusCode, headers, body } = response;
  if (statusCode === 200) {
    const declared = Number(single(headers["content-length"]) ?? 0);
    if (declared > wanted.settings.max_bytes) {
      body.on("error", () => undefined).destroy();
      throw new CanonryError(
        "DOWNLOAD_TOO_LARGE",
        `${declared} bytes, and the limit is ${wanted.settings.max_bytes}`,
      );
    }
    return {
      kind: "content",
      chunks: received(decoded(body, single(headers["content-encoding"])), wanted),
      fileName: fileNameOf(url, single(headers["content-disposition"])),
      url: url.href,
      contentType: single(headers["content-type"]),
      etag: single(headers["etag"]),
      lastModified: single(headers["last-modified"]),
    };
  }
  await body.dump().catch(() => undefined);
  const conditional = wanted.etag !== null || wanted.lastModified !== null;
  if (statusCode === 304 && conditional) return { kind: "unchanged" };
  if (statusCode === 404 || statusCode === 410) return { kind: "missing", status: statusCode };
  const message = `the server answered ${statusCode}`;
  if (statusCode >= 500 || statusCode === 408 || statusCode === 429) {
    throw new PassingFailure("DOWNLOAD_FAILED", message, retryAfter(headers));
  }
  throw new CanonryError("DOWNLOAD_FAILED", message);
}

/** Milliseconds to wait: a number of seconds, or a date beside that of the answer (RFC 9110, 10.2.3). */
function retryAfter(headers: Dispatcher.ResponseData["headers"]): number {
  const after = single(headers["retry-after"]) ?? "";
  const wait = /^\d+$/.test(after)
    ? Number(after) * 1000
    : Date.parse(after) - Date.parse(single(headers["date"]) ?? "");
  return Number.isFinite(wait) ? Math.max(0, wait) : 0;
}

/** The chunks; what goes wrong on their way is told as a failure of the download. */
async function* received(
  chunks: AsyncIterable<Uint8Array>,
  wanted: HttpRequest,
): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of chunks) yield chunk;
  } catch (error) {
    throw failureOf(error, wanted);
  }
}

const UNPACKERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};
const UNREADABLE = ["zstd", "compress", "x-compress", "dcb", "dcz"];

/**
 * The content as it was before the server packed it. Names that are no packing (some servers write
 * `utf-8` there) change nothing. Throws DOWNLOAD_FAILED for a packing that cannot be undone.
 */
function decoded(
  body: Dispatcher.ResponseData["body"],
  encoding: string | null,
): AsyncIterable<Uint8Array> {
  const names = (encoding ?? "")
    .toLowerCase()
    .split(",")
    .map((name) => name.trim());
  const wrong = names.find((name) => UNREADABLE.includes(name));
  if (wrong !== undefined) {
    body.on("error", () => undefined).destroy();
    throw new CanonryError("DOWNLOAD_FAILED", `the server packed it as ${wrong}, unasked`);
  }
  const steps = names.toReversed().flatMap((name) => UNPACKERS[name]?.() ?? []);
  const last = steps.at(-1);
  if (last === undefined) return body;
  // An error of the body or of a step becomes one of the last step.
  pipeline([body, ...steps], () => undefined);
  return last;
}

function single(header: string | string[] | undefined): string | null {
  return (Array.isArray(header) ? header[0] : header) ?? null;
}

/**
 * The name that the server gives the file, else the last step of the address. Never a path, and
 * without control characters; empty where nothing is left.
 */
function fileNameOf(url: URL, disposition: string | null): string {
  const star = /filename\*\s*=\s*[\w-]*'[^']*'([^;]+)/i.exec(disposition ?? "")?.[1];
  const plain = /filename\s*=\s*(?:"([^"]*)"|([^;\s]+))/i.exec(disposition ?? "");
  const stated = star ?? plain?.[1] ?? plain?.[2] ?? "";
  const steps = unescaped(stated === "" ? url.pathname : stated).split(/[\\/]/);
  const name = (steps.at(-1) ?? "").replace(/\p{Cc}/gu, "");
  return /^\.*$/.test(name) ? "" : name;
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text.trim());
  } catch {
    return text.trim();
  }
}

function failureOf(error: unknown, wanted: HttpRequest): CanonryError {
  if (error instanceof CanonryError) return error;
  if (wanted.signal.aborted) return new CanonryError("INTERRUPTED", "fetching was interrupted");
  const cause = error instanceof Error && error.cause instanceof CanonryError ? error.cause : null;
  if (cause !== null) return cause;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return new CanonryError(
      "DOWNLOAD_TIMEOUT",
      `not finished after ${wanted.settings.total_seconds} s`,
    );
  }
  const isTimeout =
    error instanceof undici.HeadersTimeoutError ||
    error instanceof undici.BodyTimeoutError ||
    error instanceof undici.ConnectTimeoutError;
  if (isTimeout) {
    const what = `nothing came for ${wanted.settings.timeout_seconds} s`;
    return new PassingFailure("DOWNLOAD_TIMEOUT", what, 0, { cause: error });
  }
  const cut =
    /content-length|terminated|other side closed|premature|aborted|unexpected end|invalid eof|ECONNRESET/i.test(
      message,
    );
  return new PassingFailure(cut ? "DOWNLOAD_TRUNCATED" : "DOWNLOAD_FAILED", message, 0, {
    cause: error,
  });
}
