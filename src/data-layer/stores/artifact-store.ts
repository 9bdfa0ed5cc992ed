import { createHash } from "node:crypto";
import { CanonryError } from "../../model/errors.ts";
import type { Bytes } from "../../model/storage/bytes.ts";

export interface StoredArtifact {
  readonly sha256: string;
  readonly sizeBytes: number;
  /** False if the same content was there already. */
  readonly isNew: boolean;
  /** Why the bytes were not kept. */
  readonly dropped?: string;
}

export interface ArtifactLimits {
  readonly maxBytes: number;
  /** A reason against content; null: there is none. */
  readonly drops?: (sha256: string) => Promise<string | null>;
}

/** Artifacts, each under the sha256 of its content. Memory: one chunk. */
export interface ArtifactStore {
  /** Throws DOWNLOAD_TOO_LARGE beyond `maxBytes`; nothing is kept then, nor where `drops` has a reason. */
  put(chunks: AsyncIterable<Uint8Array>, limits: ArtifactLimits): Promise<StoredArtifact>;
  has(sha256: string): Promise<boolean>;
  /** False if there was none. */
  remove(sha256: string): Promise<boolean>;
  /** Throws FILE_MISSING if the store has lost it. */
  open(sha256: string, name: string): Promise<Bytes>;
}

/** Chunks on their way, counted and hashed. Throws DOWNLOAD_TOO_LARGE beyond `maxBytes`. */
export class CountedChunks {
  private readonly chunks: AsyncIterable<Uint8Array>;
  private readonly maxBytes: number;
  private readonly hash = createHash("sha256");
  private sizeBytes = 0;

  constructor(chunks: AsyncIterable<Uint8Array>, maxBytes = Number.POSITIVE_INFINITY) {
    this.chunks = chunks;
    this.maxBytes = maxBytes;
  }

  async *all(): AsyncGenerator<Uint8Array> {
    for await (const chunk of this.chunks) {
      this.sizeBytes += chunk.length;
      if (this.sizeBytes > this.maxBytes) {
        throw new CanonryError("DOWNLOAD_TOO_LARGE", `more than ${this.maxBytes} bytes`);
      }
      this.hash.update(chunk);
      yield chunk;
    }
  }

  /** Once, behind the last chunk. */
  facts(): { readonly sha256: string; readonly sizeBytes: number } {
    return { sha256: this.hash.digest("hex"), sizeBytes: this.sizeBytes };
  }
}

export function lostArtifact(sha256: string, name: string): CanonryError {
  return new CanonryError("FILE_MISSING", `artifact ${sha256} (${name}) is not in the store`);
}
