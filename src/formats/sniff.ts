import { CanonryError } from "../model/errors.ts";
import type { Bytes } from "../model/storage/bytes.ts";

/** What the first bytes say; a ZIP may be a workbook, which its members tell. */
export type Container = "zip" | "ole" | "biff" | "spreadsheetml" | "text" | "empty";

const WORKBOOK = new Set(["xlsx", "xlsm", "xltx", "xls", "xlsb", "ods"]);
const TEXT = new Set(["csv", "tsv", "tab", "psv", "txt", "dat", ""]);

export async function headOf(bytes: Bytes, length: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of bytes.stream()) {
    parts.push(chunk);
    size += chunk.length;
    if (size >= length) break;
  }
  return Buffer.concat(parts).subarray(0, length);
}

/** Throws FORMAT_MISMATCH where the bytes are not what the name says, FORMAT_UNKNOWN for other kinds of file. */
export async function sniffContainer(bytes: Bytes, fileName: string): Promise<Container> {
  const head = await headOf(bytes, 4096);
  const extension = extensionOf(fileName);
  const found = containerOf(head);
  const seen = describe(head, found);
  const fail = (code: "FORMAT_MISMATCH" | "FORMAT_UNKNOWN"): never => {
    throw new CanonryError(code, `the bytes are ${seen}`, { file: fileName });
  };
  if (found === null)
    return fail(
      WORKBOOK.has(extension) || TEXT.has(extension) || extension === "zip"
        ? "FORMAT_MISMATCH"
        : "FORMAT_UNKNOWN",
    );
  const isText = found === "text" || found === "empty";
  if (isText && (WORKBOOK.has(extension) || extension === "zip")) return fail("FORMAT_MISMATCH");
  if (!isText && TEXT.has(extension) && extension !== "") return fail("FORMAT_MISMATCH");
  if (isText && !TEXT.has(extension)) return fail("FORMAT_UNKNOWN");
  return found;
}

export function extensionOf(fileName: string): string {
  const name = fileName.split("/").at(-1) ?? "";
  const dot = name.lastIndexOf(".");
  const extension = dot < 0 ? "" : name.slice(dot + 1).toLowerCase();
  return /^[a-z]{2,5}\d?$/.test(extension) ? extension : "";
}

/** Null for what no reader here reads. */
function containerOf(head: Buffer): Container | null {
  if (head.length === 0) return "empty";
  const magic = head.subarray(0, 4).toString("hex");
  if (magic === "504b0304" || magic === "504b0506") return "zip";
  if (magic === "d0cf11e0") return "ole";
  if (/^0900|^0902|^0904|^0908/.test(magic)) return "biff";
  if (/^(?:25504446|1f8b|7b5c7274|89504e47|ffd8ff)/.test(magic)) return null;
  const text = head.toString("latin1").replace(/^(?:ï»¿)?\s+|^ï»¿/, "");
  if (/^<\?xml/i.test(text) && text.includes("urn:schemas-microsoft-com:office:spreadsheet")) {
    return "spreadsheetml";
  }
  if (/^<(?:!doctype|html|head|body|\?xml|table|script)/i.test(text)) return null;
  return "text";
}

function describe(head: Buffer, found: Container | null): string {
  if (found === null && head.subarray(0, 4).toString("latin1") === "%PDF") return "a PDF";
  if (found === null)
    return `not of a table (${JSON.stringify(head.subarray(0, 24).toString("latin1").trim())}…)`;
  const words: Record<Container, string> = {
    zip: "a ZIP archive",
    ole: "an old workbook",
    biff: "an old workbook",
    spreadsheetml: "an XML workbook",
    text: "plain text",
    empty: "none: the file is empty",
  };
  return words[found];
}
