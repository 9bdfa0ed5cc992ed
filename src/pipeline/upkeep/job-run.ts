import { hostname } from "node:os";
import process from "node:process";
import {
  abandonJobRuns,
  finishJobRun,
  type JobEnd,
  jobLock,
  startJobRun,
} from "../../database/ledger/jobs.ts";
import { CanonryError, type ExitCode } from "../../model/errors.ts";
import type { EventSink } from "../../model/events.ts";
import type { World } from "../world.ts";

export interface JobResult {
  readonly exit: ExitCode;
  /** What came of it, in a line. */
  readonly detail: string;
}

/** What a job does; `watch` sees its events. */
export interface JobWork {
  readonly job: string;
  /** Exit codes that mean: done, and something waits for a person. */
  readonly attention: readonly ExitCode[];
  run(world: World, watch: EventSink): Promise<JobResult>;
}

/** One attempt that is to be made. */
export interface Attempt {
  /** ISO; null: somebody asked for it. */
  readonly due_at: string | null;
  readonly attempt: number;
  readonly reason: string;
}

export interface AttemptNeeds {
  /** `service`, or the name of a person. */
  readonly by: string;
  readonly events: EventSink;
  /** What watches the work of this run. */
  watch(jobRunId: number): EventSink;
  /** Decides under the lock of the job, by what stands in the database then; null: nothing is to be done. */
  decide(): Promise<Attempt | null>;
}

/**
 * Works on a job, if nobody else does and it is still to be done, and records how it went. `held`: another
 * has it; null: nothing was to be done. What a job throws is its result; a failure of the database is thrown.
 */
export function attemptJob(
  world: World,
  work: JobWork,
  needs: AttemptNeeds,
): Promise<JobEnd | "held" | null> {
  const { database } = world;
  return database.withLock<JobEnd | "held" | null>(
    jobLock(work.job),
    async () => {
      await abandonJobRuns(database, work.job);
      const attempt = await needs.decide();
      return attempt === null ? null : perform(world, work, needs, attempt);
    },
    () => "held",
  );
}

async function perform(
  world: World,
  work: JobWork,
  { by, events, watch }: AttemptNeeds,
  { reason, ...attempt }: Attempt,
): Promise<JobEnd> {
  const { job } = work;
  const started = world.now().getTime();
  const start = { job, ...attempt, by, host: hostname(), pid: process.pid };
  const jobRun = await startJobRun(world.database, start);
  events.emit({ event: "job.started", job, job_run: jobRun, ...attempt, reason });
  const end = await endOf(world, work, watch(jobRun));
  const kept = await finishJobRun(world.database, jobRun, end);
  const durationMs = world.now().getTime() - started;
  events.emit({
    event: "job.finished",
    job,
    job_run: jobRun,
    ...attempt,
    status: kept ? end.status : "interrupted",
    exit: end.exit,
    code: end.code,
    detail: kept ? end.detail : `another took it over: ${end.detail}`,
    duration_ms: durationMs,
  });
  return end;
}

/** A bug is tried again as well: it may be one that passes. */
const RETRYABLE: readonly ExitCode[] = [1, 5, 7, 8];

async function endOf(world: World, work: JobWork, watch: EventSink): Promise<JobEnd> {
  try {
    const { exit, detail } = await work.run(world, watch);
    return endWith(world, work, { exit, retryable: RETRYABLE.includes(exit), code: null, detail });
  } catch (error) {
    if (error instanceof CanonryError) {
      const { exit, retryable, code } = error;
      return endWith(world, work, { exit, retryable, code, detail: error.describe() });
    }
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    watch.emit({ event: "warning", code: "BUG", message: stack });
    const detail = error instanceof Error ? error.message : String(error);
    return endWith(world, work, { exit: 1, retryable: true, code: "BUG", detail });
  }
}

/** What fails while it is being stopped was interrupted. */
function endWith({ signal }: World, work: JobWork, end: Omit<JobEnd, "status">): JobEnd {
  if (end.exit === 0) return { ...end, status: "succeeded" };
  if (end.exit === 130 || signal.aborted) return { ...end, exit: 130, status: "interrupted" };
  return { ...end, status: work.attention.includes(end.exit) ? "attention" : "failed" };
}
