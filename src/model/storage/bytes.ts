/**
 * Bytes that can be read at any place, any number of times: an artifact, a local file, a member of
 * an archive. The data layer and the archive reader make them; every format reads through them.
 */
export interface Bytes {
  /** For messages: a file name or a member's path. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Up to `length` bytes from `offset`; shorter only at the end. */
  read(offset: number, length: number): Promise<Buffer>;
  /** From `start` to the end, in chunks of at most 1 MiB. Memory: one chunk. */
  stream(start?: number): AsyncIterable<Buffer>;
  /**
   * A real local path of the same bytes, for engines that open files themselves (DuckDB). Null where
   * there is none; then the data layer can lend a scratch copy.
   */
  readonly localPath: string | null;
  /** Of the whole content, in hex, where the storage knows it. */
  readonly sha256?: string;
}

/** Bytes held in memory. */
export function bytesOf(name: string, content: Buffer): Bytes {
  return {
    name,
    sizeBytes: content.length,
    localPath: null,
    read: (offset, length) => Promise.resolve(content.subarray(offset, offset + length)),
    async *stream(start = 0) {
      const step = 1 << 20;
      for (let at = start; at < content.length; at += step) yield content.subarray(at, at + step);
    },
  };
}
