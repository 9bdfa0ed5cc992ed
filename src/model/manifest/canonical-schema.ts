import { CHECK_DEFINITIONS } from "./check-schema.ts";
import { DRIFT_KINDS } from "./drift.ts";
import { count, flag, list, mapOf, oneOf, record, ref, type Schema, text } from "./schema-words.ts";

const NAME = { pattern: "^[a-z][a-z0-9_]{0,53}$" };
/** The view of all vintages of a source has its name and this suffix. */
const SOURCE_NAME = { pattern: "^(?!.*_vintages$)[a-z][a-z0-9_]{0,53}$" };

/** The canonical state: definitions of the manifest's schema. */
export const CANONICAL_DEFINITIONS: Readonly<Record<string, Schema>> = {
  ...CHECK_DEFINITIONS,
  canonical: record(
    "The sources of one publication over all periods.",
    {
      schema: { description: "Name and version of this schema.", const: "canonry/manifest@1" },
      state: { description: "The state of the document.", const: "canonical" },
      publication: text("Code of the publication.", { pattern: "^[a-z][a-z0-9_]{0,39}$" }),
      name: text("The publication as its publisher calls it.", { minLength: 1 }),
      version: count("Grows by one with every change, by a release or by a person."),
      digest: text(
        "sha256 of the document as the program last wrote it, this field apart. Another one tells an edit.",
        { pattern: "^[0-9a-f]{64}$" },
      ),
      sources: list("The tables, in the order in which they were first seen.", ref("source")),
      decisions: list(
        "What people decided about drift; it holds for every later period.",
        ref("decision"),
      ),
      history: list("What changed with each version.", ref("change")),
    },
    ["decisions"],
  ),
  source: record(
    "One logical table: one Postgres table, one Parquet file.",
    {
      code: text("Name of the table; unique over all publications.", SOURCE_NAME),
      title: text("Title, as the publisher prints it."),
      description: text("What the table holds."),
      said_by: ref("said_by"),
      match: ref("match"),
      grain: list("Key columns of a row; empty if none are unique.", text("Name of a column.")),
      coverage: oneOf("Whether a release holds its own period or repeats the whole history.", [
        "period",
        "cumulative",
      ]),
      layout: oneOf("unpivot: columns whose header is a period become rows.", ["rows", "unpivot"]),
      time: list(
        "Columns whose cells, joined by a space, give the data period of a row.",
        text("Name of a column."),
      ),
      columns: list("Columns of the table, in its order.", ref("contract_column")),
      marker_meanings: mapOf(
        "What marks mean, where a person says so: it counts before the publisher's notes.",
        text("Meaning of a token.", { minLength: 1 }),
      ),
      checks: list("What is to be true of every load; written by people.", ref("check")),
      quarantine: ref("row_allowance"),
      totals: oneOf(
        "What a published total that its rows do not add up to comes to; instead of the publication's.",
        ["warn", "quarantine"],
      ),
      optional: flag("May be absent from a release without that being drift."),
      provisional: {
        description:
          "It came from another system; the first release that it matches settles how it is read.",
        const: true,
      },
      first_period: text("Period of the release in which it was first seen.", { minLength: 4 }),
    },
    [
      "description",
      "said_by",
      "marker_meanings",
      "checks",
      "quarantine",
      "totals",
      "optional",
      "provisional",
    ],
  ),
  match: record("By what the table is known again.", {
    sheets: list("Sheet names under which it was seen; null stands for a CSV.", {
      description: "Name of a sheet.",
      type: ["string", "null"],
    }),
    files: list("File names without periods, versions and extension.", text("Stem of a name.")),
    number: count("Number of the table on its sheet, from 1.", { minimum: 1 }),
  }),
  contract_column: record(
    "One column of a source.",
    {
      name: text("Name of the column in the database.", NAME),
      headers: list(
        "Header as printed, levels joined by ' | '; then other spellings that are the same.",
        text("A header."),
      ),
      rolling: text(
        "The header names a date that moves from release to release: its text without the date, and its number.",
      ),
      type: ref("type"),
      role: ref("role"),
      unit: text("Unit of the values, such as % or £ thousand."),
      description: text("What the column holds."),
      said_by: ref("said_by"),
      type_by: { description: "A person fixed the type.", const: "person" },
      optional: flag("May be absent from a release without that being drift."),
      markers: list(
        "Tokens seen in place of a number, or beside one.",
        text("A token, such as [c]."),
      ),
      first_period: text("Period of the release in which it was first seen.", { minLength: 4 }),
    },
    ["rolling", "unit", "description", "said_by", "type_by", "optional"],
  ),
  decision: record(
    "What a person decided about one drift.",
    {
      id: text("Identity of the question: equal for the same drift in any period.", {
        pattern: "^[0-9a-f]{12}$",
      }),
      verdict: oneOf("The answer.", ["approved", "rejected"]),
      kind: oneOf("Kind of the drift.", DRIFT_KINDS),
      source: text("Code of the source."),
      column: text("Name of the column, if it is about one."),
      before: text("What was before."),
      after: text("What was seen."),
      by: text("Who decided.", { minLength: 1 }),
      on: text("Day of the decision.", { pattern: "^\\d{4}-\\d{2}-\\d{2}$" }),
      note: text("Why, in the words of who decided."),
    },
    ["column", "before", "after", "note"],
  ),
  change: record("One version, and what it changed.", {
    version: count("The version that the change made.", { minimum: 1 }),
    period: text("Period of the release that brought it."),
    by: oneOf(
      "A backfill, a person who edited the file or decided, or manifests of another system.",
      ["backfill", "person", "import"],
    ),
    changes: list("The differences in words.", text("One difference.")),
  }),
};
