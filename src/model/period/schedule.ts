/** One attempt of a job, as the database records it. Instants are ISO in UTC, of the database's clock. */
export interface JobRun {
  readonly job_run_id: number;
  readonly job: string;
  /** The instant that it was due at; null: somebody asked for it. */
  readonly due_at: string | null;
  /** From 1, for each due instant. */
  readonly attempt: number;
  /** `attention`: it did what it could, and a person has to decide something. `interrupted`: stopped or killed. */
  readonly status: JobRunStatus;
  /** Whether it may succeed with nothing changed. */
  readonly retryable: boolean;
  readonly by: string;
  readonly host: string;
  readonly pid: number;
  readonly started_at: string;
  /** Null while it is running, or was when its process died. */
  readonly finished_at: string | null;
  readonly exit: number | null;
  /** Of the error that ended it. */
  readonly code: string | null;
  readonly detail: string;
}

export type JobRunStatus = "running" | "succeeded" | "attention" | "failed" | "interrupted";

/** What is known of a job at an instant. */
export interface JobFacts {
  readonly job: string;
  /** ISO, of the database's clock. */
  readonly now: string;
  /** The last instant up to now at which it is due; null: none. */
  readonly due_at: string | null;
  /** The next instant; null: none. */
  readonly next_at: string | null;
  /** When the first job of all began; null: none ever did. */
  readonly since: string | null;
  /** Newest first: all of the due instants that may still matter, and the last success. */
  readonly runs: readonly JobRun[];
}

export type Verdict =
  | {
      readonly verdict: "run";
      readonly due_at: string;
      readonly attempt: number;
      readonly reason: string;
    }
  | {
      readonly verdict: "wait";
      /** ISO; null: nothing is to come. */
      readonly until: string | null;
      readonly reason: string;
    };

/** How long after a failed attempt the next one begins: after as many failures as there are, it is given up. */
export const RETRY_AFTER_MINUTES = [5, 30, 120] as const;

export const MOST_ATTEMPTS = RETRY_AFTER_MINUTES.length + 1;

/**
 * What is to be done for a job now. Only the last due instant counts, so whoever slept through many of
 * them catches up once. A due instant is served once, by any success that began at or after it. What fails
 * is tried again after a while, what was killed at once, both together MOST_ATTEMPTS times. Pure.
 */
export function decideJob(facts: JobFacts): Verdict {
  const { due_at: dueAt, next_at: next, runs, now } = facts;
  const wait = (reason: string, until = next): Verdict => ({ verdict: "wait", until, reason });
  if (dueAt === null || dueAt > now) return wait("it is not due");
  if (runs.some((run) => run.status === "running")) return wait("it is running");
  if (runs.some((run) => isServed(run, dueAt))) return wait("it is done");
  if (runs.some((run) => run.due_at !== null && run.due_at > dueAt))
    return wait("a later instant was worked on already");
  const tried = runs.filter((run) => run.due_at === dueAt);
  const attempt = Math.max(0, ...tried.map((run) => run.attempt)) + 1;
  const [last] = tried;
  if (last === undefined) return { verdict: "run", due_at: dueAt, attempt, reason: "it is due" };
  if (last.status === "failed" && !last.retryable)
    return wait("it failed, and another attempt would too");
  if (attempt > MOST_ATTEMPTS) return wait(`it was given up after ${MOST_ATTEMPTS} attempts`);
  const from = retryAt(last);
  if (from > now) return wait(`it failed, and is tried again`, from);
  const reason =
    last.status === "failed" ? "it failed, and is tried again" : "it was interrupted before";
  return { verdict: "run", due_at: dueAt, attempt, reason };
}

function isServed(run: JobRun, dueAt: string): boolean {
  if (run.status !== "succeeded" && run.status !== "attention") return false;
  return run.started_at >= dueAt || (run.due_at !== null && run.due_at >= dueAt);
}

function retryAt(last: JobRun): string {
  if (last.status !== "failed" || last.finished_at === null) return last.started_at;
  const minutes = RETRY_AFTER_MINUTES[last.attempt - 1] ?? RETRY_AFTER_MINUTES[2];
  return new Date(Date.parse(last.finished_at) + minutes * 60_000).toISOString();
}

/**
 * How a job stands.
 *
 * well       its last due instant is served
 * attention  so it is, and something waits for a person
 * running    somebody is at it
 * due        its time has come, and not long ago
 * overdue    its time came more than OVERDUE_AFTER_MINUTES ago, jobs are being done, and nothing came of it
 * failed     its last attempt failed, whether it is tried again or not
 * off        it is never due
 */
export type JobState = "well" | "attention" | "running" | "due" | "overdue" | "failed" | "off";

/** Jobs go one after the other, so a job may have to wait for its turn. */
export const OVERDUE_AFTER_MINUTES = 120;

export interface JobStanding {
  readonly state: JobState;
  /** When it is next worked on, as far as is known; null: never, or nobody knows. */
  readonly next_at: string | null;
  readonly last: JobRun | null;
  readonly last_success: JobRun | null;
}

export function standingOf(facts: JobFacts): JobStanding {
  const [last = null] = facts.runs;
  const success = facts.runs.find((run) => hasSucceeded(run)) ?? null;
  const verdict = decideJob(facts);
  const next = verdict.verdict === "run" ? verdict.due_at : verdict.until;
  return { state: stateOf(facts, last, success), next_at: next, last, last_success: success };
}

const hasSucceeded = ({ status }: JobRun): boolean =>
  status === "succeeded" || status === "attention";

function stateOf(facts: JobFacts, last: JobRun | null, success: JobRun | null): JobState {
  const { due_at: dueAt, now, since } = facts;
  const from = since !== null && since > (dueAt ?? now) ? since : (dueAt ?? now);
  const late = since !== null && minutesBetween(from, now) > OVERDUE_AFTER_MINUTES;
  const began = last?.status === "running" ? last.started_at : null;
  if (began !== null) return minutesBetween(began, now) > DAY_MINUTES ? "overdue" : "running";
  if (last !== null && last.status === "failed") return "failed";
  if (dueAt !== null && !facts.runs.some((run) => isServed(run, dueAt)))
    return late ? "overdue" : "due";
  if (success === null && facts.next_at === null) return "off";
  return success?.status === "attention" ? "attention" : "well";
}

const DAY_MINUTES = 24 * 60;

function minutesBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 60_000;
}
