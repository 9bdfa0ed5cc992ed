import {
  access,
  chmod,
  chown,
  link,
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { dirname, join, parse, relative, sep } from "node:path";
import process from "node:process";
import type { ServerFiles, SystemUser } from "../../model/server-files.ts";
import { fileFailure } from "../file-failure.ts";
import { isAlive, writerName } from "../leftovers.ts";
import { syncFolder } from "../write-atomic.ts";

const plainFiles: ServerFiles = {
  async ensureFolder(path, owner) {
    await mkdir(path, { recursive: true });
    await chmod(path, 0o700);
    if (owner !== null) await chown(path, owner.uid, owner.gid);
  },
  async readText(path) {
    try {
      return await readFile(path, "utf8");
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  },
  async writeSecret(path, text, owner) {
    const temp = `${path}.tmp`;
    await writeFile(temp, text, { mode: 0o600 });
    if (owner !== null) await chown(temp, owner.uid, owner.gid);
    await rename(temp, path);
  },
  remove: (path) => rm(path, { force: true }),
  async placeFolder(from, to) {
    await rename(from, to);
    await syncFolder(dirname(to));
  },
  async removeFolders(folder, prefix) {
    for (const name of await readdir(folder)) {
      if (!name.startsWith(prefix)) continue;
      await rm(join(folder, name), { recursive: true, force: true, maxRetries: 10 });
    }
  },
  isAlive,
  async exists(path) {
    return access(path).then(
      () => true,
      () => false,
    );
  },
  async firstUnreachable(path, user) {
    for (const folder of foldersAbove(path)) {
      const facts = await stat(folder).catch(() => null);
      if (facts === null) return null;
      const bit = facts.uid === user.uid ? 0o100 : facts.gid === user.gid ? 0o010 : 0o001;
      if ((facts.mode & bit) === 0) return folder;
    }
    return null;
  },
  async ensureLinks(links) {
    for (const { path, target } of links) {
      if (
        await lstat(path).then(
          () => true,
          () => false,
        )
      )
        continue;
      await symlink(relative(dirname(path), target), path).catch((error: unknown) => {
        if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
      });
    }
  },
  async serverUser(path) {
    if (process.getuid?.() !== 0) return null;
    const users = await systemUsers();
    const facts = await stat(path).catch(() => null);
    const owner = users.find((user) => user.uid === facts?.uid);
    const named = (name: string): SystemUser | undefined =>
      users.find((user) => user.name === name);
    return owner ?? named("postgres") ?? named("nobody") ?? null;
  },
  async takeLock(path) {
    await mkdir(dirname(path), { recursive: true });
    // Linked into place, so that nobody ever reads a lock without the number of its holder.
    const own = `${path}.${writerName()}`;
    await writeFile(own, String(process.pid));
    try {
      for (let attempt = 0; attempt < 2; attempt++) {
        const taken = await link(own, path).then(
          () => true,
          (error: unknown) => {
            if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
            throw error;
          },
        );
        if (taken) return true;
        const holder = Number(await readFile(path, "utf8").catch(() => "0"));
        if (holder > 0 && isAlive(holder)) return false;
        await rm(path, { force: true });
      }
      return false;
    } finally {
      await rm(own, { force: true });
    }
  },
};

/** The file system as the embedded server's keeper needs it. Throws STORAGE_FULL, STORAGE_FORBIDDEN, STORAGE_UNAVAILABLE. */
export const localServerFiles: ServerFiles = {
  ...plainFiles,
  ensureFolder: (path, owner) => typed(path, () => plainFiles.ensureFolder(path, owner)),
  readText: (path) => typed(path, () => plainFiles.readText(path)),
  writeSecret: (path, text, owner) => typed(path, () => plainFiles.writeSecret(path, text, owner)),
  remove: (path) => typed(path, () => plainFiles.remove(path)),
  placeFolder: (from, to) => typed(to, () => plainFiles.placeFolder(from, to)),
  removeFolders: (folder, prefix) => typed(folder, () => plainFiles.removeFolders(folder, prefix)),
  takeLock: (path) => typed(path, () => plainFiles.takeLock(path)),
};

async function typed<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw fileFailure(error, path);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}

/** `/a/b/c` gives `/`, `/a`, `/a/b`: the folders that one passes on the way. */
function foldersAbove(path: string): readonly string[] {
  const { root } = parse(path);
  const names = path
    .slice(root.length)
    .split(sep)
    .filter((name) => name !== "");
  return names.map((_, at) => root + names.slice(0, at).join(sep));
}

async function systemUsers(): Promise<readonly SystemUser[]> {
  const text = await readFile("/etc/passwd", "utf8").catch(() => "");
  return text.split("\n").flatMap((line) => {
    const [name, , uid, gid] = line.split(":");
    return name === undefined || uid === undefined || gid === undefined
      ? []
      : [{ name, uid: Number(uid), gid: Number(gid) }];
  });
}
