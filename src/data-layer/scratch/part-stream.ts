/** Chunks as parts of exactly `partBytes`, the last one shorter; none of nothing. Memory: one part. */
export async function* inParts(
  chunks: AsyncIterable<Uint8Array>,
  partBytes: number,
): AsyncGenerator<Buffer> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      if (heldBytes === 0 && chunk.length - at >= partBytes) {
        yield Buffer.from(chunk.buffer, chunk.byteOffset + at, partBytes);
        at += partBytes;
        continue;
      }
      const piece = chunk.subarray(at, at + partBytes - heldBytes);
      held.push(piece);
      heldBytes += piece.length;
      at += piece.length;
      if (heldBytes < partBytes) continue;
      yield Buffer.concat(held, heldBytes);
      [held, heldBytes] = [[], 0];
    }
  }
  if (heldBytes > 0) yield Buffer.concat(held, heldBytes);
}

/** All chunks again: those that were taken, and what is behind them. */
export async function* joined<Chunk extends Uint8Array>(
  taken: readonly Chunk[],
  rest: AsyncIterable<Chunk>,
): AsyncGenerator<Chunk> {
  yield* taken;
  yield* rest;
}
