// What the service did: each attempt of each job.
import { sql } from "drizzle-orm";
import { boolean, check, index, integer, smallint, text, uniqueIndex } from "drizzle-orm/pg-core";
import { at, counter, now, ops } from "./ops.ts";

export const jobRun = ops.table(
  "job_run",
  {
    jobRunId: counter("job_run_id").primaryKey().generatedAlwaysAsIdentity(),
    job: text("job").notNull(),
    /** The instant that it was due at; null: somebody asked for it. */
    dueAt: at("due_at"),
    /** From 1, for each due instant. */
    attempt: smallint("attempt").notNull(),
    status: text("status").notNull(),
    /** Whether it may succeed with nothing changed. */
    retryable: boolean("retryable").notNull().default(false),
    by: text("by").notNull(),
    host: text("host").notNull(),
    pid: integer("pid").notNull(),
    startedAt: now("started_at"),
    finishedAt: at("finished_at"),
    exit: smallint("exit"),
    code: text("code"),
    detail: text("detail").notNull().default(""),
  },
  (table) => [
    // Beside the lock of the job: no due instant is begun twice.
    uniqueIndex("job_run_due").on(table.job, table.dueAt, table.attempt),
    index("job_run_started").on(table.job, table.startedAt),
    check(
      "job_run_status",
      sql`status in ('running', 'succeeded', 'attention', 'failed', 'interrupted')`,
    ),
  ],
);
