import type { DataLayer } from "../data-layer/data-layer.ts";
import type { Database } from "../database/database.ts";
import {
  findGeneration,
  type GenerationLine,
  listGenerations,
  madeOf,
} from "../database/ledger/generations.ts";
import { CanonryError } from "../model/errors.ts";
import type { Generation, GenerationTexts } from "../model/manifest/generation.ts";

export type { GenerationLine } from "../database/ledger/generations.ts";

export interface ShownGeneration extends Generation {
  /** Ids of the generations that were made of it. */
  readonly made: readonly string[];
}

/** Generations, oldest first. Empty lists: all. */
export function generations(
  database: Database,
  wanted: Parameters<typeof listGenerations>[1],
): Promise<readonly GenerationLine[]> {
  return listGenerations(database, wanted);
}

/**
 * One generation with its texts: from the database, or where that keeps none from the folder of its run.
 * Throws GENERATION_MISSING.
 */
export async function showGeneration(
  database: Database,
  data: DataLayer,
  id: string,
): Promise<ShownGeneration> {
  const found = await findGeneration(database, id);
  if (found === null) throw new CanonryError("GENERATION_MISSING", `no generation is called ${id}`);
  const folder = data.generations(found.metadata.run_id);
  const read = {
    prompt: () => folder.readPrompt(found.stage, id),
    raw: () => folder.readRaw(found.stage, id),
    parsed: () => folder.readParsed(found.stage, id),
  };
  const text = async (name: keyof GenerationTexts): Promise<string | null> =>
    found[name] ?? (await read[name]().catch(nullIfMissing));
  return {
    ...found,
    prompt: await text("prompt"),
    raw: await text("raw"),
    parsed: await text("parsed"),
    made: await madeOf(database, id),
  };
}

function nullIfMissing(error: unknown): null {
  if (error instanceof CanonryError && error.code === "GENERATION_MISSING") return null;
  throw error;
}

/** A text of a generation. Throws GENERATION_MISSING where it was too long to keep and its run's folder is gone. */
export function textOf(generation: Generation, name: keyof GenerationTexts): string {
  const text = generation[name];
  if (text !== null) return text;
  throw new CanonryError(
    "GENERATION_MISSING",
    `the ${name} text of ${generation.id} is not kept; ${JSON.stringify(generation.parsed_metadata)}; its files give it again`,
  );
}
