import {
  dayPeriod,
  financialQuarter,
  financialYear,
  monthPeriod,
  type Period,
  parsePeriod,
  plausible,
  quarterPeriod,
  rangePeriod,
  weekPeriod,
  yearPeriod,
} from "./period.ts";

/** A period read in a text. */
export interface FoundPeriod {
  /** Canonical. */
  readonly period: string;
  /** 0 to 1: how sure the words are. A bare year, digits run together or a misspelt month score low. */
  readonly score: number;
  /** The words it was read in. */
  readonly text: string;
  /** A misspelt month was read as the nearest one. */
  readonly guessed: boolean;
}

const NAMES = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
] as const;

/** The source of a pattern for the name of a month, whole or short, in small letters. */
export const MONTH = `(?:${NAMES.map((name) => (name.length > 3 ? `${name.slice(0, 3)}(?:${name.slice(3)})?` : name)).join("|")}|sept)\\.?`;
const YEAR = "(?:1[89]|20|21)\\d\\d";
const SHORT = "'?\\d\\d";
const GAP = "[\\s_.,/-]*";
const SEP = "[\\s_.,/-]+";
/** Words and numbers end where neither a letter nor a digit stands; an underscore separates. */
const START = "(?<![a-z0-9])";
const END = "(?![a-z0-9])";
const TO = "\\s*(?:-|–|—|_|to|until|through|and)\\s*";
/** Between two dates in words or in an address: "1 March to 10 July", "1-march-to-10-july". */
const UNTIL = "[\\s_-]*(?:to|until|through|–|—)[\\s_-]*";
const FIN = `(?:(?<fy>fy|financial year|fiscal year)?${GAP}(?<from>${YEAR})(?:\\s*[-–/_\\s]\\s*|${UNTIL})(?<till>\\d{4}|\\d\\d)|fy${GAP}(?<short>\\d\\d)\\s*[-–/_]\\s*(?<shortTill>\\d\\d)|fy${GAP}(?<one>${YEAR}|\\d\\d))`;

const DAY = "(?<d>\\d{1,2})(?:st|nd|rd|th)?";
const LAST_DAY = `(?<d2>\\d{1,2})(?:st|nd|rd|th)?${GAP}(?<mon2>${MONTH})${GAP}(?<y2>${YEAR})`;

type Groups = Readonly<Record<string, string | undefined>>;

interface Rule {
  readonly pattern: RegExp;
  readonly read: (groups: Groups) => Period | null;
  readonly score: (groups: Groups) => number;
}

function rule(source: string, read: Rule["read"], score: number | Rule["score"]): Rule {
  return {
    pattern: new RegExp(START + source + END, "gi"),
    read,
    score: typeof score === "number" ? () => score : score,
  };
}

function monthNumber(name: string | undefined): number {
  const start = (name ?? "").toLowerCase().slice(0, 3);
  return NAMES.findIndex((full) => full.startsWith(start)) + 1;
}

function yearOf(text: string | undefined): number {
  const digits = (text ?? "").replace("'", "");
  const year = Number(digits);
  if (digits.length === 4) return year;
  return year < 70 ? 2000 + year : 1900 + year;
}

/** First year of a financial year as written, or null where the two years do not follow each other. */
function financialStart(groups: Groups): number | null {
  const { from, till, short, shortTill, one } = groups;
  if (one !== undefined) return yearOf(one) - 1;
  const first = yearOf(from ?? short);
  const second = Number(till ?? shortTill);
  const follows = String(till ?? shortTill).length === 4 ? first + 1 : (first + 1) % 100;
  return second === follows ? first : null;
}

function financial(groups: Groups): Period | null {
  const year = financialStart(groups);
  if (year === null || !plausible(year)) return null;
  const quarter = groups["q1"] ?? groups["q2"];
  return quarter === undefined ? financialYear(year) : financialQuarter(year, Number(quarter));
}

/** "2024-25 January" is January 2025. */
function monthOfFinancialYear(groups: Groups): Period | null {
  const year = financialStart(groups);
  const number = monthNumber(groups["mon"]);
  if (year === null) return null;
  return monthPeriod(number >= 4 ? year : year + 1, number);
}

function day({ y, m, mon, d }: Groups): Period | null {
  return dayPeriod(yearOf(y), mon === undefined ? Number(m) : monthNumber(mon), Number(d));
}

function month({ y, m, mon }: Groups): Period | null {
  const number = mon === undefined ? Number(m) : monthNumber(mon);
  return number >= 1 && number <= 12 ? monthPeriod(yearOf(y), number) : null;
}

function monthRange({ mon, y, mon2, y2 }: Groups): Period | null {
  const [first, last] = [monthNumber(mon), monthNumber(mon2)];
  const endYear = yearOf(y2);
  const startYear = y === undefined ? (first > last ? endYear - 1 : endYear) : yearOf(y);
  return rangePeriod(monthPeriod(startYear, first), monthPeriod(endYear, last));
}

/** Null where the days are in no calendar or in the wrong order. */
function dayRange({ d, mon, y, d2, mon2, y2 }: Groups): Period | null {
  const last = dayPeriod(yearOf(y2), monthNumber(mon2), Number(d2));
  const first = dayPeriod(yearOf(y ?? y2), monthNumber(mon ?? mon2), Number(d));
  return first === null || last === null ? null : rangePeriod(first, last);
}

const byYearLength = ({ y }: Groups): number => ((y ?? "").length === 4 ? 1 : 0.85);

/** In the order in which they claim the words; what one has claimed no later one reads. */
const RULES: readonly Rule[] = [
  rule(
    `(?<y>\\d{4})-(?<m>\\d\\d)-(?<d>\\d\\d)(?:[t ]\\d\\d:\\d\\d(?::\\d\\d(?:\\.\\d+)?)?z?)?`,
    day,
    1,
  ),
  rule(`(?:q(?:uarter|tr)?${GAP}(?<q1>[1-4])${GAP})${FIN}`, financial, 1),
  rule(`${FIN}${GAP}q(?:uarter|tr)?${GAP}(?<q2>[1-4])`, financial, 1),
  rule(`(?<from>${YEAR})[-–/](?<till>\\d\\d)${GAP}(?<mon>${MONTH})`, monthOfFinancialYear, 0.9),
  rule(`(?<mon>${MONTH})${GAP}(?<from>${YEAR})[-–/](?<till>\\d\\d)`, monthOfFinancialYear, 0.9),
  rule(
    `${DAY}(?:${GAP}(?<mon>${MONTH})(?:${GAP}(?<y>${YEAR}))?)?${UNTIL}${LAST_DAY}`,
    dayRange,
    0.95,
  ),
  rule(`${DAY}${GAP}(?<mon>${MONTH})[\\s_-]+${LAST_DAY}`, dayRange, 0.95),
  rule(FIN, financial, ({ fy, one, till }) =>
    fy !== undefined || one !== undefined ? 1 : Number(till) > 12 ? 0.95 : 0.6,
  ),
  rule(
    `(?<d>\\d{1,2})(?:st|nd|rd|th)?${GAP}(?:of\\s+)?(?<mon>${MONTH})${GAP}(?<y>${YEAR}|${SHORT})`,
    day,
    byYearLength,
  ),
  rule(`(?<mon>${MONTH})\\s+(?<d>\\d{1,2})(?:st|nd|rd|th)?,\\s*(?<y>${YEAR})`, day, 1),
  rule(`(?<d>\\d{1,2})[./_-](?<m>\\d{1,2})[./_-](?<y>${YEAR})`, day, 0.95),
  rule(`(?<d>\\d{1,2})/(?<m>\\d{1,2})/(?<y>\\d\\d)`, day, 0.8),
  rule(
    `(?<mon>${MONTH})${GAP}(?<y>${YEAR}|${SHORT})${TO}(?<mon2>${MONTH})${GAP}(?<y2>${YEAR}|${SHORT})`,
    monthRange,
    0.95,
  ),
  rule(`(?<mon>${MONTH})${TO}(?<mon2>${MONTH})${GAP}(?<y2>${YEAR}|${SHORT})`, monthRange, 0.95),
  rule(`(?<mon>${MONTH})${GAP}(?<y>${YEAR}|${SHORT})`, month, byYearLength),
  rule(`(?<y>${YEAR})${GAP}(?<mon>${MONTH})`, month, 0.95),
  rule(
    `(?:q(?:uarter|tr)?${GAP}(?<q>[1-4])${GAP}(?<y>${YEAR}))`,
    ({ q, y }) => quarterPeriod(yearOf(y), Number(q)),
    0.95,
  ),
  rule(
    `(?<y>${YEAR})${GAP}q(?:uarter|tr)?${GAP}(?<q>[1-4])`,
    ({ q, y }) => quarterPeriod(yearOf(y), Number(q)),
    0.95,
  ),
  rule(
    `(?<y>${YEAR})${GAP}w(?:eek|k)?${GAP}(?<w>\\d{1,2})`,
    ({ y, w }) => weekPeriod(yearOf(y), Number(w)),
    0.95,
  ),
  rule(
    `w(?:eek|k)?${GAP}(?<w>\\d{1,2})${SEP}(?<y>${YEAR})`,
    ({ y, w }) => weekPeriod(yearOf(y), Number(w)),
    0.95,
  ),
  rule(`(?<y>${YEAR})[-_/.](?<m>0[1-9]|1[0-2])`, month, 0.95),
  rule(`(?<m>0?[1-9]|1[0-2])[-_/.](?<y>${YEAR})`, month, 0.85),
  rule(`(?<y>${YEAR})(?<m>0[1-9]|1[0-2])(?<d>\\d\\d)`, day, 0.75),
  rule(`(?<d>\\d\\d)(?<m>0[1-9]|1[0-2])(?<y>${YEAR})`, day, 0.7),
  rule(`(?<y>${YEAR})(?<m>0[1-9]|1[0-2])`, month, 0.75),
  rule(`(?<from>${YEAR})(?<till>\\d\\d)`, financial, 0.7),
];

const YEARS = new RegExp(`${START}(?<y>${YEAR})(?:\\s*-\\s*|${UNTIL})(?<y2>${YEAR})${END}`, "gi");
const MISSPELT = new RegExp(`${START}(?<word>[a-z]{5,10})${GAP}(?<y>${YEAR}|${SHORT})${END}`, "gi");
const BARE_YEAR = new RegExp(`${START}(?<y>${YEAR})${END}`, "gi");

/**
 * Every period that a text speaks of, in the order of the text. Words are bounded (the "mar" of
 * "summary" is no month), `%20` is decoded first, and a month without a year is none.
 */
export function readPeriods(text: string): readonly FoundPeriod[] {
  let rest = decoded(text);
  const found: (FoundPeriod & { readonly at: number })[] = [];
  const claim = (
    pattern: RegExp,
    read: (groups: Groups) => Omit<FoundPeriod, "text"> | null,
  ): void => {
    rest = rest.replace(pattern, (match: string, ...parts: unknown[]) => {
      const groups = parts.at(-1) as Groups;
      const at = parts.at(-3) as number;
      const one = read(groups);
      if (one === null) return match;
      found.push({ ...one, text: match.trim(), at });
      return " ".repeat(match.length);
    });
  };
  for (const { pattern, read, score } of RULES) {
    claim(pattern, (groups) => {
      const period = read(groups);
      if (period === null || !plausible(Number(period.start.slice(0, 4)))) return null;
      return { period: period.text, score: score(groups), guessed: false };
    });
  }
  claim(MISSPELT, ({ word, y }) => {
    const guess = nearestMonth(word ?? "");
    if (guess === 0) return null;
    return { period: monthPeriod(yearOf(y), guess).text, score: 0.5, guessed: true };
  });
  claim(YEARS, ({ y, y2 }) => {
    const range = rangePeriod(yearPeriod(yearOf(y)), yearPeriod(yearOf(y2)));
    return range === null ? null : { period: range.text, score: 0.6, guessed: false };
  });
  claim(BARE_YEAR, ({ y }) => ({ period: yearPeriod(yearOf(y)).text, score: 0.3, guessed: false }));
  return found
    .toSorted((a, b) => a.at - b.at)
    .map(({ period, score, text, guessed }) => ({ period, score, text, guessed }));
}

/**
 * A period as people write it in configuration and on the command line: canonical, or one plain form
 * such as `nov25` or `2024-25` and nothing else. Null otherwise.
 */
export function configPeriod(text: string): string | null {
  const canonical = parsePeriod(text.trim());
  if (canonical !== null) return canonical.text;
  const found = readPeriods(text);
  const [only] = found;
  if (only === undefined || found.length > 1 || only.guessed) return null;
  return only.text.length === text.trim().length ? only.period : null;
}

function decoded(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_match, hex: string) => {
    const code = Number.parseInt(hex, 16);
    return code < 128 ? String.fromCharCode(code) : " ";
  });
}

/** 1 to 12 for a word that is one slip of the keys away from a long month's name, else 0. */
function nearestMonth(word: string): number {
  const lower = word.toLowerCase();
  const at = NAMES.findIndex((name) => name.length >= 6 && oneSlip(name, lower));
  return at + 1;
}

/** One letter added, left out, replaced, or two neighbours swapped. */
function oneSlip(a: string, b: string): boolean {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let head = 0;
  while (head < a.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const [left, right] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
  if (left.length <= 1 && right.length <= 1) return true;
  return left.length === 2 && right.length === 2 && left[0] === right[1] && left[1] === right[0];
}
