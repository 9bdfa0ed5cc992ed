import { CanonryError } from "../../model/errors.ts";
import type { Bytes } from "../../model/storage/bytes.ts";
import type { StorageBackend } from "../../model/storage/storage.ts";
import { writerName } from "../leftovers.ts";
import type { Paths } from "../paths.ts";
import {
  type ArtifactLimits,
  type ArtifactStore,
  CountedChunks,
  lostArtifact,
  type StoredArtifact,
} from "./artifact-store.ts";

/** Artifacts in a storage where a move is a rename: they come in under a name of their own and are placed. */
export class ArtifactsInPlace implements ArtifactStore {
  private readonly storage: StorageBackend;
  private readonly keys: Paths["keys"];

  constructor(storage: StorageBackend, keys: Paths["keys"]) {
    this.storage = storage;
    this.keys = keys;
  }

  async put(chunks: AsyncIterable<Uint8Array>, limits: ArtifactLimits): Promise<StoredArtifact> {
    const incoming = `${this.keys.artifacts}incoming/${writerName()}`;
    const counted = new CountedChunks(chunks, limits.maxBytes);
    await this.storage.put(incoming, counted.all());
    const facts = counted.facts();
    const dropped = (await limits.drops?.(facts.sha256)) ?? null;
    const key = this.keys.artifact(facts.sha256);
    const isKnown = (await this.storage.stat(key))?.sizeBytes === facts.sizeBytes;
    if (dropped !== null || isKnown) {
      await this.storage.remove(incoming);
      return { ...facts, isNew: false, ...(dropped === null ? {} : { dropped }) };
    }
    if (!(await this.storage.move(incoming, key))) {
      throw new CanonryError("STORAGE_UNAVAILABLE", `${incoming} went away before it was kept`);
    }
    return { ...facts, isNew: true };
  }

  async has(sha256: string): Promise<boolean> {
    return (await this.storage.stat(this.keys.artifact(sha256))) !== null;
  }

  remove(sha256: string): Promise<boolean> {
    return this.storage.remove(this.keys.artifact(sha256));
  }

  async open(sha256: string, name: string): Promise<Bytes> {
    const bytes = await this.storage.open(this.keys.artifact(sha256));
    if (bytes === null) throw lostArtifact(sha256, name);
    return { ...bytes, name };
  }
}
