import { CanonryError, type Where } from "../../model/errors.ts";
import type { Cell, SheetRow } from "../../model/sheet.ts";
import type { Mender } from "./mend.ts";
import { isLineEnd, Places } from "./places.ts";
import type { RecordDialect } from "./record-dialect.ts";

const LF = 10;
const CR = 13;
/** In place of an index: the end is not here yet, or there is none. */
const UNFINISHED = -1;
const UNCLOSED = -2;
/** Beyond this many the records of a file are of many kinds, not broken ones among whole ones. */
const MOST_ATTEMPTS = 100;
/** As many as a sheet has; what looks for tables is not made for more. */
const MOST_FIELDS = 16_384;

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
  /** Records that were read otherwise than they are written, and why. */
  readonly remarks: string[] = [];
  private rest = "";
  /** So much of it must be there before it is worth another look. */
  private enough = 0;
  private places: Places;
  private wholeSeen = false;
  /** Fields of the record at hand. */
  private width = 0;
  private attempts = 0;
  /** One of them goes on behind its closing quote, or holds a quote that opens nothing. */
  private odd = false;
  /** One of them runs over a line end. */
  private spans = false;
  private readonly dialect: RecordDialect;
  private readonly limit: number;
  private readonly where: Where;
  private readonly mender: Mender | null;

  constructor(dialect: RecordDialect, limit: number, where: Where, mender: Mender | null = null) {
    this.dialect = dialect;
    this.limit = limit;
    this.where = where;
    this.mender = mender;
    this.places = new Places("", dialect);
  }

  /** A record that does not end is read again from its start only when the text has doubled. */
  write(piece: string): void {
    this.rest += piece;
    if (this.rest.length >= this.enough) this.take(this.rest, false);
  }

  /** Throws CSV_UNCLOSED_QUOTE. */
  end(): void {
    if (this.rest !== "") this.take(this.rest, true);
  }

  private take(text: string, last: boolean): void {
    this.places = new Places(text, this.dialect);
    const used = this.scan(text, last);
    this.rest = used >= text.length ? "" : text.slice(used);
    this.enough = Math.min(2 * this.rest.length, this.limit + 1);
    if (this.rest.length > this.limit) {
      throw new CanonryError("CSV_LINE_TOO_LONG", `a record is longer than ${this.limit}`, {
        ...this.where,
        row: this.record + 1,
      });
    }
  }

  /** Reads whole records and gives the index behind the last one. */
  private scan(text: string, last: boolean): number {
    let start = 0;
    while (start < text.length) {
      const cells: Cell[] = [];
      const end = this.readRecord(text, start, last, cells);
      if (end === UNFINISHED) return start;
      const broken = end === UNCLOSED ? this.mayTry() : this.isBroken();
      const mended = broken ? this.mended(text, start) : null;
      if (mended === null && end === UNCLOSED) throw this.unclosed();
      if (mended === null) {
        this.record++;
        if (cells.length > 0) this.rows.push({ row: this.record, cells });
      }
      start = mended ?? end;
    }
    return text.length;
  }

  /** The index behind the record that begins at `start`; its cells and its width. */
  private readRecord(text: string, start: number, last: boolean, cells: Cell[]): number {
    const delimiter = this.dialect.delimiter.charCodeAt(0);
    const quote = this.dialect.quote === "" ? -1 : this.dialect.quote.charCodeAt(0);
    const onlyCr = this.dialect.newline === "\r";
    const { length } = text;
    const watchful = this.mender !== null && quote >= 0;
    this.odd = false;
    this.spans = false;
    let column = 0;
    let from = start;
    let at = start;
    for (;;) {
      const field = quote < 0 ? null : this.quotedAt(text, at, last);
      if (field !== null) {
        if (typeof field === "number") return field;
        if (field.text !== "") cells.push({ column, kind: "text", text: field.text });
        at = field.end;
      } else {
        let code = 0;
        for (; at < length; at++) {
          code = text.charCodeAt(at);
          if (code === delimiter || code === LF || (code === CR && (onlyCr || isLineEnd(text, at))))
            break;
        }
        if (at > from) {
          const own = text.slice(from, at);
          cells.push({ column, kind: "text", text: own });
          if (watchful && own.includes(this.dialect.quote)) this.odd = true;
        }
      }
      if (at >= length && !last) return UNFINISHED;
      if (at < length && text.charCodeAt(at) === delimiter) {
        column++;
        if (column >= MOST_FIELDS) this.tooWide();
        at++;
        from = at;
        if (at < length || last) continue;
        return UNFINISHED;
      }
      if (at < length && text.charCodeAt(at) === CR && !onlyCr) {
        if (at + 1 >= length && !last) return UNFINISHED;
        if (text.charCodeAt(at + 1) === LF) at++;
      }
      this.width = column + 1;
      return Math.min(at + 1, length);
    }
  }

  private mayTry(): boolean {
    return this.attempts++ < MOST_ATTEMPTS;
  }

  private isBroken(): boolean {
    if (this.mender === null) return false;
    const whole = this.width === this.mender.width && !this.odd && !this.spans;
    if (whole) this.wholeSeen = true;
    return !whole && this.mayTry();
  }

  /**
   * Reads the line at `start` as the mender says; the index behind its end, or null if it says nothing.
   * Throws CSV_UNCLOSED_QUOTE if a quote takes in whole records and nothing else explains the line.
   */
  private mended(text: string, start: number): number | null {
    const pattern = /([^\r\n]*)(\r\n|\r|\n|$)/y;
    pattern.lastIndex = start;
    const [line = "", end = ""] = pattern.exec(text)?.slice(1) ?? [];
    pattern.lastIndex = start + line.length + end.length;
    const [, below = ""] = this.spans ? (pattern.exec(text) ?? []) : [];
    const swallows = below !== "" && (this.mender?.isWhole(below) ?? false);
    if (!swallows && !this.odd && this.width === this.mender?.width) return null;
    const mended = this.mender?.mend(line, { isHead: !this.wholeSeen, swallows }) ?? null;
    if (mended === null && swallows) throw this.unclosed();
    if (mended === null) return null;
    this.record++;
    this.remarks.push(`record ${this.record}: ${mended.fault}`);
    const cells = mended.texts.flatMap((text, column): Cell[] =>
      text === "" ? [] : [{ column, kind: "text", text }],
    );
    this.rows.push({ row: this.record, cells });
    return start + line.length + end.length;
  }

  private tooWide(): never {
    throw new CanonryError("CSV_ROW_WIDTH", `a record has more than ${MOST_FIELDS} fields`, {
      ...this.where,
      row: this.record + 1,
    });
  }

  private unclosed(): CanonryError {
    return new CanonryError("CSV_UNCLOSED_QUOTE", "a quote is opened and never closed", {
      ...this.where,
      row: this.record + 1,
    });
  }

  /**
   * The quoted field that begins at an index; null if none does. Blanks before the quote are none of its text where
   * it closes on its line, with a delimiter or the line's end behind it; else the quote is text.
   */
  private quotedAt(
    text: string,
    at: number,
    last: boolean,
  ): ReturnType<RecordParser["quoted"]> | null {
    const { quote } = this.dialect;
    if (text[at] === quote) return this.quoted(text, at, last);
    if (text[at] !== " " || this.dialect.delimiter === " ") return null;
    let open = at + 1;
    while (text[open] === " ") open++;
    if (open >= text.length && !last) return UNFINISHED;
    if (text[open] !== quote) return null;
    if (!last && this.places.lineEnd(open) >= text.length) return UNFINISHED;
    const [odd, spans] = [this.odd, this.spans];
    const field = this.quoted(text, open, last);
    const isWhole = typeof field === "object" && this.odd === odd && this.spans === spans;
    this.odd = odd;
    this.spans = spans;
    return isWhole ? field : null;
  }

  /** A field from its opening quote; `end` is the index of what ended it. */
  private quoted(
    text: string,
    open: number,
    last: boolean,
  ): { text: string; end: number } | typeof UNCLOSED | typeof UNFINISHED {
    const { quote } = this.dialect;
    const escaping = this.dialect.escape;
    let value = "";
    let from = open + 1;
    for (let at = from; ; at++) {
      const found = this.places.mark(at);
      if (found >= text.length) {
        this.spans = true;
        return last ? UNCLOSED : UNFINISHED;
      }
      at = found;
      const isEscape = escaping !== quote && text[at] === escaping;
      if (at + 1 >= text.length && !last) return UNFINISHED;
      if (isEscape || text[at + 1] === quote) {
        const next = text[at + 1] ?? "";
        if (!isEscape || next === quote || next === escaping) {
          value += text.slice(from, at) + next;
          at++;
          from = at + 1;
        }
        continue;
      }
      const end = this.places.fieldEnd(at + 1);
      if (end >= text.length && !last) return UNFINISHED;
      const tail = text.slice(at + 1, end);
      if (/[^ \t]/.test(tail)) {
        if (!last && this.places.lineEnd(end) >= text.length) return UNFINISHED;
        // A quote that ends no field, and a later one on the line that does: it is text.
        if (this.places.closesLater(at + 1)) continue;
        this.odd = true;
        return { text: value + text.slice(from, at) + tail, end };
      }
      value += text.slice(from, at);
      if (value.includes("\n")) this.spans = true;
      return { text: value, end };
    }
  }
}
