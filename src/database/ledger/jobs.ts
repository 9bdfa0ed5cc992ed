import type { ExitCode } from "../../model/errors.ts";
import type { JobRun, JobRunStatus } from "../../model/period/schedule.ts";
import type { Database, Executor } from "../database.ts";
import { iso } from "../iso.ts";

/** Whoever works on a job holds it. */
export function jobLock(job: string): string {
  return `canonry.job.${job}`;
}

const COLUMNS = `job_run_id, job, ${iso("due_at")} as due_at, attempt, status, retryable, by, host, pid,
  ${iso("started_at")} as started_at, ${iso("finished_at")} as finished_at, exit, code, detail`;

/** Of each kind of run, due and asked for. */
const NEWEST = 12;

/** What decides about jobs: the newest runs of each, and its last success. Newest first. */
export function recentJobRuns(executor: Executor): Promise<JobRun[]> {
  return executor.rows<JobRun>(
    `select ${COLUMNS} from (
       select *, status in ('succeeded', 'attention') as is_success,
              row_number() over (partition by job, due_at is null order by job_run_id desc) as nth,
              row_number() over (partition by job, status in ('succeeded', 'attention')
                                     order by job_run_id desc) as nth_alike
         from ops.job_run) runs
      where nth <= ${NEWEST} or (is_success and nth_alike = 1)
      order by job_run_id desc`,
  );
}

/** When the first job of all began, ISO; null: none ever did. */
export async function firstJobRunAt(executor: Executor): Promise<string | null> {
  const [row] = await executor.rows<{ at: string | null }>(
    `select ${iso("min(started_at)")} as at from ops.job_run`,
  );
  return row?.at ?? null;
}

export interface JobStart {
  readonly job: string;
  /** ISO; null: somebody asked for it. */
  readonly due_at: string | null;
  readonly attempt: number;
  readonly by: string;
  readonly host: string;
  readonly pid: number;
}

export async function startJobRun(executor: Executor, start: JobStart): Promise<number> {
  const { job, due_at: dueAt, attempt, by, host, pid } = start;
  const [row] = await executor.rows<{ job_run_id: number }>(
    `insert into ops.job_run (job, due_at, attempt, status, by, host, pid)
     values ($1, $2, $3, 'running', $4, $5, $6) returning job_run_id`,
    [job, dueAt, attempt, by, host, pid],
  );
  return row?.job_run_id ?? 0;
}

export interface JobEnd {
  readonly status: JobRunStatus;
  readonly retryable: boolean;
  readonly exit: ExitCode;
  readonly code: string | null;
  readonly detail: string;
}

/** Months for which runs are kept; the last success of a job is kept for good. */
const KEPT_MONTHS = 13;

/** False if another took the job over meanwhile: this one was thought to be dead. */
export async function finishJobRun(
  database: Database,
  jobRunId: number,
  end: JobEnd,
): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const finished = await transaction.rows<{ job: string }>(
      `update ops.job_run
          set status = $2, retryable = $3, exit = $4, code = $5, detail = $6, finished_at = clock_timestamp()
        where job_run_id = $1 and status = 'running' returning job`,
      [jobRunId, end.status, end.retryable, end.exit, end.code, end.detail],
    );
    await transaction.rows(
      `delete from ops.job_run r
        where job = $1 and started_at < now() - interval '${KEPT_MONTHS} months'
          and job_run_id < (select max(job_run_id) from ops.job_run s
                             where s.job = r.job and s.status in ('succeeded', 'attention'))`,
      [finished[0]?.job ?? ""],
    );
    return finished.length > 0;
  });
}

/** Under the lock of a job: what is still called running belongs to nobody. */
export async function abandonJobRuns(executor: Executor, job: string): Promise<void> {
  await executor.rows(
    `update ops.job_run
        set status = 'interrupted', finished_at = clock_timestamp(), detail = 'its process ended without a word'
      where job = $1 and status = 'running'`,
    [job],
  );
}
