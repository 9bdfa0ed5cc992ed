import type { Event, EventSink } from "../model/events.ts";

/** What is written to the log of the service, one thing a line. */
export interface LogNeeds {
  /** Writes a line to standard error. */
  write(line: string): void;
  now(): Date;
  /** Lines for people; else JSON. */
  readonly plain: boolean;
}

/** What is known of every line of a part of the log, such as the job and its run. */
export type LogContext = Readonly<Record<string, string | number>>;

/** Steps of a release are in the event log; here it is what became of it that counts. */
const LEFT_OUT: readonly Event["event"][] = [
  "release.started",
  "stage.started",
  "stage.finished",
  "source.skipped",
];

/** Events as lines: `at` is an instant in UTC. */
export function logSink({ write, now, plain }: LogNeeds, context: LogContext = {}): EventSink {
  return {
    emit(event) {
      if (LEFT_OUT.includes(event.event) || isUnchanged(event)) return;
      const line = { at: now().toISOString(), ...event, ...context };
      write(plain ? plainLine(line) : JSON.stringify(line));
    },
    flush: () => Promise.resolve(),
  };
}

function isUnchanged(event: Event): boolean {
  return event.event === "release.finished" && event.status === "unchanged";
}

/** `2025-11-30T02:00:00.000Z job.finished job=verify status=succeeded`. */
function plainLine({ at, event, ...rest }: { at: string; event: string } & object): string {
  const facts = Object.entries(rest)
    .filter(([, value]) => value !== null && value !== "")
    .map(([key, value]) => `${key}=${plainValue(value)}`);
  return [at, event, ...facts].join(" ");
}

function plainValue(value: unknown): string {
  const text = String(value);
  return /^[\w.:,+-]+$/.test(text) ? text : JSON.stringify(text);
}
