// Reads:  config (urls, folder, template), landing pages, ops.link, ops.page, local files' size and time
// Writes: data/acquire/<sha256>, ops.link, ops.page, ops.artifact
// Key:    publication + period + address; content by its sha256
// Errors: URL_*, DOWNLOAD_* (kept with the link), STORAGE_*, INTERRUPTED

import { CanonryError } from "../../model/errors.ts";
import type { LinkRecord, UnplacedFile, UnseenPage, WantedLink } from "../../model/link.ts";
import { parsePeriod } from "../../model/period/period.ts";
import type { PublicationConfig } from "../../model/publication.ts";
import { localPathOrNull } from "./apply.ts";
import { type AnnouncedRelease, asLinks } from "./discovery/as-links.ts";
import { type DiscoverNeeds, discover } from "./discovery/discover.ts";
import { DISCOVER, wantedLinks } from "./links.ts";
import type { AcquireFacts, FileStamp } from "./plan.ts";

export { type AcquireNeeds, apply, localPathOrNull } from "./apply.ts";
export type { AnnouncedRelease } from "./discovery/as-links.ts";
export { discover, webAddress } from "./discovery/discover.ts";
export { fetchPage, pageOf } from "./discovery/fetch-page.ts";
export { HostTurns } from "./discovery/host-turns.ts";
export { keptPages } from "./discovery/kept-pages.ts";
export { type ProposedEntry, proposeCode, proposeEntry } from "./discovery/propose.ts";
export { DISCOVER } from "./links.ts";
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
  /** Reads a page of the publication; asked only where it is discovered. */
  readPage: DiscoverNeeds["readPage"];
  readonly mostPages: number;
  /** ISO instant. */
  now(): string;
}

/** What the plan depends on, and what no plan can do anything about. */
export interface Surveyed extends AcquireFacts {
  readonly unplaced: readonly UnplacedFile[];
  readonly announced: readonly AnnouncedRelease[];
  readonly unseen: readonly UnseenPage[];
}

/** Reads what the plan depends on: addresses, landing pages, what the ledger knows of them, local files. */
export async function survey(input: AcquireInput, needs: SurveyNeeds): Promise<Surveyed> {
  const { publication } = input;
  const now = needs.now();
  const files = publication.folder === undefined ? [] : await needs.listFolder(publication.folder);
  const found = wantedLinks(publication, files, now.slice(0, 10));
  const pages = await discovered(publication, needs);
  const wanted = [...found.wanted, ...pages.wanted].filter((link) => input.wants(link.period));
  const known = await needs.linksOf(publication.code);
  return {
    wanted,
    unplaced: [...found.unplaced, ...pages.unplaced],
    announced: pages.announced.filter((one) => input.wants(one.period)),
    unseen: pages.unseen,
    known,
    stamps: await stampsOf(wanted, needs),
    lost: await lostOf(known, needs),
    now,
    recheck_days: publication.recheck_days,
    force: input.force,
  };
}

async function discovered(
  publication: PublicationConfig,
  needs: SurveyNeeds,
): Promise<ReturnType<typeof asLinks>> {
  const { code, name, files, landing_page: landingPage, urls } = publication;
  if (publication.url !== DISCOVER || landingPage === undefined)
    return { wanted: [], unplaced: [], announced: [], unseen: [] };
  const input = { landingPage, name, files, mostPages: needs.mostPages };
  try {
    const stated = new Set(urls.map(({ url }) => url));
    const found = asLinks(await discover(input, needs), code, stated);
    const within = (link: { readonly period: string }): boolean =>
      isWithin(link.period, publication);
    return {
      ...found,
      wanted: found.wanted.filter(within),
      announced: found.announced.filter(within),
    };
  } catch (error) {
    if (!(error instanceof CanonryError) || error.exit !== 2) throw error;
    const reason = `${error.code}: ${error.message}`;
    const unseen = [{ publication: code, url: landingPage, reason, exit: error.exit }];
    return { wanted: [], unplaced: [], announced: [], unseen };
  }
}

/** `periods` of a discovered publication bounds what is taken. */
function isWithin(text: string, { periods }: PublicationConfig): boolean {
  const period = parsePeriod(text);
  const from = parsePeriod(periods?.from ?? "");
  const to = parsePeriod(periods?.to ?? "");
  if (period === null) return false;
  return (from === null || period.start >= from.start) && (to === null || period.end <= to.end);
}

async function stampsOf(
  wanted: readonly WantedLink[],
  needs: SurveyNeeds,
): Promise<ReadonlyMap<string, FileStamp>> {
  const stamps = new Map<string, FileStamp>();
  for (const { url } of wanted) {
    const path = localPathOrNull(url);
    if (path !== null) stamps.set(url, await needs.stampOf(path));
  }
  return stamps;
}

async function lostOf(
  known: readonly LinkRecord[],
  needs: SurveyNeeds,
): Promise<ReadonlySet<string>> {
  const lost = new Set<string>();
  for (const { sha256, status } of known) {
    if (sha256 !== null && status !== "purged" && !(await needs.hasArtifact(sha256)))
      lost.add(sha256);
  }
  return lost;
}
