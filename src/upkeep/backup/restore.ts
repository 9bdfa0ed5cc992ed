import type { BackupStore } from "../../data-layer/stores/backup-store.ts";
import type { DatabaseToRestore } from "../../database/backup/restore-backup.ts";
import { CanonryError } from "../../model/errors.ts";
import {
  type ArtifactInBackup,
  BACKUP_FORMAT,
  type BackupTombstone,
  type FileInBackup,
  type Inventory,
} from "../../model/storage/backup.ts";
import { AFTER, BEFORE } from "./scripts.ts";

/** Throws BACKUP_UNKNOWN, BACKUP_DAMAGED, and BACKUP_FORMAT for one that another program made. */
export async function wholeInventory(store: BackupStore, id: string): Promise<Inventory> {
  const ids = await store.ids();
  if (!ids.includes(id)) throw new CanonryError("BACKUP_UNKNOWN", `no backup is called ${id}`);
  const inventory = await store.inventory(id);
  if (inventory === null) {
    throw new CanonryError("BACKUP_DAMAGED", `${id} was never finished: it has no inventory`);
  }
  if (inventory === "damaged" || inventory.id !== id) {
    throw new CanonryError("BACKUP_DAMAGED", `the inventory of ${id} is cut or changed`);
  }
  if (inventory.format === BACKUP_FORMAT) return inventory;
  throw new CanonryError(
    "BACKUP_FORMAT",
    `${id} has the format ${inventory.format}; this program reads ${BACKUP_FORMAT}`,
  );
}

/** The database of a backup, and what was purged since. Parts are read, and proven, when they are asked for. */
export async function databaseToRestore(
  store: BackupStore,
  inventory: Inventory,
  tombstones: readonly BackupTombstone[],
): Promise<DatabaseToRestore> {
  return {
    id: inventory.id,
    before: await scriptOf(store, inventory, BEFORE),
    after: await scriptOf(store, inventory, AFTER),
    parts: inventory.tables.flatMap(({ schema, name, parts }) =>
      parts.map((part) => ({
        schema,
        name,
        columns: part.columns,
        rows: part.rows,
        lines: () => store.openPart(part),
      })),
    ),
    tombstones,
  };
}

/** Throws BACKUP_DAMAGED if it is not what the inventory says. */
export async function scriptOf(
  store: BackupStore,
  inventory: Inventory,
  name: string,
): Promise<string> {
  const key = store.keys.backupFile(inventory.id, name);
  const known = inventory.scripts.find((one) => one.name === name);
  const fault = known === undefined ? `${key} is not in it` : await store.fault(key, known);
  if (fault !== null) throw new CanonryError("BACKUP_DAMAGED", fault);
  return (await store.readText(key)) ?? "";
}

/** The text of a file of the home. Throws BACKUP_DAMAGED. */
export async function fileToRestore(store: BackupStore, file: FileInBackup): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of store.openPart(file)) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

/** Artifacts whose bytes the backup has, without those that were purged since. */
export function artifactsToPut(
  inventory: Inventory,
  purged: readonly string[],
): readonly ArtifactInBackup[] {
  return inventory.artifacts.filter((one) => one.kept && !purged.includes(one.sha256));
}
