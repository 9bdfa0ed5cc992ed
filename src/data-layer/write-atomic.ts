import { type FileHandle, link, lstat, mkdir, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CanonryError } from "../model/errors.ts";
import type { StoredContent } from "../model/storage/storage.ts";
import { chunksOf } from "./content.ts";
import { fileFailure, systemCode } from "./file-failure.ts";
import { UNFINISHED, writerName } from "./leftovers.ts";

/**
 * The one function that writes a file: a temporary file in the same folder, all bytes, fsync, close, check
 * of the size, rename, fsync of the folder. After a crash or a full disk the final name holds the old
 * content or the new, never a part. With `ifAbsent`, false if the name is taken, decided by the file
 * system among any number of writers.
 */
export async function writeAtomic(
  path: string,
  content: StoredContent,
  ifAbsent = false,
): Promise<boolean> {
  const folder = dirname(path);
  const temp = join(folder, `.${basename(path)}.${writerName()}${UNFINISHED}`);
  try {
    const file = await inFolder(folder, () => open(temp, "wx", 0o644));
    const sizeBytes = await writeAll(file, content);
    const { size } = await lstat(temp);
    if (size !== sizeBytes) {
      throw new CanonryError("STORAGE_FULL", `${path}: ${size} of ${sizeBytes} bytes were kept`);
    }
    if (!(await place(temp, path, ifAbsent))) return false;
    await syncFolder(folder);
    return true;
  } catch (error) {
    throw fileFailure(error, path);
  } finally {
    await rm(temp, { force: true }).catch(() => undefined);
  }
}

const MOST_TRIES = 20;

/**
 * Makes a folder, durably, and does something in it; again if another process removed the folder, empty as it was,
 * in between. Of a folder removed while it makes the next below, Node's recursive mkdir says ENOTDIR
 * (node_file.cc, MKDirpAsync); where a file is in the way it goes on saying so.
 */
export async function inFolder<Result>(
  folder: string,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      const made = await mkdir(folder, { recursive: true });
      if (made !== undefined) await syncNew(folder, made);
      return await work();
    } catch (error) {
      const removed = ["ENOENT", "ENOTDIR"].includes(systemCode(error));
      if (!removed || attempt === MOST_TRIES) throw error;
    }
  }
}

/** The names of new folders, from `first` down to `folder`, last as long as the folders that hold them. */
async function syncNew(folder: string, first: string): Promise<void> {
  for (let made = folder; made.length >= first.length; made = dirname(made)) {
    await syncFolder(dirname(made));
  }
}

async function writeAll(file: FileHandle, content: StoredContent): Promise<number> {
  let sizeBytes = 0;
  try {
    for await (const chunk of chunksOf(content)) {
      for (let at = 0; at < chunk.length; ) {
        const { bytesWritten } = await file.write(chunk, at, chunk.length - at);
        at += bytesWritten;
      }
      sizeBytes += chunk.length;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return sizeBytes;
}

async function place(temp: string, path: string, ifAbsent: boolean): Promise<boolean> {
  if (!ifAbsent) {
    await rename(temp, path);
    return true;
  }
  try {
    await link(temp, path);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
}

export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } catch (error) {
    // Some file systems cannot sync a folder; there the rename is durable by itself.
    if (!["EINVAL", "ENOTSUP", "EPERM", "EISDIR"].includes(systemCode(error))) throw error;
  } finally {
    await handle.close();
  }
}
