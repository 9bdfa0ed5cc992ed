import type { BackupStore } from "../../data-layer/stores/backup-store.ts";
import { holdsLoads } from "../../database/backup/backup-reading.ts";
import { CanonryError } from "../../model/errors.ts";
import { partsOf } from "../../model/storage/backup.ts";
import { wholeBackups } from "../../upkeep/backup/index.ts";
import { filesAhead } from "../projections/projection-lag.ts";
import type { World } from "../world.ts";

/**
 * A database that was lost and made anew is not backed up in place of the one that was: by and by its backups
 * would be all that retention leaves. Throws LEDGER_BEHIND.
 */
export async function checkLedger(world: World, store: BackupStore): Promise<void> {
  const reasons = [...(await filesAhead(world)), ...(await loadsGone(world, store))];
  if (reasons.length === 0) return;
  throw new CanonryError("LEDGER_BEHIND", `the database holds less: ${reasons.join("; ")}`);
}

async function loadsGone({ database }: World, store: BackupStore): Promise<readonly string[]> {
  const [newest] = await wholeBackups(store);
  const loads = newest === undefined ? [] : partsOf(newest).flatMap((part) => part.loads ?? []);
  if (newest === undefined || loads.length === 0 || (await holdsLoads(database))) return [];
  return [`backup ${newest.id} has ${loads.length} loads, and it has none`];
}
