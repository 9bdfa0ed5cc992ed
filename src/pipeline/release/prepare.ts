import { recordLink } from "../../database/ledger/links.ts";
import { purgeOf } from "../../database/vintages/purge-scope.ts";
import { renderYaml } from "../../formats/yaml.ts";
import type { EventSink } from "../../model/events.ts";
import type { LinkRecord } from "../../model/link.ts";
import { type Generation, generationId, textFacts } from "../../model/manifest/generation.ts";
import type { DraftArtifact, ReleaseManifest } from "../../model/manifest/manifest.ts";
import { renderTemplate } from "../../model/manifest/template.ts";
import type { PublicationConfig } from "../../model/publication.ts";
import { apply, linkKey } from "../../stages/acquire/index.ts";
import { draftRelease, READER_VERSION } from "../../stages/draft/index.ts";
import { templateOf } from "../manifests/templates.ts";
import { inStage } from "../stages.ts";
import type { World } from "../world.ts";
import {
  type DraftedRelease,
  type EnrichedRelease,
  type EnrichScope,
  enrichRelease,
  keep,
} from "./enrich-release.ts";
import { type SurveyedRelease, stampOf } from "./publication-survey.ts";
import type { ReleaseFiles } from "./release-files.ts";

/** Fetches what is planned and gives the release's links as they are then. */
export async function acquireRelease(
  world: World,
  publication: PublicationConfig,
  release: SurveyedRelease,
): Promise<readonly LinkRecord[]> {
  const { data, database, config } = world;
  const fetched = await apply(release.fetches, {
    putArtifact: (chunks, options) =>
      data.putArtifact(chunks, { ...options, drops: (sha256) => purgeOf(database, sha256) }),
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
  readonly dryRun: boolean;
}

/** Sees the tables in the files of a release; the document stands in the run's folder. */
export async function draftStage(
  world: World,
  scope: PrepareScope,
  links: readonly LinkRecord[],
  files: ReleaseFiles,
): Promise<DraftedRelease> {
  return inStage("draft", placeOf(world, scope), async () => {
    const artifacts = artifactsOf(links);
    const document = await draftFiles(world, scope, links, artifacts, files);
    const generation = await draftGeneration(world, scope, artifacts, renderYaml(document));
    await keep(world, scope, generation);
    await world.data.writeRunFile(scope.runId, "draft.yaml", generation.parsed ?? "");
    return { id: generation.id, document };
  });
}

/** Gives the tables of a draft their names and meaning. */
export function enrichStage(
  world: World,
  scope: PrepareScope & Pick<EnrichScope, "mode" | "ledger">,
  draft: DraftedRelease,
): Promise<EnrichedRelease> {
  return inStage("enrich", placeOf(world, scope), () =>
    enrichRelease(world, { ...scope, publication: scope.publication.code }, draft),
  );
}

function placeOf(world: World, scope: PrepareScope): Parameters<typeof inStage>[1] {
  return { ...scope, publication: scope.publication.code, now: () => world.now() };
}

/** What was given to the reader: the contents and names of the files, never where they came from. */
async function draftGeneration(
  world: World,
  { publication, period, runId }: PrepareScope,
  artifacts: readonly DraftArtifact[],
  text: string,
): Promise<Generation> {
  const template = await templateOf(world.data, "draft");
  const files = artifacts.map(({ sha256, file }) => ({ sha256, file }));
  const given = { publication: publication.code, period };
  const prompt = renderTemplate(template, {
    ...given,
    artifacts: renderYaml(files),
    guides: renderYaml(publication.tables),
  });
  const { limits } = world.config.settings;
  const inputs = { ...given, files, guides: publication.tables, limits, reader: READER_VERSION };
  const own = { stage: "draft", mode: "llm", parent: null, model: null } as const;
  return {
    id: generationId({ ...own, template: template.text, inputs }),
    stage: "draft",
    prompt,
    raw: text,
    parsed: text,
    raw_metadata: textFacts(text),
    parsed_metadata: textFacts(text),
    metadata: {
      template_id: template.id,
      parent_stage: null,
      parent_gen_id: null,
      mode: "llm",
      model: null,
      ...given,
      run_id: runId,
      combo_id: null,
      cohort_id: null,
    },
  };
}

async function draftFiles(
  world: World,
  { publication, period }: PrepareScope,
  links: readonly LinkRecord[],
  found: readonly DraftArtifact[],
  files: ReleaseFiles,
): Promise<ReleaseManifest> {
  return draftRelease({
    publication: publication.code,
    period,
    artifacts: found.map((artifact) => ({
      artifact,
      open: () => files.workbook(artifact.sha256, artifact.file),
    })),
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
