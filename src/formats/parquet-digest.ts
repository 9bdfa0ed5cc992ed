import { DigestSum } from "../model/digest/digest-sum.ts";
import { type DigestColumn, noDigits, RowDigest } from "../model/digest/row-digest.ts";
import { CanonryError } from "../model/errors.ts";
import { bytesBelow, ONES, placesOf } from "./csv/byte-words.ts";
import { named, quoted, withDuckDb } from "./duckdb.ts";

/** A scratch folder, and how what is written into it is read. */
export interface Scratch {
  readonly folder: string;
  /** What `write` writes to a path in it, once and in order. */
  take(path: string, write: () => Promise<unknown>): AsyncIterable<Buffer>;
}

/**
 * Rows and digest of a Parquet file, read back: DuckDB writes its columns as text, and the text is hashed as
 * that of a load is. Memory: that of DuckDB and one piece of text. Throws EXPORT_FAILED for a file that cannot be
 * read or lacks a column.
 */
export async function digestOfParquet(
  parquet: string,
  columns: readonly DigestColumn[],
  scratch: Scratch,
): Promise<{ readonly rows: number; readonly digest: string }> {
  const csv = `${scratch.folder}/read-back.csv`;
  const lines = scratch.take(csv, () => writeCsv(parquet, columns, csv, scratch.folder));
  const sum = await sumOfCsv(lines, columns);
  return { rows: sum.rows, digest: sum.digest };
}

async function writeCsv(
  parquet: string,
  columns: readonly DigestColumn[],
  csv: string,
  temp: string,
): Promise<void> {
  const texts = columns.filter(({ type }) => type === "text").map(({ name }) => named(name));
  const force = texts.length === 0 ? "" : `, force_quote (${texts.join(", ")})`;
  await withDuckDb({ file: parquet, temp, width: columns.length }, (connection) =>
    connection.run(
      `copy (select ${columns.map(({ name }) => named(name)).join(", ")} from read_parquet(${quoted(parquet)}))
         to ${quoted(csv)} (format csv, use_tmp_file false, header false, delimiter ',', quote '"', escape '"', nullstr ''${force})`,
    ),
  );
}

const [LF, QUOTE, COMMA] = [10, 34, 44];
const QUOTES = QUOTE * ONES;

/** Of CSV whose texts stand in quotes and whose nulls are empty. */
export async function sumOfCsv(
  chunks: AsyncIterable<Buffer>,
  columns: readonly DigestColumn[],
): Promise<DigestSum> {
  const sum = new DigestSum();
  const row = new RowDigest(columns);
  const record = new CsvRecord(columns.length);
  const digits = noDigits(columns.length);
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    record.over(bytes);
    let at = 0;
    for (let end = record.find(at); end !== -1; end = record.find(at)) {
      row.take(bytes, record.starts, record.ends, digits);
      sum.add(row.low, row.high);
      at = end;
    }
    rest = bytes.subarray(at);
  }
  if (rest.length > 0)
    throw new CanonryError("EXPORT_FAILED", "the last row read back is not whole");
  return sum;
}

/** Where the values of a record stand. */
class CsvRecord {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  private readonly doubled: number[] = [];
  private bytes: Buffer = Buffer.alloc(0);
  private view: DataView = new DataView(new ArrayBuffer(0));
  /** Where the last line feed stands: a value without quotes ends there at the latest. */
  private last = -1;

  constructor(width: number) {
    this.starts = new Int32Array(width);
    this.ends = new Int32Array(width);
  }

  over(bytes: Buffer): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.last = bytes.lastIndexOf(LF);
  }

  /** Gives the index behind the record at `from`; -1 if its end is not there. Doubled quotes are made one. */
  find(from: number): number {
    const { bytes, last, starts, ends, doubled } = this;
    const width = starts.length;
    if (doubled.length > 0) doubled.length = 0;
    let at = from;
    for (let column = 0; column < width; column++) {
      if (at > last) return -1;
      let sign = bytes[at] as number;
      if (sign === QUOTE) {
        starts[column] = at + 1;
        at = this.closing(at + 1, column);
        if (at >= last) return -1;
        ends[column] = at++;
        sign = bytes[at] as number;
      } else {
        const start = at;
        while (sign !== COMMA && sign !== LF) sign = bytes[++at] as number;
        starts[column] = at === start ? -1 : start;
        ends[column] = at;
      }
      if (sign !== (column === width - 1 ? LF : COMMA)) {
        throw new CanonryError("EXPORT_FAILED", `a row read back is not ${width} wide`);
      }
      at++;
    }
    for (const column of doubled)
      ends[column] = undouble(bytes, starts[column] as number, ends[column] as number);
    return at;
  }

  /** The index of the quote that closes; the length of the bytes if it is not there. */
  private closing(start: number, column: number): number {
    const { bytes } = this;
    for (let at = start; ; at += 2) {
      at = this.quoteFrom(at);
      if (at + 1 >= bytes.length) return bytes.length;
      if (bytes[at + 1] !== QUOTE) return at;
      if (this.doubled.at(-1) !== column) this.doubled.push(column);
    }
  }

  /** Four bytes at a look, as long as none of them is a quote. */
  private quoteFrom(start: number): number {
    const { bytes, view } = this;
    let at = start;
    for (; at + 4 <= bytes.length; at += 4) {
      const quotes = placesOf(QUOTES, view.getInt32(at, true));
      if (quotes !== 0) return at + bytesBelow(quotes);
    }
    while (at < bytes.length && bytes[at] !== QUOTE) at++;
    return at;
  }
}

function undouble(bytes: Buffer, start: number, end: number): number {
  let to = start;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    bytes[to++] = byte;
    if (byte === QUOTE) at++;
  }
  return to;
}
