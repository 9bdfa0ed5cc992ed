import type { JobLine } from "../inquiry/schedule.ts";
import type { JobRun } from "../model/period/schedule.ts";
import { type Column, renderTable, seconds } from "./table.ts";

/** Instants are UTC, as everywhere; the expressions are read in the time zone of the schedule. */
export function renderSchedule(lines: readonly JobLine[], width: number): string {
  const columns: readonly Column<JobLine>[] = [
    { title: "job", value: (one) => one.job },
    { title: "schedule", value: (one) => one.schedule },
    { title: "state", value: (one) => one.state },
    { title: "next", value: (one) => minute(one.next_at) },
    { title: "last", value: (one) => minute(one.last?.started_at ?? null) },
    { title: "took", value: (one) => (one.last === null ? "" : took(one.last)), align: "right" },
    { title: "result", value: (one) => (one.last === null ? "" : result(one.last)), shrinks: true },
  ];
  return renderTable(lines, columns, width);
}

/** "Job backup failed on 2025-11-30 02:00: STORAGE_FULL (attempt 2); …", for those that are not well. */
export function complaints(lines: readonly JobLine[]): readonly string[] {
  return lines.flatMap(({ job, state, last, next_at: next }) => {
    if (state !== "failed" && state !== "overdue") return [];
    const what = last === null ? "" : `: ${minute(last.started_at)} ${result(last)}`;
    const then = next === null ? "" : `; next ${minute(next)}`;
    return [`Job ${job} ${state}${what}${then}`];
  });
}

/** `2025-11-30 02:00` */
function minute(instant: string | null): string {
  return instant === null ? "" : instant.slice(0, 16).replace("T", " ");
}

function took({ started_at: started, finished_at: finished }: JobRun): string {
  return finished === null ? "" : seconds(Date.parse(finished) - Date.parse(started));
}

function result({ status, attempt, code, detail }: JobRun): string {
  if (status === "succeeded" && detail !== "") return detail;
  const which = attempt > 1 ? ` (attempt ${attempt})` : "";
  const why = detail === "" ? (code ?? "") : detail;
  return why === "" ? `${status}${which}` : `${status}${which}: ${why}`;
}
