import { isUtf8 } from "node:buffer";
import { CanonryError } from "../../model/errors.ts";
import type { CsvDialect } from "../../model/sheet.ts";
import type { Bytes } from "../../model/storage/bytes.ts";
import { decodeText } from "../decode.ts";

export interface FoundEncoding {
  readonly encoding: CsvDialect["encoding"];
  readonly bomBytes: number;
  readonly evidence: string;
}

/**
 * The encoding of a text, from its byte-order mark or from all of its bytes: UTF-8 if they are valid,
 * else windows-1252, in which every byte means something. Throws CSV_ENCODING for a NUL: that is UTF-16
 * without its mark, or no text. Memory: one chunk.
 */
export async function findEncoding(bytes: Bytes): Promise<FoundEncoding> {
  const head = await firstBytes(bytes, 3);
  if (head[0] === 0xff && head[1] === 0xfe) return wide(bytes, "utf-16le");
  if (head[0] === 0xfe && head[1] === 0xff) return wide(bytes, "utf-16be");
  const bomBytes = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  const scan = await scanBytes(bytes);
  if (scan.nul >= 0) {
    throw new CanonryError("CSV_ENCODING", `a NUL byte at offset ${scan.nul}`, {
      file: bytes.name,
    });
  }
  if (bomBytes > 0 && !scan.utf8) {
    throw new CanonryError("CSV_ENCODING", "it is marked as UTF-8, and its bytes are not", {
      file: bytes.name,
    });
  }
  if (bomBytes > 0) return marked("utf-8", bomBytes);
  if (scan.utf8) return { encoding: "utf-8", bomBytes, evidence: "all bytes are valid UTF-8" };
  return { encoding: "windows-1252", bomBytes, evidence: "bytes that are not valid UTF-8" };
}

async function wide(bytes: Bytes, encoding: "utf-16le" | "utf-16be"): Promise<FoundEncoding> {
  for await (const text of decodeText(bytes.stream(2), encoding)) {
    if (!text.includes("\u0000")) continue;
    throw new CanonryError("CSV_ENCODING", "a NUL", { file: bytes.name });
  }
  return marked(encoding, 2);
}

function marked(encoding: CsvDialect["encoding"], bomBytes: number): FoundEncoding {
  return { encoding, bomBytes, evidence: `byte-order mark of ${encoding}` };
}

async function firstBytes(bytes: Bytes, count: number): Promise<Buffer> {
  for await (const chunk of bytes.stream()) return chunk.subarray(0, count);
  return Buffer.alloc(0);
}

async function scanBytes(bytes: Bytes): Promise<{ utf8: boolean; nul: number }> {
  let utf8 = true;
  let offset = 0;
  let rest = Buffer.alloc(0);
  for await (const chunk of bytes.stream()) {
    const nul = chunk.indexOf(0);
    if (nul >= 0) return { utf8: false, nul: offset + nul };
    offset += chunk.length;
    if (!utf8) continue;
    const text = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const whole = wholeCharacters(text);
    utf8 = isUtf8(text.subarray(0, whole));
    rest = Buffer.from(text.subarray(whole));
  }
  return { utf8: utf8 && isUtf8(rest), nul: -1 };
}

/** Up to where a piece of UTF-8 ends with a whole character. */
function wholeCharacters(text: Buffer): number {
  for (let back = 1; back <= Math.min(3, text.length); back++) {
    const byte = text[text.length - back] ?? 0;
    if (byte < 0x80) return text.length;
    if (byte >= 0xc0) {
      const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return needs > back ? text.length - back : text.length;
    }
  }
  return text.length;
}
