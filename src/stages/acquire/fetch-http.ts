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
 * while the failure may pass. Throws URL_SCHEME, URL_PRIVATE_ADDRESS, DOWNLOAD_*, INTERRUPTED.
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
        const failure = failureOf(error, wanted);
        if (attempt >= wanted.settings.retries || !isPassing(failure)) throw failure;
        await pause(attempt, failure, wanted.signal);
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

function isPassing(error: CanonryError): boolean {
  return error instanceof PassingFailure;
}

async function pause(attempt: number, failure: CanonryError, signal: AbortSignal): Promise<void> {
  const asked = failure instanceof PassingFailure ? failure.afterMs : 0;
  const growing = FIRST_PAUSE_MS * 2 ** attempt;
  const time = Math.min(LONGEST_PAUSE_MS, Math.max(asked, growing));
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
    });
    const { statusCode } = response;
    if (statusCode >= 300 && statusCode < 400 && statusCode !== 304) {
      await response.body.dump();
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
function httpUrl(address: string, from: URL | null): URL {
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
      chunks: decoded(body, single(headers["content-encoding"])),
      fileName: fileNameOf(url, single(headers["content-disposition"])),
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
    const after = Number(single(headers["retry-after"]) ?? 0);
    throw new PassingFailure("DOWNLOAD_FAILED", message, Number.isFinite(after) ? after * 1000 : 0);
  }
  throw new CanonryError("DOWNLOAD_FAILED", message);
}

function decoded(
  body: Dispatcher.ResponseData["body"],
  encoding: string | null,
): AsyncIterable<Uint8Array> {
  switch (encoding?.toLowerCase()) {
    case "gzip":
    case "x-gzip":
      return unpacked(body, createGunzip());
    case "deflate":
      return unpacked(body, createInflate());
    case "br":
      return unpacked(body, createBrotliDecompress());
    default:
      return body;
  }
}

/** What the transform gives; an error of the body becomes one of the transform. */
function unpacked(body: Dispatcher.ResponseData["body"], transform: Transform): Transform {
  return pipeline(body, transform, () => undefined);
}

function single(header: string | string[] | undefined): string | null {
  return (Array.isArray(header) ? header[0] : header) ?? null;
}

/** The name that the server gives the file, else the last step of the address. Never a path. */
function fileNameOf(url: URL, disposition: string | null): string {
  const star = /filename\*\s*=\s*[\w-]*'[^']*'([^;]+)/i.exec(disposition ?? "")?.[1];
  const plain = /filename\s*=\s*(?:"([^"]*)"|([^;\s]+))/i.exec(disposition ?? "");
  const name = star ?? plain?.[1] ?? plain?.[2] ?? url.pathname;
  return unescaped(name).split(/[\\/]/).at(-1) ?? "";
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
    /content-length|terminated|other side closed|premature|aborted|unexpected end|ECONNRESET/i.test(
      message,
    );
  return new PassingFailure(cut ? "DOWNLOAD_TRUNCATED" : "DOWNLOAD_FAILED", message, 0, {
    cause: error,
  });
}
