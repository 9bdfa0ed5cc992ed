import { makePipe, throughPipe } from "./pipe.ts";
import { writeScratch } from "./write-scratch.ts";

/**
 * Hands chunks to an engine that reads them from a local path of a scratch folder, once and from the start:
 * through a pipe, while they come; where there is none, from a file.
 */
export async function lendChunks<Result>(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
  read: () => Promise<Result>,
): Promise<Result> {
  if (await makePipe(path)) return throughPipe(path, chunks, read);
  await writeScratch(path, chunks);
  return read();
}
