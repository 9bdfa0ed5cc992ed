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
  /** Set when a purge removed its bytes. */
  purgedAt: at("purged_at"),
  /** Set when retention removed them, since nothing refers to it. */
  expiredAt: at("expired_at"),
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
    /** Of its rows as the table holds them, by kind, with the columns that it covers; null: not taken. */
    digest: jsonb("digest"),
    isCurrent: boolean("is_current").notNull(),
    runId: text("run_id").notNull(),
    loadedAt: now("loaded_at"),
    supersededAt: at("superseded_at"),
    /** Set when a person went back to an earlier vintage: its content is not made current again by itself. */
    revertedAt: at("reverted_at"),
    revertedBy: text("reverted_by"),
    revertedNote: text("reverted_note"),
    /** Set when retention let its rows leave the table, and the settings that said so. */
    expiredAt: at("expired_at"),
    expiredBy: text("expired_by"),
  },
  (table) => [
    check("load_expired", sql`not (is_current and expired_at is not null)`),
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

/** Issues that hold what a load holds, in other files: they are not loaded, and go with it where it is purged. */
export const sameIssue = ops.table(
  "same_issue",
  {
    /** Of a load, or of the tombstone of one. */
    loadId: counter("load_id").notNull(),
    key: text("key").notNull(),
    artifact: text("artifact").notNull(),
    seenAt: now("seen_at"),
  },
  (table) => [primaryKey({ columns: [table.loadId, table.key, table.artifact] })],
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
    /** Of its data rows. */
    digest: text("digest"),
    /** That its data rows need, by numeric column. */
    digits: jsonb("digits"),
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
    /** A file, a table, or one row of a table. */
    what: text("what").notNull().default("region"),
    source: text("source"),
    loadId: counter("load_id"),
    row: counter("row"),
    /** Of a row: the cell that does not fit, "F47", and all cells as published. */
    cell: text("cell"),
    raw: jsonb("raw"),
    reason: text("reason").notNull(),
    runId: text("run_id").notNull(),
    createdAt: now("created_at"),
    resolvedAt: at("resolved_at"),
  },
  (table) => [
    check("quarantine_what", sql`what in ('file', 'region', 'row')`),
    index("quarantine_release").on(table.publication, table.period),
  ],
);

/** What a load was checked for before its commit, and what came of it. */
export const checkResult = ops.table(
  "check_result",
  {
    loadId: counter("load_id").notNull(),
    /** As the manifest names it; `total <row>` for a published total. */
    name: text("name").notNull(),
    severity: text("severity").notNull(),
    status: text("status").notNull(),
    /** What was expected, what was found, and the cells. */
    detail: jsonb("detail").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.loadId, table.name] }),
    check("check_severity", sql`severity in ('warn', 'quarantine', 'abort')`),
    check("check_status", sql`status in ('passed', 'broken', 'undecided')`),
  ],
);

/** What the notes of a load say of the marks that it holds. */
export const loadMarker = ops.table(
  "load_marker",
  {
    loadId: counter("load_id").notNull(),
    token: text("token").notNull(),
    meaning: text("meaning").notNull(),
    kind: text("kind").notNull(),
    saidIn: text("said_in"),
  },
  (table) => [primaryKey({ columns: [table.loadId, table.token] })],
);

/** What the marks of a source mean: as a person says, else where the notes of a load do not say it. */
export const marker = ops.table(
  "marker",
  {
    source: text("source").notNull(),
    token: text("token").notNull(),
    meaning: text("meaning").notNull(),
    kind: text("kind").notNull(),
    saidBy: text("said_by").notNull(),
    saidIn: text("said_in"),
    loadId: counter("load_id"),
    updatedAt: now("updated_at"),
  },
  (table) => [primaryKey({ columns: [table.source, table.token] })],
);

/** A vintage that was removed for good: its content is never loaded again. */
export const tombstone = ops.table(
  "tombstone",
  {
    loadId: counter("load_id").primaryKey(),
    publication: text("publication").notNull(),
    period: text("period").notNull(),
    source: text("source").notNull(),
    vintage: integer("vintage").notNull(),
    key: text("key").notNull(),
    /** sha256 of the files that were removed with it. */
    artifacts: text("artifacts").array().notNull(),
    rows: counter("rows").notNull(),
    /** Digests of its rows by kind and data period, with the columns that they cover; null: not taken. */
    values: jsonb("values"),
    reason: text("reason").notNull(),
    by: text("by").notNull(),
    purgedAt: now("purged_at"),
  },
  (table) => [index("tombstone_release").on(table.publication, table.period)],
);

export const exported = ops.table("export", {
  source: text("source").primaryKey(),
  contentKey: text("content_key").notNull(),
  sha256: text("sha256").notNull(),
  sizeBytes: counter("size_bytes").notNull(),
  rows: counter("rows").notNull(),
  path: text("path").notNull(),
  /** Of its rows, read back from the file. */
  digest: text("digest"),
  writtenAt: now("written_at"),
});
