import type { DataLayer } from "../../data-layer/data-layer.ts";
import { findLeftovers } from "../../data-layer/leftovers.ts";
import { databaseNow } from "../../database/clock.ts";
import type { Database } from "../../database/database.ts";
import {
  artifactsKept,
  knownRuns,
  liveRuns,
  loadsNotCurrent,
  sourcesHeld,
} from "../../database/vintages/retention.ts";
import type { RetentionKind, RetentionSettings } from "../../model/retention.ts";
import type { StoredObject } from "../../model/storage/storage.ts";
import type {
  FoundArtifact,
  FoundBackup,
  FoundFile,
  FoundLeftover,
  FoundRun,
  RetentionFacts,
  SupersededLoad,
} from "./facts.ts";

/** Where backups are kept: the room that makes them knows how. */
export interface BackupShelf {
  list(): Promise<readonly FoundBackup[]>;
  forget(id: string): Promise<void>;
}

export interface RetainNeeds {
  readonly database: Database;
  readonly data: DataLayer;
  readonly settings: RetentionSettings;
  readonly backups: BackupShelf;
  /** Ends an apply before its next item. */
  readonly signal: AbortSignal;
}

/** Reads what there is of these kinds. Memory: a record of each item. */
export async function survey(
  needs: RetainNeeds,
  kinds: ReadonlySet<RetentionKind>,
): Promise<RetentionFacts> {
  const { database, data, settings } = needs;
  const { keys } = data.paths;
  const of = async <Item>(
    kind: RetentionKind,
    read: () => Promise<readonly Item[]>,
  ): Promise<readonly Item[]> => (kinds.has(kind) ? read() : []);
  const named = (prefix: string) => (one: FoundFile) => ({
    ...one,
    name: one.key.slice(prefix.length),
  });
  return {
    now: (await databaseNow(database)).toISOString(),
    settings,
    logs: (await of("log", () => listed(data, "logs", keys.logs))).map(named(keys.logs)),
    live: await of("log", () => liveRuns(database)),
    archives: (await of("log_archive", () => listed(data, "archive", keys.archives))).map(
      named(keys.archives),
    ),
    runs: await of("working_files", () => runsOf(needs)),
    leftovers: await of("leftover", () => leftoversOf(data)),
    exports: (await of("export", () => listed(data, "exports", keys.exports))).map(
      named(keys.exports),
    ),
    sources: kinds.has("export") ? await sourcesHeld(database) : { current: [], known: [] },
    loads: await of("vintage", () => supersededOf(needs)),
    artifacts: await of("artifact", () => artifactsOf(needs)),
    backups: await of("backup", () => needs.backups.list()),
  };
}

async function listed(
  data: DataLayer,
  role: Parameters<DataLayer["storageOf"]>[0],
  prefix: string,
): Promise<readonly FoundFile[]> {
  const found: FoundFile[] = [];
  for await (const one of data.storageOf(role).list(prefix)) {
    found.push({ key: one.key, size_bytes: one.sizeBytes, modified_at: one.modifiedAt });
  }
  return found;
}

async function runsOf({ data, database }: RetainNeeds): Promise<readonly FoundRun[]> {
  const folders = await data.runFolders();
  if (folders.size === 0) return [];
  const known = await knownRuns(database, [...folders.keys()]);
  return [...folders].map(([run_id, files]): FoundRun => {
    const run = known.find((one) => one.run_id === run_id);
    return {
      run_id,
      key: data.paths.keys.run(run_id),
      ...summed(files),
      status: run?.status ?? null,
      is_live: run?.is_live ?? false,
      ended_at: run?.ended_at ?? null,
    };
  });
}

function summed(
  files: readonly StoredObject[],
): Pick<FoundRun, "files" | "size_bytes" | "modified_at"> {
  return {
    files: files.length,
    size_bytes: files.reduce((sum, one) => sum + one.sizeBytes, 0),
    modified_at:
      files
        .map((one) => one.modifiedAt)
        .sort()
        .at(-1) ?? "",
  };
}

async function leftoversOf(data: DataLayer): Promise<readonly FoundLeftover[]> {
  return (await findLeftovers(data.paths.home)).map(({ path, sizeBytes, modifiedMs, writer }) => ({
    key: path,
    size_bytes: sizeBytes,
    modified_at: new Date(modifiedMs).toISOString(),
    writer,
  }));
}

/** Where all vintages are kept nobody asks for their files. */
async function supersededOf({
  database,
  data,
  settings,
}: RetainNeeds): Promise<readonly SupersededLoad[]> {
  const expires = settings.vintages_keep !== null || settings.vintages_days !== null;
  const loads: SupersededLoad[] = [];
  for (const load of await loadsNotCurrent(database)) {
    const missing: string[] = [];
    for (const sha256 of expires ? load.artifacts : []) {
      if (!(await data.hasArtifact(sha256))) missing.push(sha256);
    }
    loads.push({ ...load, missing });
  }
  return loads;
}

async function artifactsOf({
  database,
  data,
  settings,
}: RetainNeeds): Promise<readonly FoundArtifact[]> {
  const kept = await artifactsKept(database, settings.artifacts_days !== null);
  return kept.map((one) => ({ ...one, key: data.paths.keys.artifact(one.sha256) }));
}
