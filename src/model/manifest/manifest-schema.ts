import { CANONICAL_DEFINITIONS } from "./canonical-schema.ts";
import { COLUMN_TYPES } from "./column-types.ts";
import { RELEASE_DEFINITIONS } from "./release-schema.ts";
import { oneOf, ref } from "./schema-words.ts";

export const MANIFEST_ID = "https://canonry.dev/schemas/manifest.schema.json";

/**
 * JSON Schema of the manifest in its three states. `npm run schemas` writes it to schemas/, where editors
 * find it, and field by field to docs/manifest.md; a test compares both.
 */
export const MANIFEST_SCHEMA = {
  $schema: "http://json-schema.org/draft-07/schema#",
  $id: MANIFEST_ID,
  title: "Manifest",
  description:
    "One document in three states. draft: what the reader saw in the files of one release. enriched: the " +
    "same with names, units, roles and meaning. canonical: the sources of a publication over all periods; " +
    "schema, not data; written by the program, edited by people.",
  type: "object",
  required: ["state"],
  oneOf: [ref("draft"), ref("enriched"), ref("canonical")],
  definitions: {
    ...RELEASE_DEFINITIONS,
    ...CANONICAL_DEFINITIONS,
    said_by: oneOf(
      "Who said a meaning: the publisher, an earlier canonical manifest, a rule, a model, a person.",
      ["publisher", "canonical", "rule", "model", "person"],
    ),
    type: oneOf("Type of a column in the database.", COLUMN_TYPES),
    role: oneOf(
      "dimension: what a row is about. measure: a number counted or computed. time: its cells are periods. " +
        "period: its header is a period, and it is unpivoted when loaded.",
      ["dimension", "measure", "time", "period"],
    ),
  },
} as const;
