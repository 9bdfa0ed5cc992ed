import { execFile } from "node:child_process";
import { CanonryError } from "../../model/errors.ts";
import type { ServerFiles, SystemUser } from "../../model/server-files.ts";
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
  /** That a stop may take before the server is ended at once; 30 unless told. */
  readonly stopSeconds?: number;
}

export const USER = "canonry";
export const DATABASE = "canonry";

export const at = {
  data: (folder: string) => `${folder}/data`,
  password: (folder: string) => `${folder}/password`,
  port: (folder: string) => `${folder}/port`,
  keep: (folder: string) => `${folder}/keep`,
  lock: (folder: string) => `${folder}/starting.lock`,
  log: (folder: string) => `${folder}/data/server.log`,
};

/**
 * Who the server runs as: it refuses root. As root it is an unprivileged user, or, where that one cannot
 * reach the home or the programs, root inside a user namespace, who is not root in there. Throws
 * DATABASE_UNREACHABLE_HOME where neither can be.
 */
export async function serverUser({ folder, files }: EmbeddedOptions): Promise<SystemUser | null> {
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

export async function pgCtl(
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
      `the embedded server did not ${args[0] ?? ""}: ${seen.replace(/\s+/g, " ")}${log === undefined ? "" : ` (its log ends: ${log})`}`,
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

/** Makes the data aside and then gives them their name: what was killed in between is no database. */
export async function initialise(options: EmbeddedOptions, user: SystemUser | null): Promise<void> {
  const { folder, files } = options;
  const { initdb } = await serverBinaries(files);
  const making = `${folder}/making-`;
  await files.removeFolders(folder, "making-");
  const data = `${making}${options.newSecret()}`;
  await files.writeSecret(at.password(folder), options.newSecret(), user);
  await files.ensureFolder(data, user);
  await execute(
    initdb,
    [
      ...["-D", data, "-U", USER, "--pwfile", at.password(folder)],
      ...["-A", "scram-sha-256", "-E", "UTF8", "--locale=C"],
      ...["--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
      ...(options.durable === false ? ["--no-sync"] : []),
    ],
    user,
    folder,
  );
  await files.placeFolder(data, at.data(folder));
}
