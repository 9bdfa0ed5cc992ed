import type { ExitCode } from "./errors.ts";

/** An address at which a file of a release is expected. */
export interface WantedLink {
  readonly period: string;
  /** As configured, or the path of a found file. */
  readonly url: string;
  /** `scheduled` links may not be published yet; the others were named by a person or found. */
  readonly origin: "explicit" | "folder" | "scheduled" | "discovered";
}

/** `purged`: it leads to content that was removed for good, so there are no bytes of it. */
export type LinkStatus = "fetched" | "not_published" | "failed" | "purged";

/** What the ledger knows of a link. Times are ISO instants. */
export interface LinkRecord {
  readonly period: string;
  readonly url: string;
  readonly status: LinkStatus;
  /** Content of the last successful fetch; null before it. */
  readonly sha256: string | null;
  readonly file_name: string | null;
  readonly size_bytes: number | null;
  /** Of a local file: its size and time, which stand for its content as an ETag does. */
  readonly etag: string | null;
  readonly last_modified: string | null;
  /** Why it failed. */
  readonly detail: string | null;
  readonly checked_at: string;
  readonly first_fetched_at: string | null;
  /** When its content last became another. */
  readonly changed_at: string | null;
}

/** The link led to bytes that the store keeps. */
export function hasContent({ sha256, status }: LinkRecord): boolean {
  return sha256 !== null && status !== "purged";
}

/** A file that was found and belongs to no period, and why. */
export interface UnplacedFile {
  readonly url: string;
  readonly reason: string;
}

/** A page that failed, or pages that were not looked at: files may be missing. */
export interface UnseenPage {
  readonly publication: string;
  readonly url: string;
  readonly reason: string;
  readonly exit: ExitCode;
}

/** What the ledger knows of a page. Times are ISO instants. */
export interface PageRecord {
  readonly url: string;
  /** Where it came from, after redirects. */
  readonly final_url: string;
  /** Its bytes are kept as an artifact. */
  readonly sha256: string;
  readonly size_bytes: number;
  readonly content_type: string | null;
  readonly etag: string | null;
  readonly last_modified: string | null;
  readonly checked_at: string;
  readonly changed_at: string;
}
