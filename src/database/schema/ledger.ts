// What was done: links, artifacts, runs, loads, outcomes, exports.
import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  date,
  index,
  integer,
  jsonb,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { at, counter, now, ops } from "./ops.ts";

export const release = ops.table(
  "release",
  {
    publication: text("publication").notNull(),
    period: text("period").notNull(),
    status: text("status").notNull(),
    /** Files, rules and edits that the status was decided on; null: to be tried again. */
    releaseKey: text("release_key"),
    readerVersion: integer("reader_version"),
    detail: text("detail").notNull().default(""),
    exit: smallint("exit").notNull().default(0),
    updatedAt: now("updated_at"),
  },
  (table) => [
    primaryKey({ columns: [table.publication, table.period] }),
    check(
      "release_status",
      sql`status in ('loaded', 'partial', 'held', 'quarantined', 'failed', 'not_published')`,
    ),
  ],
);

export const link = ops.table(
  "link",
  {
    publication: text("publication").notNull(),
    period: text("period").notNull(),
    url: text("url").notNull(),
    status: text("status").notNull(),
    sha256: text("sha256"),
    fileName: text("file_name"),
    sizeBytes: counter("size_bytes"),
    etag: text("etag"),
    lastModified: text("last_modified"),
    detail: text("detail"),
    checkedAt: at("checked_at").notNull(),
    firstFetchedAt: at("first_fetched_at"),
    changedAt: at("changed_at"),
  },
  (table) => [primaryKey({ columns: [table.publication, table.period, table.url] })],
);

export const artifact = ops.table("artifact", {
  sha256: text("sha256").primaryKey(),
  fileName: text("file_name").notNull(),
  sizeBytes: counter("size_bytes").notNull(),
  firstSeenAt: now("first_seen_at"),
});

export const run = ops.table("run", {
  runId: text("run_id").primaryKey(),
  backfillId: text("backfill_id").notNull(),
  publication: text("publication").notNull(),
  period: text("period").notNull(),
  status: text("status").notNull(),
  detail: text("detail").notNull().default(""),
  host: text("host").notNull(),
  pid: integer("pid").notNull(),
  startedAt: now("started_at"),
  finishedAt: at("finished_at"),
});

export const load = ops.table(
  "load",
  {
    loadId: counter("load_id").primaryKey().generatedAlwaysAsIdentity(),
    publication: text("publication").notNull(),
    period: text("period").notNull(),
    source: text("source").notNull(),
    vintage: integer("vintage").notNull(),
    key: text("key").notNull(),
    readingHash: text("reading_hash").notNull(),
    contractVersion: integer("contract_version").notNull(),
    rowsData: counter("rows_data").notNull(),
    rowsTotal: counter("rows_total").notNull(),
    conservation: jsonb("conservation").notNull(),
    /** Columns in the order of the file: what the next release is compared with. */
    profile: jsonb("profile").notNull().default({ columns: [] }),
    isCurrent: boolean("is_current").notNull(),
    runId: text("run_id").notNull(),
    loadedAt: now("loaded_at"),
    supersededAt: at("superseded_at"),
  },
  (table) => [
    uniqueIndex("load_vintage").on(table.source, table.period, table.vintage),
    uniqueIndex("load_current").on(table.source, table.period).where(sql`is_current`),
    index("load_release").on(table.publication, table.period),
  ],
);

export const part = ops.table(
  "part",
  {
    loadId: counter("load_id").notNull(),
    part: smallint("part").notNull(),
    artifact: text("artifact").notNull(),
    fileName: text("file_name").notNull(),
    member: text("member"),
    sheet: text("sheet"),
    range: text("range").notNull(),
    fingerprint: text("fingerprint").notNull(),
    rowsData: counter("rows_data").notNull(),
    rowsTotal: counter("rows_total").notNull(),
  },
  (table) => [primaryKey({ columns: [table.loadId, table.part] })],
);

/** First and last day of every period that the warehouse knows. */
export const period = ops.table("period", {
  period: text("period").primaryKey(),
  periodStart: date("period_start").notNull(),
  periodEnd: date("period_end").notNull(),
});

/** The data periods that the loads of a source hold, and which load is the latest issue of each. */
export const loadPeriod = ops.table(
  "load_period",
  {
    loadId: counter("load_id").notNull(),
    source: text("source").notNull(),
    period: text("period").notNull(),
    rows: counter("rows").notNull(),
    isLatest: boolean("is_latest").notNull().default(false),
  },
  (table) => [
    primaryKey({ columns: [table.loadId, table.period] }),
    index("load_period_source").on(table.source, table.period),
  ],
);

/** The last outcome of each source of a release. */
export const outcome = ops.table(
  "outcome",
  {
    publication: text("publication").notNull(),
    period: text("period").notNull(),
    source: text("source").notNull(),
    status: text("status").notNull(),
    reason: text("reason").notNull().default(""),
    loadId: counter("load_id"),
    /** The decisions that it waits for. */
    questions: text("questions").array().notNull().default([]),
    runId: text("run_id").notNull(),
    updatedAt: now("updated_at"),
  },
  (table) => [primaryKey({ columns: [table.publication, table.period, table.source] })],
);

export const quarantine = ops.table(
  "quarantine",
  {
    quarantineId: counter("quarantine_id").primaryKey().generatedAlwaysAsIdentity(),
    key: text("key").notNull(),
    publication: text("publication").notNull(),
    period: text("period").notNull(),
    artifact: text("artifact").notNull(),
    fileName: text("file_name").notNull(),
    member: text("member"),
    sheet: text("sheet"),
    range: text("range"),
    reason: text("reason").notNull(),
    runId: text("run_id").notNull(),
    createdAt: now("created_at"),
    resolvedAt: at("resolved_at"),
  },
  (table) => [index("quarantine_release").on(table.publication, table.period)],
);

export const exported = ops.table("export", {
  source: text("source").primaryKey(),
  contentKey: text("content_key").notNull(),
  sha256: text("sha256").notNull(),
  sizeBytes: counter("size_bytes").notNull(),
  rows: counter("rows").notNull(),
  path: text("path").notNull(),
  writtenAt: now("written_at"),
});
