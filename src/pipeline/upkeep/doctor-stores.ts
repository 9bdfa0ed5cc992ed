import type { Config } from "../../config/load.ts";
import type { Paths } from "../../data-layer/paths.ts";
import { type BackupStore, backupsOf } from "../../data-layer/stores/backup-store.ts";
import { provenRestores } from "../../data-layer/stores/proven-restores.ts";
import { ownerOf } from "../../data-layer/stores/store-owner.ts";
import { CanonryError } from "../../model/errors.ts";
import { BACKUP_FORMAT, type Inventory } from "../../model/storage/backup.ts";
import type { StorageBackend } from "../../model/storage/storage.ts";
import { STORAGE_ROLES, type StorageRole } from "../../model/storage/storage-role.ts";
import { foreignOwner, lacksOf, objectsOf } from "../../upkeep/backup/index.ts";
import type { BackupsSeen, Observations } from "../../upkeep/doctor/index.ts";
import { damagedArchives } from "../../upkeep/retain/index.ts";
import { type Outside, openData } from "../world.ts";

/** Roles whose storage does not answer, with what it said. */
export type RolesDown = ReadonlyMap<StorageRole, string>;

/**
 * Asks each storage once whether it answers at all, all of them at the same time and no longer than given (a
 * request that is under way then may take as long again), so that a server that hangs holds nobody up.
 */
export async function rolesDown(
  outside: Outside,
  paths: Paths,
  config: Config,
  storageMs: number,
): Promise<RolesDown> {
  const signal = AbortSignal.any([outside.signal, AbortSignal.timeout(storageMs)]);
  const data = await openData(paths, config, signal, { silenceMs: storageMs });
  const asked = new Map<StorageBackend, Promise<string | null>>();
  const problemOf = (role: StorageRole): Promise<string | null> => {
    const storage = data.storageOf(role);
    const known = asked.get(storage) ?? data.askRole(role).then(() => null, describedFailure);
    asked.set(storage, known);
    return known;
  };
  try {
    const problems = await Promise.all(STORAGE_ROLES.map(problemOf));
    return new Map(
      STORAGE_ROLES.flatMap((role, at) => {
        const problem = problems[at] ?? null;
        return problem === null ? [] : [[role, problem] as const];
      }),
    );
  } finally {
    await data.close();
  }
}

export type StoresSeen = Pick<Observations, "backups" | "elsewhere" | "damagedArchives">;

export const UNSEEN_STORES: StoresSeen = { backups: null, elsewhere: null, damagedArchives: null };

/** What stands in the storages; at what is kept in one that is down nobody looks. */
export async function storesSeen(
  outside: Outside,
  paths: Paths,
  config: Config,
  {
    down,
    staleBeforeMs,
    warehouse,
  }: {
    readonly down: RolesDown;
    readonly staleBeforeMs: number;
    /** Whose backups are looked at; null: nobody knows, so those of whoever the store belongs to. */
    readonly warehouse: string | null;
  },
): Promise<StoresSeen> {
  const failures = new Set(down.values());
  const look = async <Seen>(roles: readonly StorageRole[], work: () => Promise<Seen>) => {
    if (roles.some((role) => down.has(role))) return null;
    return work().catch((error: unknown) => {
      failures.add(describedFailure(error));
      return null;
    });
  };
  const data = await openData(paths, config, outside.signal);
  try {
    const unfinished = await look(STORAGE_ROLES, () => data.unfinishedElsewhere(staleBeforeMs));
    const backups = await look(["backups"], async () =>
      backupsSeen(backupsOf(data, warehouse ?? (await ownerOf(backupsOf(data))))),
    );
    const archives = await look(["archive"], () => damagedArchives(data));
    return {
      backups,
      damagedArchives: archives,
      elsewhere:
        failures.size > 0
          ? { kind: "down", reason: [...failures].join("; ") }
          : { kind: "open", unfinished: (unfinished ?? []).map(({ name }) => name) },
    };
  } finally {
    await data.close();
  }
}

/** A failure with a code is something seen. */
function describedFailure(error: unknown): string {
  if (error instanceof CanonryError) return error.describe();
  throw error;
}

/** Reads inventories and receipts, and lists the rest. Memory: a size for each object, and all inventories. */
async function backupsSeen(store: BackupStore): Promise<BackupsSeen> {
  const { ids, sizes } = await store.list();
  const damaged: string[] = [];
  const found: Inventory[] = [];
  for (const id of ids) {
    const inventory = await store.inventory(id);
    if (inventory === "damaged") damaged.push(id);
    else if (inventory !== null && store.isOwn(inventory)) found.push(inventory);
  }
  // By the clock of the database; a name has that of a machine.
  const latest = found.toSorted((a, b) => (a.made_at < b.made_at ? 1 : -1));
  const newest = latest.find((one) => one.format === BACKUP_FORMAT) ?? null;
  const { last } = await provenRestores(store);
  return {
    count: found.length,
    foreignOwner: await foreignOwner(store),
    damaged,
    newest: newest && {
      id: newest.id,
      objects: objectsOf(store, newest).size,
      lacks: lacksOf(store, newest, sizes),
    },
    lastProof: await lastProof(store, latest),
    proven: last && { id: last.id, at: last.proved_at },
  };
}

async function lastProof(
  store: BackupStore,
  latest: readonly Inventory[],
): Promise<BackupsSeen["lastProof"]> {
  for (const { id } of latest) {
    const receipt = (await store.receipts(id)).whole.at(-1);
    if (receipt === undefined) continue;
    const { proved_at: at, proved, differences } = receipt;
    return { id, at, proved, differences };
  }
  return null;
}
