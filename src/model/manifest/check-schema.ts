import { type CheckKind, SEVERITIES } from "./check.ts";
import { ALLOWED_ROWS } from "./row-allowance.ts";
import { count, list, oneOf, record, type Schema, text } from "./schema-words.ts";

const column = text("Name of a column.");
const columns = list("Columns that it is about.", column, { minItems: 1 });
const percent = (description: string): Schema => ({
  description,
  type: "number",
  minimum: 0,
});
const tolerance: Schema = {
  description: "Largest difference that is none, beside rounding and marks.",
  type: "number",
  minimum: 0,
};
const bound = (description: string): Schema => ({
  description,
  anyOf: [{ type: "number" }, { type: "string" }],
});

const KINDS: readonly CheckKind[] = [
  "unique",
  "not_null",
  "accepted_values",
  "range",
  "row_count",
  "sum_of_parts",
  "sum_of_rows",
];

function kind(
  name: CheckKind,
  description: string,
  fields: Readonly<Record<string, Schema>>,
  optional: readonly string[] = [],
  more: Schema = {},
): Schema {
  const made = record(
    description,
    {
      name: text("Name of the check; unique in its source.", {
        pattern: "^[a-z][a-z0-9_]{0,53}$",
      }),
      kind: { description: "What is checked.", const: name },
      ...fields,
      severity: oneOf(
        "warn: loaded and told. quarantine: this source is not loaded. abort: the release stops.",
        SEVERITIES,
      ),
    },
    optional,
  );
  return { ...made, ...more };
}

const anyBound: Schema = {
  anyOf: [{ required: ["min"] }, { required: ["max"] }, { required: ["within"] }],
};

/** Definitions of the checks of a source. */
export const CHECK_DEFINITIONS: Readonly<Record<string, Schema>> = {
  check: {
    description: "What is to be true of the data rows of every load; looked at before the commit.",
    type: "object",
    required: ["kind"],
    // Not oneOf: of a check that is wrong, the error is then that of its own kind.
    allOf: KINDS.map((name) => ({
      if: {
        type: "object",
        properties: { kind: { description: "What is checked.", const: name } },
      },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema, never awaited
      then: { $ref: `#/definitions/check_${name}` },
    })),
    properties: { kind: oneOf("What is checked.", KINDS) },
  },
  check_unique: kind("unique", "No two rows have the same values in these columns together.", {
    columns,
  }),
  check_not_null: kind("not_null", "No row lacks a value; a mark is a value that was withheld.", {
    columns,
  }),
  check_accepted_values: kind("accepted_values", "Every value is one of these; empty cells pass.", {
    columns,
    values: list(
      "The values.",
      {
        description: "A value.",
        anyOf: [{ type: "string" }, { type: "number" }, { type: "boolean" }],
      },
      { minItems: 1 },
    ),
  }),
  check_range: kind(
    "range",
    "Every value is within bounds; empty cells and marks pass.",
    {
      columns,
      min: bound("Smallest value; an ISO day for dates."),
      max: bound("Largest value; an ISO day for dates."),
    },
    ["min", "max"],
    { anyOf: [{ required: ["min"] }, { required: ["max"] }] },
  ),
  check_row_count: kind(
    "row_count",
    "The data rows of a load are about as many as before.",
    {
      within: percent(
        "Percent around the median of the last 6 loads of earlier periods; undecided below 3.",
      ),
      min: count("Fewest rows."),
      max: count("Most rows."),
    },
    ["within", "min", "max"],
    anyBound,
  ),
  check_sum_of_parts: kind(
    "sum_of_parts",
    "In each row one column is the sum of others; marks and rounding count as intervals.",
    { columns, total: text("Name of the column that is the sum."), tolerance },
    ["tolerance"],
  ),
  check_sum_of_rows: kind(
    "sum_of_rows",
    "The row of the whole is the sum of the other rows; marks and rounding count as intervals.",
    {
      columns,
      key: text("Column that names the whole."),
      whole: text("Its value there, such as England."),
      by: list("Columns within whose values rows are added.", column),
      tolerance,
    },
    ["by", "tolerance"],
  ),
  row_allowance: record("Rows that do not fit their columns and are set aside, not loaded.", {
    rows: {
      description:
        "How many of a load may be: a number, or a percentage such as 0.5%. More wait for a person.",
      anyOf: ALLOWED_ROWS,
    },
  }),
};
