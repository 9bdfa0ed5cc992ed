import { editEpoch, type ReleaseRecord, releasesOf } from "../../database/ledger/ledger.ts";
import { linksOf } from "../../database/ledger/links.ts";
import { pagesOf, recordPage } from "../../database/ledger/pages.ts";
import { byKey } from "../../model/by-key.ts";
import { sha256, stableJson } from "../../model/hash.ts";
import {
  hasContent,
  type LinkRecord,
  type UnplacedFile,
  type UnseenPage,
} from "../../model/link.ts";
import { comparePeriods, contains, parsePeriod } from "../../model/period/period.ts";
import type { PublicationConfig } from "../../model/publication.ts";
import type { Plan } from "../../model/stage.ts";
import {
  type AcquireFacts,
  type AnnouncedRelease,
  DISCOVER,
  type FetchAction,
  HostTurns,
  keptPages,
  linkKey,
  plan,
  survey,
} from "../../stages/acquire/index.ts";
import { READER_VERSION } from "../../stages/draft/index.ts";
import type { World } from "../world.ts";
import type { BackfillOptions } from "./backfill-options.ts";

/** One release of a publication, as it stands before anything is done. */
export interface SurveyedRelease {
  readonly period: string;
  /** Addresses of its files. */
  readonly urls: readonly string[];
  readonly links: readonly LinkRecord[];
  readonly fetches: Plan<FetchAction>;
  readonly record: ReleaseRecord | null;
  /** Why it is looked at though its files are as they were; null if nobody asks. */
  readonly reprocess: string | null;
  /** It has no file, and is announced so; null for any other. */
  readonly announced: string | null;
}

export interface PublicationSurvey {
  readonly publication: PublicationConfig;
  readonly editEpoch: number;
  /** By time. */
  readonly releases: readonly SurveyedRelease[];
  readonly unplaced: readonly UnplacedFile[];
  readonly unseen: readonly UnseenPage[];
}

/** What a publication has, wants and did: a few statements, however many releases there are. */
export async function surveyPublication(
  world: World,
  publication: PublicationConfig,
  options: BackfillOptions,
  turns = new HostTurns(world.config.settings.fetch.page_pause_ms, world.signal),
): Promise<PublicationSurvey> {
  const { data, database } = world;
  const facts = await survey(
    { publication, force: options.force, wants: (period) => isWanted(period, options) },
    {
      listFolder: async (path) => (await data.listFolder(path)).map((file) => file.path),
      stampOf: (path) => stampOf(world, path),
      linksOf: (code) => linksOf(database, code),
      hasArtifact: (sha) => data.hasArtifact(sha),
      now: () => world.now().toISOString(),
      readPage: await pageReader(world, publication, options, turns),
      mostPages: world.config.settings.limits.pages,
    },
  );
  const rows = await releasesOf(database, publication.code);
  const records = new Map(rows.map((one) => [one.period, one]));
  const releases = surveyedReleases(facts, plan(facts), records, options);
  const periods = new Set(releases.map((one) => one.period));
  const announced = facts.announced
    .filter((one) => !periods.has(one.period))
    .map((one) => announcedRelease(one, records.get(one.period) ?? null));
  return {
    publication,
    editEpoch: await editEpoch(database, publication.code),
    releases: [...releases, ...announced].toSorted((a, b) => compareTexts(a.period, b.period)),
    unplaced: facts.unplaced,
    unseen: facts.unseen,
  };
}

/** The wanted periods with what is of each. */
function surveyedReleases(
  facts: AcquireFacts,
  fetches: Plan<FetchAction>,
  records: ReadonlyMap<string, ReleaseRecord>,
  options: BackfillOptions,
): readonly SurveyedRelease[] {
  const known = byKey(facts.known, (link) => link.period);
  const todo = byKey(fetches.todo, (one) => one.key);
  const skipped = byKey(fetches.skipped, (one) => one.key);
  return [...byKey(facts.wanted, (link) => link.period)].map(([period, links]) => {
    const keys = new Set(links.map(linkKey));
    const record = records.get(period) ?? null;
    return {
      period,
      urls: links.map((link) => link.url),
      links: (known.get(period) ?? []).filter((link) => keys.has(linkKey(link))),
      fetches: {
        todo: [...keys]
          .flatMap((key) => todo.get(key) ?? [])
          .filter((one) => !(options.offline && one.action.known?.sha256 != null)),
        skipped: [...keys].flatMap((key) => skipped.get(key) ?? []),
      },
      record,
      reprocess: reprocessReason(record, options),
      announced: null,
    };
  });
}

/** A surveyed release as the ledger has it now: another run may have worked on it before we had its lock. */
export async function asItIsNow(
  { database }: World,
  { publication }: PublicationSurvey,
  release: SurveyedRelease,
): Promise<SurveyedRelease> {
  const links = await linksOf(database, publication.code, release.period);
  const [record = null] = await releasesOf(database, publication.code, release.period);
  const keys = new Set(release.urls.map((url) => linkKey({ period: release.period, url })));
  return { ...release, record, links: links.filter((link) => keys.has(linkKey(link))) };
}

async function pageReader(
  world: World,
  publication: PublicationConfig,
  options: BackfillOptions,
  turns: HostTurns,
): Promise<ReturnType<typeof keptPages>> {
  const { data, database, config, signal } = world;
  const { code, recheck_days: recheckDays, url } = publication;
  const known = url === DISCOVER ? await pagesOf(database, code) : [];
  return keptPages({
    known,
    recheckDays,
    force: options.force,
    putArtifact: (chunks, most) => data.putArtifact(chunks, most),
    openArtifact: async (sha256) =>
      (await data.hasArtifact(sha256)) ? data.openArtifact(sha256, "page") : null,
    recordPage: (page) => recordPage(database, code, page),
    now: () => world.now().toISOString(),
    settings: config.settings.fetch,
    limits: config.settings.limits,
    signal,
    turns,
  });
}

function announcedRelease(
  { period, reason }: AnnouncedRelease,
  record: ReleaseRecord | null,
): SurveyedRelease {
  return {
    period,
    urls: [],
    links: [],
    fetches: { todo: [], skipped: [] },
    record,
    reprocess: null,
    announced: reason,
  };
}

/** Size and time of a local file as one text; null if it is missing. */
export async function stampOf(world: World, path: string): Promise<string | null> {
  const facts = await world.data.statFile(path);
  return facts === null ? null : `${facts.sizeBytes}-${facts.modifiedMs}`;
}

function compareTexts(a: string, b: string): number {
  const [first, second] = [parsePeriod(a), parsePeriod(b)];
  return first === null || second === null ? 0 : comparePeriods(first, second);
}

function isWanted(period: string, options: BackfillOptions): boolean {
  if (options.periods.length > 0 && !options.periods.includes(period)) return false;
  const own = parsePeriod(period);
  const from = options.from === null ? null : parsePeriod(options.from);
  const to = options.to === null ? null : parsePeriod(options.to);
  if (own === null) return false;
  return (
    (from === null || own.end >= from.start) &&
    (to === null || own.start <= to.end || contains(to, own))
  );
}

function reprocessReason(record: ReleaseRecord | null, options: BackfillOptions): string | null {
  if (record === null) return null;
  if (options.reprocess === "all") return "asked to look again at all";
  if (options.reprocess === "failed" && record.status !== "loaded")
    return `it was ${record.status}`;
  if (options.reprocess === "changed" && record.reader_version !== READER_VERSION) {
    return `it was read by version ${record.reader_version ?? 0} of the reader`;
  }
  return null;
}

/** The key of a release: its files, and the edits that people made. Equal key, nothing to do. */
export function releaseKey(
  links: readonly LinkRecord[],
  epoch: number,
  publication: PublicationConfig,
): string {
  const files = links
    .filter(hasContent)
    .map((link) => `${link.sha256 ?? ""} ${link.file_name ?? ""}`)
    .sort();
  const { drift, tables, quarantine, totals } = publication;
  const rules = { ...(quarantine && { quarantine }), ...(totals && { totals }) };
  const guides = tables.length === 0 ? {} : { tables };
  return sha256(stableJson({ files, epoch, drift, ...guides, ...rules }));
}
