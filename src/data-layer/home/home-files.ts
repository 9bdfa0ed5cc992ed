import { access, constants, lstat, readdir, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileFailure, systemCode } from "../file-failure.ts";
import type { Paths } from "../paths.ts";

/** What stands in a folder of the home; links are not followed. */
export interface HomeEntry {
  /** Relative to the home, with `/`. */
  readonly path: string;
  readonly kind: "file" | "folder" | "link" | "other";
  readonly sizeBytes: number;
}

const MISSING: readonly string[] = ["ENOENT", "ENOTDIR"];
/** What this user may not look into holds nothing that it could put right. */
const UNSEEN: readonly string[] = [...MISSING, "EACCES", "EPERM"];

/** The local folder of the home as a person would look at it: names, kinds, rights and room. Reads only. */
export class HomeFiles {
  readonly paths: Paths;

  constructor(paths: Paths) {
    this.paths = paths;
  }

  /** Entries of one folder ("" is the home), ascending, hidden ones too; none if there is no folder that we may read. */
  async entries(folder: string): Promise<readonly HomeEntry[]> {
    const root = this.paths.fromHome(folder);
    const names = await readdir(root).catch((error: unknown) => {
      if (UNSEEN.includes(systemCode(error))) return [];
      throw fileFailure(error, root);
    });
    const found = await Promise.all(
      names.toSorted().map((name) => this.entry(folder === "" ? name : `${folder}/${name}`)),
    );
    return found.filter((one) => one !== null);
  }

  /** Null if there is none. */
  async entry(path: string): Promise<HomeEntry | null> {
    const facts = await lstat(this.paths.fromHome(path)).catch((error: unknown) => {
      if (UNSEEN.includes(systemCode(error))) return null;
      throw fileFailure(error, path);
    });
    if (facts === null) return null;
    const kind = facts.isFile()
      ? "file"
      : facts.isDirectory()
        ? "folder"
        : facts.isSymbolicLink()
          ? "link"
          : "other";
    return { path, kind, sizeBytes: facts.size };
  }

  /** Everything below a folder, each folder before what it holds. Links are not followed. */
  async below(folder: string): Promise<readonly HomeEntry[]> {
    const found: HomeEntry[] = [];
    for (const entry of await this.entries(folder)) {
      found.push(entry);
      if (entry.kind === "folder") for (const one of await this.below(entry.path)) found.push(one);
    }
    return found;
  }

  /** Whether this process may write there; null if there is nothing. */
  async isWritable(path: string): Promise<boolean | null> {
    const place = this.paths.fromHome(path);
    const allowed = await access(place, constants.W_OK).then(
      () => true,
      (error: unknown) => (MISSING.includes(systemCode(error)) ? null : false),
    );
    return allowed;
  }

  /** Permission bits; null if there is no file. */
  async modeOf(path: string): Promise<number | null> {
    const facts = await stat(this.paths.fromHome(path)).catch(() => null);
    return facts === null ? null : facts.mode & 0o777;
  }

  /** What this user may still write on the disk of the home, in bytes. */
  async freeBytes(): Promise<number> {
    const facts = await statfs(this.paths.home);
    return facts.bavail * facts.bsize;
  }

  /** The nearest folder at or above the home that a version control of git begins in; null if none does. */
  async checkout(): Promise<string | null> {
    for (let folder = this.paths.home; ; folder = dirname(folder)) {
      if ((await lstat(join(folder, ".git")).catch(() => null)) !== null) return folder;
      if (dirname(folder) === folder) return null;
    }
  }
}
