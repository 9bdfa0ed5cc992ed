import { decodePage } from "../../../formats/html/decode-page.ts";
import { readPage } from "../../../formats/html/read-page.ts";
import { CanonryError } from "../../../model/errors.ts";
import type { Limits } from "../../../model/limits.ts";
import type { PageRecord } from "../../../model/link.ts";
import type { Settings } from "../../../model/publication.ts";
import { fetchHttp } from "../fetch-http.ts";
import type { FetchedPage } from "./discover.ts";
import type { HostTurns } from "./host-turns.ts";

export interface FetchPageNeeds {
  readonly settings: Settings["fetch"];
  readonly limits: Limits;
  readonly signal: AbortSignal;
  readonly turns: HostTurns;
}

export interface PageBytes {
  readonly bytes: Uint8Array;
  readonly finalUrl: string;
  readonly contentType: string | null;
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/**
 * The bytes of a page, or null if it is as `known` has it. Throws DOWNLOAD_* (a page that is gone is
 * DOWNLOAD_FAILED), URL_*, INTERRUPTED. Memory: the page, at most `limits.page_bytes`.
 */
export function fetchPage(
  url: string,
  known: PageRecord | null,
  needs: FetchPageNeeds,
): Promise<PageBytes | null> {
  const { settings, limits, signal } = needs;
  const wanted = {
    url,
    etag: known?.etag ?? null,
    lastModified: known?.last_modified ?? null,
    settings: { ...settings, max_bytes: Math.min(settings.max_bytes, limits.page_bytes) },
    signal,
  };
  return needs.turns.run(new URL(url).host, () =>
    fetchHttp(wanted, async (answer) => {
      if (answer.kind === "unchanged") return null;
      if (answer.kind === "missing") {
        throw new CanonryError("DOWNLOAD_FAILED", `the server answered ${answer.status}`);
      }
      const { contentType, etag, lastModified } = answer;
      const bytes = await collected(answer.chunks, limits.page_bytes);
      return { bytes, finalUrl: answer.url, contentType, etag, lastModified };
    }),
  );
}

async function collected(chunks: AsyncIterable<Uint8Array>, most: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > most) {
      throw new CanonryError("DOWNLOAD_TOO_LARGE", `a page of more than ${most} bytes`);
    }
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}

/** Reads a page from its bytes. Throws PAGE_UNREADABLE for what is no page, or is beyond the limits. */
export function pageOf(
  { bytes, contentType, finalUrl }: Pick<PageBytes, "bytes" | "contentType" | "finalUrl">,
  limits: Limits,
): FetchedPage {
  if (contentType !== null && !/html|\bxml\b|text\/plain/i.test(contentType)) {
    throw new CanonryError("PAGE_UNREADABLE", `${finalUrl} is no page but ${contentType}`);
  }
  const html = decodePage(bytes, contentType);
  if (!/<(?:!doctype html|html|head|body|main|div|p|ul|table|a)\b/i.test(html.slice(0, 100_000))) {
    throw new CanonryError(
      "PAGE_UNREADABLE",
      `${finalUrl} is no page: it holds no element of HTML`,
    );
  }
  return { url: finalUrl, page: readPage(html, limits), failure: null };
}
