import { execFile } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { CanonryError } from "../model/errors.ts";
import type { ServerFiles, SystemUser } from "../model/server-files.ts";
import { serverBinaries } from "./embedded-binaries.ts";

/** Where the server's files stand, all below one folder. */
export interface EmbeddedOptions {
  /** Absolute; the data, the password, the port and the log live in it. */
  readonly folder: string;
  readonly files: ServerFiles;
  /** Random text for the password. */
  readonly newSecret: () => string;
  /** Null: any free port, kept from then on. */
  readonly port: number | null;
  /** Tests on throw-away data may trade durability for time. */
  readonly durable?: boolean;
}

export interface EmbeddedServer {
  readonly url: string;
  /** Stops the server if nobody else is connected and nobody asked to keep it. */
  release(): Promise<void>;
}

const USER = "canonry";
const DATABASE = "canonry";

const at = {
  data: (folder: string) => `${folder}/data`,
  password: (folder: string) => `${folder}/password`,
  port: (folder: string) => `${folder}/port`,
  keep: (folder: string) => `${folder}/keep`,
  lock: (folder: string) => `${folder}/starting.lock`,
  log: (folder: string) => `${folder}/data/server.log`,
};

/** The address of the home's server if it is running; null otherwise. */
export async function runningServer(options: EmbeddedOptions): Promise<string | null> {
  const url = await urlOf(options);
  return url !== null && (await answers(url)) ? url : null;
}

/**
 * Finds the home's server, or starts it (and makes its data the first time). Several processes share
 * one: of two that start at once the second waits for the first.
 */
export async function ensureServer(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const { folder, files } = options;
  for (let attempt = 0; attempt < 300; attempt++) {
    const running = await runningServer(options);
    if (running !== null) return { url: running, release: () => releaseServer(options) };
    if (await files.takeLock(at.lock(folder))) {
      try {
        const url = await startServer(options);
        return { url, release: () => releaseServer(options) };
      } finally {
        await files.remove(at.lock(folder));
      }
    }
    await sleep(100);
  }
  throw new CanonryError(
    "DATABASE_UNAVAILABLE",
    `another process has been starting ${folder} for 30 s`,
  );
}

/** As `ensureServer`, and it stays when the last command ends. */
export async function keepServer(options: EmbeddedOptions): Promise<string> {
  const server = await ensureServer(options);
  await options.files.writeSecret(at.keep(options.folder), "kept by `canonry db start`\n", null);
  return server.url;
}

/** False if it was not running. */
export async function stopServer(options: EmbeddedOptions): Promise<boolean> {
  await options.files.remove(at.keep(options.folder));
  if ((await runningServer(options)) === null) return false;
  await pgCtl(options, ["stop", "-m", "fast", "-w"]);
  return true;
}

async function releaseServer(options: EmbeddedOptions): Promise<void> {
  if (await options.files.exists(at.keep(options.folder))) return;
  const url = await runningServer(options);
  if (url === null || (await othersConnected(url))) return;
  await pgCtl(options, ["stop", "-m", "fast", "-w"]);
}

async function startServer(options: EmbeddedOptions): Promise<string> {
  const { folder, files } = options;
  const user = await serverUser(options);
  await files.ensureFolder(folder, user);
  const fresh = !(await files.exists(`${at.data(folder)}/PG_VERSION`));
  if (fresh) await initialise(options, user);
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
  await pgCtl(options, ["start", "-w", "-t", "60", "-l", at.log(folder), "-o", settings], user);
  const url = await urlOf(options);
  if (url === null)
    throw new CanonryError("DATABASE_UNAVAILABLE", `${folder} lost its password or port`);
  if (fresh) await createDatabase(url);
  return url;
}

/**
 * Who the server runs as: it refuses root. As root it is an unprivileged user, or, where that one cannot
 * reach the home or the programs, root inside a user namespace, who is not root in there. Throws
 * DATABASE_UNREACHABLE_HOME where neither can be.
 */
async function serverUser({ folder, files }: EmbeddedOptions): Promise<SystemUser | null> {
  const user = await files.serverUser(at.data(folder));
  if (user === null) return null;
  if (user.uid === 0) return { ...user, namespace: true };
  const { pgCtl: program } = await serverBinaries(files);
  const blocked =
    (await files.firstUnreachable(folder, user)) ?? (await files.firstUnreachable(program, user));
  if (blocked === null) return user;
  const root: SystemUser = { name: "root", uid: 0, gid: 0, namespace: true };
  const works = await execute("true", [], root, "/").then(
    () => true,
    () => false,
  );
  if (works) return root;
  throw new CanonryError(
    "DATABASE_UNREACHABLE_HOME",
    `the server refuses root and runs as ${user.name}, who may not enter ${blocked}`,
    { file: blocked },
  );
}

async function initialise(options: EmbeddedOptions, user: SystemUser | null): Promise<void> {
  const { folder, files } = options;
  const { initdb } = await serverBinaries(files);
  await files.writeSecret(at.password(folder), options.newSecret(), user);
  await files.ensureFolder(at.data(folder), user);
  await execute(
    initdb,
    [
      ...["-D", at.data(folder), "-U", USER, "--pwfile", at.password(folder)],
      ...[
        "-A",
        "scram-sha-256",
        "-E",
        "UTF8",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
      ],
      ...["--locale=C", ...(options.durable === false ? ["--no-sync"] : [])],
    ],
    user,
    folder,
  );
}

async function createDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url.replace(/\/[^/]+$/, "/postgres") });
  await client.connect();
  try {
    await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}

async function choosePort(options: EmbeddedOptions, user: SystemUser | null): Promise<number> {
  const { folder, files } = options;
  const kept = Number(await files.readText(at.port(folder)));
  const port = options.port ?? (kept > 0 && (await isFree(kept)) ? kept : await freePort());
  if (port !== kept) await files.writeSecret(at.port(folder), String(port), user);
  return port;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() =>
        resolve(typeof address === "object" && address !== null ? address.port : 0),
      );
    });
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}

async function urlOf({ folder, files }: EmbeddedOptions): Promise<string | null> {
  const [password, port] = await Promise.all([
    files.readText(at.password(folder)),
    files.readText(at.port(folder)),
  ]);
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
      const starting = error instanceof Error && "code" in error && error.code === "57P03";
      if (!starting) return false;
    } finally {
      await client.end().catch(() => undefined);
    }
    await sleep(100);
  }
  return false;
}

async function othersConnected(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ others: number }>(
      `select count(*)::int as others from pg_stat_activity
        where backend_type = 'client backend' and pid <> pg_backend_pid()`,
    );
    return (rows[0]?.others ?? 0) > 0;
  } catch {
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function pgCtl(
  options: EmbeddedOptions,
  args: readonly string[],
  known?: SystemUser | null,
): Promise<void> {
  const { folder, files } = options;
  const user = known === undefined ? await serverUser(options) : known;
  const { pgCtl: program } = await serverBinaries(files);
  try {
    await execute(program, [args[0] ?? "", "-D", at.data(folder), ...args.slice(1)], user, folder);
  } catch (error) {
    const log = (await files.readText(at.log(folder)))?.trim().split("\n").slice(-3).join(" | ");
    const seen = error instanceof Error ? error.message : String(error);
    const full = /No space left on device/i.test(log ?? "") || /No space left/i.test(seen);
    throw new CanonryError(
      full ? "STORAGE_FULL" : "DATABASE_UNAVAILABLE",
      `the embedded server did not ${args[0] ?? ""}: ${log ?? seen}`,
      { file: at.log(folder) },
      { cause: error },
    );
  }
}

const NAMESPACE = ["--user", "--map-user=1000", "--map-group=1000", "--"];

/** Runs a program to its end as `user`; the server that it leaves behind keeps none of our pipes. */
function execute(
  program: string,
  args: readonly string[],
  user: SystemUser | null,
  cwd: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const inside = user?.namespace === true;
    const child = execFile(
      inside ? "unshare" : program,
      inside ? [...NAMESPACE, program, ...args] : [...args],
      {
        cwd,
        ...(user === null || inside ? {} : { uid: user.uid, gid: user.gid }),
        env: { LC_ALL: "C", PATH: "/usr/bin:/bin" },
      },
      (error, stdout, stderr) => {
        if (error === null) resolve();
        else if (/No space left/i.test(stderr))
          reject(new CanonryError("STORAGE_FULL", stderr.trim()));
        else reject(new Error(`${error.message} ${stdout} ${stderr}`.trim()));
      },
    );
    child.stdin?.end();
  });
}
