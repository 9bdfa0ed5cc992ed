import { createHash } from "node:crypto";
import { CanonryError } from "../../model/errors.ts";
import type { Bytes } from "../../model/storage/bytes.ts";
import type {
  PutOptions,
  StorageBackend,
  StorageProperties,
  StoredContent,
  StoredObject,
} from "../../model/storage/storage.ts";

/**
 * Any storage whose objects are checked as they are read: behind the last chunk of a whole stream STORAGE_DAMAGED
 * is thrown if the bytes are not those that the storage names. A part of an object is not checked.
 */
export class VerifiedStorage implements StorageBackend {
  readonly properties: StorageProperties;
  private readonly inner: StorageBackend;
  readonly append?: NonNullable<StorageBackend["append"]>;
  readonly unfinished?: NonNullable<StorageBackend["unfinished"]>;

  constructor(inner: StorageBackend) {
    this.inner = inner;
    this.properties = inner.properties;
    if (inner.append !== undefined) this.append = inner.append.bind(inner);
    if (inner.unfinished !== undefined) this.unfinished = inner.unfinished.bind(inner);
  }

  async open(key: string): Promise<Bytes | null> {
    const bytes = await this.inner.open(key);
    return bytes?.sha256 === undefined ? bytes : verified(bytes, bytes.sha256, key);
  }

  stat(key: string): Promise<StoredObject | null> {
    return this.inner.stat(key);
  }

  put(key: string, content: StoredContent, options?: PutOptions): Promise<boolean> {
    return this.inner.put(key, content, options);
  }

  remove(key: string): Promise<boolean> {
    return this.inner.remove(key);
  }

  move(from: string, to: string): Promise<boolean> {
    return this.inner.move(from, to);
  }

  list(prefix: string): AsyncIterable<StoredObject> {
    return this.inner.list(prefix);
  }
}

function verified(bytes: Bytes, sha256: string, key: string): Bytes {
  return {
    ...bytes,
    async *stream(start = 0) {
      if (start > 0) return yield* bytes.stream(start);
      const hash = createHash("sha256");
      for await (const chunk of bytes.stream()) {
        hash.update(chunk);
        yield chunk;
      }
      const found = hash.digest("hex");
      if (found === sha256) return;
      throw new CanonryError("STORAGE_DAMAGED", `${key} has the sha256 ${found}, not ${sha256}`);
    },
  };
}
