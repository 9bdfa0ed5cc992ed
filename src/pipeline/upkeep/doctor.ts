import type { Config } from "../../config/load.ts";
import { DataLayer } from "../../data-layer/data-layer.ts";
import { HomeFiles } from "../../data-layer/home/home-files.ts";
import { AsideMover } from "../../data-layer/home/move-aside.ts";
import { MIRROR, OTHER_PLACES, type Paths } from "../../data-layer/paths.ts";
import { PLACE } from "../../data-layer/storage/placed-storage.ts";
import type { Database } from "../../database/database.ts";
import { exportRows, staleExports } from "../../database/export/exports.ts";
import { calendarRows } from "../../database/ledger/calendar.ts";
import { deadStarter, hasServer, unreachableHome } from "../../database/server/embedded-server.ts";
import { CanonryError } from "../../model/errors.ts";
import type { Finding, FindingCode } from "../../model/finding.ts";
import { publicationCalendar } from "../../model/period/publication-calendar.ts";
import type { Planned } from "../../model/stage.ts";
import { localPathOrNull } from "../../stages/acquire/index.ts";
import {
  apply,
  type Bounds,
  type DatabaseSeen,
  type Diagnosis,
  type DoctorNeeds,
  type FixReport,
  journalsOf,
  type Move,
  type Moved,
  type Observations,
  plan,
  settle,
  surveyHome,
  surveyLedger,
  surveyServer,
  undo,
} from "../../upkeep/doctor/index.ts";
import { CATALOG } from "../projections/export-catalog.ts";
import { filesOf } from "../projections/exports.ts";
import { filesAhead, projectionLags } from "../projections/projection-lag.ts";
import { personOf } from "../vintages/vintages.ts";
import {
  embeddedOptions,
  homeOf,
  loadConfigOf,
  MIGRATIONS,
  newId,
  now,
  type Outside,
  openUnmigrated,
  type World,
} from "../world.ts";
import { type RolesDown, rolesDown, storesSeen, UNSEEN_STORES } from "./doctor-stores.ts";

const BOUNDS: Bounds = {
  freeBytes: 512 * (1 << 20),
  freeShare: 0.1,
  skewMs: 60_000,
  idleWithRunSeconds: 6 * 60 * 60,
  idleWithoutRunSeconds: 10 * 60,
  unfinishedMs: 24 * 60 * 60 * 1000,
  provenDays: 35,
  storageMs: 5_000,
};

export interface ExamineOptions {
  /** Other bounds, for a test. */
  readonly bounds?: Partial<Bounds>;
}

export interface Examination {
  readonly home: string;
  readonly findings: readonly Finding[];
  /** Codes that could not be looked for. */
  readonly not_looked_for: readonly FindingCode[];
  /** What `--fix --apply` would move. */
  readonly moves: readonly Planned<Move>[];
  readonly stays: Diagnosis["skipped"];
}

/**
 * Looks at everything: home, server, ledger, projections. Changes nothing. A database that does not answer, or a
 * configuration that cannot be read, is a finding, and the rest is looked at. Throws CONFIG_MISSING where there
 * is no home. Memory: a hash for each artifact.
 */
export async function examine(
  outside: Outside,
  options: ExamineOptions = {},
): Promise<Examination> {
  const paths = await homeOf(outside);
  const bounds = { ...BOUNDS, ...options.bounds };
  const config = await loadConfigOf(outside).catch(ifTyped);
  const read = config instanceof CanonryError ? null : config;
  const down: RolesDown =
    read === null ? new Map() : await rolesDown(outside, paths, read, bounds.storageMs);
  const asked = await askDatabase(outside, paths, config, down);
  const staleBeforeMs = now().getTime() - bounds.unfinishedMs;
  const home = await homeSeen(outside, paths, config, staleBeforeMs);
  const stores =
    read === null
      ? UNSEEN_STORES
      : await storesSeen(outside, paths, read, {
          ...{ down, staleBeforeMs },
          warehouse: asked.ledger?.warehouse ?? null,
        });
  const seen: Observations = {
    ...{ home, ...stores, ...asked, bounds },
    today: now().toISOString().slice(0, 10),
  };
  const { findings, notLookedFor, todo, skipped } = plan(seen);
  return {
    home: paths.home,
    findings,
    not_looked_for: notLookedFor,
    moves: todo,
    stays: skipped,
  };
}

/** A failure with a code is something seen, except that there is no home at all. */
function ifTyped(error: unknown): CanonryError {
  if (error instanceof CanonryError && error.code !== "CONFIG_MISSING") return error;
  throw error;
}

type Asked = Pick<Observations, "database" | "ledger" | "projections" | "overdue">;

const unasked = (database: DatabaseSeen): Asked => ({
  ...{ database, ledger: null, projections: null, overdue: null },
});

async function askDatabase(
  outside: Outside,
  paths: Paths,
  config: Config | CanonryError,
  down: RolesDown,
): Promise<Asked> {
  if (config instanceof CanonryError)
    return unasked({ kind: "down", reason: "its address is in a file that cannot be read" });
  const isEmbedded = config.settings.database.url === null;
  if (isEmbedded && !(await hasServer(embeddedOptions(paths, config))))
    return unasked({ kind: "new" });
  let world: World | null = null;
  try {
    world = await openUnmigrated(outside, paths, config);
    return await askLedger(world, down);
  } catch (error) {
    return unasked({ kind: "down", reason: ifTyped(error).describe() });
  } finally {
    await world?.close();
  }
}

async function askLedger(world: World, down: RolesDown): Promise<Asked> {
  const database = await surveyServer(world.database, MIGRATIONS, {
    isLocal: world.config.settings.database.url === null,
    nowMs: () => world.now().getTime(),
  });
  // Another shape than ours would answer other questions.
  const isOurs = database.kind === "open" && database.pending === 0 && database.unknown === 0;
  // A storage that does not answer is a finding of its own.
  if (!isOurs || down.has("inputs") || down.has("exports")) return unasked(database);
  try {
    const ledger = await surveyLedger({
      executor: world.database,
      data: world.data,
      exportNames: await exportNames(world.database),
      behind: await filesAhead(world),
      gives: (address, sizeBytes) => gives(world.data, address, sizeBytes),
    });
    const projections = await projectionLags(world);
    return { database, ledger, projections, overdue: await overdueReleases(world) };
  } catch (error) {
    if (error instanceof CanonryError && error.code.startsWith("STORAGE_"))
      return unasked(database);
    throw error;
  }
}

async function exportNames(database: Database): Promise<ReadonlySet<string>> {
  const sources = (await exportRows(database)).map((row) => row.source);
  const stale = await staleExports(database, CATALOG);
  const catalog = sources.length > 0 ? [CATALOG] : [];
  return new Set([...sources, ...stale, ...catalog].flatMap(filesOf));
}

/** The web may; a local file does while it has its size. */
async function gives(data: DataLayer, address: string, sizeBytes: number): Promise<boolean> {
  const path = localPathOrNull(address);
  if (path === null) return /^https?:/i.test(address);
  return (await data.statFile(path))?.sizeBytes === sizeBytes;
}

async function overdueReleases(world: World): Promise<NonNullable<Observations["overdue"]>> {
  const rows = await calendarRows(world.database);
  const today = world.now().toISOString().slice(0, 10);
  return world.config.publications.flatMap((publication) => {
    const own = rows.filter((row) => row.publication === publication.code);
    const { cells } = publicationCalendar(publication, own, today);
    const late = cells.filter((cell) => cell.status === "overdue");
    const [first] = late;
    if (first === undefined) return [];
    const periods = late.map((cell) => cell.period);
    return [{ publication: publication.code, periods, due: first.due }];
  });
}

async function homeSeen(
  outside: Outside,
  paths: Paths,
  config: Config | CanonryError,
  staleBeforeMs: number,
) {
  const files = new HomeFiles(paths);
  const read = config instanceof CanonryError ? null : config;
  const isEmbedded = read !== null && read.settings.database.url === null;
  const server = isEmbedded ? embeddedOptions(paths, read) : null;
  return surveyHome({
    files,
    data: new DataLayer(paths),
    env: outside.env,
    places: [...new Set([...Object.values(MIRROR), ...OTHER_PLACES])],
    named: read === null ? null : namedPaths(paths, read),
    manifests: (read?.publications ?? []).map((one) => one.canonical_manifest),
    namedAs: outside.env["CANONRY_HOME"] ?? null,
    configProblem: config instanceof CanonryError ? config.describe() : null,
    unreachable: server === null ? null : await unreachableHome(server),
    deadStarter: server === null ? null : await deadStarter(server),
    staleBeforeMs,
  });
}

/** What the configuration names within the home: folders and files of publications, manifests, recordings. */
function namedPaths(paths: Paths, { publications, settings }: Config): ReadonlySet<string> {
  const named = publications.flatMap((one) => [
    ...(one.folder === undefined ? [] : [one.folder]),
    ...one.urls.flatMap(({ url }) => localPathOrNull(url) ?? []),
    one.canonical_manifest,
    paths.beside(one.canonical_manifest, `${one.code}_history.md`),
  ]);
  const { replay } = settings.enrichment;
  // The folder of the home that all is kept in, unless somebody says otherwise, is looked at like the rest.
  const kept = Object.values(settings.storage.roles).flatMap((place) =>
    place.backend === "local" && `${paths.within(place.base_dir) ?? ""}/` !== PLACE
      ? [place.base_dir]
      : [],
  );
  return new Set(
    [...named, ...kept, ...(replay === null ? [] : [replay])].flatMap(
      (path) => paths.within(path) ?? [],
    ),
  );
}

async function needsOf(outside: Outside): Promise<DoctorNeeds & { readonly files: HomeFiles }> {
  const paths = await homeOf(outside);
  const data = new DataLayer(paths);
  return {
    files: new HomeFiles(paths),
    mover: new AsideMover(paths),
    readText: (path) => data.readText(path),
    by: personOf(null),
    now: () => now().toISOString(),
    newId,
  };
}

export interface FixResult extends FixReport {
  /** Moves of earlier times that were cut short. */
  readonly settled: readonly Moved[];
}

/** Ends what was cut short, then moves what stands where it should not. */
export async function fix(outside: Outside): Promise<FixResult> {
  const needs = await needsOf(outside);
  const settled = await settle(await journalsOf(needs.files), needs);
  const { moves } = await examine(outside);
  return { ...(await apply(moves, needs)), settled };
}

/** Moves back what a journal moved. Throws FILE_MISSING, JOURNAL_INVALID. */
export async function undoFix(outside: Outside, journal: string): Promise<FixReport> {
  const needs = await needsOf(outside);
  return undo(needs.files.paths.keyOf(journal), needs);
}
