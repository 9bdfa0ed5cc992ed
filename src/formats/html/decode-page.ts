/** Bytes of a page in which a charset is looked for (WHATWG HTML, 13.2.3.2). */
const PRESCAN_BYTES = 1024;

/**
 * The text of a page: by its byte-order mark, by what the server said, by `<meta charset>`, else as
 * UTF-8 where its bytes are valid and as windows-1252 where they are not.
 */
export function decodePage(bytes: Uint8Array, contentType: string | null): string {
  const head = Buffer.from(bytes.subarray(0, PRESCAN_BYTES)).toString("latin1");
  const stated = [
    markOf(bytes),
    /charset\s*=\s*["']?([\w.:-]+)/i.exec(contentType ?? "")?.[1],
    /<meta[^>]{0,200}charset\s*=\s*["']?([\w.:-]+)/i.exec(head)?.[1],
  ].filter((label) => label !== undefined && label !== null);
  for (const label of stated) {
    const text = decoded(bytes, label);
    if (text !== null) return text;
  }
  const text = decoded(bytes, "utf-8") ?? "";
  return text.includes("\ufffd") ? (decoded(bytes, "windows-1252") ?? text) : text;
}

function markOf(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return "utf-8";
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  return bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : null;
}

/** Null for a label that names no encoding. As a stream: see formats/decode.ts. */
function decoded(bytes: Uint8Array, label: string): string | null {
  try {
    const decoder = new TextDecoder(label);
    return decoder.decode(bytes, { stream: true }) + decoder.decode();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
