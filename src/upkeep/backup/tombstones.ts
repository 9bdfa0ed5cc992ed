import type { BackupStore } from "../../data-layer/backup-store.ts";
import { tombstonesToKeep } from "../../database/backup-reading.ts";
import type { Executor } from "../../database/database.ts";

/**
 * Puts what was purged beside the backups, so that a restore of one that was made before buries it again. Does
 * nothing where there is no backup.
 */
export async function keepTombstones(executor: Executor, store: BackupStore): Promise<void> {
  const tombstones = await tombstonesToKeep(executor);
  if (tombstones.length === 0 || (await store.ids()).length === 0) return;
  for (const tombstone of tombstones) await store.writeTombstone(tombstone);
}
