import { createHash } from "node:crypto";
import { CanonryError } from "../../../model/errors.ts";
import type { PageRecord } from "../../../model/link.ts";
import type { Bytes } from "../../../model/storage/bytes.ts";
import { PAUSE_MS } from "../plan.ts";
import type { DiscoverNeeds, FetchedPage } from "./discover.ts";
import { type FetchPageNeeds, fetchPage, pageOf } from "./fetch-page.ts";

export interface KeptPagesNeeds extends FetchPageNeeds {
  /** What the ledger knows of the publication's pages. */
  readonly known: readonly PageRecord[];
  readonly recheckDays: number;
  /** Look at every page again. */
  readonly force: boolean;
  putArtifact(
    chunks: AsyncIterable<Uint8Array>,
    options: { readonly maxBytes: number },
  ): Promise<{ readonly sha256: string; readonly sizeBytes: number }>;
  /** Null if the store has lost it. */
  openArtifact(sha256: string): Promise<Bytes | null>;
  recordPage(page: PageRecord): Promise<void>;
  /** ISO instant. */
  now(): string;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Reads pages through the store: one that was looked at less than an hour ago, or that states a period
 * and has not changed for `recheckDays`, is not asked for; of another only what is newer is asked. Where
 * the server fails, the copy of an earlier day serves, and the failure is told.
 */
export function keptPages(needs: KeptPagesNeeds): DiscoverNeeds["readPage"] {
  const known = new Map(needs.known.map((one) => [one.url, one]));
  return async (url, period) => {
    const record = known.get(url) ?? null;
    const kept = record === null ? null : await keptBytes(record, needs);
    if (record === null || kept === null) return fresh(url, needs);
    const copy = (): FetchedPage =>
      pageOf(
        { bytes: kept, contentType: record.content_type, finalUrl: record.final_url },
        needs.limits,
      );
    if (!needs.force && isFresh(record, period, needs)) return copy();
    try {
      const found = await fetchPage(url, record, needs);
      if (found !== null) return await keep(url, record, found, needs);
      await needs.recordPage({ ...record, checked_at: needs.now() });
      return copy();
    } catch (error) {
      if (!(error instanceof CanonryError) || error.exit !== 5) throw error;
      return {
        ...copy(),
        failure: `${error.code}: ${error.message}; the copy of ${record.checked_at} was read`,
      };
    }
  };
}

function isFresh(record: PageRecord, period: string | null, needs: KeptPagesNeeds): boolean {
  const now = Date.parse(needs.now());
  if (now - Date.parse(record.checked_at) < PAUSE_MS) return true;
  return period !== null && now - Date.parse(record.changed_at) >= needs.recheckDays * DAY_MS;
}

async function fresh(url: string, needs: KeptPagesNeeds): Promise<FetchedPage> {
  const found = await fetchPage(url, null, needs);
  if (found === null) throw new CanonryError("DOWNLOAD_FAILED", "the server answered 304 unasked");
  return keep(url, null, found, needs);
}

/** What is no page is not kept. */
async function keep(
  url: string,
  record: PageRecord | null,
  found: NonNullable<Awaited<ReturnType<typeof fetchPage>>>,
  needs: KeptPagesNeeds,
): Promise<FetchedPage> {
  const page = pageOf(found, needs.limits);
  const once = async function* (): AsyncIterable<Uint8Array> {
    yield found.bytes;
  };
  const stored = await needs.putArtifact(once(), { maxBytes: needs.limits.page_bytes });
  const now = needs.now();
  await needs.recordPage({
    url,
    final_url: found.finalUrl,
    sha256: stored.sha256,
    size_bytes: stored.sizeBytes,
    content_type: found.contentType,
    etag: found.etag,
    last_modified: found.lastModified,
    checked_at: now,
    changed_at: record?.sha256 === stored.sha256 ? record.changed_at : now,
  });
  return page;
}

/** Null where the store has lost it, or has other bytes by now: the page is asked for again. */
async function keptBytes(record: PageRecord, needs: KeptPagesNeeds): Promise<Uint8Array | null> {
  try {
    const bytes = await needs.openArtifact(record.sha256);
    if (bytes === null) return null;
    const parts: Uint8Array[] = [];
    for await (const chunk of bytes.stream()) parts.push(chunk);
    const page = Buffer.concat(parts);
    return createHash("sha256").update(page).digest("hex") === record.sha256 ? page : null;
  } catch (error) {
    if (error instanceof CanonryError && error.code === "STORAGE_DAMAGED") return null;
    throw error;
  }
}
