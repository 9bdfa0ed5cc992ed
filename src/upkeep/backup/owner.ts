import type { BackupStore } from "../../data-layer/stores/backup-store.ts";
import { ownerOf } from "../../data-layer/stores/store-owner.ts";
import { CanonryError } from "../../model/errors.ts";

/** The other warehouse that a store belongs to; null: it is one's own, or nobody's. */
export async function foreignOwner(store: BackupStore): Promise<string | null> {
  const owner = await ownerOf(store);
  return store.warehouse === null || owner === store.warehouse ? null : owner;
}

/** Throws BACKUP_FOREIGN: two warehouses that remove what they do not need remove what the other one does. */
export async function checkOwner(store: BackupStore): Promise<void> {
  const owner = await foreignOwner(store);
  if (owner === null) return;
  throw new CanonryError(
    "BACKUP_FOREIGN",
    `${store.keys.backups} is of the warehouse ${owner}, and this one is ${store.warehouse ?? ""}`,
  );
}

/** Makes a store one's own, so that nobody else begins to write there before the first backup has its inventory. */
export async function claimStore(store: BackupStore): Promise<void> {
  const { warehouse } = store;
  if (warehouse === null || (await store.claim())?.warehouse === warehouse) return;
  await store.writeClaim({ format: "canonry/store@1", warehouse });
}
