import { CanonryError } from "../model/errors.ts";
import { UPKEEP_JOBS } from "../model/job.ts";
import { OFF, rotaProblem } from "../model/period/cron.ts";
import type { Settings } from "../model/publication.ts";
import { type ConfigFile, invalid } from "./validate.ts";

/** The keys of `schedule` that are cron expressions. */
const EXPRESSIONS = [...UPKEEP_JOBS, "backfill"] as const;

/** Throws CONFIG_INVALID for what no calendar can be made of: with its line, if the file has the key. */
export function checkSchedule(schedule: Settings["schedule"], file: ConfigFile | null): void {
  for (const key of ["time_zone", ...EXPRESSIONS] as const) {
    const expression = key === "time_zone" ? "* * * * *" : schedule[key];
    const problem = rotaProblemIn(expression, schedule.time_zone);
    if (problem === null) continue;
    if (file !== null) throw invalid(file, ["schedule", key], problem);
    throw new CanonryError("CONFIG_INVALID", problem, { key: `schedule.${key}` });
  }
}

export function rotaProblemIn(expression: string, timeZone: string): string | null {
  return expression === OFF ? null : rotaProblem({ expression, timeZone });
}
