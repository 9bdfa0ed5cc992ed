import { isMarkedShare, markedNumber } from "../../../model/marks/marked-number.ts";
import { isMarker } from "../../../model/marks/marker.ts";
import {
  dateLiteral,
  isPlainFigure,
  numberLiteral,
  timestampLiteral,
} from "../../../model/marks/value.ts";
import type { Cell } from "../../../model/sheet.ts";
import { squeeze } from "../../../model/text.ts";
import { stripMarks } from "./words.ts";

/**
 * What a cell looks like before anything is known of its column. `prose` is a sentence, `period` a
 * text such as "2011/12" or "Q1 2024", `marker` a token that could stand in place of a number (in a
 * column of codes it is a code after all).
 */
export type CellClass =
  | "number"
  | "date"
  | "period"
  | "marker"
  | "text"
  | "prose"
  | "error"
  | "boolean";

/** A cell that holds more than spaces. */
export interface SampleCell {
  readonly column: number;
  /** Trimmed, runs of white space as one space. */
  readonly text: string;
  readonly class: CellClass;
  /** NaN where the cell is no number. For comparing and adding in search of totals only. */
  readonly value: number;
  readonly percent: boolean;
  readonly bold: boolean;
  readonly indent: number;
}

const MONTH = "jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec";
const MONTH_WORD = `(?:${MONTH})[a-z]*\\.?`;
const YEAR = "(?:19|20)\\d\\d";
const MARK = "\\s*(?:\\[[^\\]]{1,12}\\]|\\([^)]{1,12}\\)|[*†‡¹²³⁴⁵]|[a-z])*";
const PERIOD = new RegExp(
  `^(?:(?:fy|cy|year|ye|q[1-4]|qe|w/?e|to)?\\s*(?:${YEAR}\\s*[-/–]\\s*(?:${YEAR}|\\d\\d)|` +
    `q[1-4][\\s,/-]*'?(?:${YEAR}|\\d\\d)(?:[/-]\\d\\d)?|(?:${YEAR})(?:[/-]\\d\\d)?[\\s,/-]*q(?:uarter)?\\s?[1-4]|` +
    `${MONTH_WORD}(?:\\s*[-–/]\\s*${MONTH_WORD})?[\\s,'’-]*(?:${YEAR}|\\d\\d)|(?:${YEAR})[\\s-]*${MONTH_WORD}|` +
    `\\d{1,2}(?:st|nd|rd|th)?[\\s-]+${MONTH_WORD}[\\s,-]*(?:${YEAR}|\\d\\d)?|(?:fy|cy|ye)\\s?${YEAR}|${YEAR}))${MARK}$`,
  "i",
);

/** Whether a text is a period and nothing else, a footnote mark apart. */
export function looksLikePeriod(text: string): boolean {
  return text.length <= 40 && /\d/.test(text) && PERIOD.test(text);
}

/** "00:19:31", "5:00PM": a time that was taken, a figure in layout and a text in value. */
const DURATION = /^\d{1,3}:\d\d(?::\d\d(?:\.\d+)?)?(?:\s?[ap]\.?m\.?)?$/i;

/** "1,008 (63%)", "45.2 (43.1-47.3)", "80.6%*": a figure with another one or a mark beside it. */
const FIGURE_AND_MORE =
  /^[-+<>≤≥~]?\s?[£$€]?\d[\d,]*(?:\.\d+)?\s?%?\s?(?:\([-+±<>≤≥~£$€]?\d[\d.,%\s–-]*\)|[*†‡]{1,3})$/;

function textClass(text: string): CellClass {
  if (numberLiteral(text) !== null || DURATION.test(text) || FIGURE_AND_MORE.test(text))
    return "number";
  if (looksLikePeriod(text)) return dateLiteral(text) === null ? "period" : "date";
  if (dateLiteral(text) !== null || timestampLiteral(text) !== null) return "date";
  if (isMarker(text)) return "marker";
  if (markedNumber(text)?.guess === false || isMarkedShare(text)) return "number";
  if (isMarker(stripMarks(text))) return "marker";
  if (text.startsWith("#") && /^#(?:N\/A|DIV\/0!|REF!|NAME\?|VALUE!|NUM!|NULL!)$/.test(text)) {
    return "error";
  }
  if (text.length > 90 || (text.length > 55 && text.split(" ").length > 8)) return "prose";
  return "text";
}

/** The cell as the search for tables sees it, or null if it holds nothing but white space. */
export function sampleCell(cell: Cell): SampleCell | null {
  const seen = cell.kind === "text" ? seenText(cell.text) : seenTyped(cell.kind, cell.text);
  if (seen.text === "") return null;
  return {
    column: cell.column,
    text: seen.text,
    class: seen.class,
    value: seen.value,
    percent: cell.percent === true || seen.percent,
    bold: cell.bold === true,
    indent: cell.indent ?? 0,
  };
}

type Seen = Pick<SampleCell, "text" | "class" | "value" | "percent">;

function seenTyped(kind: Exclude<Cell["kind"], "text">, text: string): Seen {
  const value = kind === "number" ? Number(text) : Number.NaN;
  return { text, class: kind, value, percent: false };
}

/** NaN where the figure does not stand alone or beside a mark. */
function figureOf(text: string): number {
  return Number(numberLiteral(text) ?? markedNumber(text)?.literal ?? Number.NaN);
}

/** The texts of a sheet come again and again; each is looked at once, until there are too many. */
const MOST_SEEN = 20_000;
const seenTexts = new Map<string, Seen>();

/** A text as the search for tables sees it; its own text is "" where it is white space only. */
export function seenText(raw: string): Seen {
  if (isPlainFigure(raw)) return { text: raw, class: "number", value: Number(raw), percent: false };
  const known = seenTexts.get(raw);
  if (known !== undefined) return known;
  const text = squeeze(raw);
  const kind = text === "" ? "text" : textClass(text);
  const isNumber = kind === "number";
  const value = isNumber ? figureOf(text) : Number.NaN;
  const seen = { text, class: kind, value, percent: isNumber && text.endsWith("%") };
  if (raw.length > 200) return seen;
  if (seenTexts.size >= MOST_SEEN) seenTexts.clear();
  seenTexts.set(raw, seen);
  return seen;
}

/** A year as a spreadsheet or a CSV writes it: 1990, "2024", 2011.0. */
export function isYear(cell: SampleCell): boolean {
  return cell.class === "number" && /^(?:1[89]|20)\d\d(?:\.0+)?$/.test(cell.text);
}

/** Whether the cell stands for a time by its looks. */
export function isTimely(cell: SampleCell): boolean {
  return cell.class === "date" || cell.class === "period" || isYear(cell);
}

/** Words: neither number nor date nor token. */
export function isWords(cell: SampleCell): boolean {
  return cell.class === "text" || cell.class === "prose";
}
