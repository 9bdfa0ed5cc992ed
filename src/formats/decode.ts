import type { CsvDialect } from "../model/sheet.ts";

/**
 * Text of bytes in pieces; characters that span two chunks stay whole. Always decoded as a stream:
 * Node's one-shot decoder maps 0x96 of windows-1252 to a control character.
 */
export async function* decodeText(
  chunks: AsyncIterable<Uint8Array>,
  encoding: CsvDialect["encoding"],
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { ignoreBOM: false, fatal: false });
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true });
    if (text !== "") yield text;
  }
  const rest = decoder.decode();
  if (rest !== "") yield rest;
}
