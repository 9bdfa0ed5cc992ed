import { DataLayer } from "../../data-layer/data-layer.ts";
import { type BackupStore, backupsOf } from "../../data-layer/stores/backup-store.ts";
import { ownerOf } from "../../data-layer/stores/store-owner.ts";
import { buriedOf } from "../../database/backup/backup-reading.ts";
import { Database } from "../../database/database.ts";
import { serverVersion } from "../../database/inquiry/inquiries.ts";
import { CanonryError } from "../../model/errors.ts";
import { VERSION } from "../../model/program-file.ts";
import type { Plan } from "../../model/stage.ts";
import { type Inventory, partsOf, type Receipt, rowsOf } from "../../model/storage/backup.ts";
import {
  apply,
  checkOwner,
  chosenBackup,
  claimStore,
  type Forgetting,
  faultsOf,
  homeFiles,
  keepTombstones,
  plan,
  prove,
  survey,
  sweep,
} from "../../upkeep/backup/index.ts";
import { sweepUnfinished } from "../tidy-up.ts";
import { homeOf, loadConfigOf, MIGRATIONS, type Outside, openData, type World } from "../world.ts";
import { checkLedger } from "./backup-guard.ts";
import { BACKUPS_LOCK, forgetAlone, ownBackups } from "./backup-shelf.ts";

/**
 * Lends the files of a home, and its store of backups, without its database: that one may be what is lost. Of a
 * home without a configuration all is local.
 */
export async function withFiles<Result>(
  outside: Outside,
  work: (data: DataLayer) => Promise<Result>,
): Promise<Result> {
  const paths = await homeOf(outside);
  const config = await loadConfigOf(outside).catch((error: unknown) => {
    if (error instanceof CanonryError && error.code === "CONFIG_MISSING") return null;
    throw error;
  });
  const data =
    config === null ? new DataLayer(paths) : await openData(paths, config, outside.signal);
  try {
    return await work(data);
  } finally {
    await data.close();
  }
}

export interface CreateOptions {
  readonly withArtifacts: boolean;
  /** Nothing is taken over from the backup before. */
  readonly full: boolean;
  /** Also of a database that holds less than files and backups say, and into a store of another warehouse. */
  readonly force: boolean;
  readonly dryRun: boolean;
}

export interface CreateReport {
  readonly dry_run: boolean;
  /** Null in a dry run. */
  readonly id: string | null;
  readonly made_at: string;
  readonly tables: number;
  readonly rows: number;
  readonly parts: number;
  /** Parts, files and artifacts that no backup had. */
  readonly new_parts: number;
  readonly new_bytes: number;
  readonly left_out: readonly string[];
  readonly redacted: readonly string[];
  readonly notes: readonly string[];
  /** Tables that were read, and those that were taken over, each with its reason. */
  readonly read: readonly { readonly table: string; readonly reason: string }[];
  readonly taken_over: readonly { readonly table: string; readonly reason: string }[];
}

/** Connections of a backup: its lock, what it reads on, and one beside them. Loads keep theirs. */
const CONNECTIONS = 6;

/** How often a backup is made again because a purge removed meanwhile what it holds. */
const MOST_ROUNDS = 3;

/**
 * Makes a backup of one moment. Others may load, purge and make backups at the same time. What a killed one left
 * is removed at the end. Throws LEDGER_BEHIND where the database is not what was backed up, BACKUP_FOREIGN where the
 * store is another warehouse's.
 */
export async function createBackup(outer: World, options: CreateOptions): Promise<CreateReport> {
  const store = await ownBackups(outer);
  if (!options.force) {
    await checkLedger(outer, store);
    await checkOwner(store);
  }
  const { url } = outer.database;
  const database = new Database({ url, migrations: MIGRATIONS, poolSize: CONNECTIONS });
  const world = { ...outer, database };
  const removeLeft = (): Promise<unknown> =>
    database.withLock(
      BACKUPS_LOCK,
      async () => {
        await sweep(store);
        await sweepUnfinished(outer);
      },
      () => undefined,
    );
  try {
    const make = async (): Promise<CreateReport> => {
      if (!options.dryRun) await claimStore(store);
      return createUnpurged(world, store, options);
    };
    const report = await database.inTurn(BACKUPS_LOCK, make, true);
    if (!options.dryRun) await removeLeft();
    return report;
  } catch (error) {
    // A full disk is less full then. What fails now is not what is to be told.
    if (!options.dryRun) await removeLeft().catch(() => undefined);
    throw error;
  } finally {
    await database.close();
  }
}

async function createUnpurged(
  world: World,
  store: BackupStore,
  options: CreateOptions,
): Promise<CreateReport> {
  for (let round = 1; ; round++) {
    const made = await createOnce(world, store, options);
    if (made.inventory === null) return made.report;
    await keepTombstones(world.database, store);
    const loads = partsOf(made.inventory).flatMap((part) => part.loads ?? []);
    const buried = await buriedOf(
      world.database,
      loads.map((load) => load.load_id),
    );
    if (buried.length === 0) return made.report;
    // A purge lists the backups that hold what it removed: this one was not among them yet.
    await store.remove(store.keys.backupFile(made.inventory.id, "inventory.json"));
    if (round === MOST_ROUNDS) {
      throw new CanonryError("BACKUP_MOVED", `loads were purged meanwhile: ${buried.join(", ")}`);
    }
  }
}

function createOnce(
  world: World,
  store: BackupStore,
  { withArtifacts, full, dryRun }: CreateOptions,
): Promise<{ readonly report: CreateReport; readonly inventory: Inventory | null }> {
  const { database, data, signal } = world;
  return survey({ database, store }, full, async (found) => {
    const decided = plan(found);
    const paths = world.config.publications.map((one) => one.canonical_manifest);
    const files = await homeFiles(data, paths);
    const lists = listsOf(decided);
    if (dryRun) {
      const { leftOut } = found.schema;
      const base = { ...NOTHING, made_at: found.snapshot.takenAt, left_out: leftOut };
      return { report: { ...base, tables: found.tables.length, ...lists }, inventory: null };
    }
    const needs = { store, data, files, withArtifacts, signal };
    const made = await apply(decided, found, { ...needs, id: world.newId(), program: VERSION });
    const { inventory, written } = made;
    const report = {
      dry_run: false,
      id: inventory.id,
      made_at: inventory.made_at,
      tables: inventory.tables.length,
      rows: rowsOf(inventory),
      parts: partsOf(inventory).length,
      new_parts: written.parts,
      new_bytes: written.bytes,
      left_out: inventory.left_out,
      redacted: inventory.redacted,
      notes: inventory.notes,
      ...lists,
    };
    return { report, inventory };
  });
}

const NOTHING = {
  dry_run: true,
  id: null,
  rows: 0,
  parts: 0,
  new_parts: 0,
  new_bytes: 0,
  redacted: [],
  notes: [],
} as const;

const listsOf = ({ todo, skipped }: Plan<unknown>): Pick<CreateReport, "read" | "taken_over"> => ({
  read: todo.map(({ key, reason }) => ({ table: key, reason })),
  taken_over: skipped.map(({ key, reason }) => ({ table: key, reason })),
});

export interface VerifyReport {
  readonly id: string;
  readonly made_at: string;
  readonly tables: number;
  readonly rows: number;
  readonly parts: number;
  /** What is wrong with its bytes, or with what came back; empty if nothing is. */
  readonly differences: readonly string[];
  /** Null: it was not restored. */
  readonly receipt: Receipt | null;
}

/**
 * Compares every byte of a backup with its inventory, and keeps a receipt where one differs: nothing rests on it
 * from then on. Needs no database: the newest is that of whoever the store belongs to. Throws BACKUP_*.
 */
export async function verifyBackup(
  data: DataLayer,
  id: string | null,
  now: () => Date,
): Promise<VerifyReport> {
  const store = backupsOf(data, await ownerOf(backupsOf(data)));
  const inventory = await chosenBackup(store, id);
  const faults = await faultsOf(store, inventory);
  const receipt =
    faults.length === 0 ? null : receiptOf(inventory, faults, { at: now(), server: null });
  if (receipt !== null) await store.writeReceipt(receipt);
  return verified(inventory, faults, receipt);
}

function receiptOf(
  inventory: Inventory,
  differences: readonly string[],
  { at, server }: { readonly at: Date; readonly server: string | null },
): Receipt {
  return {
    format: "canonry/receipt@1",
    id: inventory.id,
    proved_at: at.toISOString(),
    program: VERSION,
    server,
    proved: differences.length === 0,
    tables: inventory.tables.length,
    rows: rowsOf(inventory),
    differences,
  };
}

/**
 * Restores a backup into a scratch database, compares what came back, and keeps a receipt beside the backup.
 * `check` is what `canonry verify` says of a database.
 */
export async function proveBackup(
  world: World,
  id: string | null,
  check: (scratch: Database, signal: AbortSignal) => Promise<readonly string[]>,
): Promise<VerifyReport> {
  const { database, now, signal } = world;
  const store = await ownBackups(world);
  const inventory = await chosenBackup(store, id);
  const faults = await faultsOf(store, inventory);
  const differences =
    faults.length > 0
      ? faults
      : await prove(
          {
            ...{ database, store, migrations: MIGRATIONS },
            check: (scratch) => check(scratch, signal),
          },
          inventory,
        );
  const server = await serverVersion(database);
  const receipt = receiptOf(inventory, differences, { at: now(), server });
  await store.writeReceipt(receipt);
  return verified(inventory, differences, receipt);
}

const verified = (
  inventory: Inventory,
  differences: readonly string[],
  receipt: Receipt | null,
): VerifyReport => ({
  id: inventory.id,
  made_at: inventory.made_at,
  tables: inventory.tables.length,
  rows: rowsOf(inventory),
  parts: partsOf(inventory).length,
  differences,
  receipt,
});

/** Removes a backup and what no other needs. Throws BACKUP_UNKNOWN, _NEEDED, _FOREIGN; LOCK_HELD while one is made. */
export async function forgetBackup(
  world: World,
  id: string,
  options: { readonly force: boolean; readonly dryRun: boolean },
): Promise<Forgetting> {
  const store = await ownBackups(world);
  const forgotten = await forgetAlone(world.database, store, { id, ...options });
  if (!options.dryRun) await sweepUnfinished(world);
  return forgotten;
}
