import { findGeneration, keepGeneration, lastCanonical } from "../database/generations.ts";
import { renderYaml } from "../formats/yaml.ts";
import { CanonryError } from "../model/errors.ts";
import {
  type Describer,
  type Generation,
  type GenerationMetadata,
  type GenerationMode,
  generationId,
  modeOf,
  parentStageOf,
  textFacts,
  type Unplaced,
} from "../model/generation.ts";
import type { ReleaseManifest } from "../model/manifest.ts";
import { renderTemplate } from "../model/template.ts";
import { ENRICH_VERSION, enrich, promptVariables } from "../stages/enrich/index.ts";
import { readCanonical } from "./manifests.ts";
import { templateOf } from "./templates.ts";
import type { World } from "./world.ts";

export interface EnrichScope {
  readonly publication: string;
  readonly period: string;
  readonly runId: string;
  /** Null: `copy` if the publication has a canonical generation, else `llm`. */
  readonly mode: GenerationMode | null;
  /** Only the run's folder is written, and no model is asked. */
  readonly dryRun: boolean;
}

export interface DraftedRelease {
  readonly id: string;
  readonly document: ReleaseManifest;
}

export interface EnrichedRelease extends DraftedRelease {
  readonly unplaced: Unplaced;
}

/**
 * The enriched generation of a draft. In mode copy the parent's text is prompt, raw and parsed, and its names
 * and meaning are given to the draft; in mode llm a model that is configured is asked, once for each prompt,
 * and its answer is kept before it is parsed. Throws GENERATION_PARENT_MISSING if there is nothing to copy.
 */
export async function enrichRelease(
  world: World,
  scope: EnrichScope,
  draft: DraftedRelease,
): Promise<EnrichedRelease> {
  const { publication, period } = scope;
  const last =
    scope.mode === "llm" ? null : await lastCanonical(world.database, publication, period);
  const mode = modeOf(scope.mode ?? (last === null ? "llm" : "copy"));
  if (mode === "llm") return byOwnWork(world, scope, draft);
  if (last?.parsed !== undefined && last.parsed !== null) {
    return byCopy(world, scope, draft, last.id, last.parsed);
  }
  throw new CanonryError(
    "GENERATION_PARENT_MISSING",
    `mode copy, and ${scope.publication} has no canonical generation`,
  );
}

async function byCopy(
  world: World,
  scope: EnrichScope,
  draft: DraftedRelease,
  parent: string,
  text: string,
): Promise<EnrichedRelease> {
  const canonical = readCanonical(text, {
    file: `canonical/${parent}`,
    limits: world.config.settings.limits,
    publication: scope.publication,
  });
  const inputs = { version: ENRICH_VERSION, draft: draft.id };
  const parts = { stage: "enriched", mode: "copy", parent, template: "", model: null } as const;
  const id = generationId({ ...parts, inputs });
  const { document, unplaced } = enrich(draft.document, canonical);
  await keep(world, scope, {
    id,
    stage: "enriched",
    prompt: text,
    raw: text,
    parsed: text,
    metadata: { ...metadataOf(scope, "copy", parent, null, ""), draft_gen_id: draft.id },
    raw_metadata: textFacts(text),
    parsed_metadata: { ...textFacts(text), unplaced },
  });
  await world.data.writeRunFile(scope.runId, "enriched.yaml", renderYaml(document));
  return { id, document, unplaced };
}

async function byOwnWork(
  world: World,
  scope: EnrichScope,
  draft: DraftedRelease,
): Promise<EnrichedRelease> {
  const describer = scope.dryRun ? null : world.describer;
  const template = await templateOf(world.data, "enriched");
  const prompt = renderTemplate(template, promptVariables(draft.document));
  const model = describer?.model ?? null;
  const parts = { stage: "enriched", mode: "llm", parent: draft.id } as const;
  const inputs = { version: ENRICH_VERSION, prompt: textFacts(prompt).sha256 };
  const id = generationId({ ...parts, template: template.text, model, inputs });
  const unanswered: Generation = {
    id,
    stage: "enriched",
    prompt,
    raw: null,
    parsed: null,
    metadata: metadataOf(scope, "llm", draft.id, model, template.id),
    raw_metadata: {},
    parsed_metadata: {},
  };
  const answered = describer === null ? null : await askOnce(world, scope, unanswered, describer);
  const described = describer?.parse(answered?.raw ?? "", draft.document) ?? draft.document;
  const { document, unplaced } = enrich(described, null);
  const text = renderYaml(document);
  const made = answered ?? { ...unanswered, raw: text, raw_metadata: textFacts(text) };
  await keep(world, scope, {
    ...made,
    parsed: text,
    parsed_metadata: { ...textFacts(text), unplaced },
  });
  await world.data.writeRunFile(scope.runId, "enriched.yaml", text);
  return { id, document, unplaced };
}

/** The model's answer: the one that was paid for, if this was asked before. */
async function askOnce(
  world: World,
  scope: EnrichScope,
  generation: Generation,
  describer: Describer,
): Promise<Generation> {
  const before = await findGeneration(world.database, generation.id);
  const raw = before?.raw ?? (await describer.ask(generation.prompt ?? ""));
  const answered = { ...generation, raw, raw_metadata: textFacts(raw) };
  if (before === null) await keepGeneration(world.database, answered);
  await world.data.writeRunFile(scope.runId, "llm_response.json", raw);
  return answered;
}

function metadataOf(
  scope: EnrichScope,
  mode: GenerationMode,
  parent: string,
  model: string | null,
  template: string,
): GenerationMetadata {
  return {
    template_id: template,
    parent_stage: parentStageOf("enriched", mode),
    parent_gen_id: parent,
    mode,
    model,
    publication: scope.publication,
    period: scope.period,
    run_id: scope.runId,
    combo_id: null,
    cohort_id: null,
  };
}

/** In the run's folder and, but for a dry run, in the database. */
export async function keep(
  world: World,
  scope: Pick<EnrichScope, "runId" | "dryRun">,
  generation: Generation,
): Promise<void> {
  await world.data.generations(scope.runId).writeAll(generation);
  if (!scope.dryRun) await keepGeneration(world.database, generation);
}
