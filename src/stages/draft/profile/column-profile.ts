import { isMarker } from "../../../model/marker.ts";
import type { Cell } from "../../../model/sheet.ts";
import { squeeze } from "../../../model/text.ts";
import {
  booleanLiteral,
  dateLiteral,
  isBigint,
  isDigitCode,
  numberLiteral,
  timestampLiteral,
} from "../../../model/value.ts";
import { looksLikePeriod } from "../lines/cell-class.ts";
import { stripMarks } from "../lines/words.ts";

/** Distinct values are counted exactly up to here. */
export const DISTINCT_LIMIT = 1_000;
/** Different tokens kept by name in one column. */
const TOKEN_LIMIT = 500;

/** What all cells of one column are, counted over data rows (`tokens` over total rows too). */
export interface ColumnTally {
  numbers: number;
  /** Of these, integers that a bigint holds. */
  integers: number;
  percents: number;
  /** Of these, values of four digits that could be years. */
  years: number;
  dates: number;
  timestamps: number;
  booleans: number;
  /** Texts that are periods and no dates. */
  periods: number;
  /** Digits with a leading zero, or more than a bigint holds: codes. */
  codes: number;
  /** Tokens that can stand in place of a number. */
  markers: number;
  /** Any other text. */
  words: number;
  empty: number;
  sum: number;
  /** Among total rows. */
  totalNumbers: number;
  /** Tokens and other texts short enough to be one, data and total rows: token to count. */
  readonly tokens: Map<string, number>;
  /** The first texts that are neither number nor token, with their rows, for the reasons. */
  readonly strays: { readonly row: number; readonly text: string }[];
  /** Their texts with counts, the first 20 different ones. */
  readonly strayTexts: Map<string, number>;
  /** What texts look like, so that each is looked at once; up to 1,000. */
  readonly looks: Map<string, Look>;
  readonly distinct: Set<string>;
  overflow: boolean;
  /** Values that differ from what came before, in order of the rows; for time columns. */
  readonly seen: string[];
}

export function newTally(): ColumnTally {
  return {
    numbers: 0,
    integers: 0,
    percents: 0,
    years: 0,
    dates: 0,
    timestamps: 0,
    booleans: 0,
    periods: 0,
    codes: 0,
    markers: 0,
    words: 0,
    empty: 0,
    sum: 0,
    totalNumbers: 0,
    tokens: new Map(),
    strays: [],
    strayTexts: new Map(),
    looks: new Map(),
    distinct: new Set(),
    overflow: false,
    seen: [],
  };
}

const YEAR = /^(?:1[89]|20)\d\d(?:\.0+)?$/;

export function tallyCell(
  tally: ColumnTally,
  cell: Cell | null,
  kind: "data" | "total",
  row: number,
  known: ReadonlySet<string>,
): void {
  if (cell === null) {
    if (kind === "data") tally.empty++;
    return;
  }
  if (kind === "data") addDistinct(tally, cell.text);
  if (cell.kind === "number") tallyNumber(tally, cell.text, kind, cell.percent === true);
  else if (cell.kind === "text") tallyText(tally, cell.text, kind, row, known, 1);
  else if (cell.kind === "error") tallyToken(tally, cell.text, kind, 1);
  else if (kind === "data") tallyTyped(tally, cell);
}

/** Counts a text that stands in many data rows at once; `row` is one of them. */
export function tallyTexts(tally: ColumnTally, text: string, times: number, row: number): void {
  addDistinct(tally, text);
  tallyText(tally, text, "data", row, NONE, times);
}

const NONE: ReadonlySet<string> = new Set();

export function addDistinct(tally: ColumnTally, text: string): void {
  if (tally.overflow) return;
  tally.distinct.add(text);
  if (tally.distinct.size > DISTINCT_LIMIT) {
    tally.overflow = true;
    tally.distinct.clear();
  }
}

function tallyTyped(tally: ColumnTally, cell: Cell): void {
  if (cell.kind === "boolean") tally.booleans++;
  else if (cell.text.length > 10) tally.timestamps++;
  else tally.dates++;
}

function tallyNumber(
  tally: ColumnTally,
  literal: string,
  kind: "data" | "total",
  percent: boolean,
  times = 1,
): void {
  if (kind === "total") {
    tally.totalNumbers++;
    return;
  }
  tally.numbers += times;
  tally.sum += Number(literal) * times;
  if (percent) tally.percents++;
  if (YEAR.test(literal)) tally.years += times;
  if (isBigint(literal)) tally.integers += times;
}

function tallyToken(tally: ColumnTally, text: string, kind: "data" | "total", times: number): void {
  if (kind === "data") tally.markers += times;
  if (tally.tokens.size < TOKEN_LIMIT || tally.tokens.has(text)) {
    tally.tokens.set(text, (tally.tokens.get(text) ?? 0) + times);
  }
}

/** What a text stands for; `text` is it without needless space, or the literal of a number. */
export interface Look {
  readonly as: "code" | "number" | "token" | "date" | "timestamp" | "boolean" | "period" | "word";
  readonly text: string;
}

const COUNTERS = {
  code: "codes",
  date: "dates",
  timestamp: "timestamps",
  boolean: "booleans",
  period: "periods",
  word: "words",
} as const;

function tallyText(
  tally: ColumnTally,
  raw: string,
  kind: "data" | "total",
  row: number,
  known: ReadonlySet<string>,
  times: number,
): void {
  const look = lookOf(tally, raw, known);
  if (look.as === "number") tallyNumber(tally, look.text, kind, false, times);
  else if (look.as === "token") tallyToken(tally, look.text, kind, times);
  else if (kind === "data") {
    tally[COUNTERS[look.as]] += times;
    if (look.as === "word") addStray(tally, look.text, row, times);
  }
}

function lookOf(tally: ColumnTally, raw: string, known: ReadonlySet<string>): Look {
  const seen = tally.looks.get(raw);
  if (seen !== undefined) return seen;
  const look = lookAt(squeeze(raw), known);
  if (tally.looks.size < DISTINCT_LIMIT) tally.looks.set(raw, look);
  return look;
}

function lookAt(text: string, known: ReadonlySet<string>): Look {
  if (isDigitCode(text)) return { as: "code", text };
  const literal = numberLiteral(text);
  if (literal !== null) return { as: "number", text: literal };
  if (isToken(text, known)) return { as: "token", text };
  if (dateLiteral(text) !== null) return { as: "date", text };
  if (timestampLiteral(text) !== null) return { as: "timestamp", text };
  if (booleanLiteral(text) !== null && text.length > 1) return { as: "boolean", text };
  return { as: looksLikePeriod(text) ? "period" : "word", text };
}

function addStray(tally: ColumnTally, text: string, row: number, times: number): void {
  if (tally.strays.length < 20) tally.strays.push({ row, text: text.slice(0, 60) });
  const count = tally.strayTexts.get(text);
  if (count !== undefined || tally.strayTexts.size < 20)
    tally.strayTexts.set(text, (count ?? 0) + times);
}

/** A number with a footnote mark glued to it, such as "100%*" or "1,234 (r)". */
const MARKED_NUMBER = /^[-+<>≤≥~]?\s*£?[\d,.]+\s*%?\s*(?:[*†‡#]{1,3}|\(?\[?[a-z]{1,2}\d?\]?\)?)$/i;
const SHEET_ERROR = /^#(?:N\/A|DIV\/0!|REF!|NAME\?|VALUE!|NUM!|NULL!)$/;

function isToken(text: string, known: ReadonlySet<string>): boolean {
  return (
    isMarker(text, known) ||
    isMarker(stripMarks(text), known) ||
    SHEET_ERROR.test(text) ||
    MARKED_NUMBER.test(text) ||
    /^\.{4,}$/.test(text)
  );
}
