import { writeAtomic } from "../../data-layer/write-atomic.ts";
import { openQuestions } from "../../database/inquiry/questions.ts";
import { currentLoads } from "../../database/ledger/ledger.ts";
import { linksOf } from "../../database/ledger/links.ts";
import { sha256, stableJson } from "../../model/hash.ts";
import type { LinkRecord } from "../../model/link.ts";
import type { CanonicalManifest } from "../../model/manifest/manifest.ts";
import {
  type CurrentLoad,
  type ManifestVersion,
  type PlannedPublication,
  type PlannedRelease,
  type PlanOptions,
  planDigest,
  type ReleasePlan,
} from "../../model/manifest/release-plan.ts";
import type { PublicationConfig } from "../../model/publication.ts";
import type { ReleaseReport } from "../../model/report.ts";
import { digestOf } from "../../stages/canonicalize/index.ts";
import { READER_VERSION } from "../../stages/draft/index.ts";
import type { ManifestCopies } from "../manifests/manifests.ts";
import type { BackfillOptions } from "../release/backfill-options.ts";
import { openDecisions } from "../release/open-decisions.ts";
import type { PublicationSurvey, SurveyedRelease } from "../release/publication-survey.ts";
import type { World } from "../world.ts";
import { plannedActions } from "./planned-actions.ts";
import { type RehearsedBackfill, rehearse } from "./rehearse.ts";

/** How a plan is made: which releases, and who watches. */
export type PlanRequest = PlanOptions & Pick<BackfillOptions, "concurrency" | "watch">;

/**
 * What a backfill over these releases would do, and what that stands on. Fetches what a backfill would; loads
 * nothing. Throws what reading configuration and manifests throws.
 */
export async function makePlan(world: World, request: PlanRequest): Promise<ReleasePlan> {
  const { publications, periods, from, to, reprocess } = request;
  const backfill: BackfillOptions = {
    ...request,
    mode: null,
    dryRun: true,
    force: false,
    offline: false,
  };
  const rehearsed = await rehearse(world, backfill);
  const planned: PlannedPublication[] = [];
  for (const survey of rehearsed.surveys) {
    planned.push(await plannedPublication(world, survey, rehearsed));
  }
  const asked = await openQuestions(
    world.database,
    planned.map((one) => one.publication),
  );
  const rest: Omit<ReleasePlan, "digest"> = {
    schema: "canonry/plan@1",
    made_at: world.now().toISOString(),
    options: { publications, periods, from, to, reprocess },
    reader_version: READER_VERSION,
    publications: planned,
    open_decisions: openDecisions(planned, asked),
    exit: rehearsed.report.exit,
  };
  return { ...rest, digest: planDigest(rest) };
}

/** Writes a plan to any local file, whole or not at all. */
export async function writePlan(plan: ReleasePlan, path: string): Promise<void> {
  await writeAtomic(path, `${JSON.stringify(plan, null, 2)}\n`);
}

async function plannedPublication(
  world: World,
  survey: PublicationSurvey,
  { report, forecast, manifests }: RehearsedBackfill,
): Promise<PlannedPublication> {
  const { publication, releases, unplaced, unseen } = survey;
  const links = await linksOf(world.database, publication.code);
  const loads = await currentLoads(world.database, publication.code);
  const copies = manifests.get(publication.code);
  return {
    publication: publication.code,
    config: configHashes(publication, world),
    manifest: plannedManifest(copies),
    unplaced,
    unseen: unseen.map(({ url, reason }) => ({ url, reason })),
    releases: releases.flatMap((release) => {
      const found = report.releases.find(
        (one) => one.publication === publication.code && one.period === release.period,
      );
      if (found === undefined) return [];
      const own = loads.filter((one) => one.period === release.period);
      return plannedRelease(release, found, links, own, forecast);
    }),
  };
}

function plannedManifest(copies: ManifestCopies | undefined): PlannedPublication["manifest"] {
  const versionOf = (document: CanonicalManifest): ManifestVersion => ({
    version: document.version,
    digest: digestOf(document),
  });
  const of = (copy: ManifestCopies["file"] | undefined): ManifestVersion | null =>
    copy === null || copy === undefined ? null : versionOf(copy.document);
  return { file: of(copies?.file), database: of(copies?.database), taken_up: of(copies?.takenUp) };
}

function plannedRelease(
  release: SurveyedRelease,
  report: ReleaseReport,
  links: readonly LinkRecord[],
  loads: readonly (CurrentLoad & { readonly period: string })[],
  forecast: RehearsedBackfill["forecast"],
): PlannedRelease {
  const decision = forecast.decisionOf(report);
  // Why nothing is new may speak of the time of the last look; what the ledger says does not.
  const idle = decision === null && release.record !== null && report.run_id === null;
  return {
    period: release.period,
    status: report.status,
    reason: idle ? release.record.detail : report.reason,
    decided: decision !== null,
    links: links
      .filter((link) => link.period === release.period && release.urls.includes(link.url))
      .map(({ url, status, sha256: content }) => ({ url, status, sha256: content })),
    loads: loads.map(({ source, key, vintage }) => ({ source, key, vintage })),
    actions: decision === null ? [] : plannedActions(decision, report, forecast.entries),
    left_out: report.left_out,
  };
}

function configHashes(publication: PublicationConfig, world: World): Record<string, string> {
  const { code, ...keys } = publication;
  const known = Object.entries({ ...keys, limits: world.config.settings.limits });
  return Object.fromEntries(known.map(([key, value]) => [key, sha256(stableJson(value))]));
}
