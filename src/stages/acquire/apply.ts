import { fileURLToPath } from "node:url";
import { CanonryError } from "../../model/errors.ts";
import { hasContent, type LinkRecord } from "../../model/link.ts";
import type { Settings } from "../../model/publication.ts";
import type { Plan } from "../../model/stage.ts";
import type { Bytes } from "../../model/storage/bytes.ts";
import { type Answer, fetchHttp } from "./fetch-http.ts";
import type { FetchAction } from "./plan.ts";

interface Stored {
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly dropped?: string;
}

export interface AcquireNeeds {
  /** Keeps content in the artifact store; what was purged is dropped, with the reason. */
  putArtifact(
    chunks: AsyncIterable<Uint8Array>,
    options: { readonly maxBytes: number },
  ): Promise<Stored>;
  openFile(path: string): Promise<Bytes & { close(): Promise<void> }>;
  /** Size and time of a local file as one text; null if it is missing. */
  stampOf(path: string): Promise<string | null>;
  /** Writes what became of a link to the ledger. */
  record(link: LinkRecord): Promise<void>;
  now(): string;
  readonly settings: Settings["fetch"];
  readonly signal: AbortSignal;
}

/** The local path of a `file:` address or of a plain path; null for the web. Throws URL_SCHEME. */
export function localPathOf(url: string): string | null {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined) return url;
  if (scheme === "http" || scheme === "https") return null;
  if (scheme !== "file") throw new CanonryError("URL_SCHEME", `${scheme}: in ${url}`);
  const rest = url.slice("file:".length);
  try {
    return rest.startsWith("//") ? fileURLToPath(url) : decodeURIComponent(rest);
  } catch (error) {
    throw new CanonryError("URL_SCHEME", `${url} is no local file`, {}, { cause: error });
  }
}

/** An address of no known scheme is none of a local file; fetching it fails, and it alone. */
export function localPathOrNull(url: string): string | null {
  try {
    return localPathOf(url);
  } catch (error) {
    if (error instanceof CanonryError && error.code === "URL_SCHEME") return null;
    throw error;
  }
}

/**
 * Fetches what is planned, one after the other. A failure is recorded with its link and hides no other.
 * Throws INTERRUPTED and what the store throws; what was fetched before stays recorded.
 */
export async function apply(
  plan: Plan<FetchAction>,
  needs: AcquireNeeds,
): Promise<readonly LinkRecord[]> {
  const records: LinkRecord[] = [];
  for (const { action } of plan.todo) {
    if (needs.signal.aborted) throw new CanonryError("INTERRUPTED", "fetching was interrupted");
    const record = await fetchLink(action, needs).catch((error: unknown) =>
      failed(action, error, needs),
    );
    await needs.record(record);
    records.push(record);
  }
  return records;
}

function failed(action: FetchAction, error: unknown, needs: AcquireNeeds): LinkRecord {
  if (!(error instanceof CanonryError) || error.code === "INTERRUPTED" || error.exit === 7)
    throw error;
  const record = base(action, needs);
  const sha256 = hasContent(record) ? record.sha256 : null;
  return { ...record, sha256, status: "failed", detail: `${error.code}: ${error.message}` };
}

function base({ link, known }: FetchAction, needs: AcquireNeeds): LinkRecord {
  return {
    period: link.period,
    url: link.url,
    status: known?.status === "purged" ? "purged" : "fetched",
    sha256: known?.sha256 ?? null,
    file_name: known?.file_name ?? null,
    size_bytes: known?.size_bytes ?? null,
    etag: known?.etag ?? null,
    last_modified: known?.last_modified ?? null,
    detail: known?.status === "purged" ? known.detail : null,
    checked_at: needs.now(),
    first_fetched_at: known?.first_fetched_at ?? null,
    changed_at: known?.changed_at ?? null,
  };
}

async function fetchLink(action: FetchAction, needs: AcquireNeeds): Promise<LinkRecord> {
  const path = localPathOf(action.link.url);
  if (path !== null) return fetchFile(action, path, needs);
  const { known, conditional, link } = action;
  return fetchHttp(
    {
      url: link.url,
      etag: conditional ? (known?.etag ?? null) : null,
      lastModified: conditional ? (known?.last_modified ?? null) : null,
      settings: needs.settings,
      signal: needs.signal,
    },
    (answer) => taken(action, answer, needs),
  );
}

async function taken(
  action: FetchAction,
  answer: Answer,
  needs: AcquireNeeds,
): Promise<LinkRecord> {
  const record = base(action, needs);
  if (answer.kind === "unchanged") return record;
  if (answer.kind === "missing") {
    if (action.link.origin === "scheduled" && record.sha256 === null) {
      return { ...record, status: "not_published", detail: `the server answered ${answer.status}` };
    }
    throw new CanonryError("DOWNLOAD_FAILED", `the server answered ${answer.status}`);
  }
  const stored = await needs.putArtifact(answer.chunks, { maxBytes: needs.settings.max_bytes });
  return {
    ...stamped(record, stored),
    size_bytes: stored.sizeBytes,
    file_name: answer.fileName === "" ? "download" : answer.fileName,
    etag: answer.etag,
    last_modified: answer.lastModified,
  };
}

async function fetchFile(
  action: FetchAction,
  path: string,
  needs: AcquireNeeds,
): Promise<LinkRecord> {
  const record = base(action, needs);
  const stamp = await needs.stampOf(path);
  const bytes = await needs.openFile(path);
  try {
    const stored = await needs.putArtifact(bytes.stream(), { maxBytes: needs.settings.max_bytes });
    return {
      ...stamped(record, stored),
      size_bytes: stored.sizeBytes,
      file_name: path.split(/[\\/]/).at(-1) ?? path,
      etag: stamp,
      last_modified: null,
    };
  } finally {
    await bytes.close();
  }
}

function stamped(record: LinkRecord, { sha256, dropped }: Stored): LinkRecord {
  return {
    ...record,
    sha256,
    status: dropped === undefined ? "fetched" : "purged",
    detail: dropped ?? null,
    first_fetched_at: record.first_fetched_at ?? record.checked_at,
    changed_at: record.sha256 === sha256 ? record.changed_at : record.checked_at,
  };
}
