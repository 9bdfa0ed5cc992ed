import type { Config } from "../config/load.ts";
import type { Database } from "../database/database.ts";
import { firstJobRunAt, recentJobRuns } from "../database/ledger/jobs.ts";
import { backfillJob, UPKEEP_JOBS } from "../model/job.ts";
import { addDays, reasonToLook } from "../model/period/cadence.ts";
import { dayIn, lastInstant, nextInstant, OFF, type Rota } from "../model/period/cron.ts";
import {
  type JobFacts,
  type JobRun,
  type JobStanding,
  standingOf,
} from "../model/period/schedule.ts";
import type { PublicationConfig } from "../model/publication.ts";
import { coverage, type PublicationCoverage } from "./coverage.ts";

/** One job as `schedule list`, `status` and the health endpoint tell of it. */
export interface JobLine extends JobStanding {
  readonly job: string;
  /** Cron expression, or `off`. */
  readonly schedule: string;
  readonly time_zone: string;
}

type Asked = { readonly database: Database; readonly config: Config };

/** Every job that is configured, in the order in which what is due at once is done. */
export async function schedule(asked: Asked, now: Date): Promise<readonly JobLine[]> {
  const { time_zone: timeZone } = asked.config.settings.schedule;
  return (await jobFacts(asked, now)).map(({ expression, ...facts }) => ({
    job: facts.job,
    schedule: expression,
    time_zone: timeZone,
    ...standingOf(facts),
  }));
}

/** What decides about each job at an instant of the database's clock. */
export async function jobFacts(
  { database, config }: Asked,
  now: Date,
): Promise<readonly (JobFacts & { readonly expression: string })[]> {
  const { settings, publications } = config;
  const runs = await recentJobRuns(database);
  const since = await firstJobRunAt(database);
  const calendars = await coverage(database, publications, [], farDay(now));
  const zone = settings.schedule.time_zone;
  const factsOf = (job: string, expression: string, wants: Wants | null) => {
    const rota = { expression, timeZone: zone };
    const own = runs.filter((run) => run.job === job);
    const looked = own.find((run) => run.status === "succeeded" || run.status === "attention");
    const isWanted = (at: Date): boolean => wants === null || wants(at, looked ?? null);
    const known = { job, expression, since, now: now.toISOString(), runs: own };
    return { ...known, ...instants(rota, now, isWanted) };
  };
  return [
    ...UPKEEP_JOBS.map((job) => factsOf(job, settings.schedule[job], null)),
    ...publications.map((one) =>
      factsOf(
        backfillJob(one.code),
        one.schedule ?? settings.schedule.backfill,
        one.schedule === undefined ? byCalendar(one, calendars, zone) : null,
      ),
    ),
  ];
}

/** Whether an instant of the rota counts, after a last success. */
type Wants = (at: Date, looked: JobRun | null) => boolean;

function byCalendar(
  publication: PublicationConfig,
  calendars: readonly PublicationCoverage[],
  timeZone: string,
): Wants {
  const calendar = calendars.find((one) => one.publication === publication.code);
  const lag = publication.periods?.lag_days ?? null;
  return (at, looked) =>
    calendar === undefined ||
    reasonToLook(
      {
        calendar,
        lag_days: lag,
        looked_on: looked === null ? null : dayIn(timeZone, new Date(looked.started_at)),
      },
      dayIn(timeZone, at),
    ) !== null;
}

/** A publication is looked at weekly at least, so its next instant is not farther than this. */
const MOST_INSTANTS_AHEAD = 1_500;
const DAYS_AHEAD = 14;

const farDay = (now: Date): string => addDays(now.toISOString().slice(0, 10), DAYS_AHEAD);

function instants(
  rota: Rota,
  now: Date,
  isWanted: (at: Date) => boolean,
): Pick<JobFacts, "due_at" | "next_at"> {
  if (rota.expression === OFF) return { due_at: null, next_at: null };
  const last = lastInstant(rota, now);
  let next = nextInstant(rota, now);
  for (let n = 0; next !== null && !isWanted(next) && n < MOST_INSTANTS_AHEAD; n++)
    next = nextInstant(rota, next);
  return {
    due_at: last === null || !isWanted(last) ? null : last.toISOString(),
    next_at: next?.toISOString() ?? null,
  };
}
