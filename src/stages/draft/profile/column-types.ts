import type { ColumnRole, ColumnType } from "../../../model/manifest/manifest.ts";
import { looksLikePeriod } from "../lines/cell-class.ts";
import { stripMarks } from "../lines/words.ts";
import type { ColumnTally, Stray } from "./column-tally.ts";

export interface TypedColumn {
  readonly type: ColumnType;
  readonly role: ColumnRole;
  readonly markers: Readonly<Record<string, number>>;
  /** Tokens beside a number. */
  readonly beside: Readonly<Record<string, number>>;
  readonly values: number;
  /** Texts in a column of numbers that are neither numbers nor tokens. */
  readonly strays: readonly Stray[];
  /** The first cell that makes it text, where most are numbers, alone or with a word. */
  readonly textBy?: Stray;
}

const CODE_HEADER =
  /(?:^|[\s_])(?:code|codes|id|identifier|ref|reference|postcode|phone|telephone|ods|ons)$/i;
const TIME_HEADER =
  /(?:^|[\s_])(?:year|years|month|months|quarter|quarters|period|date|dates|week|day|time|fy)(?:$|[\s_])|_date$|date$|month$|year$/i;
const ORDINAL_HEADER =
  /^(?:age|ages|rank|ranking|position|pos|place|row|line|order|id|(?:week|month|quarter)(?:[\s_](?:number|num|no\.?))?|hour|level|age x)$/i;

/** Heads figures as well as the numbers of rows. */
const NUMBERING_HEADER = /^(?:no|no\.|number|#|index|x)$/i;

/** Heads numbers of notes and the like, with commas between them. */
const LIST_HEADER = /\b(?:foot)?notes?\b|\breferences?\b|\bversion\b|\bsection\b/i;
/** So many figures that are not read are told. */
const LEAST_UNREAD = 3;

/** What stands beside a column. */
export interface Beside {
  /** No column stands to its left. */
  readonly first: boolean;
  /** No column of figures stands to its left. */
  readonly leftmost: boolean;
  /** Other columns of the table are numbers. */
  readonly figures: boolean;
}

/** Type, role and markers of a column from the counts over all its rows. */
export function typeColumn(
  tally: ColumnTally,
  header: readonly string[],
  beside: Beside,
  rows: number,
): TypedColumn {
  const { leftmost, figures } = beside;
  const leaf = stripMarks(header.at(-1) ?? "");
  const filled = rows - tally.empty;
  const timely = tally.dates + tally.timestamps + tally.periods;
  if (isMeasure(tally, timely)) {
    const typed = typeNumbers(tally, leaf, beside, filled);
    // Only a measure has room for a mark.
    const marks = filled - typed.values + Object.keys(typed.beside).length;
    if (typed.role === "measure" || marks === 0) return typed;
    const asText = typeOthers(tally, header, timely, filled, beside.first);
    const mark = tally.firsts.get("mark");
    return mark === undefined ? asText : { textBy: mark, ...asText };
  }
  if (onlyTokens(tally, timely) && figures && !leftmost && !CODE_HEADER.test(leaf)) {
    const markers = sorted(tally.tokens);
    return { type: "numeric", role: "measure", markers, beside: {}, values: 0, strays: [] };
  }
  return typeOthers(tally, header, timely, filled, beside.first);
}

/** Numbers dominate, or stand in totals alone: nothing else but tokens, and at most a few strays. */
function isMeasure(tally: ColumnTally, timely: number): boolean {
  if (tally.numbers === 0)
    return tally.totalNumbers > 0 && tally.words + timely + tally.codes + tally.booleans === 0;
  if (tally.codes > 0 || isHyphened(tally)) return false;
  const other = tally.words - tally.figureWords + timely + tally.booleans;
  const few = Math.max(1, (tally.numbers + tally.markers) * 0.1);
  return (
    other <= few &&
    tally.numbers + tally.markers >= other * 5 &&
    mostStandAlone(tally) &&
    lettersAreTokens(tally)
  );
}

/** Digits of one length, four at least, and some of them with more behind a hyphen: codes such as "25401-1134". */
function isHyphened({ words, overflow, distinct }: ColumnTally): boolean {
  if (words === 0 || overflow) return false;
  const firsts = [...distinct].map((text) => /^(\d{4,})(?:-\d+)?$/.exec(text.trim())?.[1]?.length);
  return firsts[0] !== undefined && new Set(firsts).size === 1;
}

/** What stands behind a few of many figures is a mark or a stray; behind most it may be their unit. */
function mostStandAlone({ numbers, guesses, figureWords }: ColumnTally): boolean {
  return guesses + figureWords <= numbers - guesses;
}

/** A column of a few numbers among many letters is a column of codes. */
function lettersAreTokens(tally: ColumnTally): boolean {
  const letters = [...tally.tokens].filter(([token]) => /^[a-z]{1,4}$/i.test(token));
  const count = letters.reduce((sum, [, many]) => sum + many, 0);
  return letters.length <= 3 || count <= tally.numbers;
}

function onlyTokens(tally: ColumnTally, timely: number): boolean {
  if (
    tally.markers === 0 ||
    tally.numbers + tally.words + timely + tally.codes + tally.booleans > 0
  )
    return false;
  return ![...tally.tokens.keys()].some((token) => /^[a-z]{1,4}$/i.test(token));
}

function sorted(tokens: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...tokens].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * Short words without a space, at most three different ones, among many numbers: tokens that the notes
 * do not explain, such as "DNF". Anything longer is a stray that holds the table back.
 */
function strayTokens(tally: ColumnTally): Map<string, number> {
  const words = [...tally.strayTexts];
  const short = words.every(
    ([text]) => text.length <= 8 && /^[\p{Lu}*.#]+[\p{Lu}\p{Ll}*.#]*$/u.test(text),
  );
  const all = sumOf(tally.strayTexts.values()) === tally.words;
  return short && all && words.length <= 3 ? new Map(words) : new Map();
}

function sumOf(counts: Iterable<number>): number {
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
}

function typeNumbers(
  tally: ColumnTally,
  leaf: string,
  { first, leftmost }: Beside,
  filled: number,
): TypedColumn {
  const tokens = strayTokens(tally);
  for (const [token, count] of tokens) tally.tokens.set(token, count);
  // A share that is written out beside fractions is one.
  const [all, integers] =
    tally.numbers > 0 ? [tally.numbers, tally.integers] : [tally.totalNumbers, tally.totalIntegers];
  const whole = integers === all && (tally.percents === 0 || tally.shares === 0);
  const years = tally.numbers > 0 && tally.years === tally.numbers && tally.markers === 0;
  const coded = whole && CODE_HEADER.test(leaf);
  const values = filled - tally.markers - sumOf(tokens.values());
  const base = {
    markers: coded ? {} : sorted(tally.tokens),
    beside: coded ? {} : sorted(tally.beside),
    values,
    strays: coded || tokens.size > 0 ? [] : tally.strays,
  };
  if (coded) return { ...base, type: "text", role: "dimension", values: filled };
  const type: ColumnType = whole ? "bigint" : "numeric";
  if (years && (TIME_HEADER.test(leaf) || (leftmost && tally.distinct.size > 1))) {
    return { ...base, type, role: "time" };
  }
  if (whole && tally.markers === 0 && TIME_HEADER.test(leaf) && areLongTimes(tally))
    return { ...base, type, role: readOneWay(tally.distinct) ? "time" : "dimension" };
  const numbering = first && tally.rises && NUMBERING_HEADER.test(leaf);
  const ordinal = whole && (numbering || (leftmost && ORDINAL_HEADER.test(leaf)));
  return { ...base, type, role: ordinal ? "dimension" : "measure" };
}

/** Six digits: a year and its month, such as 202406, or the years that a school or financial year is of: 202425. */
function areLongTimes({ distinct, overflow }: ColumnTally): boolean {
  const texts = [...distinct];
  return !overflow && texts.length > 0 && texts.every((text) => isMonth(text) || isTwoYears(text));
}

/** All are months, and cannot all be pairs of years, or the other way round: 201112 could be either. */
function readOneWay(distinct: ReadonlySet<string>): boolean {
  const texts = [...distinct];
  return texts.every(isMonth) ? !texts.every(isTwoYears) : !texts.some(isMonth);
}

function isMonth(text: string): boolean {
  return /^(?:19|20)\d\d(?:0[1-9]|1[0-2])$/.test(text);
}

function isTwoYears(text: string): boolean {
  return (
    /^(?:19|20)\d{4}$/.test(text) && (Number(text.slice(2, 4)) + 1) % 100 === Number(text.slice(4))
  );
}

function typeOthers(
  tally: ColumnTally,
  header: readonly string[],
  timely: number,
  filled: number,
  first: boolean,
): TypedColumn {
  const base = { markers: {}, beside: {}, values: filled, strays: [] };
  const leaf = header.at(-1) ?? "";
  const times = timely + tally.years;
  const headed = TIME_HEADER.test(stripMarks(leaf));
  const role: ColumnRole =
    filled > 0 && times >= filled * (headed ? 0.7 : 0.9) && times > 0 ? "time" : "dimension";
  const type = othersType(tally, filled);
  const told = type === "text" && role === "dimension";
  const textBy = told ? (unreadFigure(tally, leaf, first) ?? cellAgainst(tally, filled)) : null;
  return { ...base, type, role, ...(textBy === null ? {} : { textBy }) };
}

/** The first cell that is no number where most begin with one. Digits of one length are codes, and no news. */
function cellAgainst(tally: ColumnTally, filled: number): Stray | null {
  if (tally.numbers === 0 || (tally.numbers + tally.figureWords) * 2 < filled) return null;
  const lengths = new Set([...tally.distinct].map((text) => text.trim().length));
  if (tally.codes > 0 && !tally.overflow && lengths.size === 1) return null;
  const { firsts } = tally;
  const date = firsts.get("date") ?? firsts.get("timestamp") ?? null;
  return tally.firstCode ?? tally.strays[0] ?? tally.firstGuess ?? date;
}

/** "4,4", "1'200'000", "1.200.000,5", "1,21,08,549", "8,1 %", "440173.9 b". */
const UNREAD =
  /^[+−-]?(?:\d+,\d+|[1-9]\d{0,2}(?:(?:['’]\d{3})+(?:[.,]\d+)?|(?:\.\d{3}){2,}(?:,\d+)?)|[1-9]\d?(?:,\d\d)+,\d{3}(?:\.\d+)?|\d+\.\d+(?=\s))(?:\s?%|\s\p{L}{1,2})?$/u;

/** The first of figures that are written as no number is read, where a column behind labels holds nothing else. */
function unreadFigure(tally: ColumnTally, header: string, first: boolean): Stray | null {
  const { looks, words, numbers, codes } = tally;
  if (first || words < LEAST_UNREAD || words <= numbers || codes > 0) return null;
  if (LIST_HEADER.test(header)) return null;
  const figures = [...looks].every(
    ([text, { as }]) => as === "number" || as === "token" || UNREAD.test(text.trim()),
  );
  return figures ? (tally.strays[0] ?? null) : null;
}

function othersType(tally: ColumnTally, filled: number): ColumnType {
  if (filled === 0) return "text";
  if (tally.dates === filled) return "date";
  if (tally.timestamps > 0 && tally.dates + tally.timestamps === filled) return "timestamp";
  return tally.booleans === filled ? "boolean" : "text";
}

/** Whether a header is a period and nothing else. */
export function isPeriodHeader(text: string): boolean {
  return (
    looksLikePeriod(stripMarks(text)) ||
    /^(?:1[89]|20)\d\d$/.test(stripMarks(text)) ||
    /^\d{4}-\d\d-\d\d(?:T00:00:00)?$/.test(text)
  );
}
