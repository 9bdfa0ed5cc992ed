import { resolve } from "node:path";
import type { DataLayer } from "../../data-layer/data-layer.ts";
import { type BackupStore, backupsOf } from "../../data-layer/stores/backup-store.ts";
import { ledgerFacts } from "../../database/backup/backup-reading.ts";
import { restoreBackup, restoredFrom } from "../../database/backup/restore-backup.ts";
import { inSnapshot } from "../../database/backup/snapshot.ts";
import type { Database } from "../../database/database.ts";
import { reshapeViews } from "../../database/tables/shape-source.ts";
import { purgedFiles } from "../../database/vintages/purge-scope.ts";
import { CanonryError } from "../../model/errors.ts";
import {
  type FileInBackup,
  type Inventory,
  rowsOf,
  type TableInBackup,
  type TablePart,
} from "../../model/storage/backup.ts";
import {
  artifactsToPut,
  databaseToRestore,
  fileToRestore,
  isConfiguration,
  rowDifferences,
  tombstonesOf,
  wholeInventory,
} from "../../upkeep/backup/index.ts";
import { type Outside, openWorld, type World } from "../world.ts";
import { withFiles } from "./backups.ts";

export interface RestoreRequest {
  readonly id: string;
  /** The home to make; null: the one that holds the backups. */
  readonly intoHome: string | null;
}

export interface RestoredFile {
  readonly path: string;
  /** `kept`: another one stands there, and stays. */
  readonly result: "written" | "same" | "kept";
}

export interface RestoreReport {
  readonly id: string;
  readonly home: string;
  readonly rows: number;
  /** `before`: an earlier restore of the same backup had made it. */
  readonly database: "restored" | "before";
  /** What was purged after the backup was made, and is gone again. */
  readonly buried: readonly string[];
  readonly files: readonly RestoredFile[];
  readonly artifacts: number;
}

/**
 * Restores a backup into an empty database and a home: configuration first, since nothing opens without it; the
 * database in one transaction, with the identity of its warehouse; then what else the home lacks. Cut short, the same command does the rest. Files
 * that are there stay. Throws BACKUP_*; nothing is written over.
 */
export function restoreHome(outside: Outside, request: RestoreRequest): Promise<RestoreReport> {
  return withFiles(outside, (data) => restoreFrom(backupsOf(data), outside, request));
}

async function restoreFrom(
  store: BackupStore,
  outside: Outside,
  { id, intoHome }: RestoreRequest,
): Promise<RestoreReport> {
  const inventory = await wholeInventory(store, id);
  const home = intoHome === null ? undefined : resolve(outside.cwd, intoHome);
  const target = {
    ...outside,
    flags: { ...outside.flags, ...(home === undefined ? {} : { home }) },
  };
  const [config, others] = [true, false].map((wanted) =>
    inventory.files.filter((file) => isConfiguration(file.path) === wanted),
  );
  const files = [...(await withFiles(target, (data) => restoreFiles(store, data, config ?? [])))];
  const world = await openWorld(target);
  try {
    const database = await restoreDatabase(world, store, inventory);
    files.push(...(await restoreFiles(store, world.data, others ?? [])));
    const artifacts = await restoreArtifacts(world, store, inventory);
    const rows = rowsOf(inventory);
    return { id, home: world.paths.home, rows, ...database, files, artifacts };
  } finally {
    await world.close();
  }
}

async function restoreDatabase(
  { database }: World,
  store: BackupStore,
  inventory: Inventory,
): Promise<Pick<RestoreReport, "database" | "buried">> {
  if ((await restoredFrom(database)) === inventory.id) {
    await checkUnchanged(database, store, inventory);
    return { database: "before", buried: [] };
  }
  const { migration } = await ledgerFacts(database);
  if (inventory.migration > migration) {
    throw new CanonryError(
      "BACKUP_FORMAT",
      `${inventory.id} was made by version ${inventory.program}, whose ledger this program does not know`,
    );
  }
  const { whole, damaged } = await store.tombstones();
  if (damaged.length > 0) {
    throw new CanonryError(
      "BACKUP_DAMAGED",
      `${damaged.join(", ")}: it says what was purged, and is cut or changed`,
    );
  }
  const buried = await restoreBackup(
    database,
    await databaseToRestore(store, inventory, tombstonesOf(inventory, whole)),
  );
  // An older program made it: its ledger is brought to the newest shape.
  if (await database.ready(true)) await reshapeViews(database);
  return { database: "restored", buried };
}

/**
 * The rest of a restore that was cut short is done only where the database is still what it made: of what was
 * purged since, and of the list of migrations, nothing is asked. Throws BACKUP_TARGET.
 */
async function checkUnchanged(
  database: Database,
  store: BackupStore,
  inventory: Inventory,
): Promise<void> {
  const { whole } = await store.tombstones();
  const buried = new Set(tombstonesOf(inventory, whole).map((one) => one.load_id));
  const asked = ({ schema, name }: TableInBackup, part: TablePart): boolean =>
    `${schema}.${name}` !== "ops.migration" &&
    (buried.size === 0 || (schema === "bronze" && !holdsAny(part, buried)));
  const changed = await inSnapshot(database, 1, ({ leader, readers: [reader] }) =>
    rowDifferences(reader ?? leader, inventory, asked),
  );
  if (changed.length === 0) return;
  throw new CanonryError(
    "BACKUP_TARGET",
    `the database was restored from ${inventory.id} before, and was changed since: ${changed.slice(0, 3).join("; ")}`,
  );
}

const holdsAny = (part: TablePart, loads: ReadonlySet<string>): boolean =>
  (part.loads ?? []).some((load) => loads.has(String(load.load_id)));

async function restoreFiles(
  store: BackupStore,
  data: DataLayer,
  files: readonly FileInBackup[],
): Promise<readonly RestoredFile[]> {
  const restored: RestoredFile[] = [];
  for (const file of files) {
    const text = await fileToRestore(store, file);
    const found = await data.readText(file.path);
    if (found === null) await data.writeText(file.path, text);
    const result = found === null ? "written" : found === text ? "same" : "kept";
    restored.push({ path: file.path, result });
  }
  return restored;
}

/** Gives how many were put into the store of the home. */
async function restoreArtifacts(
  { data, database }: World,
  store: BackupStore,
  inventory: Inventory,
): Promise<number> {
  const { artifacts: purged } = await purgedFiles(database);
  let put = 0;
  for (const artifact of artifactsToPut(inventory, purged)) {
    if (await data.hasArtifact(artifact.sha256)) continue;
    await data.putArtifact(store.openArtifact(artifact), { maxBytes: artifact.size_bytes });
    put++;
  }
  return put;
}
