import { createHash, type Hash } from "node:crypto";
import { fieldEnd, ONES } from "../../../formats/csv/byte-words.ts";
import { RecordParser } from "../../../formats/csv/records.ts";
import { LONGEST_LINE, wholeLines } from "../../../formats/csv/whole-lines.ts";
import type { CsvDialect, Sheet } from "../../../model/sheet.ts";
import { squeeze } from "../../../model/text.ts";
import { isNarrow, type Regularity } from "../lines/sample.ts";
import { CanonicalLines, type FieldPlaces, newPlaces } from "./canonical.ts";
import { type RecordScan, Tail } from "./record-scan.ts";
import { RegularColumn, type TalliedColumn } from "./regular-column.ts";

const [LF, CR, QUOTE, COMMA, GROUP] = [10, 13, 34, 44, 29];

/**
 * Reads a large CSV once, byte by byte, and tells whether its records are regular: all of one width, one line
 * each, quotes only round whole fields, and none of them odd beside the first ones. What is not plain in a
 * record (marks, padded texts, separators of thousands, dates in any order) is looked at as text. Null as soon
 * as one record is not regular; then the file is read as any other. The first `heads` records are seen by
 * whoever calls: they may be odd. Memory: up to 1,000 texts a column, and as many looks at others.
 */
export async function scanRegular(
  sheet: Sheet,
  regularity: Regularity,
  heads: number,
): Promise<RecordScan | null> {
  if (sheet.text === undefined) return null;
  const { bytes, dialect } = sheet.text;
  if (!isScannable(dialect)) return null;
  let scanner: Scanner | null = null;
  for await (const lines of wholeLines(bytes, dialect.bomBytes)) {
    if (lines === null) return null;
    let from = 0;
    if (scanner === null) {
      from = lines.indexOf(LF) + 1;
      const header = headerOf(lines.toString("utf8", 0, from), dialect);
      if (header === null) return null;
      scanner = new Scanner(header, dialect, regularity, heads);
    }
    if (!scanner.take(from === 0 ? lines : lines.subarray(from))) return null;
  }
  return scanner?.result() ?? null;
}

function isScannable(dialect: CsvDialect): boolean {
  const { delimiter, quote, newline } = dialect;
  const quotes = quote === "" || (quote === '"' && dialect.escape === quote);
  return quotes && newline !== "\r" && delimiter.charCodeAt(0) < 127 && delimiter !== '"';
}

/** The fields of the first record: each its own name, without needless space. */
function headerOf(line: string, dialect: CsvDialect): readonly string[] | null {
  const parser = new RecordParser(dialect, LONGEST_LINE, {});
  parser.write(line);
  const fields = parser.rows[0]?.cells.map((cell) => cell.text) ?? [];
  const isNamed = fields.every((field) => field === squeeze(field));
  const width = parser.rows[0]?.cells.at(-1)?.column ?? -1;
  const isWhole = width === fields.length - 1 && parser.record === 1;
  return isNamed && isWhole && new Set(fields).size === fields.length ? fields : null;
}

class Scanner {
  private readonly header: readonly string[];
  private readonly delimiter: number;
  private readonly delimiters: number;
  private readonly quote: number;
  private readonly regularity: Regularity;
  private readonly heads: number;
  private readonly columns: readonly RegularColumn[];
  private readonly hash: Hash = createHash("sha256");
  private readonly canonical = new CanonicalLines();
  private readonly tail = new Tail();
  private records = 1;
  private cells = 0;
  /** Of the record at hand. */
  private readonly places: FieldPlaces;
  /** Of the chunk at hand: where the next quote stands. */
  private nextQuote = 0;
  /** Of the record at hand: cells that hold something, and whether the fingerprint takes it as it is written. */
  private filled = 0;
  private asWritten = true;

  constructor(
    header: readonly string[],
    { delimiter, quote }: CsvDialect,
    regularity: Regularity,
    heads: number,
  ) {
    this.header = header;
    this.delimiter = delimiter.charCodeAt(0);
    this.delimiters = this.delimiter * ONES;
    this.quote = quote === "" ? -1 : QUOTE;
    this.regularity = regularity;
    this.heads = heads;
    this.columns = header.map(
      (_, at) => new RegularColumn(this.delimiter, regularity.numeric.has(at)),
    );
    this.places = newPlaces(header.length);
    this.canonical.texts(header);
  }

  /** False if a record is not regular. Lines that end with a line feed each. */
  take(bytes: Buffer): boolean {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const first = this.records + 1;
    const plainChunk = this.delimiter === COMMA && !bytes.includes(GROUP);
    this.nextQuote = -1;
    let run = 0;
    for (let at = 0; at < bytes.length; ) {
      const start = at;
      this.filled = 0;
      this.asWritten = plainChunk;
      at = this.record(bytes, view, start);
      if (at < 0) return false;
      this.records++;
      if (this.records > this.heads && isNarrow(this.regularity, this.filled)) return false;
      if (this.asWritten) continue;
      this.canonical.asWritten(bytes, run, start);
      this.canonical.record(bytes, this.places);
      run = at;
    }
    this.canonical.asWritten(bytes, run, bytes.length);
    this.hash.update(this.canonical.lines());
    this.tail.keep(first, bytes, this.records);
    return true;
  }

  /** Takes the record at `from`; the index behind its line feed, or -1. */
  private record(bytes: Buffer, view: DataView, from: number): number {
    const last = this.columns.length - 1;
    let at = from;
    for (let column = 0; ; column++) {
      at = this.field(bytes, view, at, column);
      if (at < 0) return -1;
      if (column < last) {
        if (bytes[at] !== this.delimiter) return -1;
        at++;
        continue;
      }
      if (bytes[at] === CR) {
        at++;
        this.asWritten = false;
      }
      return bytes[at] === LF ? at + 1 : -1;
    }
  }

  /** Takes a field; the index of the sign behind it, or -1. */
  private field(bytes: Buffer, view: DataView, from: number, column: number): number {
    const isQuoted = bytes[from] === this.quote;
    const start = isQuoted ? from + 1 : from;
    const one = this.columns[column] as RegularColumn;
    let end = one.scan.take(view, start, isQuoted);
    const isScanned = end >= 0;
    if (!isScanned)
      end = isQuoted ? closingQuote(bytes, start, this.delimiter) : this.bareEnd(view, start);
    if (end < 0 || (!isQuoted && this.holdsQuote(bytes, start, end))) return -1;
    const { places } = this;
    places.starts[column] = start;
    places.ends[column] = end;
    places.quoted[column] = isQuoted ? 1 : 0;
    if (isQuoted) this.asWritten = false;
    if (isScanned) {
      if (end > start) this.fill();
    } else if (end > start) {
      if (!this.other(bytes, view, column, start, end)) return -1;
    } else one.scan.takeEmpty();
    return isQuoted ? end + 1 : end;
  }

  private fill(): void {
    this.filled++;
    this.cells++;
  }

  /** A field that is of no plain kind. False if it makes its record odd. */
  private other(
    bytes: Buffer,
    view: DataView,
    column: number,
    start: number,
    end: number,
  ): boolean {
    const one = this.columns[column] as RegularColumn;
    const row = this.records + 1;
    const text = this.places.quoted[column] === 1 ? undoubled(bytes, start, end) : null;
    const seen =
      text === null
        ? one.take(view, start, end, row)
        : one.take(new DataView(text.buffer, text.byteOffset, text.length), 0, text.length, row);
    this.cells++;
    if (seen === "blank") {
      this.places.ends[column] = start;
      this.asWritten = false;
      return true;
    }
    this.filled++;
    return seen === "regular" || this.records < this.heads;
  }

  /** The end of a field without quotes; -1 if a return stands in it that ends no line. */
  private bareEnd(view: DataView, from: number): number {
    const end = fieldEnd(view, from, this.delimiters, CR);
    if (view.getUint8(end) !== CR) return end;
    return view.getUint8(end + 1) === LF ? end : -1;
  }

  private holdsQuote(bytes: Buffer, from: number, to: number): boolean {
    if (this.quote < 0) return false;
    if (this.nextQuote < from) {
      const found = bytes.indexOf(QUOTE, from);
      this.nextQuote = found < 0 ? bytes.length : found;
    }
    return this.nextQuote < to;
  }

  result(): RecordScan | null {
    const columns = this.columns.map((column) => column.result());
    if (columns.includes(null) || this.records < 2) return null;
    return {
      header: this.header,
      records: this.records,
      columns: columns.filter((column): column is TalliedColumn => column !== null),
      cells: this.cells,
      fingerprint: this.hash.digest("hex"),
      tail: this.tail.lines(this.records),
    };
  }
}

/** The quote that closes a field, with the field's end behind it; -1 if that is not on the line. */
function closingQuote(bytes: Buffer, from: number, delimiter: number): number {
  for (let at = from; ; at++) {
    const sign = bytes[at];
    if (sign === LF || sign === undefined) return -1;
    if (sign !== QUOTE) continue;
    const next = bytes[at + 1];
    if (next === QUOTE) at++;
    else
      return next === delimiter || next === LF || (next === CR && bytes[at + 2] === LF) ? at : -1;
  }
}

/** A field in which quotes are doubled, without that; null if there are none. */
function undoubled(bytes: Buffer, from: number, to: number): Buffer | null {
  const quote = bytes.indexOf(QUOTE, from);
  if (quote < 0 || quote >= to) return null;
  return Buffer.from(bytes.toString("utf8", from, to).replaceAll('""', '"'));
}
