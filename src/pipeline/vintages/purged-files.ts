import { purgedFiles } from "../../database/vintages/purge-scope.ts";
import { keepTombstones } from "../../upkeep/backup/index.ts";
import { ownBackups } from "../backup/backup-shelf.ts";
import type { World } from "../world.ts";

export interface Removed {
  readonly path: string;
  readonly reason: string;
  readonly edited: boolean;
}

/**
 * Removes what a purge left among the files: bytes of artifacts and folders of runs that saw them; and tells the
 * backups. A purge ends with it; where that was cut short, the next purge or backfill does the rest.
 */
export async function removePurged(world: World): Promise<readonly Removed[]> {
  const { data, paths } = world;
  const { artifacts, runs } = await purgedFiles(world.database);
  await keepTombstones(world.database, await ownBackups(world));
  const removed: Removed[] = [];
  const reason = "what it held was purged";
  for (const sha256 of artifacts) {
    if (!(await data.removeArtifact(sha256))) continue;
    removed.push({ path: paths.keys.artifact(sha256), reason, edited: false });
  }
  const folders = runs.length === 0 ? [] : await data.listRuns();
  for (const run of folders.filter((one) => runs.includes(one))) {
    await data.removeRun(run);
    removed.push({ path: paths.keys.run(run), reason, edited: false });
  }
  return removed;
}
