import { createHash, type Hash } from "node:crypto";
import { pipeline } from "node:stream";
import { createGunzip, createGzip } from "node:zlib";
import { readAll } from "../../data-layer/file-bytes.ts";
import { CanonryError } from "../../model/errors.ts";
import type { StorageBackend } from "../../model/storage/storage.ts";

/**
 * An archive is one gzip stream of JSON lines: for each log a line of this, and then the log's own lines as they
 * were written. So `zcat 2025-11.jsonl.gz` and any reader of JSON lines reads it, and each log can be counted and
 * hashed again. What came to a log after it was archived stands as a block of its own, after the first.
 */
export interface ArchivedLog {
  /** `2025-11-03/<run>.jsonl`, as it was called among the event logs. */
  readonly log: string;
  readonly bytes: number;
  readonly lines: number;
  readonly sha256: string;
}

const SCHEMA = "canonry/archived-log@1";
const LINE_END = 10;
/** Longer than any line of ours that opens a block. */
const MOST_HEAD_BYTES = 4096;

export function headOf(block: ArchivedLog): string {
  return `${JSON.stringify({ schema: SCHEMA, ...block })}\n`;
}

/** What a log, or what is left of it from `start`, comes to as a block. */
export function blockOf(log: string, content: Uint8Array): ArchivedLog {
  let lines = content.length > 0 && content.at(-1) !== LINE_END ? 1 : 0;
  for (const byte of content) if (byte === LINE_END) lines++;
  const sha256 = createHash("sha256").update(content).digest("hex");
  return { log, bytes: content.length, lines, sha256 };
}

/** The bytes of a block: a line that is cut short gets an end, so that the next line begins on its own. */
export function* blockBytes(block: ArchivedLog, content: Uint8Array): Generator<Uint8Array> {
  yield Buffer.from(headOf(block));
  yield content;
  if (content.length > 0 && content.at(-1) !== LINE_END) yield Buffer.from("\n");
}

export function compressed(plain: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return pipeline(plain, createGzip({ level: 9 }), () => undefined);
}

/** What an archive holds, decompressed; nothing if there is none. Throws LOG_ARCHIVE_DAMAGED. Memory: one chunk. */
export async function* plainOf(
  storage: StorageBackend,
  key: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const bytes = await storage.open(key);
  if (bytes === null) return;
  try {
    yield* pipeline(readAll(bytes), createGunzip(), () => undefined);
  } catch (error) {
    if (error instanceof CanonryError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new CanonryError("LOG_ARCHIVE_DAMAGED", message, { file: key }, { cause: error });
  }
}

/**
 * Reads an archive back: every log in it, its lines counted and its bytes hashed again. Throws LOG_ARCHIVE_DAMAGED
 * where that is not what the archive says of it.
 */
export async function readArchive(
  storage: StorageBackend,
  key: string,
): Promise<readonly ArchivedLog[]> {
  const reader = new BlockReader(key);
  for await (const chunk of plainOf(storage, key)) reader.push(chunk);
  return reader.end();
}

interface OpenBlock {
  readonly said: ArchivedLog;
  readonly hash: Hash;
  bytes: number;
  lines: number;
  last: number;
}

class BlockReader {
  private readonly key: string;
  private readonly blocks: ArchivedLog[] = [];
  private head = Buffer.alloc(0);
  private open: OpenBlock | null = null;

  constructor(key: string) {
    this.key = key;
  }

  push(chunk: Uint8Array): void {
    for (let rest = chunk; rest.length > 0; ) {
      rest = this.open === null ? this.readHead(rest) : this.readContent(this.open, rest);
    }
  }

  end(): readonly ArchivedLog[] {
    if (this.open !== null && this.open.bytes === this.open.said.bytes) this.close(this.open);
    if (this.open !== null || this.head.length > 0) throw this.damaged("it is cut short");
    return this.blocks;
  }

  /** Takes bytes up to the end of the line that opens a block. Gives what comes after. */
  private readHead(chunk: Uint8Array): Uint8Array {
    const end = chunk.indexOf(LINE_END);
    const taken = end === -1 ? chunk.length : end + 1;
    this.head = Buffer.concat([this.head, chunk.subarray(0, taken)]);
    if (this.head.length > MOST_HEAD_BYTES) throw this.damaged("a log has no beginning");
    if (end === -1) return chunk.subarray(taken);
    const said = this.parsed(this.head.toString("utf8"));
    this.head = Buffer.alloc(0);
    this.open = { said, hash: createHash("sha256"), bytes: 0, lines: 0, last: LINE_END };
    if (said.bytes === 0) this.close(this.open);
    return chunk.subarray(taken);
  }

  private readContent(open: OpenBlock, chunk: Uint8Array): Uint8Array {
    const left = open.said.bytes - open.bytes;
    if (left === 0) {
      // The end that was given to a line that had none.
      this.close(open);
      return chunk[0] === LINE_END ? chunk.subarray(1) : chunk;
    }
    const taken = chunk.subarray(0, left);
    open.hash.update(taken);
    open.bytes += taken.length;
    for (const byte of taken) if (byte === LINE_END) open.lines++;
    open.last = taken.at(-1) ?? open.last;
    if (open.bytes === open.said.bytes && open.last === LINE_END) this.close(open);
    return chunk.subarray(taken.length);
  }

  private close(open: OpenBlock): void {
    const { said } = open;
    const lines = open.lines + (open.last === LINE_END ? 0 : 1);
    const sha256 = open.hash.digest("hex");
    if (lines !== said.lines || sha256 !== said.sha256)
      throw this.damaged(`${said.log} has ${lines} lines and the sha256 ${sha256}, not its own`);
    this.blocks.push(said);
    this.open = null;
  }

  private parsed(line: string): ArchivedLog {
    try {
      const { schema, log, bytes, lines, sha256 } = JSON.parse(line) as Record<string, unknown>;
      if (schema === SCHEMA && typeof log === "string" && typeof sha256 === "string")
        return { log, bytes: Number(bytes), lines: Number(lines), sha256 };
    } catch {
      // Told below.
    }
    throw this.damaged("a log has no beginning");
  }

  private damaged(what: string): CanonryError {
    return new CanonryError("LOG_ARCHIVE_DAMAGED", what, { file: this.key });
  }
}
