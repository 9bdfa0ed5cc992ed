import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { CanonryError } from "../../model/errors.ts";
import { databaseFailure } from "../failure.ts";
import { choosePort } from "./embedded-port.ts";
import { endServer, overdueStop, serverProcess } from "./embedded-process.ts";
import {
  at,
  DATABASE,
  type EmbeddedOptions,
  initialise,
  pgCtl,
  serverUser,
  USER,
} from "./embedded-programs.ts";

export type { EmbeddedOptions } from "./embedded-programs.ts";

export interface EmbeddedServer {
  readonly url: string;
  /** Stops the server if nobody else is connected and nobody asked to keep it. */
  release(): Promise<void>;
}

/** The address of the home's server if it is running; null otherwise. */
export async function runningServer(options: EmbeddedOptions): Promise<string | null> {
  const url = await urlOf(options);
  return url !== null && (await answers(url)) ? url : null;
}

/** Whether the home's server was ever made. */
export function hasServer({ folder, files }: EmbeddedOptions): Promise<boolean> {
  return files.exists(`${at.data(folder)}/PG_VERSION`);
}

/** Why the server's user cannot reach the home; null if it can. */
export async function unreachableHome(options: EmbeddedOptions): Promise<string | null> {
  try {
    await serverUser(options);
    return null;
  } catch (error) {
    if (error instanceof CanonryError && error.code === "DATABASE_UNREACHABLE_HOME")
      return error.message;
    throw error;
  }
}

/** The process of this machine that took the lock of a start and is gone; null if there is none. */
export async function deadStarter({ folder, files }: EmbeddedOptions): Promise<number | null> {
  const holder = Number(await files.readText(at.lock(folder)));
  return holder > 0 && !files.isAlive(holder) ? holder : null;
}

/** Another process may first wait for a server to stop, and then for its recovery. */
const PATIENCE_MS = 180_000;

/**
 * Finds the home's server, or starts it (and makes its data the first time). Several processes share
 * one: of two that start at once the second waits for the first.
 */
export async function ensureServer(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const { folder, files } = options;
  const patience = AbortSignal.timeout(PATIENCE_MS);
  while (!patience.aborted) {
    const running = await runningServer(options);
    const server = running === null ? null : await useServer(options, running);
    if (server !== null) return server;
    if (await files.takeLock(at.lock(folder))) {
      const started = await startAndUse(options);
      if (started !== null) return started;
    }
    await sleep(100);
  }
  throw new CanonryError(
    "DATABASE_UNAVAILABLE",
    `another process has been starting ${folder} for ${PATIENCE_MS / 60_000} minutes`,
  );
}

/** Lets go of the lock to start it, and of the server too if that fails. Null if it went away meanwhile. */
async function startAndUse(options: EmbeddedOptions): Promise<EmbeddedServer | null> {
  let started: EmbeddedServer | null = null;
  try {
    const url = await startServer(options);
    started = url === null ? null : await useServer(options, url);
  } finally {
    await options.files.remove(at.lock(options.folder)).catch(async (error: unknown) => {
      await started?.release();
      throw error;
    });
  }
  return started;
}

/** As `ensureServer`, and it stays when the last command ends. */
export async function keepServer(options: EmbeddedOptions): Promise<string> {
  const server = await ensureServer(options);
  await options.files.writeSecret(at.keep(options.folder), "kept by `canonry db start`\n", null);
  await server.release();
  return server.url;
}

/** False if it was not running. One that began to stop and did not come to its end is ended. */
export async function stopServer(options: EmbeddedOptions): Promise<boolean> {
  await options.files.remove(at.keep(options.folder));
  const isRunning = (await runningServer(options)) !== null;
  if (!isRunning && (await serverProcess(options))?.isStopping !== true) return false;
  await endServer(options);
  return true;
}

/** Every process that uses the server holds it shared; one that stops it holds it alone. */
const IN_USE = "hashtextextended('canonry.server', 0)";

/** Of two that leave at once one stops the server: neither counts the other. */
const LEAVING = "canonry leaving";

/** A connection that says that the server is in use. Null if it went away meanwhile: another stopped it. */
async function useServer(options: EmbeddedOptions, url: string): Promise<EmbeddedServer | null> {
  const holder = new pg.Client({ connectionString: url, application_name: "canonry in use" });
  holder.on("error", () => undefined);
  try {
    await holder.connect();
    await holder.query(`select pg_advisory_lock_shared(${IN_USE})`);
  } catch {
    await holder.end().catch(() => undefined);
    return null;
  }
  const release = async (): Promise<void> => {
    await holder.end().catch(() => undefined);
    await releaseServer(options);
  };
  return { url, release };
}

/** Whoever begins to use the server while it is stopped waits for the lock, loses its connection and starts it. */
async function releaseServer(options: EmbeddedOptions): Promise<void> {
  if (await options.files.exists(at.keep(options.folder))) return;
  const url = await runningServer(options);
  if (url === null) return;
  const client = new pg.Client({ connectionString: url, application_name: LEAVING });
  client.on("error", () => undefined);
  try {
    await client.connect();
    // Asked first: who starts it holds the lock until it is in use.
    if (!(await isStarting(options)) && (await isUnused(client))) await endServer(options);
  } catch (error) {
    if (error instanceof CanonryError) throw error;
    // Somebody else was faster.
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Somebody is starting it, has not used it yet, and stops it in the end. */
async function isStarting(options: EmbeddedOptions): Promise<boolean> {
  return (
    (await options.files.exists(at.lock(options.folder))) && (await deadStarter(options)) === null
  );
}

/** Looks, and milliseconds between them: a program that was killed leaves connections for a moment. */
const [LOOKS, BETWEEN] = [20, 150];

async function isUnused(client: pg.Client): Promise<boolean> {
  for (let look = 1; ; look++) {
    const { rows } = await client.query<{ alone: boolean; names: readonly string[] }>(
      `select pg_try_advisory_lock(${IN_USE}) as alone, array(
         select application_name from pg_stat_activity
          where backend_type = 'client backend' and application_name <> $1) as names`,
      [LEAVING],
    );
    const { alone = false, names = [] } = rows[0] ?? {};
    if (!alone || names.some((name) => !name.startsWith("canonry"))) return false;
    if (names.length === 0) return true;
    if (look === LOOKS) return false;
    await sleep(BETWEEN);
  }
}

/** Null if it went away again: another found it, was done with it, and stopped it before we could use it. */
async function startServer(options: EmbeddedOptions): Promise<string | null> {
  const { folder, files } = options;
  const user = await serverUser(options);
  await files.ensureFolder(folder, user);
  const left = await serverLeftRunning(options);
  if (left !== null) return left;
  if (!(await files.exists(`${at.data(folder)}/PG_VERSION`))) await initialise(options, user);
  const port = await choosePort(options, user);
  const settings = [
    `-p ${port}`,
    "-c listen_addresses=127.0.0.1",
    "-c unix_socket_directories=''",
    "-c max_wal_size=2GB",
    // Nobody replicates from it, and a COPY into a table of the same transaction then writes no log.
    "-c wal_level=minimal -c max_wal_senders=0",
    "-c shared_buffers=128MB",
    ...(options.durable === false ? ["-c fsync=off", "-c full_page_writes=off"] : []),
  ].join(" ");
  const start = ["start", "-w", "-t", "60", "-l", at.log(folder), "-o", settings];
  await patiently(() => pgCtl(options, start, user));
  const url = await urlOf(options);
  if (url === null)
    throw new CanonryError("DATABASE_UNAVAILABLE", `${folder} lost its password or port`);
  return (await createDatabase(url)) ? url : null;
}

/** The processes of a server that was killed go on for a moment, and no other starts until they are gone. */
async function patiently(start: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start();
    } catch (error) {
      const lingers = error instanceof Error && /still in use/.test(error.message);
      if (!lingers || attempt === 20) throw error;
      await sleep(250);
    }
  }
}

/**
 * A server that a killed command was starting, or stopping: its address once it answers, null once it is
 * gone. It may listen on a port that nobody wrote down.
 */
async function serverLeftRunning(options: EmbeddedOptions): Promise<string | null> {
  const { folder, files } = options;
  const patience = AbortSignal.timeout(PATIENCE_MS);
  const endOverdue = overdueStop(options);
  while (!patience.aborted) {
    const left = await serverProcess(options);
    if (left === null) return null;
    const url = left.port === null ? null : await urlOf(options, left.port);
    if (url !== null && (await answers(url))) {
      await files.writeSecret(at.port(folder), String(left.port), null);
      return url;
    }
    await endOverdue(left);
    await sleep(100);
  }
  return null;
}

/** What was killed before it made the database left a server without. False if the server went away. */
async function createDatabase(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url.replace(/\/[^/]+$/, "/postgres") });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query("select 1 from pg_database where datname = $1", [DATABASE]);
    if (rows.length === 0) await client.query(`create database ${DATABASE}`);
    return true;
  } catch (error) {
    if (madeByAnother(error)) return true;
    if (isGone(error)) return false;
    throw databaseFailure(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The server was stopped before it answered, or while it did. */
function isGone(error: unknown): boolean {
  const failure = databaseFailure(error);
  const refused = error instanceof Error && "code" in error && error.code === "ECONNREFUSED";
  return refused || (failure instanceof CanonryError && failure.code === "DATABASE_LOST");
}

/** duplicate_database, and unique_violation where both were at it. */
function madeByAnother(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return code === "42P04" || code === "23505";
}

async function urlOf(
  { folder, files }: EmbeddedOptions,
  knownPort: number | null = null,
): Promise<string | null> {
  const password = await files.readText(at.password(folder));
  const port = knownPort ?? (await files.readText(at.port(folder)));
  if (password === null || port === null) return null;
  return `postgres://${USER}:${encodeURIComponent(password)}@127.0.0.1:${port}/${DATABASE}`;
}

/** Whether our own server answers there: another one would refuse the password. */
async function answers(url: string): Promise<boolean> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    client.on("error", () => undefined);
    try {
      await client.connect();
      return true;
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : null;
      if (code === "3D000") await createDatabase(url).catch(() => undefined);
      else if (code !== "57P03") return false;
    } finally {
      await client.end().catch(() => undefined);
    }
    await sleep(100);
  }
  return false;
}
