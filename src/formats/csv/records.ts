import { CanonryError, type Where } from "../../model/errors.ts";
import type { Cell, CsvDialect, SheetRow } from "../../model/sheet.ts";

const LF = 10;
const CR = 13;
/** As many as a sheet has; what looks for tables is not made for more. */
const MOST_FIELDS = 16_384;

export type RecordDialect = Pick<CsvDialect, "delimiter" | "quote" | "escape" | "newline">;

/**
 * Cuts text into records and records into cells (RFC 4180, and what is found beyond it: other
 * delimiters, quotes and escapes, CR alone as line end). A quote opens a field only at its beginning.
 * Records are counted from 1, blank ones too. Memory: the record at the end of a piece.
 */
export class RecordParser {
  /** Records that are finished and hold a cell; the caller empties it. */
  rows: SheetRow[] = [];
  /** Number of the last finished record. */
  record = 0;
  private rest = "";
  private readonly dialect: RecordDialect;
  private readonly limit: number;
  private readonly where: Where;

  constructor(dialect: RecordDialect, limit: number, where: Where) {
    this.dialect = dialect;
    this.limit = limit;
    this.where = where;
  }

  write(piece: string): void {
    this.take(this.rest === "" ? piece : this.rest + piece, false);
  }

  /** Throws CSV_UNCLOSED_QUOTE. */
  end(): void {
    if (this.rest !== "") this.take(this.rest, true);
  }

  private take(text: string, last: boolean): void {
    const used = this.scan(text, last);
    this.rest = used >= text.length ? "" : text.slice(used);
    if (this.rest.length > this.limit) {
      throw new CanonryError("CSV_LINE_TOO_LONG", `a record is longer than ${this.limit}`, {
        ...this.where,
        row: this.record + 1,
      });
    }
  }

  /** Reads whole records and gives the index behind the last one. */
  private scan(text: string, last: boolean): number {
    const delimiter = this.dialect.delimiter.charCodeAt(0);
    const quote = this.dialect.quote === "" ? -1 : this.dialect.quote.charCodeAt(0);
    const onlyCr = this.dialect.newline === "\r";
    const { length } = text;
    let start = 0;
    let cells: Cell[] = [];
    let column = 0;
    let from = 0;
    let at = 0;
    for (;;) {
      if (at < length && text.charCodeAt(at) === quote) {
        const field = this.quoted(text, at, last);
        if (field === null) return start;
        if (field.text !== "") cells.push({ column, kind: "text", text: field.text });
        at = field.end;
        if (at >= length && !last) return start;
      } else {
        let code = 0;
        for (; at < length; at++) {
          code = text.charCodeAt(at);
          if (code === delimiter || code === LF || (code === CR && (onlyCr || isLineEnd(text, at))))
            break;
        }
        if (at >= length && !last) return start;
        if (at > from) cells.push({ column, kind: "text", text: text.slice(from, at) });
      }
      if (at < length && text.charCodeAt(at) === delimiter) {
        column++;
        if (column >= MOST_FIELDS) this.tooWide();
        at++;
        from = at;
        if (at < length || last) continue;
        return start;
      }
      if (at < length && text.charCodeAt(at) === CR && !onlyCr) {
        if (at + 1 >= length && !last) return start;
        if (text.charCodeAt(at + 1) === LF) at++;
      }
      at++;
      this.record++;
      if (cells.length > 0) this.rows.push({ row: this.record, cells });
      cells = [];
      column = 0;
      from = at;
      start = at;
      if (at >= length) return length;
    }
  }

  private tooWide(): never {
    throw new CanonryError("CSV_ROW_WIDTH", `a record has more than ${MOST_FIELDS} fields`, {
      ...this.where,
      row: this.record + 1,
    });
  }

  /** A field from its opening quote; `end` is the index of what ended it. Null: its end is not here yet. */
  private quoted(text: string, open: number, last: boolean): { text: string; end: number } | null {
    const { quote, delimiter } = this.dialect;
    const onlyCr = this.dialect.newline === "\r";
    const escaping = this.dialect.escape;
    let value = "";
    let from = open + 1;
    for (let at = from; ; at++) {
      const found = this.nextMark(text, at);
      if (found < 0) {
        if (!last) return null;
        throw new CanonryError("CSV_UNCLOSED_QUOTE", "a quote is opened and never closed", {
          ...this.where,
          row: this.record + 1,
        });
      }
      at = found;
      const isEscape = escaping !== quote && text[at] === escaping;
      if (at + 1 >= text.length && !last) return null;
      if (isEscape || text[at + 1] === quote) {
        const next = text[at + 1] ?? "";
        if (!isEscape || next === quote || next === escaping) {
          value += text.slice(from, at) + next;
          at++;
          from = at + 1;
        }
        continue;
      }
      value += text.slice(from, at);
      let end = at + 1;
      for (; end < text.length && text[end] !== delimiter; end++) {
        if (isLineEnd(text, end) || (onlyCr && text.charCodeAt(end) === CR)) break;
      }
      if (end >= text.length && !last) return null;
      return { text: value + text.slice(at + 1, end).replace(/^[ \t]+$/, ""), end };
    }
  }

  private nextMark(text: string, from: number): number {
    const { quote, escape: escaping } = this.dialect;
    const next = text.indexOf(quote, from);
    if (escaping === quote) return next;
    const escaped = text.indexOf(escaping, from);
    return escaped >= 0 && (escaped < next || next < 0) ? escaped : next;
  }
}

function isLineEnd(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === LF || (code === CR && (at + 1 >= text.length || text.charCodeAt(at + 1) === LF));
}
