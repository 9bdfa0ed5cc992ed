import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { type Config, loadConfig } from "../config/load.ts";
import type { ConfigFile } from "../config/validate.ts";
import { DataLayer } from "../data-layer/data-layer.ts";
import { findHome } from "../data-layer/home/find-home.ts";
import { localServerFiles } from "../data-layer/home/server-files.ts";
import { Paths } from "../data-layer/paths.ts";
import { type CallerPatience, openStorages } from "../data-layer/storage/open-storages.ts";
import { databaseNow } from "../database/clock.ts";
import { Database } from "../database/database.ts";
import { modelResponse, recordModelResponse } from "../database/ledger/model-responses.ts";
import { type EmbeddedOptions, ensureServer } from "../database/server/embedded-server.ts";
import { reshapeViews } from "../database/tables/shape-source.ts";
import { jsonlSink } from "../events/jsonl.ts";
import { readYaml } from "../formats/yaml.ts";
import { type OpenModel, openModel } from "../language-model/open-model.ts";
import { readRecordings } from "../language-model/recordings.ts";
import { CanonryError } from "../model/errors.ts";
import type { EventSink } from "../model/events.ts";
import type { ModelRecords } from "../model/language-model.ts";
import { LIMITS } from "../model/limits.ts";
import { programFile } from "../model/program-file.ts";

/** Everything outside that a run needs, wired once: the only place that reads the clock and makes ids. */
export interface World {
  readonly config: Config;
  readonly paths: Paths;
  readonly data: DataLayer;
  readonly database: Database;
  /** Null: tables are described by rules alone. */
  readonly model: OpenModel | null;
  /** Where the answers about a generation of a publication are kept; in replay, where they come from. */
  modelRecords(publication: string, generation: string): Promise<ModelRecords>;
  readonly signal: AbortSignal;
  now(): Date;
  /** By the clock that all who use the database share: what is due, and how old a thing is, is asked of it. */
  databaseNow(): Promise<Date>;
  /** Sortable by time, unique. */
  newId(): string;
  /** Events of one run or backfill: to its log, and to `watch`. */
  eventsOf(id: string, watch: EventSink): EventSink;
  close(): Promise<void>;
}

/** What the outside gives: the command line, or a test. */
export interface Outside {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly signal: AbortSignal;
  /** Absent: the machine's. */
  readonly clock?: () => Date;
  readonly flags: {
    readonly home?: string | undefined;
    readonly databaseUrl?: string | undefined;
    readonly maxCost?: number | undefined;
  };
}

export const MIGRATIONS = programFile("drizzle");

export const now = (): Date => new Date();

/** `20251130T101500-0f31a2b3c4`, its milliseconds and chance: what sorts by name sorts by time. */
export function newId(at: Date = now()): string {
  const time = at.toISOString().replace(/[-:]/g, "").slice(0, 15);
  const millisecond = at.getUTCMilliseconds().toString(16).padStart(3, "0");
  return `${time}-${millisecond}${randomBytes(4).toString("hex").slice(1)}`;
}

/** Throws CONFIG_MISSING if no home is named and none is found. */
export async function homeOf(outside: Outside): Promise<Paths> {
  const named = outside.flags.home ?? outside.env["CANONRY_HOME"];
  const home =
    named === undefined || named === "" ? await findHome(outside.cwd) : resolve(outside.cwd, named);
  if (home === null) {
    throw new CanonryError(
      "CONFIG_MISSING",
      `no config/publications.yaml in ${outside.cwd} or above, and CANONRY_HOME is not set`,
    );
  }
  return new Paths(home);
}

export async function loadConfigOf(outside: Outside): Promise<Config> {
  const paths = await homeOf(outside);
  const files = new DataLayer(paths);
  const read = async (path: string): Promise<ConfigFile | null> => {
    const text = await files.readText(path);
    if (text === null) return null;
    const options = { file: path, limits: LIMITS, code: "CONFIG_INVALID" } as const;
    return { path, ...readYaml(text, options) };
  };
  const publications = await read(paths.publications);
  if (publications === null) {
    throw new CanonryError("CONFIG_MISSING", `no file at ${paths.publications}`);
  }
  const settings = await read(paths.settings);
  return loadConfig({ publications, settings, env: outside.env, flags: outside.flags });
}

export function embeddedOptions(paths: Paths, config: Config): EmbeddedOptions {
  return {
    folder: paths.database,
    files: localServerFiles,
    newSecret: () => randomBytes(24).toString("base64url"),
    port: config.settings.database.port,
  };
}

/** The door to the files of a home, wherever its configuration keeps them. Close it, whatever happens. */
export async function openData(
  paths: Paths,
  config: Config,
  signal: AbortSignal,
  patience: Pick<CallerPatience, "silenceMs"> = {},
): Promise<DataLayer> {
  const { storage } = config.settings;
  const asked = { ...patience, signal, random: Math.random };
  return new DataLayer(paths, await openStorages(paths, storage, asked));
}

/** Loads the configuration and finds or starts the database. Close it, whatever happens. */
export async function openWorld(outside: Outside): Promise<World> {
  const world = await openUnmigrated(outside, await homeOf(outside), await loadConfigOf(outside));
  try {
    if (await world.database.ready()) await reshapeViews(world.database);
  } catch (error) {
    await world.close();
    throw error;
  }
  return world;
}

/** As `openWorld`, with the ledger as it stands: for who only looks. Close it, whatever happens. */
export async function openUnmigrated(
  outside: Outside,
  paths: Paths,
  config: Config,
): Promise<World> {
  const data = await openData(paths, config, outside.signal);
  const model = openModel({
    settings: config.settings.enrichment,
    key: config.modelKey,
    signal: outside.signal,
    random: Math.random,
  });
  const clock = outside.clock ?? now;
  const nextId = (): string => newId(clock());
  const database = await openDatabase(paths, config);
  return {
    config,
    paths,
    data,
    database,
    model,
    modelRecords: (publication, generation) =>
      recordsOf(config, data, database, { publication, generationId: generation }),
    signal: outside.signal,
    now: clock,
    databaseNow: () => databaseNow(database),
    newId: nextId,
    eventsOf: (id, watch) =>
      jsonlSink(id, watch, {
        append: (date, run, lines) => data.appendEvents(date, run, lines),
        now: clock,
        newId: nextId,
      }),
    close: async () => {
      try {
        await data.close();
      } finally {
        await model?.close();
        await database.close();
      }
    },
  };
}

async function recordsOf(
  config: Config,
  data: DataLayer,
  database: Database,
  asked: Parameters<typeof recordModelResponse>[1],
): Promise<ModelRecords> {
  const { replay } = config.settings.enrichment;
  if (replay === null) {
    return {
      find: (hash) => modelResponse(database, hash),
      record: (record) => recordModelResponse(database, asked, record),
    };
  }
  const text = await data.readText(replay);
  if (text === null) throw new CanonryError("FILE_MISSING", `no recordings at ${replay}`);
  return readRecordings(text, replay);
}

/** Connections beyond those that hold the locks of releases. */
const SPARE_CONNECTIONS = 6;

async function openDatabase(paths: Paths, config: Config): Promise<Database> {
  const { settings } = config;
  const server =
    settings.database.url === null ? await ensureServer(embeddedOptions(paths, config)) : null;
  return new Database({
    url: server?.url ?? settings.database.url ?? "",
    migrations: MIGRATIONS,
    poolSize: settings.run.concurrency + SPARE_CONNECTIONS,
    ...(server === null ? {} : { onClose: () => server.release() }),
  });
}
