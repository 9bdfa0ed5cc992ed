import { DRIFT_KINDS } from "./drift.ts";

/**
 * JSON Schema of the canonical manifest. `npm run schemas` writes it to schemas/, where editors find it;
 * a test compares.
 */
export const MANIFEST_SCHEMA: object = {
  $schema: "http://json-schema.org/draft-07/schema#",
  $id: "https://canonry.dev/schemas/manifest.schema.json",
  title: "Canonical manifest",
  description:
    "The sources of one publication over all periods: schema, not data. Written by the program, edited by people.",
  type: "object",
  additionalProperties: false,
  required: ["schema", "state", "publication", "name", "version", "digest", "sources", "history"],
  properties: {
    schema: {
      const: "canonry/manifest@1",
    },
    state: {
      const: "canonical",
    },
    publication: {
      type: "string",
      pattern: "^[a-z][a-z0-9_]{0,39}$",
    },
    name: {
      type: "string",
      minLength: 1,
    },
    version: {
      type: "integer",
      minimum: 0,
    },
    digest: {
      type: "string",
      pattern: "^[0-9a-f]{64}$",
    },
    sources: {
      type: "array",
      items: {
        $ref: "#/definitions/source",
      },
    },
    decisions: {
      description: "What people decided about drift; it holds for every later period.",
      type: "array",
      items: {
        $ref: "#/definitions/decision",
      },
    },
    history: {
      type: "array",
      items: {
        $ref: "#/definitions/change",
      },
    },
  },
  definitions: {
    period: {
      type: "string",
      minLength: 4,
    },
    said_by: {
      enum: ["publisher", "canonical", "rule", "model", "person"],
    },
    source: {
      type: "object",
      additionalProperties: false,
      required: [
        "code",
        "title",
        "match",
        "grain",
        "coverage",
        "layout",
        "time",
        "columns",
        "first_period",
      ],
      properties: {
        code: {
          description: "Name of the table; unique over all publications.",
          type: "string",
          pattern: "^[a-z][a-z0-9_]{0,53}$",
        },
        title: {
          type: "string",
        },
        description: {
          type: "string",
        },
        said_by: {
          $ref: "#/definitions/said_by",
        },
        match: {
          type: "object",
          additionalProperties: false,
          required: ["sheets", "files", "number"],
          properties: {
            sheets: {
              description: "Sheet names under which the table was seen; null stands for a CSV.",
              type: "array",
              items: {
                type: ["string", "null"],
              },
            },
            files: {
              description: "File names without periods, versions and extension.",
              type: "array",
              items: {
                type: "string",
              },
            },
            number: {
              description: "Number of the table on its sheet, from 1.",
              type: "integer",
              minimum: 1,
            },
          },
        },
        grain: {
          description: "Key columns of a row; empty if none are unique.",
          type: "array",
          items: {
            type: "string",
          },
        },
        coverage: {
          description: "Whether a release holds its own period or repeats the whole history.",
          enum: ["period", "cumulative"],
        },
        layout: {
          description: "unpivot: columns whose header is a period become rows.",
          enum: ["rows", "unpivot"],
        },
        time: {
          description: "Columns whose cells give the data period of a row.",
          type: "array",
          items: {
            type: "string",
          },
        },
        optional: {
          description: "May be absent from a release without that being drift.",
          type: "boolean",
        },
        provisional: {
          description:
            "Taken from another system: the first release that it matches settles how it is read.",
          const: true,
        },
        columns: {
          type: "array",
          items: {
            $ref: "#/definitions/column",
          },
        },
        first_period: {
          $ref: "#/definitions/period",
        },
      },
    },
    column: {
      type: "object",
      additionalProperties: false,
      required: ["name", "headers", "type", "role", "markers", "first_period"],
      properties: {
        name: {
          type: "string",
          pattern: "^[a-z][a-z0-9_]{0,53}$",
        },
        headers: {
          description:
            "Header as printed, levels joined by ' | '; then other spellings that are the same.",
          type: "array",
          items: {
            type: "string",
          },
        },
        rolling: {
          description:
            "The header names a date that moves from release to release: its text without the date, and its number.",
          type: "string",
        },
        type: {
          enum: ["text", "bigint", "numeric", "date", "timestamp", "boolean"],
        },
        type_by: {
          description: "A person fixed the type.",
          const: "person",
        },
        role: {
          enum: ["dimension", "measure", "time", "period"],
        },
        unit: {
          type: "string",
        },
        description: {
          type: "string",
        },
        said_by: {
          $ref: "#/definitions/said_by",
        },
        optional: {
          type: "boolean",
        },
        markers: {
          type: "array",
          items: {
            type: "string",
          },
        },
        first_period: {
          $ref: "#/definitions/period",
        },
      },
    },
    decision: {
      type: "object",
      additionalProperties: false,
      required: ["id", "verdict", "kind", "source", "by", "on"],
      properties: {
        id: {
          type: "string",
          pattern: "^[0-9a-f]{12}$",
        },
        verdict: {
          enum: ["approved", "rejected"],
        },
        kind: {
          enum: DRIFT_KINDS,
        },
        source: {
          type: "string",
        },
        column: {
          type: "string",
        },
        before: {
          type: "string",
        },
        after: {
          type: "string",
        },
        by: {
          description: "Who decided.",
          type: "string",
          minLength: 1,
        },
        on: {
          description: "Day of the decision.",
          type: "string",
          pattern: "^\\d{4}-\\d{2}-\\d{2}$",
        },
        note: {
          type: "string",
        },
      },
    },
    change: {
      type: "object",
      additionalProperties: false,
      required: ["version", "period", "by", "changes"],
      properties: {
        version: {
          type: "integer",
          minimum: 1,
        },
        period: {
          type: "string",
        },
        by: {
          enum: ["backfill", "person", "import"],
        },
        changes: {
          type: "array",
          items: {
            type: "string",
          },
        },
      },
    },
  },
};
