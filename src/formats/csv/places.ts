import type { RecordDialect } from "./record-dialect.ts";

const LF = 10;
const CR = 13;

/**
 * Where the signs of a dialect stand next in a text. Each answer is kept as long as it holds, so that all
 * looks ahead of one pass over the text, however many quotes it has, see each character a few times.
 * Indexes; the length of the text where there is none.
 */
export class Places {
  private readonly quotes: Ahead;
  private readonly escapes: Ahead | null;
  private readonly lineEnds: Ahead;
  private readonly fieldEnds: Ahead;
  private readonly closings: Ahead;

  private readonly text: string;
  private readonly quote: string;

  constructor(text: string, dialect: RecordDialect) {
    const { delimiter, quote, newline } = dialect;
    this.text = text;
    this.quote = quote;
    const next = (sign: string): Ahead =>
      new Ahead((from) => {
        const found = text.indexOf(sign, from);
        return found < 0 ? text.length : found;
      });
    this.quotes = next(quote);
    this.escapes = dialect.escape === quote ? null : next(dialect.escape);
    this.lineEnds = next(newline === "\r" ? "\r" : "\n");
    this.fieldEnds = new Ahead((from) => endOfField(text, from, delimiter, newline === "\r"));
    this.closings = new Ahead((from) => closingOrLineEnd(text, from, quote, delimiter));
  }

  /** The quote or escape at or behind `from`. */
  mark(from: number): number {
    const quote = this.quotes.at(from);
    return this.escapes === null ? quote : Math.min(quote, this.escapes.at(from));
  }

  /** The delimiter or line end at or behind `from`. */
  fieldEnd(from: number): number {
    return this.fieldEnds.at(from);
  }

  /** The sign of line ends at or behind `from`. */
  lineEnd(from: number): number {
    return this.lineEnds.at(from);
  }

  /** Whether a quote at or behind `from`, before the end of the line, stands at the end of a field. */
  closesLater(from: number): boolean {
    return this.text[this.closings.at(from)] === this.quote;
  }
}

/** A search for the first place at or behind an index; what it found holds for every index up to there. */
class Ahead {
  private readonly search: (from: number) => number;
  private from = 0;
  private found = -1;

  constructor(search: (from: number) => number) {
    this.search = search;
  }

  at(from: number): number {
    if (from < this.from || from > this.found) {
      this.from = from;
      this.found = this.search(from);
    }
    return this.found;
  }
}

export function isLineEnd(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === LF || (code === CR && (at + 1 >= text.length || text.charCodeAt(at + 1) === LF));
}

function endOfField(text: string, from: number, delimiter: string, onlyCr: boolean): number {
  const sign = delimiter.charCodeAt(0);
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === sign || isLineEnd(text, at) || (onlyCr && code === CR)) break;
  }
  return at;
}

function closingOrLineEnd(text: string, from: number, quote: string, delimiter: string): number {
  let at = from;
  for (; at < text.length && !isReturn(text[at]); at++) {
    if (text[at] !== quote) continue;
    const next = text[at + 1];
    if (next === undefined || next === delimiter || isReturn(next)) break;
  }
  return at;
}

function isReturn(char: string | undefined): boolean {
  return char === "\n" || char === "\r";
}
