import type { DataLayer } from "../../data-layer/data-layer.ts";
import { type GitView, gitView } from "../../data-layer/home/git.ts";
import type { HomeEntry, HomeFiles } from "../../data-layer/home/home-files.ts";
import { findLeftovers } from "../../data-layer/leftovers.ts";
import type { Executor } from "../../database/database.ts";
import {
  heldLocks,
  ledgerArtifacts,
  ledgerCounts,
  migrationFacts,
  openRuns,
  runEnds,
  serverFacts,
} from "../../database/ledger/health.ts";
import { warehouseId } from "../../database/ledger/warehouse.ts";
import { CanonryError } from "../../model/errors.ts";
import { belongingOf } from "./contents.ts";
import { isUnfinished, JOURNALS, readJournal } from "./journal.ts";
import type { DatabaseSeen, HomeSeen, LedgerSeen, UnfinishedMove } from "./observation.ts";
import { isWithin, strayKind } from "./strays.ts";

export interface HomeSurvey {
  readonly files: HomeFiles;
  readonly data: DataLayer;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly places: readonly string[];
  readonly named: ReadonlySet<string> | null;
  readonly manifests: readonly string[];
  readonly namedAs: string | null;
  readonly configProblem: string | null;
  readonly unreachable: string | null;
  readonly deadStarter: number | null;
  /** Half-written files of other machines count as left when they are older. */
  readonly staleBeforeMs: number;
}

/** Looks at the folder of the home. Reads only. */
export async function surveyHome(survey: HomeSurvey): Promise<HomeSeen> {
  const { files, data, env, places, staleBeforeMs, ...known } = survey;
  const [entries, taken] = await Promise.all([entriesOf(files, places), takenOf(files)]);
  const git: GitView = await gitView(files, known.manifests, env);
  const writable = ["", "data", "tmp", "manifests", ...places];
  const rights = await Promise.all(writable.map((path) => files.isWritable(path)));
  // The server's own folder is its user's.
  const unwritable = writable.filter(
    (path, at) => rights[at] === false && !isWithin(path, "data/database"),
  );
  return {
    ...known,
    places,
    entries,
    git,
    unwritable,
    passwordMode: await files.modeOf("data/database/password"),
    freeBytes: await files.freeBytes(),
    taken,
    unfinishedMoves: await unfinishedMoves(files, data),
    unfinished: (await findLeftovers(files.paths.home))
      .filter((one) => one.writer === "gone" || one.modifiedMs <= staleBeforeMs)
      .map((one) => one.path),
  };
}

/** The root; what could be strange below it; and all below what is temporary by its name, to be moved with it. */
async function entriesOf(
  files: HomeFiles,
  places: readonly string[],
): Promise<readonly HomeEntry[]> {
  const found: HomeEntry[] = [];
  for (const entry of await files.entries("")) {
    found.push(entry);
    if (entry.kind !== "folder") continue;
    if (["data", "tmp", "manifests"].includes(entry.path))
      for (const one of await belowOwn(files, entry.path, places)) found.push(one);
    else if (strayKind(entry) !== null)
      for (const one of await files.below(entry.path)) found.push(one);
  }
  return found;
}

/**
 * Places are looked at one level deep, those of manifests wholly, and as deep as it is known what stands there;
 * what is strange, or of no place, is looked at wholly. Deeper than that level only what is strange is kept.
 */
async function belowOwn(
  files: HomeFiles,
  folder: string,
  places: readonly string[],
): Promise<readonly HomeEntry[]> {
  const found: HomeEntry[] = [];
  for (const entry of await files.entries(folder)) {
    const belonging = belongingOf(entry);
    const isOwn = belonging?.kind === "own";
    if (!isOwn || places.includes(folder)) found.push(entry);
    const inPlace = places.some((place) => isWithin(folder, place));
    const isEnd = isOwn ? !belonging.isOpen : belonging === null && inPlace;
    if (entry.kind !== "folder" || (isEnd && !isWithin(folder, "manifests"))) continue;
    for (const one of await belowOwn(files, entry.path, places)) found.push(one);
  }
  return found;
}

async function takenOf(files: HomeFiles): Promise<ReadonlySet<string>> {
  const places = ["data/stray", "data/logs/stray", "tmp/stray"];
  const all = await Promise.all(places.map((place) => files.below(place)));
  return new Set(all.flat().map((one) => one.path));
}

/** Keys of the journals, the oldest first. */
export async function journalsOf(files: HomeFiles): Promise<readonly string[]> {
  const entries = await files.entries(JOURNALS);
  return entries.filter((one) => one.kind === "file").map((one) => one.path);
}

async function unfinishedMoves(
  files: HomeFiles,
  data: DataLayer,
): Promise<HomeSeen["unfinishedMoves"]> {
  const found: UnfinishedMove[] = [];
  for (const journal of await journalsOf(files)) {
    const text = (await data.readText(journal)) ?? "";
    try {
      for (const { from } of readJournal(text, journal).filter(isUnfinished)) {
        const problem = "says that it was to be moved, and not that it was";
        found.push({ journal, from, problem });
      }
    } catch (error) {
      if (!(error instanceof CanonryError)) throw error;
      found.push({ journal, from: null, problem: error.message });
    }
  }
  return found;
}

/** Asks the server who it is and what it holds; `isLocal`: it stands in the home. Throws DATABASE_*. */
export async function surveyServer(
  executor: Executor,
  migrations: string,
  { isLocal, nowMs }: { readonly isLocal: boolean; readonly nowMs: () => number },
): Promise<DatabaseSeen> {
  // The first question also waits for a connection.
  await serverFacts(executor);
  const before = nowMs();
  const { clockMs, ...server } = await serverFacts(executor);
  const roundTripMs = nowMs() - before;
  const skewMs = clockMs - (before + roundTripMs / 2);
  return {
    kind: "open",
    ...server,
    isLocal,
    skewMs,
    roundTripMs,
    ...(await migrationFacts(executor, migrations)),
  };
}

export interface LedgerSurvey {
  readonly executor: Executor;
  readonly data: DataLayer;
  /** File names of the exports that the ledger stands for. */
  readonly exportNames: ReadonlySet<string>;
  /** What the files know and the ledger does not, in words. */
  readonly behind: readonly string[];
  /** Whether an address may still give what it gave. */
  gives(address: string, sizeBytes: number): Promise<boolean>;
}

/** Compares the ledger with store, runs and locks. Reads only. Memory: a hash for each artifact. */
export async function surveyLedger(survey: LedgerSurvey): Promise<LedgerSeen> {
  const { executor, data, exportNames, behind, gives } = survey;
  const stored = new Map<string, number>();
  for await (const { sha256, sizeBytes } of data.listArtifacts()) stored.set(sha256, sizeBytes);
  const folders = await data.listRuns();
  const ends = new Map((await runEnds(executor, folders)).map((one) => [one.runId, one]));
  const artifacts: LedgerSeen["artifacts"][number][] = [];
  for (const { addresses, ...one } of await ledgerArtifacts(executor)) {
    const again: string[] = [];
    // Only of what is lost is it asked.
    if (!stored.has(one.sha256)) {
      for (const address of addresses) if (await gives(address, one.sizeBytes)) again.push(address);
    }
    artifacts.push({ ...one, again });
  }
  return {
    warehouse: await warehouseId(executor),
    loads: (await ledgerCounts(executor)).loads,
    artifacts,
    stored,
    runs: await openRuns(executor),
    runFolders: folders.map((runId) => ({
      runId,
      status: ends.get(runId)?.status ?? null,
      release: ends.get(runId)?.release ?? null,
    })),
    locks: await heldLocks(executor),
    exportNames,
    exports: await data.listExports(),
    behind,
  };
}
