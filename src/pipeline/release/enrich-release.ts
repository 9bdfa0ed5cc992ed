import { keepGeneration } from "../../database/ledger/generations.ts";
import { renderYaml } from "../../formats/yaml.ts";
import { CanonryError } from "../../model/errors.ts";
import type { ModelReport } from "../../model/manifest/enrichment.ts";
import {
  type Generation,
  type GenerationMetadata,
  type GenerationMode,
  generationId,
  modeOf,
  parentStageOf,
  textFacts,
  type Unplaced,
} from "../../model/manifest/generation.ts";
import type { ReleaseManifest } from "../../model/manifest/manifest.ts";
import { renderTemplate } from "../../model/manifest/template.ts";
import {
  type ColumnQuestion,
  describeByModel,
  ENRICH_VERSION,
  enrich,
  type ModelEnrichment,
  questionsOf,
} from "../../stages/enrich/index.ts";
import { readCanonical } from "../manifests/manifests.ts";
import { templateOf } from "../manifests/templates.ts";
import type { World } from "../world.ts";
import type { ReleaseLedger } from "./release-ledger.ts";

export interface EnrichScope {
  readonly publication: string;
  readonly period: string;
  readonly runId: string;
  /** Null: `copy` if the publication has a canonical generation, else `llm`. */
  readonly mode: GenerationMode | null;
  readonly ledger: Pick<ReleaseLedger, "lastCanonical">;
  /** Only the run's folder is written, and no model is asked. */
  readonly dryRun: boolean;
}

export interface DraftedRelease {
  readonly id: string;
  readonly document: ReleaseManifest;
}

export interface EnrichedRelease extends DraftedRelease {
  readonly unplaced: Unplaced;
  /** What a model left open, or said and was not heard. */
  readonly remarks: readonly string[];
}

/**
 * The enriched generation of a draft. In mode copy the parent's text is prompt, raw and parsed, and its names
 * and meaning are given to the draft; in mode llm a model that is configured is asked about what the rules
 * leave open. Throws GENERATION_PARENT_MISSING if there is nothing to copy.
 */
export async function enrichRelease(
  world: World,
  scope: EnrichScope,
  draft: DraftedRelease,
): Promise<EnrichedRelease> {
  const { publication, period } = scope;
  const last = scope.mode === "llm" ? null : await scope.ledger.lastCanonical(publication, period);
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
  return { id, document, unplaced, remarks: [] };
}

async function byOwnWork(
  world: World,
  scope: EnrichScope,
  draft: DraftedRelease,
): Promise<EnrichedRelease> {
  const model = scope.dryRun ? null : world.model;
  const template = await templateOf(world.data, "enriched");
  const promptOf = (question: ColumnQuestion): string =>
    renderTemplate(template, question.variables);
  const ruled = enrich(draft.document, null);
  const prompt = questionsOf(ruled.document).map(promptOf).join("\n\n");
  const name = model?.name ?? null;
  const parts = { stage: "enriched", mode: "llm", parent: draft.id } as const;
  const inputs = { version: ENRICH_VERSION, prompt: textFacts(prompt).sha256 };
  const id = generationId({ ...parts, template: template.text, model: name, inputs });
  const metadata = metadataOf(scope, "llm", draft.id, name, template.id);
  const asked = model === null ? null : await askModel(world, scope, id, ruled.document, promptOf);
  const document = asked?.document ?? ruled.document;
  const text = renderYaml(document);
  const raw = asked?.raw ?? text;
  await keep(world, scope, {
    id,
    stage: "enriched",
    prompt,
    raw,
    parsed: text,
    metadata,
    raw_metadata: textFacts(raw),
    parsed_metadata: {
      ...textFacts(text),
      unplaced: ruled.unplaced,
      ...(asked === null ? {} : { model: asked.report }),
    },
  });
  await world.data.writeRunFile(scope.runId, "enriched.yaml", text);
  return { id, document, unplaced: ruled.unplaced, remarks: modelRemarks(asked?.report ?? null) };
}

/**
 * What a model says of the columns that are still open. Each response is in the database before anything is
 * made of it, so a question that was paid for is not asked again.
 */
async function askModel(
  world: World,
  scope: EnrichScope,
  generation: string,
  document: ReleaseManifest,
  promptOf: (question: ColumnQuestion) => string,
): Promise<(ModelEnrichment & { readonly raw: string }) | null> {
  if (world.model === null) return null;
  const answers: { readonly request: string; readonly response: string }[] = [];
  const records = await world.modelRecords(scope.publication, generation);
  const model = world.model.recordedIn({
    find: async (hash) => {
      const found = await records.find(hash);
      if (found !== null) answers.push({ request: hash, response: found.response });
      return found;
    },
    record: async (record) => {
      await records.record(record);
      answers.push({ request: record.requestHash, response: record.response });
    },
  });
  const maxTokens = world.config.settings.enrichment.max_tokens;
  const described = await describeByModel(document, { model, maxTokens, promptOf });
  const raw = `${JSON.stringify(answers, null, 2)}\n`;
  await world.data.writeRunFile(scope.runId, "llm_response.json", raw);
  return { ...described, raw };
}

/** What a person should know of the model's work. */
function modelRemarks(report: ModelReport | null): readonly string[] {
  if (report === null) return [];
  const reasons = new Set(report.unplaced.map((one) => one.reason));
  return [
    ...[...reasons].map((reason) => `${report.model} did not describe some columns: ${reason}`),
    ...(report.rejected.length === 0
      ? []
      : [`${report.rejected.length} texts of ${report.model} were not used`]),
  ];
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
