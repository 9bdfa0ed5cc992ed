import type { Calendar, CalendarStatus } from "./calendar.ts";

/** What decides whether a publication is looked at on a day. Days are ISO. */
export interface CadenceFacts {
  /** Of the publication, reaching as far into the future as is asked about. */
  readonly calendar: Pick<Calendar, "basis" | "cells" | "lag_days">;
  /** `periods.lag_days` of the configuration; null: nobody said when a release comes. */
  readonly lag_days: number | null;
  /** Day of the last look that succeeded; null: there was none. */
  readonly looked_on: string | null;
}

/** How long a release that is awaited is looked for every day; then, as everything else, once a week. */
export const DAILY_FOR_DAYS = 31;

const WEEK_DAYS = 7;

/** What is not there, or could not be worked on because of a publisher, a disk or a database. */
const AWAITED: readonly CalendarStatus[] = ["overdue", "not_published", "expected", "failed"];

/**
 * Why a publication is looked at on a day; null: it is not. From the day on which a release is expected it
 * is looked for daily, for a month: with `lag_days` that is the day that it names, else the day after its
 * period ended. Besides it is looked at weekly, since publishers replace files in place. Where no rhythm is
 * known it is looked at daily. Pure.
 */
export function reasonToLook(facts: CadenceFacts, day: string): string | null {
  const { calendar, looked_on: lookedOn } = facts;
  if (lookedOn === null) return "it was never looked at";
  if (calendar.basis === "none") return "its rhythm is not known: daily";
  for (const cell of calendar.cells) {
    const since = cell.due === null ? null : daysFrom(expectedOn(facts, cell.due), day);
    if (since === null || since < 0 || since >= DAILY_FOR_DAYS) continue;
    if (AWAITED.includes(cell.status)) return `${cell.period} is expected: daily`;
  }
  return daysFrom(lookedOn, day) >= WEEK_DAYS ? "files may be replaced: weekly" : null;
}

function expectedOn({ calendar, lag_days: lag }: CadenceFacts, due: string): string {
  return lag === null ? addDays(due, 1 - (calendar.lag_days ?? 0)) : due;
}

const DAY_MS = 86_400_000;

function daysFrom(day: string, other: string): number {
  return Math.round((Date.parse(other) - Date.parse(day)) / DAY_MS);
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}
