import { parsePeriod } from "../../../model/period/period.ts";
import { readPeriods } from "../../../model/period/read-periods.ts";
import { agree, bestPeriods, narrower } from "../period-evidence.ts";

/** What is written at one distance from a link: its own words, the row, a heading, the page. */
export interface Evidence {
  readonly where: string;
  readonly texts: readonly string[];
  /** A heading or the page. */
  readonly far?: boolean;
}

export interface OwnWords extends Evidence {
  /** Name of the file, without its extension; absent for a page. */
  readonly name?: string;
}

export type Verdict =
  | {
      readonly state: "found";
      readonly period: string;
      readonly reason: string;
      /** Whether only a heading or the page says it, and neither the link nor its row. */
      readonly far?: boolean;
    }
  | { readonly state: "conflict" | "no_period"; readonly reason: string };

/** A sentence around a link is no label of it. */
const LONGEST_LABEL = 160;

/**
 * The period of a link from what is written about it, the nearest first: its own words, then what stands
 * around. The nearest that speaks of a period is believed unless one farther away speaks of another time,
 * or it speaks of two itself: then it refuses. A month without a year takes the year from farther away.
 */
export function placeLink(own: OwnWords, around: readonly Evidence[]): Verdict {
  const levels = around.map((one) => ({ ...one, periods: contextPeriods(one.texts) }));
  const mine = reduced(bestPeriods(own.texts.map(cleaned)));
  if (mine.length > 1) return conflict(`${own.where}: ${mine.join(" and ")}`);
  const [first] = mine;
  if (first !== undefined) return checked(first, own.where, levels);
  const joined = withYear(own.texts, levels);
  if (joined !== null) return checked(joined.period, joined.where, levels);
  const at = levels.findIndex((one) => one.periods.length > 0);
  const near = levels[at];
  if (near === undefined) return glued(own.name ?? "");
  const [period] = near.periods;
  if (near.periods.length > 1 || period === undefined)
    return conflict(`${seenIn(near)}: ${near.periods.join(" and ")}`);
  const completed = withYear(near.texts, levels.slice(at + 1));
  const verdict = checked(completed?.period ?? period, near.where, levels.slice(at + 1));
  return verdict.state === "found" ? { ...verdict, far: near.far === true } : verdict;
}

type Level = Evidence & { readonly periods: readonly string[] };

function checked(period: string, where: string, levels: readonly Level[]): Verdict {
  let found = period;
  for (const level of levels) {
    const [theirs] = level.periods;
    if (theirs === undefined || level.periods.length > 1) continue;
    if (!agree(found, theirs)) return conflict(`${where}: ${found}; ${seenIn(level)}: ${theirs}`);
    found = narrower(found, theirs);
  }
  return { state: "found", period: found, reason: `by ${where}` };
}

function seenIn({ where, texts }: Evidence): string {
  return `${where} "${texts
    .filter((text) => text !== "")
    .join(" ")
    .slice(0, 80)}"`;
}

function conflict(reason: string): Verdict {
  return { state: "conflict", reason };
}

/** Periods that agree with each other are one: the narrowest. */
function reduced(periods: readonly string[]): readonly string[] {
  const [first, ...rest] = periods;
  if (first === undefined) return [];
  if (!rest.every((one) => periods.every((other) => agree(one, other)))) return periods;
  return [rest.reduce(narrower, first)];
}

/** A bare day around a link says when it was published, unless the words say what the day is. */
const DAY_OF_DATA =
  /\b(?:week|period|month|quarter|year)?\s*(?:ending|ended|commencing|beginning)\b|\bas (?:at|of)\b|\b(?:up )?to\b|\bfor\b/i;

function contextPeriods(texts: readonly string[]): readonly string[] {
  const short = texts.map(cleaned).filter((text) => text.length <= LONGEST_LABEL);
  const periods = reduced(bestPeriods(short));
  const isDay = (period: string): boolean => parsePeriod(period)?.kind === "day";
  if (!periods.some(isDay) || short.some((text) => DAY_OF_DATA.test(text))) return periods;
  return [];
}

const DATE =
  "(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\\s+)?[\\w\\s,./-]{4,24}?(?:19|20)\\d\\d(?:-\\d\\d-\\d\\d)?";
const SAID =
  "publi(?:shed|cation date)|date of publication|updated(?!\\s+to\\b)|last update|next update|modified|released|release date|issued|uploaded|added|available from|expected";
const PUBLISHED = new RegExp(`\\b(?:${SAID})(?:\\s+(?:on|at|in|by))?\\s*:?\\s*${DATE}`, "gi");
const OPEN_ENDED =
  /\b(?:from|since)\s+[\w\s/-]{4,20}?(?:\s+(?:to|until)\s+(?:the\s+)?(?:most recent|latest|present|date|now|today|current)\b|\s+onwards?\b)/gi;

/** Without dates of publication, and without what began once and goes on. */
export function cleaned(text: string): string {
  return text.replace(PUBLISHED, " ").replace(OPEN_ENDED, " ");
}

/** Words of a label in which a month without its year is looked for. */
const MOST_WORDS = 8;

/** "November" beside "2025", "Q3" beside "2025-26": the words and the year, read together. */
function withYear(
  texts: readonly string[],
  levels: readonly Level[],
): { readonly period: string; readonly where: string } | null {
  const year = levels.find((level) => level.periods.length > 0);
  const outer = year?.periods.length === 1 ? parsePeriod(year.periods[0] ?? "") : null;
  if (year === undefined || outer === null) return null;
  if (outer.kind !== "year" && outer.kind !== "financial_year") return null;
  const written = outer.text.replace(/^FY/, "");
  for (const size of [4, 3, 2, 1]) {
    const found = new Set(
      texts
        .flatMap((text) => wordsOf(text, size))
        .flatMap((words) => readPeriods(`${words} ${written}`))
        .filter((one) => !one.guessed && one.text.length > written.length + 1)
        .map((one) => one.period)
        .filter((period) => parsePeriod(period)?.kind !== outer.kind && agree(period, outer.text)),
    );
    const [period] = found;
    if (found.size === 1 && period !== undefined)
      return { period, where: `words, with the year of the ${year.where}` };
  }
  return null;
}

/** Neighbouring words of a short text, `size` at a time. */
function wordsOf(text: string, size: number): readonly string[] {
  const words = cleaned(text)
    .replace(/\.[a-z0-9]{2,5}$/i, "")
    .split(/[^\p{L}\p{N}'’]+/u)
    .filter((word) => word !== "");
  if (words.length > MOST_WORDS) return [];
  return words
    .map((_word, at) => words.slice(at, at + size))
    .flatMap((some) => (some.length === size ? [some.join(" ")] : []));
}

/** A year at the end of letters, "deaths2018", where nothing else speaks; none behind a month. */
function glued(name: string): Verdict {
  const [, letters = "", year = ""] = /([a-z]{3,})((?:19|20)\d\d)$/i.exec(name) ?? [];
  const month = /(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}$/i;
  return year === "" || month.test(letters.slice(-9))
    ? { state: "no_period", reason: "nothing about it names a period" }
    : { state: "found", period: year, reason: `by the end of its name, ${year}` };
}
