import type { Bytes } from "../../model/storage/bytes.ts";

/** Of lines that are read as bytes; a file with a longer one is read as any other. */
export const LONGEST_LINE = 1 << 16;

/**
 * The bytes from `start` in chunks that end with a line feed; one is added behind a last line without it.
 * Null if a line is longer than `LONGEST_LINE`. Memory: one chunk and one line.
 */
export async function* wholeLines(bytes: Bytes, start: number): AsyncGenerator<Buffer | null> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of bytes.stream(start)) {
    const end = chunk.lastIndexOf(10) + 1;
    if (end === 0) {
      rest = Buffer.concat([rest, chunk]);
      if (rest.length > LONGEST_LINE) yield null;
      continue;
    }
    yield rest.length === 0
      ? chunk.subarray(0, end)
      : Buffer.concat([rest, chunk.subarray(0, end)]);
    rest = end === chunk.length ? Buffer.alloc(0) : Buffer.from(chunk.subarray(end));
  }
  if (rest.length > 0) yield Buffer.concat([rest, Buffer.from("\n")]);
}
