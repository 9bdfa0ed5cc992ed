import { squeeze } from "../text.ts";
import { MONTH } from "./read-periods.ts";

const DATES = [
  new RegExp(`\\b\\d{1,2}(?:st|nd|rd|th)?\\s+${MONTH}\\b(?:\\s+(?:19|20)\\d\\d\\b)?`, "g"),
  new RegExp(`\\b${MONTH}\\s+\\d{1,2}(?:st|nd|rd|th)?\\b(?:,?\\s+(?:19|20)\\d\\d\\b)?`, "g"),
  new RegExp(`\\b${MONTH}\\s+(?:19|20)?\\d\\d\\b`, "g"),
  /\b\d{1,4}[-/]\d{1,2}[-/]\d{1,4}\b/g,
  /\b(?:19|20)\d\d(?:[-/]\d\d)?\b/g,
];
/** Numbers move only beside a word that counts time: "Aged 1 to 17" stays what it is. */
const TIME = /\b(?:weeks?|months?|quarters?|years?|days?)\b/;

/**
 * A header with its dates taken out, as `registered by …`; null if it names none. Two headers with one
 * pattern say the same of another date.
 */
export function rollingPattern(header: string): string | null {
  const text = squeeze(header.toLowerCase());
  let rest = text;
  for (const date of DATES) rest = rest.replace(date, "…");
  if (TIME.test(rest)) rest = rest.replace(/\b\d{1,2}\b/g, "…");
  return rest === text ? null : rest;
}

/** What the question of a moving date asks: approved, the date does not count any more. */
export const ANOTHER_DATE = "the same of another date";

/** For each header its pattern and its number among those with the same one, or null: `registered by … (2)`. */
export function rollingKeys(headers: readonly string[]): readonly (string | null)[] {
  const counts = new Map<string, number>();
  return headers.map((header) => {
    const pattern = rollingPattern(header);
    if (pattern === null) return null;
    const number = (counts.get(pattern) ?? 0) + 1;
    counts.set(pattern, number);
    return number === 1 ? pattern : `${pattern} (${number})`;
  });
}
