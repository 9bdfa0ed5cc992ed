import type { BackupStore } from "../../data-layer/stores/backup-store.ts";
import { CanonryError } from "../../model/errors.ts";
import { BACKUP_FORMAT, type Inventory } from "../../model/storage/backup.ts";
import { wholeInventory } from "./restore.ts";

/** Whole backups of one's own, the newest first by the clock of their database; a name has that of a machine, which may be wrong. */
export async function wholeBackups(store: BackupStore): Promise<readonly Inventory[]> {
  const found: Inventory[] = [];
  for (const id of await store.ids()) {
    const inventory = await store.inventory(id);
    if (inventory === null || inventory === "damaged") continue;
    if (inventory.format === BACKUP_FORMAT && store.isOwn(inventory)) found.push(inventory);
  }
  return found.toSorted((a, b) => (a.made_at < b.made_at ? 1 : -1));
}

/**
 * The backup that is named, whoever made it, or the newest finished one of one's own. Throws BACKUP_UNKNOWN if there is none; BACKUP_DAMAGED,
 * also where one whose inventory is damaged is newer by its name.
 */
export async function chosenBackup(store: BackupStore, id: string | null): Promise<Inventory> {
  if (id !== null) return wholeInventory(store, id);
  const [newest] = await wholeBackups(store);
  for (const one of (await store.ids()).toReversed()) {
    if (newest !== undefined && one <= newest.id) return newest;
    if ((await store.inventory(one)) === "damaged") return wholeInventory(store, one);
  }
  if (newest !== undefined) return newest;
  const whose = (await store.ids()).length === 0 ? "" : " of this warehouse";
  throw new CanonryError("BACKUP_UNKNOWN", `there is no backup${whose}`);
}

/** Whether its last proof, or the last look at its bytes, failed. */
export async function hasFailed(store: BackupStore, id: string): Promise<boolean> {
  return (await store.receipts(id)).whole.at(-1)?.proved === false;
}
