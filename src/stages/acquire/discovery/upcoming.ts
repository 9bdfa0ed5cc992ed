import { readPeriods } from "../../../model/period/read-periods.ts";

const UPCOMING =
  /\bupcoming\b|\b(?:not|yet) (?:yet )?(?:been )?(?:published|released|available)\b|\b(?:to|will) be (?:published|released|available)\b|\bdue (?:for|to be) (?:publication|release|published|released)\b|\bcoming soon\b|\bforthcoming\b|\bfuture releases?\b|\bavailable from\b/i;
const WHEN =
  /\b(?:publi(?:shed|cation)|released?|available|due|expected|from|on|date)\b[^.]{0,40}?((?:\d{1,2}(?:st|nd|rd|th)?\s+)?[a-z]{3,9}\.?\s+(?:19|20)\d\d|\d{4}-\d\d-\d\d|\d{1,2}\/\d{1,2}\/\d{4})/gi;

/** Whether words say that something is not published yet. */
export function isUpcoming(text: string): boolean {
  return UPCOMING.test(text);
}

/** The day or month, canonical, on which the words expect the release; null if they name none. */
export function expectedOn(text: string): string | null {
  for (const [, date = ""] of text.matchAll(WHEN)) {
    const [found] = readPeriods(date);
    if (found !== undefined) return found.period;
  }
  return null;
}

/** The words without the expected date, which is no period of data. */
export function withoutExpected(text: string): string {
  return text.replace(WHEN, " ");
}
