import type { Bytes } from "../../model/bytes.ts";

/**
 * The bytes from `start` in pieces that end with a line feed; one is added behind a last line without it.
 * A line that runs over two chunks is a piece of its own, so that no chunk is copied. Null if a line is longer
 * than `limit`. Memory: one chunk and one line.
 */
export async function* wholeLines(
  bytes: Bytes,
  start: number,
  limit: number,
): AsyncGenerator<Buffer | null> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of bytes.stream(start)) {
    const end = chunk.lastIndexOf(10) + 1;
    if (end === 0) {
      rest = Buffer.concat([rest, chunk]);
      if (rest.length > limit) yield null;
      continue;
    }
    const from = rest.length === 0 ? 0 : chunk.indexOf(10) + 1;
    if (from > 0) yield Buffer.concat([rest, chunk.subarray(0, from)]);
    if (from < end) yield chunk.subarray(from, end);
    rest = end === chunk.length ? Buffer.alloc(0) : Buffer.from(chunk.subarray(end));
  }
  if (rest.length > 0) yield Buffer.concat([rest, Buffer.from("\n")]);
}
