import { pipeline, Readable } from "node:stream";
import { crc32, createInflateRaw } from "node:zlib";
import yauzl from "yauzl";
import { CanonryError, type Where } from "../model/errors.ts";
import type { Limits } from "../model/limits.ts";
import type { Bytes } from "../model/storage/bytes.ts";

/** A member of an archive, as the directory declares it. */
export interface ArchiveEntry {
  readonly path: string;
  readonly sizeBytes: number;
  readonly entry: yauzl.Entry;
}

/** A ZIP whose directory was read and found sane. Members are inflated on demand, checked on the way. */
export interface Archive {
  /** By path, in the order of the directory; folders are left out. */
  readonly entries: ReadonlyMap<string, ArchiveEntry>;
  /** The bytes of a member, inflated, in chunks. Throws ARCHIVE_* when they are not what was declared. */
  stream(entry: ArchiveEntry): AsyncGenerator<Buffer>;
  close(): void;
}

/** Beyond this many inflated bytes the ratio counts. */
const RATIO_FROM = 10 << 20;

/**
 * Reads the directory. Throws ARCHIVE_CORRUPT, ARCHIVE_TOO_LARGE (entries, or the sum of the sizes that
 * they declare, which inflating holds them to), ARCHIVE_UNSAFE_PATH, ARCHIVE_DUPLICATE_ENTRY.
 * Memory: the directory.
 */
export async function openArchive(bytes: Bytes, limits: Limits): Promise<Archive> {
  const file = bytes.name;
  const zip = await openZip(bytes);
  const entries = new Map<string, ArchiveEntry>();
  try {
    if (zip.entryCount > limits.archive_entries) {
      throw new CanonryError(
        "ARCHIVE_TOO_LARGE",
        `${zip.entryCount} entries, and the limit is ${limits.archive_entries}`,
        { file },
      );
    }
    const folded = new Set<string>();
    let total = 0;
    for await (const entry of zip.eachEntry()) {
      const path = safePath(entry, file);
      if (path.endsWith("/")) continue;
      if (folded.has(path.toLowerCase())) {
        throw new CanonryError("ARCHIVE_DUPLICATE_ENTRY", `two entries are called ${path}`, {
          file,
        });
      }
      folded.add(path.toLowerCase());
      entries.set(path, { path, sizeBytes: entry.uncompressedSize, entry });
      total += entry.uncompressedSize;
      if (total > limits.archive_total_bytes) {
        const what = `more than ${limits.archive_total_bytes} bytes in all`;
        throw new CanonryError("ARCHIVE_TOO_LARGE", what, { file, member: path });
      }
    }
  } catch (error) {
    zip.close();
    throw archiveFailure(error, file);
  }
  return {
    entries,
    stream: (entry) => inflate(zip, entry, { file, limits }),
    close: () => zip.close(),
  };
}

function openZip(bytes: Bytes): Promise<yauzl.ZipFile> {
  const reader = new BytesReader(bytes);
  return yauzl
    .fromRandomAccessReaderPromise(reader, bytes.sizeBytes, {
      lazyEntries: true,
      autoClose: false,
      strictFileNames: true,
      validateEntrySizes: true,
    })
    .catch((error: unknown) => {
      throw archiveFailure(error, bytes.name);
    });
}

class BytesReader extends yauzl.RandomAccessReader {
  private readonly bytes: Bytes;

  constructor(bytes: Bytes) {
    super();
    this.bytes = bytes;
  }

  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(range(this.bytes, start, end), { objectMode: false });
  }
}

async function* range(bytes: Bytes, start: number, end: number): AsyncGenerator<Buffer> {
  for (let at = start; at < end; ) {
    const chunk = await bytes.read(at, Math.min(1 << 18, end - at));
    if (chunk.length === 0) return;
    at += chunk.length;
    yield chunk;
  }
}

function safePath(entry: yauzl.Entry, file: string): string {
  const path = entry.fileName;
  const isLink = ((entry.externalFileAttributes >>> 16) & 0o170000) === 0o120000;
  if (isLink || path.includes("\u0000")) {
    throw new CanonryError("ARCHIVE_UNSAFE_PATH", `the entry ${JSON.stringify(path)} is a link`, {
      file,
    });
  }
  return path;
}

interface Inflating {
  readonly file: string;
  readonly limits: Limits;
}

async function* inflate(
  zip: yauzl.ZipFile,
  member: ArchiveEntry,
  { file, limits }: Inflating,
): AsyncGenerator<Buffer> {
  const where = { file, member: member.path };
  if (member.entry.isEncrypted()) {
    throw new CanonryError("WORKBOOK_ENCRYPTED", "the member is encrypted", where);
  }
  let sum = 0;
  let size = 0;
  try {
    for await (const chunk of await content(zip, member.entry)) {
      sum = crc32(chunk, sum);
      size += chunk.length;
      if (size > member.sizeBytes) throw wrongSize(size, member, where);
      const ratio = size / Math.max(1, member.entry.compressedSize);
      if (size > RATIO_FROM && ratio > limits.archive_ratio) {
        throw new CanonryError(
          "ARCHIVE_TOO_LARGE",
          `inflates to more than ${limits.archive_ratio} times its size`,
          where,
        );
      }
      yield chunk;
    }
  } catch (error) {
    throw archiveFailure(error, file, member.path);
  }
  if (size !== member.sizeBytes) throw wrongSize(size, member, where);
  if (sum !== member.entry.crc32) {
    throw new CanonryError("ARCHIVE_CORRUPT", "the checksum does not match", where);
  }
}

/** Small pieces cost more than they save: a sheet is inflated in pieces of this size. */
const PIECE_BYTES = 128 << 10;

async function content(zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<AsyncIterable<Buffer>> {
  if (!entry.isCompressed()) return zip.openReadStreamPromise(entry);
  const packed = await zip.openReadStreamPromise(entry, { decompress: false });
  // What goes wrong in either stream is thrown where the chunks are read.
  return pipeline(packed, createInflateRaw({ chunkSize: PIECE_BYTES }), () => undefined);
}

function wrongSize(size: number, member: ArchiveEntry, where: Where): CanonryError {
  const message = `${size} bytes or more, and ${member.sizeBytes} are declared`;
  return new CanonryError("ARCHIVE_SIZE_MISMATCH", message, where);
}

function archiveFailure(error: unknown, file: string, member?: string): unknown {
  if (error instanceof CanonryError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = /bytes in the stream|size/.test(message)
    ? "ARCHIVE_SIZE_MISMATCH"
    : /path|file ?name|characters/i.test(message)
      ? "ARCHIVE_UNSAFE_PATH"
      : "ARCHIVE_CORRUPT";
  return new CanonryError(code, message, { file, member }, { cause: error });
}

/** A member as bytes that can be read anywhere. What is read out of order is inflated into memory once. */
export function memberBytes(archive: Archive, entry: ArchiveEntry, limits: Limits): Bytes {
  let whole: Promise<Buffer> | null = null;
  const inflated = (): Promise<Buffer> => {
    whole ??= collect(archive.stream(entry), limits, entry.path);
    return whole;
  };
  return {
    name: entry.path,
    sizeBytes: entry.sizeBytes,
    localPath: null,
    async read(offset, length) {
      return (await inflated()).subarray(offset, offset + length);
    },
    async *stream(start = 0) {
      let passed = 0;
      for await (const chunk of archive.stream(entry)) {
        const skip = Math.max(0, start - passed);
        passed += chunk.length;
        if (skip < chunk.length) yield chunk.subarray(skip);
      }
    },
  };
}

/** The most that is held in memory for one member that must be read out of order. */
const MEMORY_BYTES = 256 << 20;

async function collect(
  chunks: AsyncIterable<Buffer>,
  limits: Limits,
  member: string,
): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  const most = Math.min(MEMORY_BYTES, limits.archive_total_bytes);
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > most) {
      throw new CanonryError("ARCHIVE_TOO_LARGE", `more than ${most} bytes`, { member });
    }
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}
