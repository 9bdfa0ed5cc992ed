import { CanonryError } from "../../model/errors.ts";
import type { LanguageModel, ModelAnswer } from "../../model/language-model.ts";
import type {
  ModelReport,
  RejectedText,
  UnplacedColumns,
} from "../../model/manifest/enrichment.ts";
import type { ReleaseManifest } from "../../model/manifest/manifest.ts";
import { readAnswer } from "./answer.ts";
import { type ColumnQuestion, isOpen, questionsOf } from "./question.ts";

export interface ModelEnrichment {
  readonly document: ReleaseManifest;
  readonly report: ModelReport;
}

export interface ModelNeeds {
  readonly model: LanguageModel;
  /** Longest answer, in tokens. */
  readonly maxTokens: number;
  readonly promptOf: (question: ColumnQuestion) => string;
}

interface Tally {
  recorded: number;
  promptTokens: number;
  completionTokens: number;
  cost: number;
  readonly rejected: RejectedText[];
  readonly unplaced: UnplacedColumns[];
}

/** After these the server is left alone; what stands in the record or fits the budget may still be had. */
const LEFT_ALONE = new Set(["MODEL_FAILED", "MODEL_TIMEOUT", "MODEL_REDIRECT", "MODEL_ADDRESS"]);

/**
 * Asks a model about the columns that nobody described, and takes nothing from its answers but
 * descriptions of these. A failure of the model leaves its columns as they are, and is told. Throws
 * INTERRUPTED, and what keeping the record throws.
 */
export async function describeByModel(
  document: ReleaseManifest,
  needs: ModelNeeds,
): Promise<ModelEnrichment> {
  const questions = questionsOf(document);
  const tally: Tally = {
    recorded: 0,
    promptTokens: 0,
    completionTokens: 0,
    cost: 0,
    rejected: [],
    unplaced: [],
  };
  const found = new Map<string, Map<string, string>>();
  let failure: CanonryError | null = null;
  for (const question of questions) {
    const { region, columns } = question;
    const answer: ModelAnswer | CanonryError = failure ?? (await ask(question, needs));
    if (answer instanceof CanonryError) {
      if (LEFT_ALONE.has(answer.code)) failure = answer;
      tally.unplaced.push({ region, columns, reason: `${answer.code}: ${answer.message}` });
      continue;
    }
    const descriptions = settle(question, answer, tally);
    found.set(region, new Map([...(found.get(region) ?? []), ...descriptions]));
  }
  const described = [...found.values()].reduce((sum, one) => sum + one.size, 0);
  const report = { model: needs.model.name, questions: questions.length, described, ...tally };
  return { document: described === 0 ? document : withDescriptions(document, found), report };
}

async function ask(
  question: ColumnQuestion,
  { model, maxTokens, promptOf }: ModelNeeds,
): Promise<ModelAnswer | CanonryError> {
  try {
    return await model.complete({ prompt: promptOf(question), schema: question.schema, maxTokens });
  } catch (error) {
    if (error instanceof CanonryError && error.code.startsWith("MODEL_")) return error;
    throw error;
  }
}

function settle(
  { region, columns }: ColumnQuestion,
  answer: ModelAnswer,
  tally: Tally,
): ReadonlyMap<string, string> {
  const { descriptions, rejected } = readAnswer(answer, columns);
  if (answer.recorded) tally.recorded++;
  tally.promptTokens += answer.recorded ? 0 : answer.promptTokens;
  tally.completionTokens += answer.recorded ? 0 : answer.completionTokens;
  tally.cost += answer.cost;
  tally.rejected.push(...rejected.map((one) => ({ region, ...one })));
  const missing = columns.filter((name) => !descriptions.has(name));
  if (missing.length > 0) {
    tally.unplaced.push({
      region,
      columns: missing,
      reason: "the answer says nothing usable of them",
    });
  }
  return descriptions;
}

/** Only columns without a description get one: whoever spoke before counts more than a model. */
function withDescriptions(
  document: ReleaseManifest,
  found: ReadonlyMap<string, ReadonlyMap<string, string>>,
): ReleaseManifest {
  return {
    ...document,
    regions: document.regions.map((region) => {
      const descriptions = found.get(region.id);
      if (descriptions === undefined) return region;
      const columns = region.columns.map((column) => {
        const description = descriptions.get(column.name);
        if (description === undefined || !isOpen(column)) return column;
        return { ...column, description, said_by: "model" as const };
      });
      return { ...region, columns };
    }),
  };
}
