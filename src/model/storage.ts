/** What a storage can do differently; callers branch on these, never on a class. */
export interface StorageProperties {
  readonly kind: "local" | "memory" | "s3";
  /** `put` with `ifAbsent` is decided by the storage itself, among any number of writers. */
  readonly atomicPutIfAbsent: boolean;
  /** `bytes()` has a local path that engines can open. */
  readonly localPaths: boolean;
}

export interface StoredObject {
  readonly key: string;
  readonly sizeBytes: number;
  /** ISO instant of the last write. */
  readonly modifiedAt: string;
}

/**
 * Objects by key. A key is a relative path with `/`, without `..`, empty segments, NUL or a leading
 * slash; anything else is PATH_UNSAFE. Missing is null or an absent item, never an error; a storage
 * that cannot be reached or refuses is STORAGE_UNAVAILABLE; no space is STORAGE_FULL.
 */
export interface StorageBackend {
  readonly properties: StorageProperties;
  /** Null if there is none. */
  stat(key: string): Promise<StoredObject | null>;
  /** Null if there is none. */
  open(key: string): Promise<import("./bytes.ts").Bytes | null>;
  /** Whole or not at all. With `ifAbsent`, false (and nothing written) if the key exists. */
  put(
    key: string,
    content: Uint8Array | string | AsyncIterable<Uint8Array>,
    options?: { ifAbsent?: boolean },
  ): Promise<boolean>;
  /** False if there was none. */
  remove(key: string): Promise<boolean>;
  /** Replaces the target. False if there is no source. */
  move(from: string, to: string): Promise<boolean>;
  /** Keys that begin with `prefix`, ascending by code unit. */
  list(prefix: string): AsyncIterable<StoredObject>;
}
