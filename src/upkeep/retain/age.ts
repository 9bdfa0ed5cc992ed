const DAY_MS = 24 * 60 * 60 * 1000;

/** Whole days from one instant to another; less than 0 if it comes later. */
export function daysBetween(from: string, to: string): number {
  return Math.floor((Date.parse(to) - Date.parse(from)) / DAY_MS);
}

/** Months from `2025-11` to that of an instant. */
export function monthsBetween(month: string, now: string): number {
  const count = (text: string): number => Number(text.slice(0, 4)) * 12 + Number(text.slice(5, 7));
  return count(now) - count(month);
}

export const dayOf = (instant: string): string => instant.slice(0, 10);

/** "1 day", "14 days". */
export const days = (count: number): string => `${count} ${count === 1 ? "day" : "days"}`;
