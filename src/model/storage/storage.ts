import type { Bytes } from "./bytes.ts";

/** What a storage can do differently; callers branch on these, never on a class. */
export interface StorageProperties {
  readonly kind: "local" | "memory" | "s3";
  /** `put` with `ifAbsent` is decided by the storage itself, among any number of writers. */
  readonly atomicPutIfAbsent: boolean;
  /** It keeps who wrote an object, so a writer whose reply was lost can find that it won. */
  readonly keepsWriters: boolean;
  /** `bytes()` has a local path that engines can open. */
  readonly localPaths: boolean;
}

export interface StoredObject {
  readonly key: string;
  readonly sizeBytes: number;
  /** ISO instant of the last write. */
  readonly modifiedAt: string;
}

/** What is written. Texts, arrays and `Bytes` can be read again, so what failed may be repeated; a stream not. */
export type StoredContent = Uint8Array | string | Bytes | AsyncIterable<Uint8Array>;

export interface PutOptions {
  readonly ifAbsent?: boolean;
  /** Who writes: the same name in each repetition of one put, and in no other put. */
  readonly writer?: string;
}

/**
 * Objects by key. A key is a relative path with `/`, without `..`, empty segments, NUL or a leading
 * slash; anything else is PATH_UNSAFE. Missing is null or an absent item, never an error; a storage
 * that cannot be reached is STORAGE_UNAVAILABLE, one that refuses STORAGE_FORBIDDEN; no space is STORAGE_FULL.
 */
export interface StorageBackend {
  readonly properties: StorageProperties;
  /** Null if there is none. */
  stat(key: string): Promise<StoredObject | null>;
  /** Null if there is none. */
  open(key: string): Promise<Bytes | null>;
  /** Whole or not at all. With `ifAbsent`, false (and nothing written) if the key exists. */
  put(key: string, content: StoredContent, options?: PutOptions): Promise<boolean>;
  /** False if there was none. */
  remove(key: string): Promise<boolean>;
  /** Replaces the target. False if there is no source. */
  move(from: string, to: string): Promise<boolean>;
  /** Keys that begin with `prefix`, ascending by code unit. */
  list(prefix: string): AsyncIterable<StoredObject>;
  /** Adds text to an object, making it; durable when it returns. Absent where a storage cannot. */
  append?(key: string, text: string): Promise<void>;
  /** What writes left that never ended: what is older than given (ms since 1970), or whose writer is gone. */
  unfinished?(olderThanMs: number): Promise<readonly UnfinishedWrite[]>;
}

/** What a write left that never ended: a file, an object aside, parts of one that never became it. */
export interface UnfinishedWrite {
  /** Its key, or the path of its file. */
  readonly name: string;
  /** Removes it; false if it was gone. */
  discard(): Promise<boolean>;
}
