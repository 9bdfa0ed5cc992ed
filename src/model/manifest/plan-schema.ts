import { DRIFT_KINDS } from "./drift.ts";

/** JSON Schema of a plan. `npm run schemas` writes it to schemas/, and a test compares the two. */

const text = { type: "string" } as const;
const count = { type: "integer", minimum: 0 } as const;
const hash = { type: "string", pattern: "^[0-9a-f]{64}$" } as const;
const list = (items: object) => ({ type: "array", items });
const object = (
  properties: Readonly<Record<string, object>>,
  optional: readonly string[] = [],
) => ({
  type: "object",
  additionalProperties: false,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
});
const nullable = (schema: object) => ({ anyOf: [{ type: "null" }, schema] });

const manifestVersion = object({ version: count, digest: hash });

const drift = object(
  {
    kind: { enum: DRIFT_KINDS },
    column: text,
    before: text,
    after: text,
    evidence: text,
    breaking: { type: "boolean" },
    question: nullable({ type: "string", pattern: "^[0-9a-f]{12}$" }),
  },
  ["column", "before", "after"],
);

const load = object({
  key: hash,
  vintage: { type: "integer", minimum: 1 },
  rows_data: count,
  rows_total: count,
  ddl: list(text),
  manifest: nullable(manifestVersion),
});

const release = object({
  period: text,
  status: {
    enum: ["loaded", "unchanged", "partial", "held", "quarantined", "failed", "not_published"],
  },
  reason: text,
  decided: { type: "boolean" },
  links: list(
    object({
      url: text,
      status: { enum: ["fetched", "not_published", "failed", "purged"] },
      sha256: nullable(hash),
    }),
  ),
  loads: list(object({ source: text, key: hash, vintage: { type: "integer", minimum: 1 } })),
  actions: list(
    object({
      source: text,
      verdict: { enum: ["load", "hold", "quarantine", "unchanged"] },
      reason: text,
      drift: list(drift),
      issues: list(hash),
      load: nullable(load),
    }),
  ),
  left_out: list(text),
});

export const PLAN_SCHEMA = {
  $schema: "http://json-schema.org/draft-07/schema#",
  $id: "https://canonry.dev/schemas/plan.schema.json",
  title: "Canonry plan",
  description: "What a backfill would do, and what it stands on: canonry plan --out.",
  ...object({
    schema: { const: "canonry/plan@1" },
    made_at: text,
    options: object({
      publications: list(text),
      periods: list(text),
      from: nullable(text),
      to: nullable(text),
      reprocess: { enum: ["none", "failed", "changed", "all"] },
    }),
    reader_version: count,
    publications: list(
      object({
        publication: text,
        config: { type: "object", additionalProperties: hash },
        manifest: object({
          file: nullable(manifestVersion),
          database: nullable(manifestVersion),
          taken_up: nullable(manifestVersion),
        }),
        releases: list(release),
        unplaced: list(object({ url: text, reason: text })),
        unseen: list(object({ url: text, reason: text })),
      }),
    ),
    open_decisions: list(
      object({
        id: text,
        publication: text,
        source: text,
        kind: { enum: DRIFT_KINDS },
        evidence: text,
        waiting: list(text),
        asked: { type: "boolean" },
      }),
    ),
    exit: { enum: [0, 1, 2, 3, 4, 5, 6, 7, 8, 130] },
    digest: hash,
  }),
} as const;
