import type { FirstCell } from "../../../model/manifest/first-cells.ts";
import {
  isFigureAndWord,
  isMarkedShare,
  markedNumber,
} from "../../../model/marks/marked-number.ts";
import { isMarker } from "../../../model/marks/marker.ts";
import {
  booleanLiteral,
  dateLiteral,
  isBigint,
  isDigitCode,
  numberLiteral,
  timestampLiteral,
} from "../../../model/marks/value.ts";
import type { Cell } from "../../../model/sheet.ts";
import { squeeze } from "../../../model/text.ts";
import { looksLikePeriod } from "../lines/cell-class.ts";
import { stripMarks } from "../lines/words.ts";
import {
  addDistinct,
  type ColumnTally,
  DISTINCT_LIMIT,
  keepFirst,
  type Look,
  takeStep,
} from "./column-tally.ts";
import { countForm, countNumber, figureForm } from "./figure-forms.ts";

/** Different tokens kept by name in one column. */
const TOKEN_LIMIT = 500;

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
  if (kind === "data") {
    addDistinct(tally, cell.text);
    takeStep(tally, cell);
  }
  if (cell.kind === "number") {
    countNumber(tally.forms, cell.text);
    const type = tallyNumber(tally, cell.text, kind, cell.percent === true);
    if (kind === "data") keepFirst(tally, type, row, cell.text);
  } else if (cell.kind === "text") tallyText(tally, cell.text, kind, row, known, 1);
  else if (cell.kind === "error") {
    tallyToken(tally, cell.text, kind, 1);
    if (kind === "data") keepFirst(tally, "mark", row, cell.text);
  } else if (kind === "data") tallyTyped(tally, cell, row);
}

/** Counts a text that stands in many data rows at once; `row` is one of them. */
export function tallyTexts(tally: ColumnTally, text: string, times: number, row: number): void {
  addDistinct(tally, text);
  tallyText(tally, text, "data", row, NONE, times);
}

const NONE: ReadonlySet<string> = new Set();

function tallyTyped(tally: ColumnTally, { kind, text }: Cell, row: number): void {
  const as = kind === "boolean" ? "boolean" : text.length > 10 ? "timestamp" : "date";
  tally[COUNTERS[as]]++;
  keepFirst(tally, as, row, text);
}

function tallyNumber(
  tally: ColumnTally,
  literal: string,
  kind: "data" | "total",
  percent: boolean,
  times = 1,
): "bigint" | "numeric" {
  const isInteger = isBigint(literal);
  const type = isInteger ? "bigint" : "numeric";
  if (kind === "total") {
    tally.totalNumbers++;
    if (isInteger) tally.totalIntegers++;
    return type;
  }
  tally.numbers += times;
  tally.sum += Number(literal) * times;
  if (percent) tally.percents++;
  if (YEAR.test(literal)) tally.years += times;
  if (isInteger) tally.integers += times;
  return type;
}

function tallyToken(tally: ColumnTally, text: string, kind: "data" | "total", times: number): void {
  if (kind === "data") tally.markers += times;
  countToken(tally.tokens, text, times);
}

function countToken(tokens: Map<string, number>, token: string, times: number): void {
  if (tokens.size < TOKEN_LIMIT || tokens.has(token))
    tokens.set(token, (tokens.get(token) ?? 0) + times);
}

const COUNTERS = {
  code: "codes",
  date: "dates",
  timestamp: "timestamps",
  boolean: "booleans",
  period: "periods",
  word: "words",
} as const;

/** The type that a text would be by itself; of a number the widest. */
const KINDS = {
  code: "text",
  number: "numeric",
  token: "mark",
  date: "date",
  timestamp: "timestamp",
  boolean: "boolean",
  period: "text",
  word: "text",
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
  if (look.form != null) countForm(tally.forms, look.form, row, raw, times);
  let as: FirstCell["as"] = KINDS[look.as];
  if (look.as === "number") {
    const type = tallyNumber(tally, look.text, kind, false, times);
    as = look.mark?.guess === true ? "mark" : type;
    if (kind === "data" && look.share === true) {
      tally.shares += times;
      tally.shareSum += Number(look.text) * times;
      tally.firstShare ??= { row, text: raw };
    }
    if (look.mark !== undefined) tallyBeside(tally, look.mark, kind, times);
    if (look.mark?.guess === true) tally.firstGuess ??= { row, text: raw };
  } else if (look.as === "token") {
    tallyToken(tally, look.text, kind, times);
    if (kind === "data" && look.share === true) {
      tally.markedShares += times;
      tally.firstMarkedShare ??= { row, text: raw };
    }
  } else if (kind === "data") {
    tally[COUNTERS[look.as]] += times;
    if (look.as === "word") addStray(tally, look.text, row, times);
    if (look.as === "code") tally.firstCode ??= { row, text: look.text };
  }
  if (kind === "data") keepFirst(tally, as, row, raw);
}

function tallyBeside(
  tally: ColumnTally,
  { token, guess }: NonNullable<Look["mark"]>,
  kind: "data" | "total",
  times: number,
): void {
  if (guess && kind === "data") tally.guesses += times;
  countToken(tally.beside, token, times);
}

function lookOf(tally: ColumnTally, raw: string, known: ReadonlySet<string>): Look {
  const seen = tally.looks.get(raw);
  if (seen !== undefined) return seen;
  const look = known.size === 0 ? plainLook(raw) : formedLook(squeeze(raw), known);
  if (tally.looks.size < DISTINCT_LIMIT) tally.looks.set(raw, look);
  return look;
}

/** The names of a table come again in its next release; each is looked at once, until there are too many. */
const MOST_LOOKS = 20_000;
const looks = new Map<string, Look>();

/** Where no notes explain tokens, a text stands for the same in every column. */
function plainLook(raw: string): Look {
  const seen = looks.get(raw);
  if (seen !== undefined) return seen;
  const look = formedLook(squeeze(raw), NONE);
  if (raw.length > 200) return look;
  if (looks.size >= MOST_LOOKS) looks.clear();
  looks.set(raw, look);
  return look;
}

function formedLook(text: string, known: ReadonlySet<string>): Look {
  return { ...lookAt(text, known), form: figureForm(text) };
}

function lookAt(text: string, known: ReadonlySet<string>): Look {
  if (isDigitCode(text)) return { as: "code", text };
  const literal = numberLiteral(text);
  if (literal !== null) return { as: "number", text: literal, share: text.endsWith("%") };
  if (isMarker(text, known)) return { as: "token", text };
  const marked = markedNumber(text, known);
  if (marked !== null) return { as: "number", text: marked.literal, mark: marked };
  if (isMarkedShare(text, known)) return { as: "token", text, share: true };
  if (isToken(text, known)) return { as: "token", text };
  if (dateLiteral(text) !== null) return { as: "date", text };
  if (timestampLiteral(text) !== null) return { as: "timestamp", text };
  if (booleanLiteral(text) !== null && text.length > 1) return { as: "boolean", text };
  return { as: looksLikePeriod(text) ? "period" : "word", text };
}

function addStray(tally: ColumnTally, text: string, row: number, times: number): void {
  if (isFigureAndWord(text)) tally.figureWords += times;
  if (tally.strays.length < 20) tally.strays.push({ row, text: text.slice(0, 60) });
  const count = tally.strayTexts.get(text);
  if (count !== undefined || tally.strayTexts.size < 20)
    tally.strayTexts.set(text, (count ?? 0) + times);
}

const SHEET_ERROR = /^#(?:N\/A|DIV\/0!|REF!|NAME\?|VALUE!|NUM!|NULL!)$/;

function isToken(text: string, known: ReadonlySet<string>): boolean {
  return isMarker(stripMarks(text), known) || SHEET_ERROR.test(text) || /^\.{4,}$/.test(text);
}
