import { type FileHandle, open } from "node:fs/promises";
import { basename } from "node:path";
import { CanonryError } from "../model/errors.ts";
import type { Bytes } from "../model/storage/bytes.ts";
import { fileFailure, systemCode } from "./file-failure.ts";

const CHUNK_BYTES = 1 << 20;

/** Bytes over a local file. The handle is opened at the first read and closed by `close`. */
export interface FileBytes extends Bytes {
  readonly localPath: string;
  close(): Promise<void>;
}

/** Throws FILE_MISSING if there is none. `name` is for messages; the file's own by default. */
export async function fileBytes(path: string, name = basename(path)): Promise<FileBytes> {
  const handle = await openFile(path);
  const { size } = await handle.stat();
  const read = (offset: number, length: number): Promise<Buffer> =>
    readAt(handle, path, offset, length);
  // The next chunk is read while the caller works on this one; a failure is thrown when its turn comes.
  const ahead = (at: number): Promise<Buffer> => {
    const chunk = at < size ? read(at, CHUNK_BYTES) : Promise.resolve(Buffer.alloc(0));
    chunk.catch(() => undefined);
    return chunk;
  };
  return {
    name,
    sizeBytes: size,
    localPath: path,
    read,
    async *stream(start = 0) {
      let next = ahead(start);
      for (let at = start; at < size; ) {
        const chunk = await next;
        if (chunk.length === 0) return;
        at += chunk.length;
        next = ahead(at);
        yield chunk;
      }
    },
    close: () =>
      handle.close().catch((error: unknown) => {
        throw fileFailure(error, path);
      }),
  };
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    const handle = await open(path, "r");
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw fileFailure(error, path);
  }
  throw new CanonryError("FILE_MISSING", `no file at ${path}`, { file: path });
}

async function readAt(
  handle: FileHandle,
  path: string,
  offset: number,
  length: number,
): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  try {
    while (filled < length) {
      const { bytesRead } = await handle.read(buffer, filled, length - filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
  } catch (error) {
    throw fileFailure(error, path);
  }
  return buffer.subarray(0, filled);
}

/** Bytes over a file hold a handle. */
export async function closeBytes(bytes: Bytes): Promise<void> {
  if ("close" in bytes && typeof bytes.close === "function") await bytes.close();
}

/** All bytes of a local file. Throws FILE_MISSING. */
export async function* readFile(path: string): AsyncGenerator<Buffer> {
  yield* readAll(await fileBytes(path));
}

/** All bytes, closed behind the last. */
export async function* readAll(bytes: Bytes): AsyncGenerator<Buffer> {
  try {
    yield* bytes.stream();
  } finally {
    await closeBytes(bytes);
  }
}
