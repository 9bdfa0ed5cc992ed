import { CanonryError } from "../../model/errors.ts";
import type { SheetRow } from "../../model/sheet.ts";
import type { RecordDialect } from "./record-dialect.ts";
import { RecordParser } from "./records.ts";

const DELIMITERS = [",", "\t", ";", "|", "^", "~", ":", " "] as const;
/** Signs that stand in ordinary text too: they must explain the file clearly better. */
const WEAK: Readonly<Record<string, number>> = { ":": 0.6, " ": 0.5, "^": 0.9, "~": 0.9 };

export interface FoundDialect {
  readonly dialect: RecordDialect;
  readonly evidence: readonly string[];
}

/**
 * The dialect under which a sample looks most like a table: records of few widths, cells that are
 * numbers, dates, plain words or empty. The measure is that of van den Burg, Nazábal and Sutton,
 * "Wrangling messy CSV files by detecting row and type patterns" (2019).
 */
export function findDialect(sample: string): FoundDialect {
  const newline = findNewline(sample);
  const text = sample.slice(0, SAMPLE_CHARS);
  let best: { dialect: RecordDialect; score: number } | null = null;
  for (const delimiter of DELIMITERS) {
    if (!text.includes(delimiter)) continue;
    for (const quoting of quotings(text, delimiter)) {
      const dialect = { delimiter, newline, ...quoting };
      const score = scoreOf(text, dialect) * (WEAK[delimiter] ?? 1);
      if (best === null || score > best.score * 1.0001) best = { dialect, score };
    }
  }
  if (best === null) {
    const quote = /(?:^|[\r\n])"/.test(text) ? '"' : "";
    return {
      dialect: { delimiter: ",", quote, escape: quote, newline },
      evidence: ["no delimiter occurs: one column"],
    };
  }
  const { dialect, score } = best;
  return {
    dialect,
    evidence: [
      `delimiter ${JSON.stringify(dialect.delimiter)}, quote ${dialect.quote === "" ? "none" : dialect.quote}: score ${score.toFixed(3)}`,
    ],
  };
}

const SAMPLE_CHARS = 128 << 10;
/** Of a record whose fields stand in apostrophes: one that never closes takes in all that follows. */
const LONGEST_APOSTROPHED = 16 << 10;

function findNewline(text: string): RecordDialect["newline"] {
  const lf = count(text, "\n");
  if (lf === 0) return text.includes("\r") ? "\r" : "\n";
  return count(text, "\r\n") * 2 > lf ? "\r\n" : "\n";
}

function count(text: string, what: string): number {
  let found = 0;
  for (let at = text.indexOf(what); at >= 0; at = text.indexOf(what, at + what.length)) found++;
  return found;
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

const NO_QUOTE = { quote: "", escape: "" };

/** Whether a field begins with a blank and a quote that closes where the field ends, on one line. */
function opensBehindBlank(text: string, delimiter: string): boolean {
  return new RegExp(`(?:^|[\\r\\n]|${delimiter}) +"[^"\\r\\n]*" *(?:$|[\\r\\n]|${delimiter})`).test(
    text,
  );
}

/** Quotes that open a field somewhere, each with the escapes that occur; and none at all. */
function quotings(text: string, delimiter: string): { quote: string; escape: string }[] {
  const found: { quote: string; escape: string }[] = [];
  const sign = escapeRegExp(delimiter);
  for (const quote of ['"', "'"]) {
    const opens = new RegExp(`(?:^|[\\r\\n]|${sign})${quote}`).test(text);
    const closes = new RegExp(`${quote}(?:$|[\\r\\n]|${sign})`).test(text);
    // A field that begins with a double quote is quoted, even if the quote is never closed.
    if (!(opens && (closes || quote === '"'))) {
      if (quote === '"' && opensBehindBlank(text, sign))
        found.push(NO_QUOTE, { quote, escape: quote });
      continue;
    }
    const doubled = { quote, escape: quote };
    const escaped = { quote, escape: "\\" };
    // A backslash before a quote that ends no field: the sign of the other convention.
    const inside = new RegExp(`\\\\${quote}(?!$|[\\r\\n${quote}]|${sign})`).test(text);
    if (inside) found.push(escaped, doubled);
    else if (text.includes(`\\${quote}`)) found.push(doubled, escaped);
    else found.push(doubled);
  }
  if (found.length === 0 || !found.some((one) => one.quote === '"')) {
    found.unshift(NO_QUOTE);
  }
  return found;
}

function scoreOf(text: string, dialect: RecordDialect): number {
  const { rows, isCut } = parse(text, dialect);
  // An apostrophe that never closes is one; a double quote that never closes is an error, told where it is read.
  if (rows.length === 0 || (isCut && dialect.quote === "'")) return 0;
  const widths = new Map<number, number>();
  let cells = 0;
  let known = 0;
  for (const { cells: own } of rows) {
    const width = (own.at(-1)?.column ?? 0) + 1;
    widths.set(width, (widths.get(width) ?? 0) + 1);
    cells += width;
    known += width - own.length;
    for (const cell of own) if (isKnown(cell.text)) known++;
  }
  const pattern = [...widths].reduce(
    (sum, [width, times]) => sum + (times * Math.max(0.001, width - 1)) / width,
    0,
  );
  return (pattern / Math.sqrt(widths.size) / rows.length) * (known / cells);
}

/** The records of a sample, cut at a quote that never closes or a record too wide; the last one may be incomplete and does not count. */
function parse(
  text: string,
  dialect: RecordDialect,
): { rows: readonly SheetRow[]; isCut: boolean } {
  const longest = dialect.quote === "'" ? LONGEST_APOSTROPHED : Number.MAX_SAFE_INTEGER;
  const parser = new RecordParser(dialect, longest, {});
  try {
    parser.write(text);
    if (text.length < SAMPLE_CHARS) parser.end();
  } catch (error) {
    if (!(error instanceof CanonryError)) throw error;
    return { rows: parser.rows, isCut: true };
  }
  return { rows: parser.rows, isCut: false };
}

function isKnown(text: string): boolean {
  return (
    /^(?:[£$€]?-?[\d,.\s]+%?|[\d/:. T-]+|[^,;\t|"~^]*)$/.test(text.trim()) && !/^['"]/.test(text)
  );
}
