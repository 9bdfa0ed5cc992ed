import { deleteGeneration } from "../../database/ledger/generations.ts";
import type { Generation } from "../../model/manifest/generation.ts";
import type { World } from "../world.ts";

export interface DeletedGeneration {
  readonly generation: Generation;
  /** Keys of its files in folders of runs. */
  readonly files: readonly string[];
}

/**
 * Removes a generation from the database, and its files from the folders of runs; with `dryRun` nothing goes.
 * Throws GENERATION_MISSING, and GENERATION_NEEDED if something was made of it or the next copy needs it.
 */
export async function removeGeneration(
  world: World,
  id: string,
  options: { readonly dryRun: boolean },
): Promise<DeletedGeneration> {
  const generation = await deleteGeneration(world.database, id, options);
  const files: string[] = [];
  for (const runId of await world.data.listRuns()) {
    const folder = world.data.generations(runId);
    if (!(await folder.exists(generation.stage, id))) continue;
    files.push(...(await folder.delete(generation.stage, id, options)));
  }
  return { generation, files };
}
