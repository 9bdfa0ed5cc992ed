import { createHash } from "node:crypto";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { CanonryError } from "../model/errors.ts";
import type { Bytes } from "../model/storage/bytes.ts";
import type { StorageBackend, StoredObject, UnfinishedWrite } from "../model/storage/storage.ts";
import type { StorageRole } from "../model/storage/storage-role.ts";
import { type FileBytes, fileBytes, readAll } from "./file-bytes.ts";
import { fileFailure, systemCode } from "./file-failure.ts";
import { unfinishedBelow, writerName } from "./leftovers.ts";
import type { Paths } from "./paths.ts";
import { ScratchCopies } from "./scratch/scratch-copies.ts";
import { writeScratch } from "./scratch/write-scratch.ts";
import { homeStorages, type Storages } from "./storage/open-storages.ts";
import { tryStorage } from "./storage/try-storage.ts";
import type { ArtifactLimits, ArtifactStore, StoredArtifact } from "./stores/artifact-store.ts";
import { ArtifactsByCopy } from "./stores/artifacts-by-copy.ts";
import { ArtifactsInPlace } from "./stores/artifacts-in-place.ts";
import { EventLogs } from "./stores/event-logs.ts";
import { Generations } from "./stores/generations.ts";

export interface FileFacts {
  readonly sizeBytes: number;
  /** Null where it was not asked for. */
  readonly sha256: string | null;
}

export interface ListedFile {
  /** Relative to the listed folder, with `/`. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** The one door to files: nothing else in the program opens, writes, lists or removes one. */
export class DataLayer {
  readonly paths: Paths;
  private readonly storages: Storages;
  private readonly storage: StorageBackend;
  private readonly copies: ScratchCopies;
  private readonly artifacts: ArtifactStore;
  private readonly events: EventLogs;

  /** By default all is kept in the home. */
  constructor(paths: Paths, storages: Storages = homeStorages(paths)) {
    this.paths = paths;
    this.storages = storages;
    this.storage = storages.home;
    this.copies = new ScratchCopies(paths.scratch);
    const { inputs, logs } = storages.roles;
    this.artifacts = inputs.properties.localPaths
      ? new ArtifactsInPlace(inputs, paths.keys)
      : new ArtifactsByCopy(inputs, paths.keys, this.copies);
    this.events = new EventLogs(logs, storages.home, paths.keys);
  }

  /** Where a role is kept. Keys are those of `paths.keys`, as they are in the home: `data/backups/...`. */
  storageOf(role: StorageRole): StorageBackend {
    return this.storages.roles[role];
  }

  /** For messages: a folder, or `s3://bucket/prefix/`; it stands for `data/`. */
  placeOf(role: StorageRole): string {
    return this.storages.places[role];
  }

  /** Keeps an artifact under the sha256 of its content, unless it is too large or `drops` has a reason. */
  putArtifact(chunks: AsyncIterable<Uint8Array>, limits: ArtifactLimits): Promise<StoredArtifact> {
    return this.artifacts.put(chunks, limits);
  }

  hasArtifact(sha256: string): Promise<boolean> {
    return this.artifacts.has(sha256);
  }

  /** False if there was none. */
  removeArtifact(sha256: string): Promise<boolean> {
    return this.artifacts.remove(sha256);
  }

  /** What the store keeps as artifacts; other names are passed over. */
  async *listArtifacts(): AsyncIterable<Omit<StoredArtifact, "isNew">> {
    for await (const { key, sizeBytes } of this.storageOf("inputs").list(
      this.paths.keys.artifacts,
    )) {
      const sha256 = key.slice(key.lastIndexOf("/") + 1);
      if (key === this.paths.keys.artifact(sha256)) yield { sha256, sizeBytes };
    }
  }

  /** Throws FILE_MISSING if the store has lost it. Close it: it holds a file. */
  openArtifact(sha256: string, name: string): Promise<Bytes> {
    return this.artifacts.open(sha256, name);
  }

  /** Does in the place of a role all that is asked of a storage. Throws what goes wrong there. */
  tryRole(role: StorageRole): Promise<void> {
    return tryStorage(this.storageOf(role), this.paths.keys.roles[role]);
  }

  /** Asks the server of a role for one list; a folder is asked nothing. Throws what goes wrong there. */
  async askRole(role: StorageRole): Promise<void> {
    const storage = this.storageOf(role);
    if (storage.properties.localPaths) return;
    for await (const _first of storage.list(this.paths.keys.roles[role])) return;
  }

  async writeRunFile(runId: string, name: string, text: string): Promise<void> {
    await this.storage.put(this.paths.keys.runFile(runId, name), text);
  }

  /** What the stages of a run were given and what they answered. */
  generations(runId: string): Generations {
    return new Generations(this.storage, this.paths, runId);
  }

  async removeRun(runId: string): Promise<void> {
    for await (const found of this.storage.list(this.paths.keys.run(runId))) {
      await this.storage.remove(found.key);
    }
  }

  /** Files of the runs that have a folder, by run. */
  async runFolders(): Promise<ReadonlyMap<string, readonly StoredObject[]>> {
    const runs = new Map<string, StoredObject[]>();
    for await (const found of this.storage.list(this.paths.keys.runs)) {
      const id = found.key.slice(this.paths.keys.runs.length).split("/")[0] ?? "";
      const files = runs.get(id);
      if (files === undefined) runs.set(id, [found]);
      else files.push(found);
    }
    return runs;
  }

  /** Ids of the runs that have a folder. */
  async listRuns(): Promise<readonly string[]> {
    return [...(await this.runFolders()).keys()];
  }

  /** Text of a file of the home; null if there is none. */
  async readText(path: string): Promise<string | null> {
    return textOf(await this.storage.open(this.paths.keyOf(path)));
  }

  /** Writes a file of the home, whole or not at all. */
  async writeText(path: string, text: string): Promise<void> {
    await this.storage.put(this.paths.keyOf(path), text);
  }

  /** Facts of an export; null if there is none. With `deep`, the sha256 of its bytes too. */
  exportFacts(name: string, deep: boolean): Promise<FileFacts | null> {
    return factsOf(this.storageOf("exports"), this.paths.keys.export(name), deep);
  }

  /** Facts of an artifact, as those of an export. */
  artifactFacts(sha256: string, deep: boolean): Promise<FileFacts | null> {
    return factsOf(this.storageOf("inputs"), this.paths.keys.artifact(sha256), deep);
  }

  /** The bytes of an export; null if there is none. */
  openExport(name: string): Promise<Bytes | null> {
    return this.storageOf("exports").open(this.paths.keys.export(name));
  }

  /** Puts a finished local file in its place among the exports. */
  async putExport(name: string, localPath: string): Promise<{ sizeBytes: number; sha256: string }> {
    const sha256 = await digest(await fileBytes(localPath));
    const bytes = await fileBytes(localPath);
    try {
      await this.storageOf("exports").put(this.paths.keys.export(name), { ...bytes, sha256 });
      return { sizeBytes: bytes.sizeBytes, sha256 };
    } finally {
      await bytes.close();
    }
  }

  async putExportText(name: string, text: string): Promise<void> {
    await this.storageOf("exports").put(this.paths.keys.export(name), text);
  }

  async readExportText(name: string): Promise<string | null> {
    return textOf(await this.openExport(name));
  }

  async removeExport(name: string): Promise<boolean> {
    return this.storageOf("exports").remove(this.paths.keys.export(name));
  }

  /** Names of the files among the exports. */
  async listExports(): Promise<readonly string[]> {
    const names: string[] = [];
    for await (const { key } of this.storageOf("exports").list(this.paths.keys.exports)) {
      names.push(key.slice(this.paths.keys.exports.length));
    }
    return names;
  }

  /** Lends an empty local folder for engines that open files themselves, and removes it. */
  async withScratch<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
    const folder = join(this.paths.scratch, writerName());
    try {
      await mkdir(folder, { recursive: true });
      return await work(folder);
    } catch (error) {
      throw fileFailure(error, folder);
    } finally {
      // What stays is swept by a later run.
      await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    }
  }

  /** Writes a file of a scratch folder. */
  async writeScratch(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    await writeScratch(path, chunks);
  }

  /** Any local file. Throws FILE_MISSING. */
  openFile(path: string): Promise<FileBytes> {
    return fileBytes(this.paths.fromHome(path));
  }

  /** Size and time of any local file; null if there is none. */
  async statFile(path: string): Promise<Omit<ListedFile, "path"> | null> {
    const facts = await stat(this.paths.fromHome(path)).catch((error: unknown) => {
      if (systemCode(error) === "ENOENT") return null;
      throw fileFailure(error, path);
    });
    return facts?.isFile() === true
      ? { sizeBytes: facts.size, modifiedMs: Math.trunc(facts.mtimeMs) }
      : null;
  }

  /**
   * Files below a folder, ascending; hidden ones, symbolic links and those that go away meanwhile are passed over.
   * FILE_MISSING if there is no folder.
   */
  async listFolder(path: string): Promise<readonly ListedFile[]> {
    const root = this.paths.fromHome(path);
    const entries = await readdir(root, { withFileTypes: true, recursive: true }).catch(
      (error: unknown) => {
        if (systemCode(error) !== "ENOENT") throw fileFailure(error, root);
        throw new CanonryError("FILE_MISSING", `no folder at ${root}`, { file: root });
      },
    );
    const files = entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep))
      .filter((parts) => !parts.some((part) => part.startsWith(".")))
      .map((parts) => parts.join("/"))
      .sort();
    const listed = await Promise.all(
      files.map(async (file) => {
        const facts = await this.statFile(join(root, file));
        return facts === null ? [] : [{ path: file, ...facts }];
      }),
    );
    return listed.flat();
  }

  /** Appends lines to the event log of a run; durable when it returns. */
  appendEvents(date: string, runId: string, lines: string): Promise<void> {
    return this.events.append(date, runId, lines);
  }

  /** Puts event logs where they belong that processes left which are gone. */
  putLeftEvents(): Promise<void> {
    return this.events.putOrphans();
  }

  /**
   * What writes left that never ended where a role is kept elsewhere than in the home: of writers that are gone,
   * and what is older than given whoever made it. What is left over in the home is a matter of retention.
   */
  async unfinishedElsewhere(olderThanMs: number): Promise<readonly UnfinishedWrite[]> {
    const { home, folders, roles } = this.storages;
    const own = this.paths.fromHome("data");
    const found = [
      ...(await unfinishedBelow(
        folders.filter((one) => one !== own),
        olderThanMs,
      )),
    ];
    for (const storage of new Set(Object.values(roles))) {
      if (storage !== home) found.push(...((await storage.unfinished?.(olderThanMs)) ?? []));
    }
    return found;
  }

  /** Ends what this process holds; its event logs are where they belong then, or it throws and they wait. */
  async close(): Promise<void> {
    try {
      await this.events.putOwn();
    } finally {
      await this.copies.close();
      this.storages.close();
    }
  }
}

async function textOf(bytes: Bytes | null): Promise<string | null> {
  if (bytes === null) return null;
  const chunks: Buffer[] = [];
  for await (const chunk of readAll(bytes)) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

async function factsOf(
  storage: StorageBackend,
  key: string,
  deep: boolean,
): Promise<FileFacts | null> {
  const found = await storage.stat(key);
  if (found === null || !deep) {
    return found === null ? null : { sizeBytes: found.sizeBytes, sha256: null };
  }
  const bytes = await storage.open(key);
  return bytes === null ? null : { sizeBytes: found.sizeBytes, sha256: await digest(bytes) };
}

async function digest(bytes: Bytes): Promise<string> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of readAll(bytes)) hash.update(chunk);
  } catch (error) {
    // Behind the last chunk: the digest says by itself that it is another.
    if (!(error instanceof CanonryError && error.code === "STORAGE_DAMAGED")) throw error;
  }
  return hash.digest("hex");
}
