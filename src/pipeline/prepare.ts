import { contractsOf, keepLineage } from "../database/ledger.ts";
import { recordLink } from "../database/links.ts";
import { renderYaml } from "../formats/yaml.ts";
import type { EventSink } from "../model/events.ts";
import type { LinkRecord } from "../model/link.ts";
import type { DraftArtifact, ReleaseManifest } from "../model/manifest.ts";
import type { PublicationConfig } from "../model/publication.ts";
import { apply, linkKey } from "../stages/acquire/index.ts";
import { draftRelease } from "../stages/draft/index.ts";
import { enrich } from "../stages/enrich/index.ts";
import { type SurveyedRelease, stampOf } from "./publication-survey.ts";
import type { ReleaseFiles } from "./release-files.ts";
import { inStage } from "./stages.ts";
import type { World } from "./world.ts";

/** Fetches what is planned and gives the release's links as they are then. */
export async function acquireRelease(
  world: World,
  publication: PublicationConfig,
  release: SurveyedRelease,
): Promise<readonly LinkRecord[]> {
  const { data, database, config } = world;
  const fetched = await apply(release.fetches, {
    putArtifact: (chunks, options) => data.putArtifact(chunks, options),
    openFile: (path) => data.openFile(path),
    stampOf: (path) => stampOf(world, path),
    record: (link) => recordLink(database, publication.code, link),
    now: () => world.now().toISOString(),
    settings: config.settings.fetch,
    signal: world.signal,
  });
  const fresh = new Map(fetched.map((link) => [linkKey(link), link]));
  const known = release.links.filter((link) => !fresh.has(linkKey(link)));
  return [...known, ...fetched].toSorted((a, b) => (linkKey(a) < linkKey(b) ? -1 : 1));
}

export interface PrepareScope {
  readonly publication: PublicationConfig;
  readonly period: string;
  readonly runId: string;
  readonly events: EventSink;
}

/** Sees the tables in the files of a release and gives them meaning; both documents stand in the run's folder. */
export async function draftAndEnrich(
  world: World,
  scope: PrepareScope,
  links: readonly LinkRecord[],
  files: ReleaseFiles,
): Promise<ReleaseManifest> {
  const { runId } = scope;
  const place = {
    ...scope,
    publication: scope.publication.code,
    now: () => world.now(),
  };
  const draft = await inStage("draft", place, () => draftFiles(world, scope, links, files));
  await world.data.writeRunFile(runId, "draft.yaml", renderYaml(draft));
  return inStage("enrich", place, async () => {
    const contracts = await contractsOf(world.database, scope.publication.code);
    const enriched = enrich(
      draft,
      contracts.map((one) => one.contract),
    );
    await world.data.writeRunFile(runId, "enriched.yaml", renderYaml(enriched));
    await keepLineage(world.database, runId, "enriched", enriched);
    return enriched;
  });
}

async function draftFiles(
  world: World,
  { publication, period }: PrepareScope,
  links: readonly LinkRecord[],
  files: ReleaseFiles,
): Promise<ReleaseManifest> {
  const artifacts = await Promise.all(
    artifactsOf(links).map(async (artifact) => ({
      artifact,
      bytes: await files.open(artifact.sha256, artifact.file),
    })),
  );
  return draftRelease({
    publication: publication.code,
    period,
    artifacts,
    limits: world.config.settings.limits,
    periodEvidence: links
      .slice(0, 1)
      .map((link) => ({ period: link.period, from: "config", text: link.url, score: 1 })),
    guides: publication.tables,
    signal: world.signal,
  });
}

/** One artifact a content: the same bytes under two addresses are one. */
function artifactsOf(links: readonly LinkRecord[]): readonly DraftArtifact[] {
  const found = new Map<string, DraftArtifact>();
  for (const link of links) {
    if (link.sha256 === null || found.has(link.sha256)) continue;
    const modified = link.last_modified === null ? null : isoTime(link.last_modified);
    found.set(link.sha256, {
      sha256: link.sha256,
      file: link.file_name ?? "",
      link: link.url,
      format: "",
      size_bytes: link.size_bytes ?? 0,
      ...(modified === null ? {} : { modified }),
    });
  }
  return [...found.values()];
}

function isoTime(text: string): string | null {
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
