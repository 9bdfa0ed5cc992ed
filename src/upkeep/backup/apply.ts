import type { DataLayer } from "../../data-layer/data-layer.ts";
import { readAll } from "../../data-layer/file-bytes.ts";
import type { BackupStore, StoredPart } from "../../data-layer/stores/backup-store.ts";
import { holding, partSql } from "../../database/backup/backup-reading.ts";
import type { Session } from "../../database/database.ts";
import type { ManagedTable } from "../../database/tables/managed-tables.ts";
import { CanonryError } from "../../model/errors.ts";
import {
  type ArtifactInBackup,
  BACKUP_FORMAT,
  type FileInBackup,
  type Inventory,
  type PartToRead,
  type TableInBackup,
  type TablePart,
} from "../../model/storage/backup.ts";
import type { HomeFile } from "./home-files.ts";
import { checkOwner } from "./owner.ts";
import type { BackupPlan } from "./plan.ts";
import { scripts } from "./scripts.ts";
import type { BackupSurvey } from "./survey.ts";

export interface BackupNeeds {
  readonly store: BackupStore;
  readonly data: DataLayer;
  readonly id: string;
  readonly program: string;
  readonly withArtifacts: boolean;
  readonly files: readonly HomeFile[];
  readonly signal: AbortSignal;
}

/** What was written: parts that other backups have as well are not. */
export interface Written {
  parts: number;
  bytes: number;
}

/**
 * Writes a backup by its plan; the inventory last. Throws BACKUP_FOREIGN if the store became another's meanwhile. Memory: one chunk for each reader, and the inventory.
 */
export async function apply(
  plan: BackupPlan,
  survey: BackupSurvey,
  needs: BackupNeeds,
): Promise<{ readonly inventory: Inventory; readonly written: Written }> {
  const written: Written = { parts: 0, bytes: 0 };
  const notes: string[] = [];
  const read = await readParts(plan, survey, needs, written, notes);
  const tables = survey.schema.tables.map((table): TableInBackup => {
    const parts = [
      ...plan.reused.filter((one) => isOf(table, one)).map((one) => one.part),
      ...read.filter((one) => isOf(table, one.action)).map((one) => one.part),
    ].toSorted((a, b) => (a.loads?.[0]?.load_id ?? 0) - (b.loads?.[0]?.load_id ?? 0));
    const rows = parts.reduce((sum, part) => sum + part.rows, 0);
    return { schema: table.schema, name: table.name, rows, parts };
  });
  const files = await keepFiles(needs, survey, written, notes);
  const artifacts = await keepArtifacts(survey, needs, written, notes);
  const { id, store, program } = needs;
  const inventory: Inventory = {
    format: BACKUP_FORMAT,
    id,
    ...(store.warehouse === null ? {} : { warehouse: store.warehouse }),
    made_at: survey.snapshot.takenAt,
    program,
    ...survey.ledger,
    tables,
    files,
    artifacts,
    scripts: await keepScripts(needs, survey, tables, files),
    left_out: survey.schema.leftOut,
    redacted: needs.files.flatMap(({ path, redacted }) =>
      redacted.map((name) => `${path}: \${${name}} in place of a secret`),
    ),
    notes,
  };
  await checkOwner(store);
  await store.writeInventory(inventory);
  return { inventory, written };
}

const isOf = (
  table: { readonly schema: string; readonly name: string },
  one: { readonly schema: string; readonly name: string },
): boolean => one.schema === table.schema && one.name === table.name;

interface ReadPart {
  readonly action: PartToRead;
  readonly part: TablePart;
}

/** Each reader takes the next part that nobody has taken. */
async function readParts(
  plan: BackupPlan,
  { snapshot, schema, anew }: BackupSurvey,
  needs: BackupNeeds,
  written: Written,
  notes: string[],
): Promise<readonly ReadPart[]> {
  const left = plan.todo.map(({ action }) => action);
  const read: ReadPart[] = [];
  let failed = false;
  const work = async (session: Session): Promise<void> => {
    try {
      for (let action = left.shift(); action !== undefined && !failed; action = left.shift()) {
        checkSignal(needs.signal);
        const table = schema.tables.find((one) => isOf(one, action as PartToRead));
        if (table === undefined) continue;
        read.push({
          action,
          part: await readPart(session, table, action, { ...needs, anew }, written),
        });
      }
    } catch (error) {
      failed = true;
      throw error;
    }
  };
  await settled(snapshot.readers.map(work));
  for (const { action, part } of read) {
    const known = action.loads?.reduce((sum, load) => sum + load.rows, 0) ?? part.rows;
    if (known !== part.rows) {
      notes.push(`${action.schema}.${action.name}: ${part.rows} rows, the ledger has ${known}`);
    }
  }
  return read;
}

/** Parts that were written stay: the next backup finds them. */
function checkSignal(signal: AbortSignal): void {
  if (signal.aborted) throw new CanonryError("INTERRUPTED", "the backup was not finished");
}

/** Waits for all, so that nothing is read behind the end of the snapshot; then the first failure is thrown. */
async function settled(works: readonly Promise<void>[]): Promise<void> {
  for (const end of await Promise.allSettled(works)) {
    if (end.status === "rejected") throw end.reason;
  }
}

function readPart(
  session: Session,
  table: ManagedTable,
  { choice, loads }: PartToRead,
  { store, anew }: BackupNeeds & Pick<BackupSurvey, "anew">,
  written: Written,
): Promise<TablePart> {
  const columns = table.columns
    .filter((column) => column.generated === "")
    .map(({ name, type }) => ({ name, type }));
  return holding(session, table, async () => {
    let rows = 0;
    const chunks = session.copyOut(partSql(table, columns, choice), (counted) => {
      rows = counted;
    });
    const { isNew, ...part } = await store.putPart(chunks, !anew);
    count(written, isNew, part.size_bytes);
    return { ...part, columns, rows, loads };
  });
}

function count(written: Written, isNew: boolean, sizeBytes: number): void {
  if (!isNew) return;
  written.parts++;
  written.bytes += sizeBytes;
}

async function keepFiles(
  { store, files }: BackupNeeds,
  { anew }: BackupSurvey,
  written: Written,
  notes: string[],
): Promise<readonly FileInBackup[]> {
  const kept: FileInBackup[] = [];
  for (const { path, text } of files) {
    if (text === null) {
      notes.push(`${path} is not in it: its secrets cannot be told from the rest`);
      continue;
    }
    const part: StoredPart = await store.putPart(once(Buffer.from(text)), !anew);
    count(written, part.isNew, part.size_bytes);
    kept.push({ path, sha256: part.sha256, size_bytes: part.size_bytes });
  }
  return kept;
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

async function keepArtifacts(
  { artifacts, anew, sizes }: BackupSurvey,
  { store, data, withArtifacts, signal }: BackupNeeds,
  written: Written,
  notes: string[],
): Promise<readonly ArtifactInBackup[]> {
  const kept: ArtifactInBackup[] = [];
  for (const artifact of artifacts) {
    checkSignal(signal);
    kept.push({ ...artifact, kept: withArtifacts && (await keepArtifact(artifact)) });
  }
  return kept;

  async function isHere(artifact: (typeof artifacts)[number]): Promise<boolean> {
    if (anew) return store.holdsArtifact(artifact);
    return sizes.get(store.keys.backupArtifact(artifact.sha256)) === artifact.size_bytes;
  }

  async function keepArtifact(artifact: (typeof artifacts)[number]): Promise<boolean> {
    if (await isHere(artifact)) return true;
    try {
      const bytes = await data.openArtifact(artifact.sha256, artifact.file_name);
      await store.putArtifact(artifact, readAll(bytes));
      count(written, true, artifact.size_bytes);
      return true;
    } catch (error) {
      const known = ["FILE_MISSING", "BACKUP_DAMAGED", "STORAGE_DAMAGED"];
      if (!(error instanceof CanonryError) || !known.includes(error.code)) throw error;
      notes.push(error.message);
      return false;
    }
  }
}

async function keepScripts(
  { store, id }: BackupNeeds,
  { schema }: BackupSurvey,
  tables: readonly TableInBackup[],
  files: readonly FileInBackup[],
): Promise<Inventory["scripts"]> {
  const texts = scripts({ id, before: schema.before, after: schema.after, tables, files });
  const kept: Inventory["scripts"][number][] = [];
  for (const [name, text] of Object.entries(texts)) {
    kept.push({ name, ...(await store.writeText(store.keys.backupFile(id, name), text)) });
  }
  return kept;
}
