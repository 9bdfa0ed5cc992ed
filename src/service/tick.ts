import { jobFacts } from "../inquiry/schedule.ts";
import { CanonryError, type ExitCode } from "../model/errors.ts";
import type { EventSink } from "../model/events.ts";
import { backfillJob, UPKEEP_JOBS } from "../model/job.ts";
import { decideJob } from "../model/period/schedule.ts";
import { type Attempt, attemptJob, type JobWork } from "../pipeline/upkeep/job-run.ts";
import type { World } from "../pipeline/world.ts";
import { jobOf } from "./jobs.ts";

/** Who watches, and on whose behalf. */
export interface Watch {
  /** `service`, or the name of a person. */
  readonly by: string;
  /** Sees the events of jobs themselves. */
  readonly events: EventSink;
  /** Sees what happens within a run of a job. */
  within(job: string, jobRunId: number): EventSink;
}

/**
 * Does what is due, one job after the other; gives the exit codes of what was done. Who else does the same
 * at the same time finds each job held or done. Throws if the database is not there.
 */
export async function tick(world: World, watch: Watch): Promise<readonly ExitCode[]> {
  const exits: ExitCode[] = [];
  for (const facts of await jobFacts(world, await world.databaseNow())) {
    if (world.signal.aborted) break;
    const left = facts.runs.some((run) => run.status === "running");
    if (!left && decideJob(facts).verdict === "wait") continue;
    const work = jobOf(facts.job, world);
    const end =
      work === null ? null : await attempt(world, work, watch, () => dueNow(world, facts));
    if (end !== null && end !== "held") exits.push(end.exit);
  }
  return exits;
}

async function dueNow(world: World, { job }: { readonly job: string }): Promise<Attempt | null> {
  if (world.signal.aborted) return null;
  const all = await jobFacts(world, await world.databaseNow());
  const facts = all.find((one) => one.job === job);
  const decided = facts === undefined ? null : decideJob(facts);
  if (decided?.verdict !== "run") return null;
  const { due_at, attempt: nth, reason } = decided;
  return { due_at, attempt: nth, reason };
}

/** Runs a job now, whatever its schedule says. Throws JOB_UNKNOWN, and LOCK_HELD if another is at it. */
export async function runNow(world: World, job: string, watch: Watch): Promise<ExitCode> {
  const work = jobOf(job, world);
  if (work === null) {
    const known = [
      ...UPKEEP_JOBS,
      ...world.config.publications.map((one) => backfillJob(one.code)),
    ];
    throw new CanonryError("JOB_UNKNOWN", `${job} is none of ${known.join(", ")}`);
  }
  const reason = `asked for by ${watch.by}`;
  const end = await attempt(world, work, watch, () =>
    Promise.resolve({ due_at: null, attempt: 1, reason }),
  );
  if (end === null || end === "held")
    throw new CanonryError("LOCK_HELD", `${job} is being run by another`);
  return end.exit;
}

function attempt(
  world: World,
  work: JobWork,
  { by, events, within }: Watch,
  decide: () => Promise<Attempt | null>,
): ReturnType<typeof attemptJob> {
  return attemptJob(world, work, {
    by,
    events,
    watch: (jobRunId) => within(work.job, jobRunId),
    decide,
  });
}
