import type { BackupStore } from "../../data-layer/stores/backup-store.ts";
import { type Inventory, partsOf, type StoredBytes } from "../../model/storage/backup.ts";

/** Every object that a backup is made of, by key, beside its inventory. */
export function objectsOf(
  store: BackupStore,
  inventory: Inventory,
): ReadonlyMap<string, StoredBytes> {
  const { keys } = store;
  return new Map<string, StoredBytes>([
    ...inventory.scripts.map((one) => [keys.backupFile(inventory.id, one.name), one] as const),
    ...[...partsOf(inventory), ...inventory.files].map(
      (one) => [keys.backupPart(one.sha256), one] as const,
    ),
    ...inventory.artifacts
      .filter((one) => one.kept)
      .map((one) => [keys.backupArtifact(one.sha256), one] as const),
  ]);
}

/** What is wrong with a backup as far as names and sizes of objects tell, by a list of its store. */
export function lacksOf(
  store: BackupStore,
  inventory: Inventory,
  sizes: ReadonlyMap<string, number>,
): readonly string[] {
  return [...objectsOf(store, inventory)].flatMap(([key, { size_bytes: expected }]) => {
    const found = sizes.get(key);
    if (found === undefined) return [`${key} is missing`];
    return found === expected ? [] : [`${key} has ${found} bytes, not ${expected}`];
  });
}

/** What is wrong with the bytes of a backup; empty if each is as it was written. Memory: one chunk. */
export async function faultsOf(
  store: BackupStore,
  inventory: Inventory,
): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const [key, expected] of objectsOf(store, inventory)) {
    const fault = await store.fault(key, expected);
    if (fault !== null) faults.push(fault);
  }
  const { damaged: receipts } = await store.receipts(inventory.id);
  const { damaged: tombstones } = await store.tombstones();
  return [...faults, ...[...receipts, ...tombstones].map((key) => `${key} is cut or changed`)];
}
