import { createHash, type Hash } from "node:crypto";
import { wholeLines } from "../../../formats/csv/whole-lines.ts";
import type { Sheet } from "../../../model/sheet.ts";
import { TextCounts } from "./text-counts.ts";

/** What stands in a field of a plain record. */
export type PlainKind = "integer" | "number" | "date" | "text";

/** One column of plain records, over all of them. */
export interface PlainColumn {
  /** What its fields are; a number column may hold integers too. */
  readonly kind: PlainKind;
  readonly values: number;
  readonly integers: number;
  readonly empty: number;
  readonly years: number;
  readonly sum: number;
  /** Every record has an integer, greater than the one before: none comes twice. */
  readonly ascending: boolean;
  /** Different texts with how often each stands there; null beyond 1,000, and for decimals. */
  readonly texts: ReadonlyMap<string, number> | null;
}

export interface PlainScan {
  /** Fields of the first record. */
  readonly header: readonly string[];
  /** Records, the first one included. */
  readonly records: number;
  readonly columns: readonly PlainColumn[];
  /** Of the content, as `fingerprint` defines it, with the first record as header. */
  readonly fingerprint: string;
  /** The lines from this record on, for a look at the end of the file. */
  readonly tail: { readonly first: number; readonly text: string };
}

/** Smaller files gain nothing. */
const LEAST_BYTES = 8 << 20;
const LONGEST_LINE = 1 << 16;
const TAIL_LINES = 600;

const [LF, CR, QUOTE, COMMA, BACKSLASH, MINUS, POINT] = [10, 13, 34, 44, 92, 45, 46];

/**
 * Reads a large CSV once, byte by byte, and tells whether its records are plain: all of one width, one line
 * each, no quotes, no escapes, no outer spaces, no blank line, and in each column nothing but integers,
 * decimals, ISO dates, or texts that begin with a letter. Null as soon as one record is not; then it is read
 * as any other. Memory: up to 1,000 texts a column.
 */
export async function scanPlain(sheet: Sheet): Promise<PlainScan | null> {
  if (sheet.text === undefined || sheet.text.bytes.sizeBytes < LEAST_BYTES) return null;
  const { bytes, dialect } = sheet.text;
  if (dialect.delimiter.charCodeAt(0) > 127 || dialect.newline === "\r") return null;
  let scanner: Scanner | null = null;
  for await (const lines of wholeLines(bytes, dialect.bomBytes, LONGEST_LINE)) {
    if (lines === null) return null;
    let from = 0;
    if (scanner === null) {
      from = lines.indexOf(LF) + 1;
      const header = headerOf(lines.subarray(0, from), dialect.delimiter);
      if (header === null) return null;
      scanner = new Scanner(header, dialect.delimiter.charCodeAt(0));
    }
    if (!scanner.take(lines, from)) return null;
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
  private readonly columns: ColumnScan[];
  private readonly hash: Hash = createHash("sha256");
  private records = 1;
  private tail: { first: number; lines: Buffer }[] = [];

  constructor(header: readonly string[], delimiter: number) {
    this.header = header;
    this.delimiter = delimiter;
    this.columns = header.map(() => new ColumnScan());
    this.hash.update(`${header.join(",")}\n`);
  }

  /** False if a record is not plain. The loop of the program over bytes: everything is by hand. */
  take(lines: Buffer, from: number): boolean {
    const { columns, delimiter } = this;
    const last = columns.length - 1;
    const first = this.records + 1;
    let column = 0;
    let start = from;
    let returns = 0;
    // Two hashes of the field so far, taken on the way: a second look at its bytes would cost as much.
    let [a, b] = [HASH_START, 0];
    for (let at = from; at < lines.length; at++) {
      const byte = lines[at] as number;
      if (byte === delimiter || byte === LF) {
        const end = byte === LF && at > start && lines[at - 1] === CR ? at - 1 : at;
        const own = columns[column];
        if (own === undefined || !own.take(lines, start, end, a, b)) return false;
        a = HASH_START;
        b = 0;
        returns += at - end;
        start = at + 1;
        if (byte !== LF) column++;
        else if (column === last) {
          this.records++;
          column = 0;
        } else return false;
        continue;
      }
      if (byte < 45 && isOdd(byte, lines[at + 1])) return false;
      if (byte === BACKSLASH) return false;
      if (byte === CR) continue;
      a = Math.imul(a ^ byte, 0x01000193);
      b = (Math.imul(b, 31) + byte) | 0;
    }
    this.hash.update(this.canonical(from === 0 ? lines : lines.subarray(from), returns));
    this.keepTail(first, lines.subarray(from));
    return column === 0;
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

  /** The last two chunks hold more lines than the tail needs, or all there are. */
  private keepTail(first: number, lines: Buffer): void {
    this.tail.push({ first, lines });
    if (this.tail.length > 2) this.tail.shift();
  }

  result(): PlainScan | null {
    const columns = this.columns.map((column) => column.result());
    if (columns.includes(null) || this.records < 2) return null;
    return {
      header: this.header,
      records: this.records,
      columns: columns.filter((column) => column !== null),
      fingerprint: this.hash.digest("hex"),
      tail: lastLines(this.tail, this.records),
    };
  }
}

function lastLines(
  kept: readonly { readonly lines: Buffer }[],
  records: number,
): PlainScan["tail"] {
  const text = Buffer.concat(kept.map((one) => one.lines)).toString("utf8");
  const lines = text.split("\n").slice(0, -1);
  const tail = lines.slice(-TAIL_LINES);
  return { first: records - tail.length + 1, text: tail.map((line) => `${line}\n`).join("") };
}

/** Control characters other than the CR of a line end, quotes, and commas that separate nothing. */
function isOdd(byte: number, next: number | undefined): boolean {
  if (byte < 32) return byte !== CR || next !== LF;
  return byte === QUOTE || byte === COMMA;
}

/** Of FNV-1a. */
const HASH_START = 0x811c9dc5 | 0;

/** Kinds that all values of a column so far allow, as bits. */
const INTEGER = 1;
const NUMBER = 2;
const DATE = 4;
const TEXT = 8;

class ColumnScan {
  private kinds = INTEGER | NUMBER | DATE | TEXT;
  private values = 0;
  private integers = 0;
  private empty = 0;
  private years = 0;
  private sum = 0;
  private last = Number.NEGATIVE_INFINITY;
  private ascending = true;
  private texts: TextCounts | null = new TextCounts();

  /** False if the field fits none of the kinds that the column still may be. */
  take(bytes: Buffer, start: number, end: number, a: number, b: number): boolean {
    if (start === end) {
      this.empty++;
      return true;
    }
    this.values++;
    const first = bytes[start] as number;
    const kind =
      first >= 65 || first > 127 ? textKind(bytes, start, end) : this.figure(bytes, start, end);
    this.kinds &= kind;
    if (this.kinds === 0) return false;
    if (this.kinds === NUMBER) this.texts = null;
    else if (this.texts !== null && !this.texts.add(a, b, bytes, start, end)) this.texts = null;
    // Texts beyond the limit cannot all be checked to be no marks and no totals.
    return this.texts !== null || this.kinds !== TEXT;
  }

  /** A field that begins with a digit, a sign or anything below the letters. */
  private figure(bytes: Buffer, start: number, end: number): number {
    const negative = bytes[start] === MINUS;
    const from = negative ? start + 1 : start;
    let value = 0;
    let point = -1;
    for (let at = from; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte >= 48 && byte <= 57) value = value * 10 + byte - 48;
      else if (byte === POINT && point === -1 && at > from && at < end - 1) point = at;
      else return isDate(bytes, start, end) ? DATE : 0;
    }
    const digits = end - from - (point === -1 ? 0 : 1);
    const whole = (point === -1 ? end : point) - from;
    // Leading zeros are codes, and more digits than a bigint holds are no number here.
    if (digits === 0 || digits > 17 || (whole > 1 && bytes[from] === 48)) return 0;
    if (negative && value === 0) return 0;
    this.sum += (negative ? -value : value) / (point === -1 ? 1 : 10 ** (end - point - 1));
    if (point !== -1) return NUMBER;
    const signed = negative ? -value : value;
    if (signed <= this.last) this.ascending = false;
    this.last = signed;
    this.integers++;
    if (digits === 4 && !negative && value >= 1800 && value <= 2099) this.years++;
    return INTEGER | NUMBER;
  }

  result(): PlainColumn | null {
    const kind = this.kind();
    if (kind === null || this.values === 0) return null;
    return {
      kind,
      values: this.values,
      integers: this.integers,
      empty: this.empty,
      years: this.years,
      sum: this.sum,
      ascending: this.ascending && kind === "integer" && this.empty === 0,
      texts: this.texts === null ? null : this.texts.entries(),
    };
  }

  private kind(): PlainKind | null {
    if ((this.kinds & INTEGER) !== 0) return "integer";
    if ((this.kinds & NUMBER) !== 0) return "number";
    if ((this.kinds & DATE) !== 0) return "date";
    return (this.kinds & TEXT) !== 0 ? "text" : null;
  }
}

/** TEXT if it begins with a letter and ends with no space. */
function textKind(bytes: Buffer, start: number, end: number): number {
  const first = bytes[start] as number;
  const letter = (first >= 65 && first <= 90) || (first >= 97 && first <= 122) || first > 127;
  const last = bytes[end - 1] as number;
  return letter && last !== 32 && last !== 0xa0 ? TEXT : 0;
}

/** yyyy-mm-dd with a month and a day that may be. */
function isDate(bytes: Buffer, start: number, end: number): boolean {
  if (end - start !== 10 || bytes[start + 4] !== MINUS || bytes[start + 7] !== MINUS) return false;
  const digit = (at: number): number => (bytes[start + at] as number) - 48;
  for (const at of [0, 1, 2, 3, 5, 6, 8, 9]) if (digit(at) < 0 || digit(at) > 9) return false;
  const month = digit(5) * 10 + digit(6);
  const day = digit(8) * 10 + digit(9);
  return digit(0) >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= 28;
}
