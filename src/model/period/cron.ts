import { Cron } from "croner";

/** When a job is due: a cron expression of five fields, or six with seconds in front, in a time zone. */
export interface Rota {
  readonly expression: string;
  /** A name of the IANA database. */
  readonly timeZone: string;
}

/** In place of an expression: never. */
export const OFF = "off";

const cron = ({ expression, timeZone }: Rota): Cron =>
  new Cron(expression, { timezone: timeZone, mode: "5-or-6-parts", paused: true });

/**
 * The last instant that a rota names up to `now`, itself included; null: it never named one. On the days
 * on which clocks change, a time of day that is left out counts when the gap ends, and one that comes
 * twice counts the first time, so a daily job has one instant on every day; what runs by the minute or
 * the hour goes by real time.
 */
export function lastInstant(rota: Rota, now: Date): Date | null {
  return cron(rota).previousRuns(1, new Date(now.getTime() + 1))[0] ?? null;
}

/** The first instant that a rota names after `now`; null: it never names one again. */
export function nextInstant(rota: Rota, now: Date): Date | null {
  return cron(rota).nextRun(now);
}

/** What is wrong with a rota; null if nothing is. */
export function rotaProblem(rota: Rota): string | null {
  if (!isTimeZone(rota.timeZone)) return `${JSON.stringify(rota.timeZone)} is no time zone`;
  try {
    // A whole cycle of leap years from a fixed day: whether it names an instant must not depend on today.
    const found = nextInstant(rota, new Date("2000-01-01T00:00:00Z"));
    return found === null ? `${JSON.stringify(rota.expression)} names no instant` : null;
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^Cron\w+: /, "") : "";
    return `${JSON.stringify(rota.expression)} is no cron expression: ${why}`;
  }
}

export function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** The day of an instant in a time zone, ISO. */
export function dayIn(timeZone: string, instant: Date): string {
  // The Swedish way of writing a date is ISO's.
  return new Intl.DateTimeFormat("sv", { timeZone, dateStyle: "short" }).format(instant);
}
