import type { BackupStore } from "./backup-store.ts";

/**
 * The warehouse that a store of backups belongs to: the one that claimed it, else that of the newest backup that
 * names one; null where nobody has backups with an identity there.
 */
export async function ownerOf(store: BackupStore): Promise<string | null> {
  const claim = await store.claim();
  if (claim !== null) return claim.warehouse;
  for (const id of (await store.ids()).toReversed()) {
    const inventory = await store.inventory(id);
    if (inventory === null || inventory === "damaged") continue;
    if (inventory.warehouse !== undefined) return inventory.warehouse;
  }
  return null;
}
