import { closeAbandonedRuns, endedWell } from "../database/release-lock.ts";
import type { World } from "./world.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * What a crash of an earlier run left behind and nobody needs: runs that are still called running, unfinished
 * files, event logs that wait for their storage, and working files of runs that ended well. Those of a failed run stay.
 */
export async function tidyUp(world: World): Promise<void> {
  const { data, database } = world;
  await closeAbandonedRuns(database);
  await data.putLeftEvents();
  await data.sweep(world.now().getTime() - DAY_MS);
  const folders = await data.listRuns();
  if (folders.length === 0) return;
  for (const runId of await endedWell(database, folders)) await data.removeRun(runId);
}
