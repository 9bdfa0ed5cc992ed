import type { Hash } from "node:crypto";

/** gzip is fed pieces of one size, so that equal texts give equal bytes however they arrive. */
export const PIECE_BYTES = 1 << 18;

/** What is held in memory before it is written, so that what is there already is not written at all. */
const SMALL_BYTES = 1 << 20;

/** The same chunks, hashed and counted as they pass. */
export async function* hashed(
  chunks: AsyncIterable<Uint8Array>,
  hash: Hash,
  size: { bytes: number },
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    size.bytes += chunk.length;
    yield chunk;
  }
}

/** As many chunks as a small part has at most. */
export async function firstOf(
  chunks: AsyncGenerator<Uint8Array>,
): Promise<{ readonly chunks: readonly Uint8Array[]; readonly isAll: boolean }> {
  const first: Uint8Array[] = [];
  let sizeBytes = 0;
  while (sizeBytes < SMALL_BYTES) {
    const { done, value } = await chunks.next();
    if (done === true) return { chunks: first, isAll: true };
    first.push(value);
    sizeBytes += value.length;
  }
  return { chunks: first, isAll: false };
}

/** The same bytes in pieces of one size. */
export async function* pieces(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let piece = Buffer.allocUnsafe(PIECE_BYTES);
  let filled = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      const taken = Math.min(chunk.length - at, PIECE_BYTES - filled);
      piece.set(chunk.subarray(at, at + taken), filled);
      at += taken;
      filled += taken;
      if (filled < PIECE_BYTES) continue;
      yield piece;
      piece = Buffer.allocUnsafe(PIECE_BYTES);
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}
