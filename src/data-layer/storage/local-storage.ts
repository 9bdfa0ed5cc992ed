import { appendFile, lstat, readdir, rename, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CanonryError } from "../../model/errors.ts";
import type { Bytes } from "../../model/storage/bytes.ts";
import type {
  PutOptions,
  StorageBackend,
  StoredContent,
  StoredObject,
} from "../../model/storage/storage.ts";
import { fileBytes } from "../file-bytes.ts";
import { fileFailure, systemCode } from "../file-failure.ts";
import { UNFINISHED } from "../leftovers.ts";
import { checkedKey } from "../paths.ts";
import { inFolder, syncFolder, writeAtomic } from "../write-atomic.ts";

/** Objects as files below one folder. */
export class LocalStorage implements StorageBackend {
  readonly properties = {
    kind: "local",
    atomicPutIfAbsent: true,
    keepsWriters: false,
    localPaths: true,
  } as const;
  private readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  async stat(key: string): Promise<StoredObject | null> {
    const facts = await this.present(() => stat(this.path(key)), key);
    if (facts === null || !facts.isFile()) return null;
    return { key, sizeBytes: facts.size, modifiedAt: facts.mtime.toISOString() };
  }

  async open(key: string): Promise<Bytes | null> {
    if ((await this.stat(key)) === null) return null;
    return fileBytes(this.path(key), key);
  }

  async put(key: string, content: StoredContent, options: PutOptions = {}): Promise<boolean> {
    await this.refuseLinks(key);
    return writeAtomic(this.path(key), content, options.ifAbsent ?? false);
  }

  async remove(key: string): Promise<boolean> {
    if ((await this.stat(key)) === null) return false;
    await this.refuseLinks(key);
    await this.present(() => rm(this.path(key)), key);
    await this.removeEmptyFolders(key);
    return true;
  }

  async move(from: string, to: string): Promise<boolean> {
    await this.refuseLinks(from);
    await this.refuseLinks(to);
    if ((await this.stat(from)) === null) return false;
    const target = this.path(to);
    const moved = await this.present(async () => {
      await inFolder(dirname(target), () => rename(this.path(from), target));
      await syncFolder(dirname(target));
      return true;
    }, from);
    if (moved === true) await this.removeEmptyFolders(from);
    return moved ?? false;
  }

  async *list(prefix: string): AsyncIterable<StoredObject> {
    const folder = prefix.includes("/") ? prefix.slice(0, prefix.lastIndexOf("/")) : "";
    // What is listed is removed and counted as ours: nothing beyond a link is.
    if (folder !== "") await this.refuseLinks(folder);
    for (const key of (await this.keysBelow(folder)).sort()) {
      if (!key.startsWith(prefix)) continue;
      const found = await this.stat(key);
      if (found !== null) yield found;
    }
  }

  async append(key: string, text: string): Promise<void> {
    await this.refuseLinks(key);
    const path = this.path(key);
    try {
      await inFolder(dirname(path), () => appendFile(path, text, { flush: true }));
    } catch (error) {
      throw fileFailure(error, path);
    }
  }

  /** The absolute path of a key, for engines that open files themselves. */
  path(key: string): string {
    return join(this.root, ...checkedKey(key).split("/"));
  }

  private async keysBelow(folder: string): Promise<string[]> {
    const path = folder === "" ? this.root : this.path(folder);
    const entries = await this.present(() => readdir(path, { withFileTypes: true }), folder);
    const keys: string[] = [];
    for (const entry of entries ?? []) {
      const key = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) for (const below of await this.keysBelow(key)) keys.push(below);
      else if (entry.isFile() && !entry.name.endsWith(UNFINISHED)) keys.push(key);
    }
    return keys;
  }

  /** A link planted in a folder would carry a write outside. */
  private async refuseLinks(key: string): Promise<void> {
    const parts = checkedKey(key).split("/");
    for (let depth = 1; depth <= parts.length; depth++) {
      const path = join(this.root, ...parts.slice(0, depth));
      const facts = await this.present(() => lstat(path), key);
      if (facts === null) return;
      if (facts.isSymbolicLink()) {
        throw new CanonryError("PATH_SYMLINK", `${path} is a symbolic link`, { file: path });
      }
    }
  }

  /** Removes the folders that became empty, up to the second level. */
  private async removeEmptyFolders(key: string): Promise<void> {
    const parts = key.split("/").slice(0, -1);
    for (; parts.length > 2; parts.pop()) {
      const removed = await rmdir(join(this.root, ...parts)).then(
        () => true,
        () => false,
      );
      if (!removed) return;
    }
  }

  private async present<Result>(work: () => Promise<Result>, key: string): Promise<Result | null> {
    try {
      return await work();
    } catch (error) {
      // Below a file there is nothing.
      if (["ENOENT", "ENOTDIR"].includes(systemCode(error))) return null;
      throw fileFailure(error, key);
    }
  }
}
