import { createHash, type Hash } from "node:crypto";
import { wholeLines } from "../../../formats/csv/whole-lines.ts";
import type { Sheet } from "../../../model/sheet.ts";
import { ColumnScan, type PlainColumn } from "./plain-column.ts";
import { type LastLines, Tail } from "./record-scan.ts";

export interface PlainScan {
  /** Fields of the first record. */
  readonly header: readonly string[];
  /** Records, the first one included. */
  readonly records: number;
  readonly columns: readonly PlainColumn[];
  /** Of the content, as `fingerprint` defines it, with the first record as header. */
  readonly fingerprint: string;
  /** The lines from this record on, for a look at the end of the file. */
  readonly tail: LastLines;
}

const [LF, CR, QUOTE, COMMA, BACKSLASH] = [10, 13, 34, 44, 92];

/**
 * Reads a large CSV once, byte by byte, and tells whether its records are plain: all of one width, one line
 * each, no quotes, no escapes, no outer spaces, no blank line, and in each column nothing but integers,
 * decimals, ISO dates, or texts that begin with a letter. Null as soon as one record is not; then it is read
 * as any other. Memory: up to 1,000 texts a column.
 */
export async function scanPlain(sheet: Sheet): Promise<PlainScan | null> {
  if (sheet.text === undefined) return null;
  const { bytes, dialect } = sheet.text;
  if (dialect.delimiter.charCodeAt(0) > 127 || dialect.newline === "\r") return null;
  let scanner: Scanner | null = null;
  for await (const lines of wholeLines(bytes, dialect.bomBytes)) {
    if (lines === null) return null;
    let from = 0;
    if (scanner === null) {
      from = lines.indexOf(LF) + 1;
      const header = headerOf(lines.subarray(0, from), dialect.delimiter);
      if (header === null) return null;
      scanner = new Scanner(header, dialect.delimiter.charCodeAt(0));
    }
    if (!scanner.take(from === 0 ? lines : lines.subarray(from))) return null;
  }
  return scanner?.result() ?? null;
}

function headerOf(line: Buffer, delimiter: string): readonly string[] | null {
  const text = line.toString("utf8").replace(/\r?\n$/, "");
  if (text.includes('"')) return null;
  const fields = text.split(delimiter);
  const plain = fields.every((field) => field !== "" && field === field.trim());
  return plain && new Set(fields).size === fields.length ? fields : null;
}

class Scanner {
  private readonly header: readonly string[];
  private readonly delimiter: number;
  private readonly columns: readonly ColumnScan[];
  private readonly hash: Hash = createHash("sha256");
  private records = 1;
  private readonly tail = new Tail();

  constructor(header: readonly string[], delimiter: number) {
    this.header = header;
    this.delimiter = delimiter;
    this.columns = header.map(() => new ColumnScan(delimiter));
    this.hash.update(`${header.join(",")}\n`);
  }

  /** False if a record is not plain. Lines that end with a line feed each. */
  take(bytes: Buffer): boolean {
    const { columns, delimiter } = this;
    if (bytes.includes(QUOTE) || bytes.includes(BACKSLASH)) return false;
    if (delimiter !== COMMA && bytes.includes(COMMA)) return false;
    const lines = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const last = columns.length - 1;
    const first = this.records + 1;
    let returns = 0;
    for (let at = 0; at < bytes.length; ) {
      for (let column = 0; column <= last; column++) {
        at = (columns[column] as ColumnScan).take(lines, at);
        if (at < 0) return false;
        if (column === last && lines.getUint8(at) === CR) {
          at++;
          returns++;
        }
        if (lines.getUint8(at) !== (column === last ? LF : delimiter)) return false;
        at++;
      }
      this.records++;
    }
    this.hash.update(this.canonical(bytes, returns));
    this.tail.keep(first, bytes, this.records);
    return true;
  }

  /** The bytes with commas and line feeds, as the fingerprint has them. */
  private canonical(lines: Buffer, returns: number): Buffer {
    if (this.delimiter === COMMA && returns === 0) return lines;
    const out = Buffer.allocUnsafe(lines.length);
    let to = 0;
    for (const byte of lines) {
      if (byte === this.delimiter) out[to++] = COMMA;
      else if (byte !== CR) out[to++] = byte;
    }
    return out.subarray(0, to);
  }

  result(): PlainScan | null {
    const columns = this.columns.map((column) => column.result());
    if (columns.some((column) => column.values === 0) || this.records < 2) return null;
    return {
      header: this.header,
      records: this.records,
      columns,
      fingerprint: this.hash.digest("hex"),
      tail: this.tail.lines(this.records),
    };
  }
}
