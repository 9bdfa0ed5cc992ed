import type { FirstCell } from "../../../model/manifest/first-cells.ts";
import type { Cell } from "../../../model/sheet.ts";
import { type FigureForm, type FigureForms, newForms } from "./figure-forms.ts";

/** Distinct values are counted exactly up to here. */
export const DISTINCT_LIMIT = 1_000;

/** A cell of a column by its row. */
export interface Stray {
  readonly row: number;
  readonly text: string;
}

/** What all cells of one column are, counted over data rows (`tokens` over total rows too). */
export interface ColumnTally {
  numbers: number;
  /** Of these, integers that a bigint holds. */
  integers: number;
  percents: number;
  /** Of `numbers`, texts such as "12.5%". */
  shares: number;
  /** What these add up to, in percent. */
  shareSum: number;
  /** The first of these. */
  firstShare: Stray | null;
  /** Of `markers`, those that are a share with a mark: "100%*". */
  markedShares: number;
  firstMarkedShare: Stray | null;
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
  /** Of `numbers`, those with a letter behind them that may be a mark. */
  guesses: number;
  /** Any other text. */
  words: number;
  /** Of these, a figure and a short word, which may be a unit: "12kg". */
  figureWords: number;
  empty: number;
  sum: number;
  /** Among total rows. */
  totalNumbers: number;
  /** Of these, integers that a bigint holds. */
  totalIntegers: number;
  /** Tokens and other texts short enough to be one, data and total rows: token to count. */
  readonly tokens: Map<string, number>;
  /** Tokens that stand beside a number, data and total rows: token to count. */
  readonly beside: Map<string, number>;
  /** The first texts that are neither number nor token, with their rows, for the reasons. */
  readonly strays: Stray[];
  /** The first cell of each kind, over data rows. */
  readonly firsts: Map<FirstCell["as"], Stray>;
  /** The first digits that are a code, and the first figure with a letter that may be a mark. */
  firstCode: Stray | null;
  firstGuess: Stray | null;
  /** Their texts with counts, the first 20 different ones. */
  readonly strayTexts: Map<string, number>;
  /** What texts look like, so that each is looked at once; up to 1,000. */
  readonly looks: Map<string, Look>;
  /** How its figures are written. */
  readonly forms: FigureForms;
  readonly distinct: Set<string>;
  overflow: boolean;
  /** Whatever stands in data rows is a whole number, in plain digits, greater than the one before, which is `last`. */
  rises: boolean;
  last: number;
}

export function newTally(): ColumnTally {
  return {
    numbers: 0,
    integers: 0,
    percents: 0,
    shares: 0,
    shareSum: 0,
    firstShare: null,
    markedShares: 0,
    firstMarkedShare: null,
    years: 0,
    dates: 0,
    timestamps: 0,
    booleans: 0,
    periods: 0,
    codes: 0,
    markers: 0,
    guesses: 0,
    words: 0,
    figureWords: 0,
    empty: 0,
    sum: 0,
    totalNumbers: 0,
    totalIntegers: 0,
    tokens: new Map(),
    beside: new Map(),
    strays: [],
    firsts: new Map(),
    firstCode: null,
    firstGuess: null,
    strayTexts: new Map(),
    looks: new Map(),
    forms: newForms(),
    distinct: new Set(),
    overflow: false,
    rises: true,
    last: Number.NEGATIVE_INFINITY,
  };
}

/** What a text stands for; `text` is it without needless space, or the literal of a number. */
export interface Look {
  readonly as: "code" | "number" | "token" | "date" | "timestamp" | "boolean" | "period" | "word";
  readonly text: string;
  /** The mark beside a number; `guess`: it may be none. */
  readonly mark?: { readonly token: string; readonly guess: boolean };
  /** The number is in percent, or the token is a share with a mark. */
  readonly share?: boolean;
  /** How it is written, if it looks like a figure. */
  readonly form?: FigureForm | null;
}

/** Keeps a cell of a kind if none of an earlier row is known; rows may come in any order. */
export function keepFirst(
  tally: ColumnTally,
  as: FirstCell["as"],
  row: number,
  text: string,
): void {
  const known = tally.firsts.get(as);
  if (known === undefined || row < known.row) tally.firsts.set(as, { row, text });
}

/** Takes a cell of a data row, in order of the rows. */
export function takeStep(tally: ColumnTally, { kind, text }: Cell): void {
  if (!tally.rises) return;
  const plain = kind === "number" || WHOLE.test(text);
  const value = plain ? Number(text.replaceAll(",", "")) : Number.NaN;
  tally.rises = value > tally.last;
  tally.last = value;
}

const WHOLE = /^-?\d{1,17}$|^-?\d{1,3}(?:,\d{3})+$/;

export function addDistinct(tally: ColumnTally, text: string): void {
  if (tally.overflow) return;
  tally.distinct.add(text);
  if (tally.distinct.size > DISTINCT_LIMIT) {
    tally.overflow = true;
    tally.distinct.clear();
  }
}
