import { createHash, randomBytes } from "node:crypto";
import { readdir, rm, rmdir, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";

/** How the names of unfinished files end. */
export const UNFINISHED = ".unfinished";

const HOST = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);

/** A name that no other writer takes, and that says who made it: host, process, chance. */
export function writerName(): string {
  return `${HOST}-${process.pid}-${randomBytes(6).toString("hex")}`;
}

const WRITER = new RegExp(`(?:^|\\.)${HOST}-(\\d+)-[0-9a-f]{12}(?:\\.|$)`);

/** What was made by a process of this machine that is gone. */
export function isOrphan(name: string): boolean {
  const pid = Number(WRITER.exec(name)?.[1] ?? 0);
  return pid > 0 && !isAlive(pid);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Where writers put what is not finished yet; the database's own files are its server's. */
const FOLDERS = ["data/state", "data/database", "manifests", "tmp"];

/** The same below what stands for `data/` of the roles. */
const ROLE_FOLDERS = ["acquire/incoming", "exports", "archive", "backups"];

/**
 * Removes what writers left that are gone: unfinished files, incoming artifacts, scratch folders. Gone is a
 * process of this machine that no longer runs, or, of any machine, one whose file is older than given.
 */
export async function sweepLeftovers(
  home: string,
  places: readonly string[],
  olderThanMs: number,
): Promise<readonly string[]> {
  const swept: string[] = [];
  const roots = [
    ...FOLDERS.map((folder) => join(home, folder)),
    ...places.flatMap((place) => ROLE_FOLDERS.map((folder) => join(place, folder))),
  ];
  for (const root of roots) {
    const recursive = root !== join(home, "data/database");
    const entries = await readdir(root, { withFileTypes: true, recursive }).catch(() => []);
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name);
      const scratch = entry.parentPath === join(home, "tmp/scratch");
      const incoming = entry.isFile() && dirname(path).endsWith("incoming");
      const lock =
        entry.isFile() && root === entry.parentPath && !recursive && isOrphan(entry.name);
      if (!scratch && !incoming && !lock && !entry.name.endsWith(UNFINISHED)) continue;
      const facts = await stat(path).catch(() => null);
      if (facts === null || (facts.mtimeMs > olderThanMs && !isOrphan(entry.name))) continue;
      await rm(path, { recursive: true, force: true });
      swept.push(path);
    }
  }
  await removeEmptyFolders(join(home, "tmp/manifests"));
  return swept;
}

/** Writers make the folder of a file again if it went away meanwhile. */
async function removeEmptyFolders(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (entry.isDirectory()) await removeEmptyFolders(join(folder, entry.name));
  }
  await rmdir(folder).catch(() => undefined); // whoever put something in it meanwhile keeps it
}
