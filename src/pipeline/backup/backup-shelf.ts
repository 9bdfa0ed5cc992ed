import type { DataLayer } from "../../data-layer/data-layer.ts";
import { type BackupStore, backupsOf } from "../../data-layer/stores/backup-store.ts";
import type { Database } from "../../database/database.ts";
import { warehouseId } from "../../database/ledger/warehouse.ts";
import { CanonryError } from "../../model/errors.ts";
import {
  doubtOf,
  type Forgetting,
  forget,
  ownBytes,
  planForget,
  surveyStore,
} from "../../upkeep/backup/index.ts";
import type { BackupShelf } from "../../upkeep/retain/index.ts";
import type { World } from "../world.ts";

/** Shared by those that make backups; whoever removes parts has it alone. */
export const BACKUPS_LOCK = "canonry.backups";

/** The store of backups, as the warehouse of the database sees it. */
export async function ownBackups({
  database,
  data,
}: Pick<World, "database" | "data">): Promise<BackupStore> {
  return backupsOf(data, await warehouseId(database));
}

/** The backups of a home, as retention judges them. */
export function backupShelf(database: Database, data: DataLayer): BackupShelf {
  return {
    list: async () => {
      const facts = await surveyStore(await ownBackups({ database, data }));
      return facts.backups.flatMap((one) =>
        one.madeAt === null
          ? []
          : {
              id: one.id,
              taken_at: one.madeAt,
              size_bytes: ownBytes(facts, one),
              is_verified: one.proven,
              is_whole: true,
              doubt: doubtOf(facts, one),
            },
      );
    },
    forget: async (id) => {
      const store = await ownBackups({ database, data });
      await forgetAlone(database, store, { id, force: false, dryRun: false });
    },
  };
}

/** Removes a backup while nobody makes one. Throws BACKUP_UNKNOWN, _NEEDED, _FOREIGN; LOCK_HELD while one is made. */
export function forgetAlone(
  database: Database,
  store: BackupStore,
  { id, force, dryRun }: { readonly id: string; readonly force: boolean; readonly dryRun: boolean },
): Promise<Forgetting> {
  return database.withLock(
    BACKUPS_LOCK,
    async () => {
      const planned = await planForget(store, id, force);
      if (!dryRun) await forget(store, planned);
      return planned;
    },
    () => {
      throw new CanonryError("LOCK_HELD", "a backup is being made, or another is forgotten");
    },
  );
}
