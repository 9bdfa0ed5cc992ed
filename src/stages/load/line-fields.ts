import { fieldEnd, ONES } from "../../formats/csv/byte-words.ts";
import type { RegionRow } from "../../model/region-row.ts";
import type { Cell, CsvDialect } from "../../model/sheet.ts";
import { viewOf } from "./copy-lines.ts";

const [LF, CR, QUOTE] = [10, 13, 34];
const NOTHING = Buffer.alloc(0);

/** Finds the fields of a record that is one line, in its bytes. */
export class LineFields {
  /** Where the content of each field begins and ends. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Whether quotes are doubled in it. */
  readonly doubled: Uint8Array;
  private readonly delimiter: number;
  private readonly delimiters: number;
  private readonly quote: number;
  private chunk: Buffer = NOTHING;
  /** Of the chunk that was read last. */
  view: DataView = viewOf(NOTHING);

  constructor({ delimiter, quote }: CsvDialect, width: number) {
    this.starts = new Int32Array(width);
    this.ends = new Int32Array(width);
    this.doubled = new Uint8Array(width);
    this.delimiter = delimiter.charCodeAt(0);
    this.delimiters = this.delimiter * ONES;
    this.quote = quote === "" ? -1 : quote.charCodeAt(0);
  }

  /** Reads the record at `from`; the index behind its line feed, or -1 if it has another width or an open quote. */
  read(chunk: Buffer, from: number): number {
    if (chunk !== this.chunk) {
      this.chunk = chunk;
      this.view = viewOf(chunk);
    }
    const { starts, ends, view, delimiter, delimiters, quote } = this;
    const width = starts.length;
    let at = from;
    for (let field = 0; field < width; field++) {
      const isQuoted = chunk[at] === quote;
      if (isQuoted) at = this.quoted(chunk, at + 1, field);
      else {
        starts[field] = at;
        this.doubled[field] = 0;
        at = fieldEnd(view, at, delimiters);
        ends[field] = chunk[at] === LF && at > from && chunk[at - 1] === CR ? at - 1 : at;
      }
      if (at < 0) return -1;
      if (isQuoted && chunk[at] === CR) at++;
      if (chunk[at] !== (field === width - 1 ? LF : delimiter)) return -1;
      at++;
    }
    return at;
  }

  /** The index behind the quote that closes a field, or -1. */
  private quoted(chunk: Buffer, from: number, field: number): number {
    this.starts[field] = from;
    this.doubled[field] = 0;
    for (let at = from; ; at++) {
      const sign = chunk[at];
      if (sign === LF || sign === undefined) return -1;
      if (sign !== QUOTE) continue;
      if (chunk[at + 1] === QUOTE) {
        this.doubled[field] = 1;
        at++;
        continue;
      }
      this.ends[field] = at;
      return at + 1;
    }
  }

  text(chunk: Buffer, field: number): string {
    const text = chunk.toString("utf8", this.starts[field], this.ends[field]);
    return this.doubled[field] === 1 ? text.replaceAll('""', '"') : text;
  }

  /** The record as the row of a region; a field of white space is empty. */
  row(chunk: Buffer, number: number): RegionRow {
    const cells = Array.from(this.starts, (_, column): Cell | null => {
      const text = this.text(chunk, column);
      return text.trim() === "" ? null : { column, kind: "text", text };
    });
    return { row: number, kind: "data", section: null, cells };
  }
}
