import { rename, rm } from "node:fs/promises";
import { CanonryError } from "../../model/errors.ts";
import type { Bytes } from "../../model/storage/bytes.ts";
import type { StorageBackend } from "../../model/storage/storage.ts";
import { fileBytes, readAll } from "../file-bytes.ts";
import type { Paths } from "../paths.ts";
import type { ScratchCopies } from "../scratch/scratch-copies.ts";
import { writeScratch } from "../scratch/write-scratch.ts";
import {
  type ArtifactLimits,
  type ArtifactStore,
  CountedChunks,
  lostArtifact,
  type StoredArtifact,
} from "./artifact-store.ts";

/** Asked for one by one no more often; from then on the names are listed, 1,000 a request. */
const MOST_SINGLE_ASKS = 16;

/** What came altered is fetched once more. */
const FETCHES = 2;

/**
 * Artifacts in a storage without local paths. They are written and read through scratch copies: a process fetches
 * each once, checked against its name, and what it wrote not at all.
 */
export class ArtifactsByCopy implements ArtifactStore {
  private readonly storage: StorageBackend;
  private readonly keys: Paths["keys"];
  private readonly copies: ScratchCopies;
  private asked = 0;
  private known: Promise<Set<string>> | null = null;

  constructor(storage: StorageBackend, keys: Paths["keys"], copies: ScratchCopies) {
    this.storage = storage;
    this.keys = keys;
    this.copies = copies;
  }

  async put(chunks: AsyncIterable<Uint8Array>, limits: ArtifactLimits): Promise<StoredArtifact> {
    const path = await this.copies.unnamed();
    try {
      const counted = new CountedChunks(chunks, limits.maxBytes);
      await writeScratch(path, counted.all());
      const facts = counted.facts();
      const dropped = (await limits.drops?.(facts.sha256)) ?? null;
      if (dropped !== null) return { ...facts, isNew: false, dropped };
      const key = this.keys.artifact(facts.sha256);
      const isNew = (await this.storage.stat(key))?.sizeBytes !== facts.sizeBytes;
      if (isNew) await this.send(key, path, facts.sha256);
      await this.copies.take(facts.sha256, async (own) => {
        await rename(path, own);
        return facts.sizeBytes;
      });
      return { ...facts, isNew };
    } finally {
      await rm(path, { force: true });
    }
  }

  /** What others removed since the names were listed still counts as there; what they added is seen. */
  async has(sha256: string): Promise<boolean> {
    const key = this.keys.artifact(sha256);
    this.asked++;
    if (this.asked > MOST_SINGLE_ASKS) {
      this.known ??= this.listed();
      if ((await this.known).has(key)) return true;
    }
    return (await this.storage.stat(key)) !== null;
  }

  async remove(sha256: string): Promise<boolean> {
    const key = this.keys.artifact(sha256);
    (await this.known)?.delete(key);
    await this.copies.forget(sha256);
    return this.storage.remove(key);
  }

  /** Throws STORAGE_DAMAGED if what the storage has is not what the name says. */
  async open(sha256: string, name: string): Promise<Bytes> {
    const take = async (): Promise<Bytes> => {
      const path = await this.copies.take(sha256, (own) => this.fetch(sha256, name, own));
      return fileBytes(path, name);
    };
    return take().catch(async (error: unknown) => {
      // A scratch folder that is a day old is swept, even from under whoever still runs.
      const isSwept = error instanceof CanonryError && error.code === "FILE_MISSING";
      if (!isSwept) throw error;
      await this.copies.forget(sha256);
      return take();
    });
  }

  private async send(key: string, path: string, sha256: string): Promise<void> {
    const bytes = await fileBytes(path);
    try {
      await this.storage.put(key, { ...bytes, sha256 });
    } finally {
      await bytes.close();
    }
  }

  private async fetch(sha256: string, name: string, path: string): Promise<number> {
    const key = this.keys.artifact(sha256);
    for (let attempt = 1; ; attempt++) {
      const bytes = await this.storage.open(key);
      if (bytes === null) throw lostArtifact(sha256, name);
      const counted = new CountedChunks(readAll(bytes));
      try {
        await writeScratch(path, counted.all());
        const found = counted.facts();
        if (found.sha256 === sha256) return found.sizeBytes;
        throw new CanonryError("STORAGE_DAMAGED", `${key} has the sha256 ${found.sha256}`);
      } catch (error) {
        const isDamaged = error instanceof CanonryError && error.code === "STORAGE_DAMAGED";
        if (!isDamaged || attempt === FETCHES) throw error;
      }
    }
  }

  private async listed(): Promise<Set<string>> {
    const keys = new Set<string>();
    for await (const { key } of this.storage.list(this.keys.artifacts)) keys.add(key);
    return keys;
  }
}
