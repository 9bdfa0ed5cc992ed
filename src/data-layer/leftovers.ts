import { createHash, randomBytes } from "node:crypto";
import { readdir, rm, rmdir, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import process from "node:process";
import type { UnfinishedWrite } from "../model/storage/storage.ts";
import { fileFailure, systemCode } from "./file-failure.ts";
import type { Paths } from "./paths.ts";

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
  return writerOf(name) === "gone";
}

/** Of a process of this machine whether it still runs; else unknown. */
function writerOf(name: string): Leftover["writer"] {
  const pid = Number(WRITER.exec(name)?.[1] ?? 0);
  if (pid === 0) return "unknown";
  return isAlive(pid) ? "alive" : "gone";
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
const FOLDERS = [
  ...["data/acquire/incoming", "data/exports", "data/state", "data/database"],
  ...["data/archive", "data/backups", "manifests", "tmp"],
];

/** What a writer did not finish: a file, an incoming artifact or archive, a scratch folder. */
export interface Leftover {
  /** Relative to the home, with `/`. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly writer: "alive" | "gone" | "unknown";
}

/** By path. */
export async function findLeftovers(home: string): Promise<readonly Leftover[]> {
  const found: Leftover[] = [];
  for (const folder of FOLDERS) {
    const root = join(home, folder);
    const recursive = folder !== "data/database";
    const entries = await readdir(root, { withFileTypes: true, recursive }).catch(() => []);
    for (const entry of entries) {
      const path = join(entry.parentPath, entry.name);
      const scratch = entry.parentPath === join(home, "tmp/scratch");
      const incoming = entry.isFile() && dirname(path).endsWith("incoming");
      const lock =
        entry.isFile() &&
        root === entry.parentPath &&
        !recursive &&
        writerOf(entry.name) === "gone";
      if (!scratch && !incoming && !lock && !entry.name.endsWith(UNFINISHED)) continue;
      const facts = await stat(path).catch(() => null);
      if (facts === null) continue;
      found.push({
        path: relative(home, path).split(sep).join("/"),
        sizeBytes: facts.isDirectory() ? await sizeOf(path) : facts.size,
        modifiedMs: Math.trunc(facts.mtimeMs),
        writer: writerOf(entry.name),
      });
    }
  }
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Where writers put what is not finished yet, below a folder that stands for `data/`. */
const ROLE_FOLDERS = ["acquire/incoming", "exports", "archive", "backups"];

/** Unfinished files where roles are kept outside `data/`: of writers that are gone, or older than given. */
export async function unfinishedBelow(
  places: readonly string[],
  olderThanMs: number,
): Promise<readonly UnfinishedWrite[]> {
  const found: UnfinishedWrite[] = [];
  for (const root of places.flatMap((place) => ROLE_FOLDERS.map((one) => join(place, one)))) {
    const entries = await readdir(root, { withFileTypes: true, recursive: true }).catch(() => []);
    for (const entry of entries) {
      const isIncoming = entry.parentPath.endsWith("incoming");
      if (!entry.isFile() || !(isIncoming || entry.name.endsWith(UNFINISHED))) continue;
      const path = join(entry.parentPath, entry.name);
      const facts = await stat(path).catch(() => null);
      if (facts === null || (facts.mtimeMs > olderThanMs && !isOrphan(entry.name))) continue;
      found.push({ name: path, discard: () => removeFile(path) });
    }
  }
  return found;
}

/** False if there was none. */
async function removeFile(path: string): Promise<boolean> {
  try {
    await rm(path);
    return true;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw fileFailure(error, path);
  }
}

/** Of all files below a folder. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  const sizes = entries.map(async (entry) => {
    if (!entry.isFile()) return 0;
    const facts = await stat(join(entry.parentPath, entry.name)).catch(() => null);
    return facts?.size ?? 0;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Removes a file or a folder of the home that was left over. */
export async function removeLeftover(paths: Paths, path: string): Promise<void> {
  const whole = paths.fromHome(paths.keyOf(path));
  try {
    await rm(whole, { recursive: true, force: true });
  } catch (error) {
    throw fileFailure(error, whole);
  }
}

/** Removes the folders of runs that are empty. */
export function removeEmptyRuns(paths: Paths): Promise<void> {
  return removeEmptyFolders(paths.fromHome(paths.keys.runs));
}

/** Writers make the folder of a file again if it went away meanwhile. */
async function removeEmptyFolders(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (entry.isDirectory()) await removeEmptyFolders(join(folder, entry.name));
  }
  await rmdir(folder).catch(() => undefined); // whoever put something in it meanwhile keeps it
}
