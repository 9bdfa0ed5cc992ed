import type { BackupStore } from "../../data-layer/stores/backup-store.ts";
import { tombstonesToKeep } from "../../database/backup/backup-reading.ts";
import type { Executor } from "../../database/database.ts";
import type { BackupTombstone, Inventory } from "../../model/storage/backup.ts";
import { wholeBackups } from "./newest.ts";
import { foreignOwner } from "./owner.ts";

/** Tombstones that count for a backup: a load of another warehouse may have the same number and content. */
export function tombstonesOf(
  { warehouse }: Inventory,
  tombstones: readonly BackupTombstone[],
): readonly BackupTombstone[] {
  return tombstones.filter(
    (one) => one.warehouse === undefined || (warehouse ?? one.warehouse) === one.warehouse,
  );
}

/**
 * Puts what was purged beside the backups, so that a restore of one that was made before buries it again. Does
 * nothing where there is no backup of one's own.
 */
export async function keepTombstones(executor: Executor, store: BackupStore): Promise<void> {
  const tombstones = await tombstonesToKeep(executor);
  if (tombstones.length === 0 || !(await holdsOwn(store))) return;
  const { warehouse } = store;
  const named = warehouse === null ? {} : { warehouse };
  for (const tombstone of tombstones) await store.writeTombstone({ ...tombstone, ...named });
}

/** In a store of one's own, whatever stands there. */
async function holdsOwn(store: BackupStore): Promise<boolean> {
  if ((await foreignOwner(store)) !== null) return (await wholeBackups(store)).length > 0;
  return (await store.ids()).length > 0;
}
