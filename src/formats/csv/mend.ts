import { ColumnModel } from "./column-model.ts";
import { type Field, fieldsOf, LITERAL_QUOTE } from "./line-fields.ts";
import type { RecordDialect } from "./record-dialect.ts";

/** A record that was read otherwise than it is written. */
export interface Mended {
  readonly texts: readonly string[];
  /** What was wrong with it. */
  readonly fault: string;
}

/** One way to read a line. */
interface Reading {
  readonly fields: readonly Field[];
  /** "" for a record that is only short of fields at its end. */
  readonly fault: string;
  /** How strange it would be as a header: cuts within a word, signs of the dialect within a name. */
  readonly oddity: number;
}

const LEAST_LINES = 12;
const LEAST_SHARE = 0.8;
const SAMPLE_LINES = 2_000;
/** Of a line that is mended: what is tried grows with its square. */
const LONGEST_LINE = 1_024;
/** Joined parts of a line that are weighed: as many as twenty parts too many make for a dozen columns. */
const MOST_JOINS = 3_000;
/** By how much (natural logarithm) the best reading must beat every other one. */
const MARGIN = 1.5;
/** How much less likely than the least likely whole record a mended one may be. */
const SLACK = 4;
const OTHER_DELIMITERS = [",", "\t", ";", "|", " "];

/**
 * Mends single records of a file whose other records are whole: a separator too many or too few, a quote
 * that is text, another separator. A record is mended if exactly one such change makes it look like the
 * records that are whole, column for column; otherwise it is left as it is written.
 */
export class Mender {
  /** Fields of a whole record. */
  readonly width: number;
  private readonly dialect: RecordDialect;
  /** Records that are whole; what their columns look like is learned when a broken one comes. */
  private readonly whole: readonly (readonly Field[])[];
  private columns: readonly ColumnModel[] = [];
  private least = 0;

  private constructor(dialect: RecordDialect, whole: readonly (readonly Field[])[]) {
    this.dialect = dialect;
    this.width = whole[0]?.length ?? 0;
    this.whole = whole;
  }

  private learnColumns(): void {
    if (this.columns.length > 0) return;
    this.columns = Array.from({ length: this.width }, () => new ColumnModel(this.dialect.quote));
    for (const fields of this.whole)
      for (const [at, field] of fields.entries()) this.columns[at]?.learn(field);
    this.least = Math.min(...this.whole.slice(1).map((fields) => this.score(fields)));
  }

  /** Null if the records of a sample are not of one kind: then nothing can be told to be broken. */
  static learn(sample: string, dialect: RecordDialect): Mender | null {
    const lines = sample
      .split(/\r\n|\n|\r/)
      .slice(0, -1)
      .filter((line) => line !== "");
    const read = lines.slice(0, SAMPLE_LINES).map((line) => fieldsOf(line, dialect));
    const widths = new Map<number, number>();
    for (const fields of read) {
      if (fields !== null) widths.set(fields.length, (widths.get(fields.length) ?? 0) + 1);
    }
    const [width = 0, times = 0] = [...widths].sort((a, b) => b[1] - a[1])[0] ?? [];
    if (width < 3 || times < LEAST_LINES || times < LEAST_SHARE * read.length) return null;
    const stray = (field: Field): boolean =>
      dialect.quote !== "" && !field.quoted && field.text.includes(dialect.quote);
    const whole = read.filter(
      (fields) => fields !== null && fields.length === width && !fields.some(stray),
    );
    return new Mender(
      dialect,
      whole.filter((fields) => fields !== null),
    );
  }

  /** Whether a line reads as one of the records that are whole. */
  isWhole(line: string): boolean {
    this.learnColumns();
    const fields = fieldsOf(line, this.dialect);
    return fields?.length === this.width && this.score(fields) >= this.least - SLACK;
  }

  /**
   * The one reading of a line that makes it whole, or null. `swallows`: read as it is written, it would take
   * the whole records below it into a quoted field, so any other reading is better.
   */
  mend(line: string, { isHead, swallows }: { isHead: boolean; swallows: boolean }): Mended | null {
    if (line.length > LONGEST_LINE) return null;
    this.learnColumns();
    const candidates = distinct([
      ...this.asWritten(line),
      ...this.withoutSeparator(line),
      ...this.withSeparator(line),
      ...this.withLiteralQuote(line),
      ...this.withOtherSeparator(line),
    ]);
    const best = isHead
      ? asHeader(candidates, this.dialect)
      : this.mostLikely(candidates, swallows);
    if (best === null || best.fault === "") return null;
    const texts = best.fields.map(({ text }) => text.replace(LITERAL_QUOTE, this.dialect.quote));
    return { texts, fault: best.fault };
  }

  private mostLikely(candidates: readonly Reading[], swallows: boolean): Reading | null {
    const ranked = candidates
      .map((reading) => ({ reading, score: this.score(reading.fields) }))
      .sort((a, b) => b.score - a.score);
    const [best, next] = ranked;
    if (best === undefined) return null;
    if (!swallows && !this.isLikely(best)) return null;
    if (next !== undefined && best.score - next.score < MARGIN) return null;
    return best.reading;
  }

  /** As likely as a whole record, and half of its fields of a form that stands in their column. */
  private isLikely({ reading, score }: { reading: Reading; score: number }): boolean {
    const known = reading.fields.filter((field, at) => this.columns[at]?.knows(field) ?? false);
    return score >= this.least - SLACK && known.length * 2 >= this.width;
  }

  /** A quote that is text is foreign to its field: the rest of it is what must fit. */
  private score(fields: readonly Field[]): number {
    return fields.reduce((sum, field, at) => {
      const text = field.text.replace(LITERAL_QUOTE, "");
      return sum + (this.columns[at]?.score({ text, quoted: field.quoted }) ?? 0);
    }, 0);
  }

  /** As it stands; fields that are missing at the end are empty. */
  private asWritten(line: string): Reading[] {
    const fields = fieldsOf(line, this.dialect);
    if (fields === null || fields.length > this.width) return [];
    const missing = Array.from({ length: this.width - fields.length }, () => EMPTY);
    return [{ fields: [...fields, ...missing], fault: "", oddity: 0 }];
  }

  /** One field too many: an empty one goes, or two are one whose text holds the separator. */
  private withoutSeparator(line: string): Reading[] {
    const fields = fieldsOf(line, this.dialect);
    if (fields === null || fields.length !== this.width + 1) return [];
    const without = (at: number, by: Field[]): readonly Field[] => [
      ...fields.slice(0, at),
      ...by,
      ...fields.slice(at + 2 - (by.length === 0 ? 1 : 0)),
    ];
    return fields.flatMap((field, at): Reading[] => {
      const next = fields[at + 1];
      const fault = `it has ${fields.length} fields, not ${this.width}`;
      const found: Reading[] = [];
      if (field.text === "" && !field.quoted)
        found.push({ fields: without(at, []), fault, oddity: 0 });
      if (
        next !== undefined &&
        !field.quoted &&
        !next.quoted &&
        field.text !== "" &&
        next.text !== ""
      ) {
        const text = `${field.text}${this.dialect.delimiter}${next.text}`;
        found.push({ fields: without(at, [{ text, quoted: false }]), fault, oddity: 1 });
      }
      return found;
    });
  }

  /** One field too few: a separator is missing somewhere. */
  private withSeparator(line: string): Reading[] {
    const { delimiter } = this.dialect;
    if (line.split(delimiter).length < this.width - 1) return [];
    const found: Reading[] = [];
    for (let at = 1; at < line.length; at++) {
      const fields = fieldsOf(line.slice(0, at) + delimiter + line.slice(at), this.dialect);
      if (fields?.length !== this.width) continue;
      const fault = `a separator is missing: it has ${this.width - 1} fields, not ${this.width}`;
      found.push({ fields, fault, oddity: this.cutOddity(line, at) });
    }
    return found;
  }

  /** 0 at a quote, 1 where a capital follows a small letter, else 3. */
  private cutOddity(line: string, at: number): number {
    const around = line.slice(at - 1, at + 1);
    if (this.dialect.quote !== "" && around.includes(this.dialect.quote)) return 0;
    return /\p{Ll}\p{Lu}/u.test(around) ? 1 : 3;
  }

  private withLiteralQuote(line: string): Reading[] {
    const { quote } = this.dialect;
    if (quote === "") return [];
    const found: Reading[] = [];
    for (let at = line.indexOf(quote); at >= 0; at = line.indexOf(quote, at + 1)) {
      const text = line.slice(0, at) + LITERAL_QUOTE + line.slice(at + 1);
      const fields = fieldsOf(text, this.dialect);
      if (fields?.length === this.width)
        found.push({ fields, fault: "a quote is opened and not closed", oddity: 0 });
    }
    return found;
  }

  /** Separated by another sign; where that sign stands in texts too, neighbours are joined as fits best. */
  private withOtherSeparator(line: string): Reading[] {
    return OTHER_DELIMITERS.filter((one) => one !== this.dialect.delimiter).flatMap((delimiter) => {
      const fields = fieldsOf(line, { ...this.dialect, delimiter });
      if (fields === null || fields.length < this.width) return [];
      const over = fields.length - this.width;
      if ((this.width * (over + 1) * (over + 2)) / 2 > MOST_JOINS) return [];
      const joined = fields.length === this.width ? fields : this.joined(fields, delimiter);
      const fault = `it is separated by ${JSON.stringify(delimiter)}`;
      return joined === null ? [] : [{ fields: joined, fault, oddity: delimiter === " " ? 3 : 0 }];
    });
  }

  /** Neighbours that stand in no quotes, joined to as many fields as there are columns, most likely. */
  private joined(parts: readonly Field[], delimiter: string): readonly Field[] | null {
    interface Way {
      readonly score: number;
      readonly fields: readonly Field[];
    }
    // ways[n]: the best reading of the first n parts as the columns so far.
    let ways: (Way | null)[] = [{ score: 0, fields: [] }];
    for (const [at, column] of this.columns.entries()) {
      const next: (Way | null)[] = new Array(parts.length + 1).fill(null);
      // Each column before and behind has at least one part.
      const most = parts.length - (this.width - at - 1);
      for (let from = at; from < most; from++) {
        const way = ways[from] ?? null;
        if (way === null) continue;
        for (let to = from + 1; to <= most; to++) {
          const own = parts.slice(from, to);
          if (own.length > 1 && own.some((part) => part.quoted)) break;
          const field = {
            text: own.map((part) => part.text).join(delimiter),
            quoted: own[0]?.quoted ?? false,
          };
          const score = way.score + column.score(field);
          if (score > (next[to]?.score ?? Number.NEGATIVE_INFINITY))
            next[to] = { score, fields: [...way.fields, field] };
        }
      }
      ways = next;
    }
    return ways[parts.length]?.fields ?? null;
  }
}

const EMPTY: Field = { text: "", quoted: false };

/** One candidate for each reading. */
function distinct(candidates: readonly Reading[]): readonly Reading[] {
  const seen = new Set<string>();
  return candidates.filter(({ fields }) => {
    const key = JSON.stringify(fields.map((field) => field.text));
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** The reading of a header, which looks like no record: every field is named, no two alike, the least odd one. */
function asHeader(readings: readonly Reading[], dialect: RecordDialect): Reading | null {
  const named = readings
    .filter(
      ({ fields }) =>
        fields.every(({ text }) => text.trim() !== "") &&
        new Set(fields.map(({ text }) => text)).size === fields.length,
    )
    .map((reading) => ({ reading, oddity: reading.oddity + signs(reading, dialect) }))
    .sort((a, b) => a.oddity - b.oddity);
  const [best, next] = named;
  if (best === undefined || best.oddity > 2 || best.oddity === next?.oddity) return null;
  return best.reading;
}

/** Quotes and separators within the texts of a reading, beyond the one quote that is known to be text. */
function signs({ fields }: Reading, { quote, delimiter }: RecordDialect): number {
  const count = (text: string, sign: string): number =>
    sign === "" ? 0 : text.split(sign).length - 1;
  return fields.reduce((sum, { text }) => sum + count(text, quote) + count(text, delimiter), 0);
}
