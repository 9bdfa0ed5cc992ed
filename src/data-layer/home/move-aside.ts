import { createHash } from "node:crypto";
import { appendFile, link, lstat, mkdir, rmdir, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { CanonryError } from "../../model/errors.ts";
import { readFile } from "../file-bytes.ts";
import { fileFailure, systemCode } from "../file-failure.ts";
import { checkedKey, type Paths } from "../paths.ts";
import { inFolder, syncFolder, writeAtomic } from "../write-atomic.ts";

/** Moves files within the home, each whole or not at all, never over another, never through a link. */
export class AsideMover {
  private readonly paths: Paths;

  constructor(paths: Paths) {
    this.paths = paths;
  }

  /** sha256 of a file; null if there is none. Throws PATH_SYMLINK. */
  async digestOf(key: string): Promise<string | null> {
    const path = await this.real(key);
    const facts = await lstat(path).catch(() => null);
    if (facts?.isFile() !== true) return null;
    const hash = createHash("sha256");
    for await (const chunk of readFile(path)) hash.update(chunk);
    return hash.digest("hex");
  }

  /**
   * False if the target is taken. Linked to the new name before the old one goes, so that at any moment the
   * file has a name; where the file system knows no links, or another one begins, it is copied.
   */
  async move(from: string, to: string): Promise<boolean> {
    const [source, target] = [await this.real(from), await this.real(to)];
    try {
      if (!(await placed(source, target))) return false;
      await this.drop(from);
      return true;
    } catch (error) {
      throw fileFailure(error, source);
    }
  }

  /** Takes the old name away where the new one holds the same. */
  async drop(key: string): Promise<void> {
    const path = await this.real(key);
    // Another one that ends the same move may have been first.
    await unlink(path).catch((error: unknown) => {
      if (systemCode(error) !== "ENOENT") throw error;
    });
    await syncFolder(dirname(path));
  }

  /** False if something is in it. */
  async dropFolder(key: string): Promise<boolean> {
    const path = await this.real(key);
    return rmdir(path).then(
      () => true,
      () => false,
    );
  }

  /** Appends lines to a journal; durable when it returns. */
  async append(key: string, lines: string): Promise<void> {
    const path = await this.real(key);
    try {
      await mkdir(dirname(path), { recursive: true });
      await appendFile(path, lines, { flush: true });
      await syncFolder(dirname(path));
    } catch (error) {
      throw fileFailure(error, path);
    }
  }

  /** The path of a key, none of whose folders is a link. Throws PATH_UNSAFE, PATH_SYMLINK. */
  private async real(key: string): Promise<string> {
    const parts = checkedKey(key).split("/");
    for (let depth = 1; depth <= parts.length; depth++) {
      const path = this.paths.fromHome(parts.slice(0, depth).join("/"));
      const facts = await lstat(path).catch(() => null);
      if (facts === null) break;
      if (facts.isSymbolicLink())
        throw new CanonryError("PATH_SYMLINK", `${path} is a symbolic link`, { file: path });
    }
    return this.paths.fromHome(key);
  }
}

async function placed(source: string, target: string): Promise<boolean> {
  try {
    await inFolder(dirname(target), () => link(source, target));
    await syncFolder(dirname(target));
    return true;
  } catch (error) {
    const code = systemCode(error);
    if (code === "EEXIST") return false;
    if (!["EXDEV", "EPERM", "ENOTSUP", "EMLINK"].includes(code)) throw error;
    return writeAtomic(target, readFile(source), true);
  }
}
