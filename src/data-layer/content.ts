import type { Bytes } from "../model/storage/bytes.ts";
import type { StoredContent } from "../model/storage/storage.ts";

/** Content that comes once, and cannot be read again. */
export function isStream(content: StoredContent): content is AsyncIterable<Uint8Array> {
  return typeof content === "object" && Symbol.asyncIterator in content;
}

export function isBytes(content: StoredContent): content is Bytes {
  return typeof content === "object" && "stream" in content;
}

/** Memory: one chunk. */
export async function* chunksOf(content: StoredContent): AsyncGenerator<Uint8Array> {
  if (typeof content === "string") yield Buffer.from(content, "utf8");
  else if (content instanceof Uint8Array) yield content;
  else yield* isBytes(content) ? content.stream() : content;
}

/** All of it. */
export async function gather(content: StoredContent): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of chunksOf(content)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
