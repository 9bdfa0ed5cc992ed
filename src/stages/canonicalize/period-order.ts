import { comparePeriods, parsePeriod } from "../../model/period/period.ts";

/** Absence before first sight is no drift. */
export function firstSeenAfter(first: string, period: string): boolean {
  const [a, b] = [parsePeriod(first), parsePeriod(period)];
  return a !== null && b !== null && comparePeriods(a, b) > 0;
}

export function earlier(first: string, period: string): string {
  return firstSeenAfter(first, period) ? period : first;
}
