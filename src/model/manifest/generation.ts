import { CanonryError } from "../errors.ts";
import { sha256, stableJson } from "../hash.ts";

/**
 * A generation is one attempt of a stage: the prompt that it was given, its raw answer, what was parsed from
 * that, and metadata to each. A draft has no parent; an enriched one has a draft (mode llm) or the last
 * canonical one of its publication (mode copy); a canonical one has an enriched one.
 */
export const GENERATION_STAGES = ["draft", "enriched", "canonical"] as const;
export type GenerationStage = (typeof GENERATION_STAGES)[number];

/**
 * llm   the stage's own work: by a model if one is configured, else by rules (`model` is null)
 * copy  the parent's parsed text, verbatim, as prompt, raw and parsed; no model is asked
 */
export const GENERATION_MODES = ["llm", "copy"] as const;
export type GenerationMode = (typeof GENERATION_MODES)[number];

/** Main metadata of a generation. Keys are those of metadata.json. */
export interface GenerationMetadata {
  /** "" where no template was used. */
  readonly template_id: string;
  readonly parent_stage: GenerationStage | null;
  readonly parent_gen_id: string | null;
  readonly mode: GenerationMode;
  readonly model: string | null;
  readonly publication: string;
  readonly period: string;
  readonly run_id: string;
  /** Labels of an orchestrator, kept as they are. */
  readonly combo_id: string | null;
  readonly cohort_id: string | null;
  /** Mode copy: the draft that the parent's names and meaning were given to. */
  readonly draft_gen_id?: string;
  /** Stage canonical: version of the manifest. */
  readonly manifest_version?: number;
  /** Stage canonical, where no run wrote it: who did. */
  readonly by?: "person" | "import";
}

/** Null where a text is not kept: see docs/decisions/0009-generations.md. */
export interface GenerationTexts {
  readonly prompt: string | null;
  readonly raw: string | null;
  readonly parsed: string | null;
}

export interface Generation extends GenerationTexts {
  readonly id: string;
  readonly stage: GenerationStage;
  readonly metadata: GenerationMetadata;
  readonly raw_metadata: object;
  readonly parsed_metadata: object;
}

/** What a canonical generation could not give a place in a new draft, and what got nothing from it. */
export interface Unplaced {
  /** Tables of the draft that no source fits, or that two fit. */
  readonly regions: readonly string[];
  /** Columns of tables that have a source, with no counterpart in it. */
  readonly columns: readonly string[];
  /** Sources, and columns of sources, with no table or column in the draft. */
  readonly sources: readonly string[];
}

/** Throws GENERATION_MODE_INVALID for anything but `llm` and `copy`. */
export function modeOf(text: unknown, where = "the mode"): GenerationMode {
  const mode = GENERATION_MODES.find((one) => one === text);
  if (mode !== undefined) return mode;
  throw new CanonryError("GENERATION_MODE_INVALID", `${where} is ${JSON.stringify(text)}`);
}

/** The stage that a parent has; null for a draft. */
export function parentStageOf(
  stage: GenerationStage,
  mode: GenerationMode,
): GenerationStage | null {
  if (stage === "draft") return null;
  if (stage === "canonical") return "enriched";
  return mode === "copy" ? "canonical" : "draft";
}

/**
 * The metadata that metadata.json states, with its rules enforced: a mode that is not stated is `llm`; what
 * needs a parent names one, of the right stage; a copy asks no model. Throws GENERATION_MODE_INVALID,
 * GENERATION_PARENT_MISSING, GENERATION_INVALID.
 */
export function resolveMetadata(
  stage: GenerationStage,
  id: string,
  stated: Readonly<Record<string, unknown>>,
): GenerationMetadata {
  const place = `${stage}/${id}`;
  const fail = (message: string): never => {
    throw new CanonryError("GENERATION_INVALID", `${place}: ${message}`);
  };
  const text = (key: string): string | null => {
    const value = stated[key] ?? null;
    if (value === null || value === "") return null;
    return typeof value === "string" ? value : fail(`${key} is no text`);
  };
  const mode = modeOf(text("mode")?.toLowerCase() ?? "llm", `the mode of ${place}`);
  const parent = text("parent_gen_id");
  const parentStage = parentStageOf(stage, mode);
  if (parent === null && (parentStage !== null || mode === "copy")) {
    const what = parentStage === null ? "a draft, which has no parent" : `no ${parentStage} parent`;
    throw new CanonryError(
      "GENERATION_PARENT_MISSING",
      `${place}: mode ${mode}, and it is ${what}`,
    );
  }
  if (parent !== null && parentStage === null) fail("a draft has no parent");
  const statedStage = text("parent_stage");
  if (statedStage !== null && statedStage !== parentStage) {
    fail(`its parent is of stage ${statedStage}, and in mode ${mode} is ${parentStage ?? "none"}`);
  }
  const model = text("model");
  if (mode === "copy" && model !== null) fail("a copy asks no model");
  return {
    template_id: text("template_id") ?? "",
    parent_stage: parentStage,
    parent_gen_id: parent,
    mode,
    model,
    publication: text("publication") ?? "",
    period: text("period") ?? "",
    run_id: text("run_id") ?? "",
    combo_id: text("combo_id"),
    cohort_id: text("cohort_id"),
    ...extras(stated),
  };
}

function extras(
  stated: Readonly<Record<string, unknown>>,
): Pick<GenerationMetadata, "draft_gen_id" | "manifest_version" | "by"> {
  const { draft_gen_id: draft, manifest_version: version, by } = stated;
  return {
    ...(typeof draft === "string" ? { draft_gen_id: draft } : {}),
    ...(typeof version === "number" ? { manifest_version: version } : {}),
    ...(by === "person" || by === "import" ? { by } : {}),
  };
}

/** All that a generation is made of: equal parts give the equal id. Never a date, a path or a run. */
export interface GenerationParts {
  readonly stage: GenerationStage;
  readonly mode: GenerationMode;
  readonly parent: string | null;
  /** Text of the template; "" where none was used. */
  readonly template: string;
  readonly model: string | null;
  /** The stage's own inputs, and the version of its rules. */
  readonly inputs: object;
}

/** 24 hex digits. */
export function generationId(parts: GenerationParts): string {
  return sha256(stableJson(parts)).slice(0, 24);
}

/** What metadata says of a text, kept or not. */
export function textFacts(text: string): { readonly sha256: string; readonly bytes: number } {
  return { sha256: sha256(text), bytes: Buffer.byteLength(text) };
}
