// Reads:  config (urls, folder, template), ops.link, local files' size and time
// Writes: data/acquire/<sha256>, ops.link, ops.artifact
// Key:    publication + period + address; content by its sha256
// Errors: URL_*, DOWNLOAD_* (kept with the link), STORAGE_*, INTERRUPTED
import type { LinkRecord, UnplacedFile, WantedLink } from "../../model/link.ts";
import type { PublicationConfig } from "../../model/publication.ts";
import { localPathOf } from "./apply.ts";
import { wantedLinks } from "./links.ts";
import type { AcquireFacts, FileStamp } from "./plan.ts";

export { type AcquireNeeds, apply } from "./apply.ts";
export { type AcquireFacts, type FetchAction, linkKey, plan } from "./plan.ts";

export interface AcquireInput {
  readonly publication: PublicationConfig;
  readonly force: boolean;
  /** Periods that are of interest; others are not looked at. */
  readonly wants: (period: string) => boolean;
}

export interface SurveyNeeds {
  /** Paths of the files below a folder. */
  listFolder(path: string): Promise<readonly string[]>;
  stampOf(path: string): Promise<FileStamp>;
  linksOf(publication: string): Promise<readonly LinkRecord[]>;
  hasArtifact(sha256: string): Promise<boolean>;
  /** ISO instant. */
  now(): string;
}

/** Reads what the plan depends on: addresses, what the ledger knows of them, local files. */
export async function survey(
  input: AcquireInput,
  needs: SurveyNeeds,
): Promise<AcquireFacts & { readonly unplaced: readonly UnplacedFile[] }> {
  const { publication } = input;
  const now = needs.now();
  const files = publication.folder === undefined ? [] : await needs.listFolder(publication.folder);
  const found = wantedLinks(publication, files, now.slice(0, 10));
  const wanted = found.wanted.filter((link) => input.wants(link.period));
  const known = await needs.linksOf(publication.code);
  return {
    wanted,
    unplaced: found.unplaced,
    known,
    stamps: await stampsOf(wanted, needs),
    lost: await lostOf(known, needs),
    now,
    recheck_days: publication.recheck_days,
    force: input.force,
  };
}

async function stampsOf(
  wanted: readonly WantedLink[],
  needs: SurveyNeeds,
): Promise<ReadonlyMap<string, FileStamp>> {
  const stamps = new Map<string, FileStamp>();
  for (const { url } of wanted) {
    const path = localPathOf(url);
    if (path !== null) stamps.set(url, await needs.stampOf(path));
  }
  return stamps;
}

async function lostOf(
  known: readonly LinkRecord[],
  needs: SurveyNeeds,
): Promise<ReadonlySet<string>> {
  const lost = new Set<string>();
  for (const { sha256 } of known) {
    if (sha256 !== null && !(await needs.hasArtifact(sha256))) lost.add(sha256);
  }
  return lost;
}
