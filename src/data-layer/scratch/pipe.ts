import { execFile } from "node:child_process";
import { constants, open } from "node:fs";
import { Socket, type SocketConstructorOpts } from "node:net";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { systemCode } from "../file-failure.ts";

/** Milliseconds between two looks whether the reader has opened the pipe. */
const LOOK = 2;

/** What waits for a reader that is at work on what it has; by itself a pipe holds 64 KiB. */
const AHEAD_BYTES = 1 << 23;

/** Makes a named pipe; false where the system or the disk has none. */
export function makePipe(path: string): Promise<boolean> {
  return promisify(execFile)("mkfifo", ["-m", "600", path]).then(
    () => true,
    () => false,
  );
}

/**
 * Writes chunks into a named pipe while `read` reads it, and gives what `read` gives. An error of the reader
 * comes before the writer's, which it causes. Memory: 8 MB.
 */
export async function throughPipe<Result>(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  read: () => Promise<Result>,
): Promise<Result> {
  let reading = true;
  const result = read().finally(() => {
    reading = false;
  });
  result.catch(() => undefined);
  const descriptor = await openForWriting(path, () => reading);
  if (descriptor === null) return result;
  // An option of streams, which the declared type of sockets lacks.
  const options: SocketConstructorOpts & { readonly writableHighWaterMark: number } = {
    ...{ fd: descriptor, readable: false, writable: true, writableHighWaterMark: AHEAD_BYTES },
  };
  const pipe = new Socket(options);
  try {
    await pipeline(chunks, pipe);
  } catch (error) {
    // A reader that leaves early has failed, or has seen enough.
    if (systemCode(error) === "EPIPE") return await result;
    throw error;
  } finally {
    // The reader comes to the end of what there is; nobody is left with the pipe.
    pipe.destroy();
    await result.catch(() => undefined);
  }
  return result;
}

/** Does not block, as a plain opening would until somebody reads. Null if the reader ended without opening it. */
async function openForWriting(path: string, reading: () => boolean): Promise<number | null> {
  while (reading()) {
    try {
      return await promisify(open)(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if (systemCode(error) !== "ENXIO") throw error;
    }
    await sleep(LOOK);
  }
  return null;
}
