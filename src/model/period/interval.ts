/** What a published figure can stand for, bounds inclusive; without end where nothing is known. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

const BELOW = /^[<≤]=?\s*([\d,]+(?:\.\d+)?)\s*%?$/;
const ABOVE = /^(?:[>≥]=?\s*([\d,]+(?:\.\d+)?)\s*%?|([\d,]+(?:\.\d+)?)\s*%?\s*\+)$/;
const SAID_BELOW =
  /(?:fewer|less|smaller|lower) than(?: or equal to)?\s+([\d,]+|two|three|four|five|six|seven|eight|nine|ten)\b|\b(?:under|below|up to)\s+([\d,]+)\b|[<≤]\s*=?\s*([\d,]+)/i;
const SAID_BETWEEN = /(?:between\s+)?\b(\d+)\s*(?:to|and|-|–)\s*(\d+)\b/i;
const WORDS = "zero one two three four five six seven eight nine ten".split(" ");

/**
 * What a mark in place of a count can stand for: its own bound ("<5", "95+"), or the one that the notes
 * give ("[c]": fewer than 5). Else any number from zero on.
 */
export function markInterval(token: string, meaning: string | null): Interval {
  const number = (text: string): number => Number(text.replaceAll(",", ""));
  const below = BELOW.exec(token.trim());
  if (below?.[1] !== undefined) return { low: 0, high: number(below[1]) };
  const above = ABOVE.exec(token.trim());
  const least = above?.[1] ?? above?.[2];
  if (least !== undefined) return { low: number(least), high: Infinity };
  const between = SAID_BETWEEN.exec(meaning ?? "");
  if (between !== null && Number(between[1]) < Number(between[2]))
    return { low: Number(between[1]), high: Number(between[2]) };
  const said = SAID_BELOW.exec(meaning ?? "");
  const text = said?.[1] ?? said?.[2] ?? said?.[3];
  if (text === undefined) return { low: 0, high: Infinity };
  const word = WORDS.indexOf(text.toLowerCase());
  return { low: 0, high: word === -1 ? number(text) : word };
}

/** The figures of one side of a sum, added up. */
export interface Addends {
  /** Figures that are numbers, and their sum. */
  readonly numbers: number;
  readonly sum: number;
  /** What marks add to it. */
  readonly marks: Interval;
  readonly marked: number;
  /** Neither number nor mark. */
  readonly blank: number;
  /** A number is below zero: then a mark can be too. */
  readonly negative: boolean;
  /** What the numbers were rounded to: 5, 10, 0.1; 0 where they are exact, or doubles as computed. */
  readonly unit: number;
}

export interface Verdict {
  readonly status: "passed" | "broken" | "undecided";
  /** From the nearer end of what the parts can add up to; 0 unless broken. */
  readonly difference: number;
  readonly parts: Interval;
  readonly whole: Interval;
}

/**
 * Whether a figure can be the sum of its parts. Numbers stand for themselves give or take half of what they
 * were rounded to, marks for what they can be; blanks for zero, or for something that is not known.
 */
export function judgeSum(whole: Addends, parts: Addends, tolerance = 0): Verdict {
  const one = reach(whole, 0);
  const many = reach(parts, tolerance);
  const missed = Math.max(many.low - one.high, one.low - many.high, 0);
  const scale = Math.max(Math.abs(whole.sum), Math.abs(parts.sum), 1);
  // Doubles of a workbook: what was added up there, and by steps, differs in the last digits.
  const noise = scale * (Number.isInteger(whole.sum) ? 1e-9 : 1e-6);
  const ends = { parts: many, whole: one };
  if (missed > noise) {
    const open = parts.blank > 0 && one.low > many.high;
    return open || whole.numbers + whole.marked === 0
      ? { status: "undecided", difference: 0, ...ends }
      : { status: "broken", difference: missed, ...ends };
  }
  const known = whole.marked + parts.marked === 0 && whole.numbers > 0 && parts.numbers > 0;
  const bounded = whole.numbers > 0 && Number.isFinite(many.high) && Number.isFinite(many.low);
  return { status: known || bounded ? "passed" : "undecided", difference: 0, ...ends };
}

function reach({ numbers, sum, marks, marked, negative, unit }: Addends, more: number): Interval {
  const slack = (numbers * unit) / 2 + more;
  const open = negative && marked > 0;
  return {
    low: open ? -Infinity : sum + marks.low - slack,
    high: open ? Infinity : sum + marks.high + slack,
  };
}

const UNITS = [1000, 500, 100, 50, 10, 5];

/**
 * What numbers were rounded to, from what all of them have in common: they are multiples of 5, 10 or more, or
 * have one decimal. 0: whole numbers are exact, and so are numbers with more decimals than anyone prints.
 */
export function roundingUnit(facts: {
  /** Numbers other than zero. */
  readonly numbers: number;
  readonly decimals: number;
  /** Of all of them. */
  readonly divisor: number;
}): number {
  if (facts.decimals > 6) return 0;
  if (facts.decimals > 0) return 10 ** -facts.decimals;
  if (facts.numbers < 2) return 0;
  return UNITS.find((unit) => facts.divisor % unit === 0 && facts.divisor > 0) ?? 0;
}
