/**
 * What the service does beside looking at publications, and when, if nobody says otherwise: cron expressions. In
 * the order in which what is due at once is done.
 */
export const UPKEEP_SCHEDULE = {
  backup: "0 1 * * *",
  cleanup: "0 2 * * *",
  verify: "0 3 * * 0",
  verify_deep: "0 4 1 * *",
  backup_proof: "0 5 * * 0",
} as const;

export type UpkeepJob = keyof typeof UPKEEP_SCHEDULE;

export const UPKEEP_JOBS = Object.keys(UPKEEP_SCHEDULE) as readonly UpkeepJob[];

const BACKFILL = "backfill:";

/** The job that looks at one publication. */
export function backfillJob(publication: string): string {
  return `${BACKFILL}${publication}`;
}

/** The code of the publication that a job looks at; null for any other job. */
export function publicationOfJob(job: string): string | null {
  return job.startsWith(BACKFILL) ? job.slice(BACKFILL.length) : null;
}
