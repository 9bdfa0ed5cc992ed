// What publications are: manifests, contracts, and how they came about.
import { sql } from "drizzle-orm";
import { check, index, integer, jsonb, numeric, primaryKey, text } from "drizzle-orm/pg-core";
import { at, counter, now, ops } from "./ops.ts";

export const publication = ops.table("publication", {
  code: text("code").primaryKey(),
  name: text("name").notNull(),
  manifestVersion: integer("manifest_version").notNull().default(0),
  /** Grows with every edit by a person: releases that are done are decided again. */
  editEpoch: integer("edit_epoch").notNull().default(0),
  updatedAt: now("updated_at"),
});

export const manifest = ops.table(
  "manifest",
  {
    publication: text("publication").notNull(),
    version: integer("version").notNull(),
    /** The YAML, as written. */
    text: text("text").notNull(),
    document: jsonb("document").notNull(),
    digest: text("digest").notNull(),
    by: text("by").notNull(),
    runId: text("run_id"),
    createdAt: now("created_at"),
  },
  (table) => [primaryKey({ columns: [table.publication, table.version] })],
);

export const source = ops.table("source", {
  code: text("code").primaryKey(),
  publication: text("publication").notNull(),
  position: integer("position").notNull(),
  version: integer("version").notNull(),
  createdAt: now("created_at"),
});

export const contract = ops.table(
  "contract",
  {
    source: text("source").notNull(),
    version: integer("version").notNull(),
    document: jsonb("document").notNull(),
    loadId: counter("load_id"),
    createdAt: now("created_at"),
  },
  (table) => [primaryKey({ columns: [table.source, table.version] })],
);

export const drift = ops.table("drift", {
  driftId: counter("drift_id").primaryKey().generatedAlwaysAsIdentity(),
  publication: text("publication").notNull(),
  period: text("period").notNull(),
  source: text("source").notNull(),
  kind: text("kind").notNull(),
  verdict: text("verdict").notNull(),
  detail: jsonb("detail").notNull(),
  runId: text("run_id").notNull(),
  createdAt: now("created_at"),
});

/** One attempt of a stage: what it was given, what it answered, what was made of it. */
export const generation = ops.table(
  "generation",
  {
    /** Made from stage, mode, parent and inputs: equal inputs give the equal id. */
    generationId: text("generation_id").primaryKey(),
    stage: text("stage").notNull(),
    mode: text("mode").notNull(),
    parentId: text("parent_id"),
    publication: text("publication").notNull(),
    period: text("period").notNull(),
    /** The texts; null until they are written. */
    prompt: text("prompt"),
    raw: text("raw"),
    parsed: text("parsed"),
    metadata: jsonb("metadata").notNull(),
    rawMetadata: jsonb("raw_metadata"),
    parsedMetadata: jsonb("parsed_metadata"),
    runId: text("run_id").notNull(),
    createdAt: now("created_at"),
  },
  (table) => [
    check("generation_mode", sql`mode in ('llm', 'copy')`),
    index("generation_release").on(table.publication, table.period, table.stage),
  ],
);

/** What a model answered, kept as it came in: it was paid for. */
export const modelResponse = ops.table(
  "model_response",
  {
    /** sha256 of the request: model, prompt, schema. */
    requestHash: text("request_hash").primaryKey(),
    generationId: text("generation_id"),
    publication: text("publication").notNull(),
    model: text("model").notNull(),
    request: jsonb("request").notNull(),
    response: text("response").notNull(),
    promptTokens: integer("prompt_tokens").notNull(),
    completionTokens: integer("completion_tokens").notNull(),
    /** In the currency of the configured price; 0 if no price is configured. */
    cost: numeric("cost").notNull(),
    receivedAt: now("received_at"),
  },
  (table) => [index("model_response_publication").on(table.publication)],
);

/** A question that drift left open, and what a person decided. */
export const decision = ops.table(
  "decision",
  {
    /** Made from publication, source, kind and what was seen: the same question has the same id. */
    decisionId: text("decision_id").primaryKey(),
    publication: text("publication").notNull(),
    period: text("period").notNull(),
    source: text("source").notNull(),
    status: text("status").notNull(),
    drift: jsonb("drift").notNull(),
    decidedBy: text("decided_by"),
    decidedAt: at("decided_at"),
    note: text("note"),
    runId: text("run_id").notNull(),
    createdAt: now("created_at"),
  },
  (table) => [
    check("decision_status", sql`status in ('open', 'approved', 'rejected')`),
    index("decision_release").on(table.publication, table.status),
  ],
);
