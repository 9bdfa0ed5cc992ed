import type { BackupStore } from "../../data-layer/stores/backup-store.ts";
import type { PurgeScope } from "../../model/purge.ts";
import { type HoldingBackup, type Inventory, partsOf } from "../../model/storage/backup.ts";

/**
 * The backups that hold these loads, or files that they came from, also another warehouse's; those of which nobody
 * knows count too.
 */
export async function holders(
  store: BackupStore,
  { loads, artifacts }: Pick<PurgeScope, "loads" | "artifacts">,
): Promise<readonly HoldingBackup[]> {
  const { ids, strangers } = await store.list();
  const found: HoldingBackup[] = strangers.map((name) => ({ name, loads: null }));
  const files = artifacts.filter((one) => one.used_by.length === 0).map((one) => one.sha256);
  for (const id of ids) {
    const inventory = await store.inventory(id);
    if (inventory === null || inventory === "damaged") {
      found.push({ name: id, loads: null });
      continue;
    }
    const held = store.isOwn(inventory) ? heldBy(inventory, loads) : [];
    const hasFile = inventory.artifacts.some((one) => one.kept && files.includes(one.sha256));
    if (held.length > 0 || hasFile) found.push({ name: id, loads: held });
  }
  return found;
}

function heldBy(inventory: Inventory, loads: PurgeScope["loads"]): readonly string[] {
  const inside = partsOf(inventory).flatMap((part) => part.loads ?? []);
  return loads
    .filter((load) =>
      inside.some(
        (one) =>
          String(one.load_id) === load.load_id &&
          one.source === load.source &&
          one.period === load.period &&
          one.vintage === load.vintage,
      ),
    )
    .map((load) => load.load_id);
}
