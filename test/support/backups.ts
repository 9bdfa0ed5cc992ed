import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { gunzipSync } from "node:zlib";
import { Paths } from "../../src/data-layer/paths.ts";
import { MemoryStorage } from "../../src/data-layer/storage/memory-storage.ts";
import { BackupStore } from "../../src/data-layer/stores/backup-store.ts";
import { checkRestored } from "../../src/inquiry/backups.ts";
import { CanonryError } from "../../src/model/errors.ts";
import {
  type CreateReport,
  createBackup,
  proveBackup,
  type VerifyReport,
  verifyBackup,
  withFiles,
} from "../../src/pipeline/backup/backups.ts";
import { type RestoreReport, restoreHome } from "../../src/pipeline/backup/restore-home.ts";
import type { Outside, World } from "../../src/pipeline/world.ts";
import { faultsOf, wholeInventory } from "../../src/upkeep/backup/index.ts";
import type { Home } from "./home.ts";

export const outsideOf = (path: string, databaseUrl: string | null): Outside => ({
  env: databaseUrl === null ? {} : { DATABASE_URL: databaseUrl },
  cwd: path,
  signal: new AbortController().signal,
  flags: { home: path },
});

export function create(
  world: World,
  options: Partial<Parameters<typeof createBackup>[1]> = {},
): Promise<CreateReport> {
  return createBackup(world, {
    ...{ withArtifacts: false, full: false, force: false, dryRun: false },
    ...options,
  });
}

/** The id of a backup that was made. */
export async function made(
  world: World,
  options: Parameters<typeof create>[1] = {},
): Promise<string> {
  return (await create(world, options)).id ?? "";
}

export async function verified(home: Home, id: string): Promise<VerifyReport> {
  return withFiles(outsideOf(home.path, home.database), (data) =>
    verifyBackup(data, id, () => new Date()),
  );
}

export const proven = (world: World, id: string): Promise<VerifyReport> =>
  proveBackup(world, id, checkRestored);

/** Restores a backup of one home into another, whose database is at `databaseUrl`. */
export function restored(
  home: Home,
  id: string,
  intoHome: string,
  databaseUrl: string,
): Promise<RestoreReport> {
  return restoreHome(outsideOf(home.path, databaseUrl), { id, intoHome });
}

/** Every file of the store of a home, by path from the home. */
export async function storeFiles(home: Home): Promise<ReadonlyMap<string, Buffer>> {
  const root = join(home.path, "data/backups");
  const entries = await readdir(root, { withFileTypes: true, recursive: true }).catch(() => []);
  const files = new Map<string, Buffer>();
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(home.path.length + 1), await readFile(path));
  }
  return new Map([...files].sort());
}

/** All that a store holds as text, unpacked. */
export async function storeText(home: Home): Promise<string> {
  const files = await storeFiles(home);
  return [...files]
    .map(([path, bytes]) => (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString("latin1"))
    .join("\n");
}

/** A store in memory with the files of another, one of them changed: null removes it. */
export async function storeOf(
  files: ReadonlyMap<string, Buffer>,
  damage: { readonly path: string; readonly bytes: Buffer | null } | null = null,
): Promise<BackupStore> {
  const storage = new MemoryStorage(() => new Date(0));
  for (const [path, bytes] of files) {
    const kept = path === damage?.path ? damage.bytes : bytes;
    if (kept !== null) await storage.put(path, kept);
  }
  return new BackupStore(storage, new Paths("/home"));
}

/** The bytes with one bit changed. */
export function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

/** Whether a backup is told from a whole one. */
export async function isCaught(store: BackupStore, id: string): Promise<boolean> {
  try {
    return (await faultsOf(store, await wholeInventory(store, id))).length > 0;
  } catch (error) {
    if (error instanceof CanonryError && /^BACKUP_(?:DAMAGED|UNKNOWN)$/.test(error.code))
      return true;
    throw error;
  }
}

interface Shelled {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the shell of the system; `path` names the folder of all programs that it finds. */
export function shell(args: readonly string[], path = process.env["PATH"]): Promise<Shelled> {
  return new Promise((resolve) => {
    execFile("/bin/sh", args, { env: { PATH: path } }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

/** Unpacks the files of a backup into a home, without the program. */
export const unpacked = (from: Home, id: string, into: Home, path?: string): Promise<Shelled> =>
  shell([join(from.path, "data/backups", id, "files.sh"), into.path], path);
