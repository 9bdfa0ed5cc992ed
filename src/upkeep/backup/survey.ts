import type { BackupStore } from "../../data-layer/stores/backup-store.ts";
import {
  type ArtifactRow,
  artifactsToKeep,
  type LedgerFacts,
  ledgerFacts,
  loadsToKeep,
  sourcesKept,
} from "../../database/backup/backup-reading.ts";
import { inSnapshot, type Snapshot } from "../../database/backup/snapshot.ts";
import type { Database } from "../../database/database.ts";
import { shapeStamp } from "../../database/tables/managed-tables.ts";
import { type SchemaSql, schemaSql } from "../../database/tables/schema-sql.ts";
import { CanonryError } from "../../model/errors.ts";
import type { Inventory } from "../../model/storage/backup.ts";
import { hasFailed, wholeBackups } from "./newest.ts";
import { type BackupFacts, partsInStore } from "./plan.ts";

/** What a backup is made of, at one moment of the database. */
export interface BackupSurvey extends BackupFacts {
  readonly snapshot: Snapshot;
  readonly schema: SchemaSql;
  readonly artifacts: readonly ArtifactRow[];
  readonly ledger: LedgerFacts;
  /** Bytes of what the store has, by key; empty where nothing is trusted. */
  readonly sizes: ReadonlyMap<string, number>;
  /** Nothing that the store has is trusted by its size: each part that is written again is compared. */
  readonly anew: boolean;
}

/** Tables are read by so many at once: COPY keeps one core of the server busy, packing one of ours. */
const READERS = 2;

/** How often a moment is looked for in which nobody changes the shape of a table. */
const MOST_ROUNDS = 20;

/**
 * Runs `work` over a snapshot and what stands in it. `anew`: nothing is taken over from earlier backups; so it is
 * where the newest of them failed its proof. Throws BACKUP_MOVED if tables changed their shape again and again.
 */
export async function survey<Result>(
  { database, store }: { readonly database: Database; readonly store: BackupStore },
  anew: boolean,
  work: (survey: BackupSurvey) => Promise<Result>,
): Promise<Result> {
  for (let round = 1; ; round++) {
    try {
      return await inSnapshot(database, READERS, async (snapshot) =>
        work(await look(database, store, snapshot, anew)),
      );
    } catch (error) {
      const moved = error instanceof CanonryError && error.code === "BACKUP_MOVED";
      if (!moved || round === MOST_ROUNDS) throw error;
    }
  }
}

async function look(
  database: Database,
  store: BackupStore,
  snapshot: Snapshot,
  anew: boolean,
): Promise<BackupSurvey> {
  const { leader } = snapshot;
  const schema = await shapeOf(database, snapshot);
  const tables = schema.tables.map(({ schema: folder, name, columns }) => ({
    schema: folder,
    name,
    columns: columns
      .filter((column) => column.generated === "")
      .map(({ name: column, type }) => ({ name: column, type })),
  }));
  return {
    snapshot,
    schema,
    tables,
    sources: await sourcesKept(leader),
    loads: await loadsToKeep(leader),
    artifacts: await artifactsToKeep(leader),
    ledger: await ledgerFacts(leader),
    ...(anew ? ANEW : await previousOf(store)),
  };
}

/** What the server says of views and keys is of now, not of the snapshot: so nothing may have changed since. */
async function shapeOf(database: Database, { leader }: Snapshot): Promise<SchemaSql> {
  const before = await shapeStamp(leader);
  try {
    const schema = await schemaSql(leader);
    if ((await shapeStamp(database)) === before) return schema;
  } catch (error) {
    if ((await shapeStamp(database)) === before) throw error;
  }
  throw new CanonryError("BACKUP_MOVED", "a table changed its shape meanwhile");
}

const ANEW = { previous: null, sizes: new Map<string, number>(), anew: true } as const;

async function previousOf(
  store: BackupStore,
): Promise<Pick<BackupSurvey, "previous" | "sizes" | "anew">> {
  const [newest] = await wholeBackups(store);
  if (newest !== undefined && (await hasFailed(store, newest.id))) return ANEW;
  const { sizes } = await store.list();
  const previous = newest && { id: newest.id, parts: partsIn(newest, store, sizes) };
  return { previous: previous ?? null, sizes, anew: false };
}

const partsIn = (inventory: Inventory, store: BackupStore, sizes: ReadonlyMap<string, number>) =>
  partsInStore(inventory, (sha256) => sizes.get(store.keys.backupPart(sha256)));
