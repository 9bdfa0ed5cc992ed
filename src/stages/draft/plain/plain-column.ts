import { mixed } from "../../../formats/csv/byte-texts.ts";
import { bytesBelow, ONES, placesOfEnds, wordAt } from "../../../formats/csv/byte-words.ts";
import type { FirstCell } from "../../../model/manifest/first-cells.ts";
import { countForm, type FigureForm, type FigureForms, newForms } from "../profile/figure-forms.ts";
import { TextCounts } from "./text-counts.ts";

/** What stands in a field of a plain record. */
export type PlainKind = "integer" | "number" | "date" | "text";

/** One column of plain records, over all of them. */
export interface PlainColumn {
  /** What its fields are; a number column may hold integers too. Means nothing where there are none. */
  readonly kind: PlainKind;
  readonly values: number;
  readonly integers: number;
  readonly empty: number;
  readonly years: number;
  readonly sum: number;
  /** All that stands there are integers, each greater than the one before. */
  readonly rises: boolean;
  /** Every record has such an integer: none comes twice. */
  readonly ascending: boolean;
  /** Different texts with how often each stands there; null beyond 1,000, and for decimals. */
  readonly texts: ReadonlyMap<string, number> | null;
  /** The record of the first of each of `texts`. */
  readonly rows: readonly number[];
  /** The first integer, the first other number, the first date. */
  readonly firsts: readonly FirstCell[];
  /** How its figures are written. */
  readonly forms: FigureForms;
}

const [LF, CR, QUOTE, COMMA, MINUS, POINT] = [10, 13, 34, 44, 45, 46];

/** Kinds that all values of a column so far allow, as bits. */
const INTEGER = 1;
const NUMBER = 2;
const DATE = 4;
const TEXT = 8;

const POWERS = Float64Array.from({ length: 18 }, (_, power) => 10 ** power);

/** What stands in one column of records: the values of one plain kind, all others are told to be none. */
export class ColumnScan {
  private readonly delimiter: number;
  private kinds: number;
  private values = 0;
  private integers = 0;
  private empty = 0;
  private years = 0;
  private sum = 0;
  private last = Number.NEGATIVE_INFINITY;
  private ascending = true;
  private texts: TextCounts | null = new TextCounts();
  private readonly rows: number[] = [];
  private readonly firsts: FirstCell[] = [];
  private readonly forms = newForms();
  /** Figures by form: with a point before three digits, or elsewhere; zeros; whole numbers of more than three digits. */
  private threes = 0;
  private decimals = 0;
  private zeros = 0;
  private larges = 0;
  /** Fields that were not scanned. */
  private passed = 0;

  /** The delimiter is a sign of ASCII. Of a column that is known to hold figures nothing else is taken. */
  constructor(delimiter: number, figures = false) {
    this.delimiter = delimiter;
    this.kinds = figures ? INTEGER | NUMBER : INTEGER | NUMBER | DATE | TEXT;
  }

  /**
   * Takes the field at `from` and gives the index of the sign behind it; -1 if it fits none of the kinds that
   * the column still may be, and then nothing is counted. `quoted`: it stands behind a quote, and a quote ends
   * it. The lines end with a line feed, so no look goes beyond them.
   */
  take(lines: DataView, from: number, quoted = false): number {
    const first = lines.getUint8(from);
    if (first <= 57 && (first >= 48 || first === MINUS)) return this.figure(lines, from, quoted);
    if (isLetter(first)) return this.text(lines, from, quoted);
    if (quoted || (first !== this.delimiter && first !== LF && first !== CR)) return -1;
    this.empty++;
    return from;
  }

  /** Text that begins with a letter and ends with no space; four bytes at a look. */
  private text(lines: DataView, from: number, quoted: boolean): number {
    const delimiters = (quoted ? QUOTE : this.delimiter) * ONES;
    let hash = 0;
    let at = from;
    let word = wordAt(lines, at);
    let signs = placesOfEnds(delimiters, word);
    while (signs === 0) {
      hash = mixed(hash, word);
      at += 4;
      word = wordAt(lines, at);
      signs = placesOfEnds(delimiters, word);
    }
    const whole = bytesBelow(signs);
    hash = mixed(hash, word & ((1 << (whole << 3)) - 1));
    const end = at + whole;
    const last = lines.getUint8(end - 1);
    if (last === 32 || last === 0xa0 || !this.endsAt(lines, end, quoted)) return -1;
    return this.holds(TEXT, hash, lines, from, end) ? end : -1;
  }

  /** A field that begins with a digit or a minus. */
  private figure(lines: DataView, from: number, quoted: boolean): number {
    const negative = lines.getUint8(from) === MINUS;
    const start = negative ? from + 1 : from;
    let value = 0;
    let point = -1;
    let end = start;
    for (; ; end++) {
      const digit = lines.getUint8(end) - 48;
      if (digit >= 0 && digit <= 9) value = value * 10 + digit;
      else if (digit === POINT - 48 && point === -1 && end > start) point = end;
      else break;
    }
    const sign = lines.getUint8(end);
    if (sign === MINUS && end === from + 4) return this.date(lines, from, value, quoted);
    let separators = 0;
    if (sign === COMMA && point === -1 && end - start <= 3 && this.groups(quoted)) {
      for (; lines.getUint8(end) === COMMA; end += 4, separators++) {
        const thousand = threeDigits(lines, end + 1);
        if (Number.isNaN(thousand)) return -1;
        value = value * 1000 + thousand;
      }
    }
    const whole = (point === -1 ? end : point) - start - separators;
    const decimals = point === -1 ? 0 : end - point - 1;
    // Leading zeros are codes, and more digits than a bigint holds are no number here.
    if (whole === 0 || whole + decimals > 17) return -1;
    if ((whole > 1 && lines.getUint8(start) === 48) || (negative && value === 0)) return -1;
    if (!this.endsAt(lines, end, quoted)) return -1;
    const signed = negative ? -value : value;
    if (point !== -1) {
      if (decimals === 0 || !this.holds(NUMBER, 0, lines, from, end)) return -1;
      if (this.values - this.integers === 1) this.keepFirst("numeric", lines, from, end);
      this.takePoint(
        decimals === 3 && whole <= 3 && lines.getUint8(start) !== 48,
        lines,
        from,
        end,
      );
      this.sum += signed / (POWERS[decimals] as number);
      return end;
    }
    if (!this.holds(INTEGER | NUMBER, value | 0, lines, from, end)) return -1;
    this.sum += signed;
    if (signed <= this.last) this.ascending = false;
    this.last = signed;
    this.integers++;
    if (separators > 0)
      this.keepForm(separators === 1 ? "commaThree" : "commaGroups", lines, from, end);
    else if (whole > 3) this.larges++;
    else if (value === 0) this.zeros++;
    if (this.integers === 1) this.keepFirst("bigint", lines, from, end);
    if (whole === 4 && !negative && value >= 1800 && value <= 2099) this.years++;
    return end;
  }

  /** Whether a comma can stand between the digits of a field. */
  private groups(quoted: boolean): boolean {
    return quoted || this.delimiter !== COMMA;
  }

  /** yyyy-mm-dd with a month and a day that may be. */
  private date(lines: DataView, from: number, year: number, quoted: boolean): number {
    if (from + 10 >= lines.byteLength) return -1;
    const month = twoDigits(lines, from + 5);
    const day = twoDigits(lines, from + 8);
    if (lines.getUint8(from + 7) !== MINUS || year < 1000) return -1;
    if (!(month >= 1 && month <= 12 && day >= 1 && day <= 28)) return -1;
    const end = from + 10;
    const hash = (year * 100 + month) * 100 + day;
    if (!this.endsAt(lines, end, quoted) || !this.holds(DATE, hash, lines, from, end)) return -1;
    if (this.values === 1) this.keepFirst("date", lines, from, end);
    return end;
  }

  /** Whether a field ends before an index: there stands a delimiter or a line end, after the quote that closes it. */
  private endsAt(lines: DataView, at: number, quoted: boolean): boolean {
    let sign = lines.getUint8(at);
    if (quoted) {
      if (sign !== QUOTE) return false;
      sign = lines.getUint8(at + 1);
    }
    return sign === this.delimiter || sign === LF || sign === CR;
  }

  /** Counts a value; false, and nothing is counted, if the column is of another kind. */
  private holds(kind: number, hash: number, lines: DataView, from: number, to: number): boolean {
    const kinds = this.kinds & kind;
    if (kinds === 0) return false;
    if (this.texts !== null && (kinds === NUMBER || !this.texts.add(hash, lines, from, to))) {
      // Texts beyond the limit cannot all be checked to be no marks and no totals.
      if (kinds === TEXT) return false;
      this.texts = null;
    }
    this.kinds = kinds;
    this.values++;
    if (this.texts !== null && this.texts.size > this.rows.length) this.rows.push(this.record());
    return true;
  }

  /** The number of the record of the value just counted; the header is the first one. */
  private record(): number {
    return 1 + this.values + this.empty + this.passed;
  }

  private keepFirst(as: FirstCell["as"], lines: DataView, from: number, to: number): void {
    const bytes = Buffer.from(lines.buffer, lines.byteOffset + from, to - from);
    this.firsts.push({ as, row: this.record(), text: bytes.toString("latin1") });
  }

  private keepForm(form: FigureForm, lines: DataView, from: number, to: number): void {
    if (this.forms.counts[form] > 0) this.forms.counts[form]++;
    else {
      const bytes = Buffer.from(lines.buffer, lines.byteOffset + from, to - from);
      countForm(this.forms, form, this.record(), bytes.toString("latin1"));
    }
  }

  private takePoint(isThree: boolean, lines: DataView, from: number, to: number): void {
    if (isThree) {
      if (this.threes++ === 0) this.keepForm("pointThree", lines, from, to);
    } else if (this.decimals++ === 0) this.keepForm("pointDecimal", lines, from, to);
  }

  private allForms(): FigureForms {
    const { counts, firsts } = this.forms;
    const grouped = counts.commaThree + counts.commaGroups;
    const small = this.integers - grouped - this.larges - this.zeros;
    const points = { pointThree: this.threes, pointDecimal: this.decimals };
    return { counts: { ...counts, ...points, small, large: this.larges }, firsts };
  }

  /** An empty field that the caller read. */
  takeEmpty(): void {
    this.empty++;
  }

  /** A field of no plain kind that the caller read. */
  pass(): void {
    this.passed++;
  }

  result(): PlainColumn {
    const kind = this.kind();
    return {
      kind,
      values: this.values,
      integers: this.integers,
      empty: this.empty,
      years: this.years,
      sum: this.sum,
      rises: this.ascending && kind === "integer",
      ascending: this.ascending && kind === "integer" && this.empty === 0,
      texts: this.texts === null ? null : this.texts.entries(),
      rows: this.rows,
      firsts: this.firsts,
      forms: this.allForms(),
    };
  }

  private kind(): PlainKind {
    if ((this.kinds & INTEGER) !== 0) return "integer";
    if ((this.kinds & NUMBER) !== 0) return "number";
    return (this.kinds & DATE) !== 0 ? "date" : "text";
  }
}

function isLetter(byte: number): boolean {
  return (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) || byte > 127;
}

/** The number that three digits make; NaN where they are none. */
function threeDigits(lines: DataView, at: number): number {
  if (at + 2 >= lines.byteLength) return Number.NaN;
  const hundreds = lines.getUint8(at) - 48;
  return hundreds >= 0 && hundreds <= 9 ? hundreds * 100 + twoDigits(lines, at + 1) : Number.NaN;
}

/** The number that two digits make; NaN where they are none. */
function twoDigits(lines: DataView, at: number): number {
  const [tens, ones] = [lines.getUint8(at) - 48, lines.getUint8(at + 1) - 48];
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}
