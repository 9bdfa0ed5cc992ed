import { UPKEEP_JOBS } from "../model/job.ts";
import { LIMITS } from "../model/limits.ts";
import { DRIFT_KINDS } from "../model/manifest/drift.ts";
import { ALLOWED_ROWS } from "../model/manifest/row-allowance.ts";
import { STORAGE_ROLES } from "../model/storage/storage-role.ts";
import { FEED_PATHS } from "./defaults.ts";

/**
 * JSON Schemas of the two files. `npm run schemas` writes them to schemas/, where editors find them;
 * a test compares.
 */
const text = { type: "string", minLength: 1 } as const;
const period = { anyOf: [text, { type: "integer" }] } as const;
const positive = { type: "integer", minimum: 1 } as const;
const amount = { type: "number", minimum: 0 } as const;
const natural = { type: "integer", minimum: 0 } as const;

interface Schema {
  readonly [key: string]: unknown;
}

function object(properties: Schema, more: Schema = {}): Schema {
  return { type: "object", additionalProperties: false, properties, ...more };
}

const policy = { enum: ["evolve", "review", "freeze"] } as const;
const patterns = { type: "array", items: text } as const;

export const PUBLICATIONS_SCHEMA: Schema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "config/publications.yaml",
  ...object(
    {
      publications: {
        type: "object",
        description: "Publications by code: a-z, 0-9 and _, beginning with a letter.",
        additionalProperties: object(
          {
            name: { ...text, description: "As the publisher calls it." },
            canonical_manifest: {
              ...text,
              description: "Path of the canonical manifest, relative to the home.",
            },
            landing_page: { ...text, description: "Where the publisher lists the releases." },
            domain: { ...text, description: "Subject, for the catalogue." },
            frequency: { enum: ["weekly", "monthly", "quarterly", "annual"] },
            urls: {
              type: "array",
              description: "Files by period. Several files of one period add up.",
              items: object(
                {
                  period: { ...period, description: "2025-11, nov25, 2025-Q3, FY2025-26, 2025 …" },
                  url: { ...text, description: "https:, http:, file: or a path from the home." },
                },
                { required: ["period", "url"] },
              ),
            },
            folder: {
              ...text,
              description: "A folder of files; periods are read from names and contents.",
            },
            url: {
              ...text,
              description:
                "`discover`: the files that `landing_page` leads to. Or a template with {yyyy} {yy} {mm} {mon} {Mon} {month} {Month} {q} {fy}; needs `periods`.",
            },
            periods: object(
              {
                from: period,
                to: period,
                lag_days: {
                  ...natural,
                  description: "Days from the end of a period to its release.",
                },
              },
              { required: ["from"] },
            ),
            files: object(
              {
                include: patterns,
                exclude: patterns,
                prefer: {
                  type: "array",
                  items: { enum: ["xlsx", "xlsm", "xlsb", "xls", "ods", "csv", "tsv", "zip"] },
                  description: "Of one table in several formats the first of these is taken.",
                },
              },
              {
                description: "Patterns such as *.xlsx over file names; `exclude` wins.",
              },
            ),
            tables: {
              type: "array",
              description: "Where the finder is wrong: what a sheet is, in one line.",
              items: object(
                {
                  file: { ...text, description: "Pattern over file names; absent: any." },
                  sheet: { ...text, description: "Pattern over sheet names; absent: any." },
                  skip: { const: true, description: "The sheet holds no table to load." },
                  range: {
                    type: "string",
                    pattern: "^[A-Z]{1,3}[1-9][0-9]*:[A-Z]{1,3}([1-9][0-9]*)?$",
                    description: "Where the table stands: B5:M200, or B5:M down to the last row.",
                  },
                  header_rows: {
                    ...natural,
                    maximum: 20,
                    description: "Header rows at the top of `range`.",
                  },
                  unpivot: {
                    type: "boolean",
                    description:
                      "false: columns headed by periods stay columns. true: each becomes rows; the finder does so for three and more.",
                  },
                },
                {
                  anyOf: [
                    { required: ["skip"] },
                    { required: ["range"] },
                    { required: ["unpivot"] },
                  ],
                  dependencies: { header_rows: ["range"] },
                },
              ),
            },
            drift: {
              description:
                "evolve: additive changes apply. review: any change waits. freeze: none. Or one of them for each kind of drift, and a default.",
              anyOf: [
                policy,
                object(
                  Object.fromEntries(["default", ...DRIFT_KINDS].map((kind) => [kind, policy])),
                ),
              ],
            },
            quarantine: object(
              {
                rows: {
                  anyOf: ALLOWED_ROWS,
                  description:
                    "Rows of a load that do not fit their columns and may be set aside: a number, or 0.5% of those read. More wait for a person. Default 0.",
                },
              },
              { required: ["rows"] },
            ),
            totals: {
              enum: ["warn", "quarantine"],
              description:
                "What a published total that its rows do not add up to comes to: it is told, or its table is not loaded.",
            },
            recheck_days: {
              ...natural,
              description: "How long a fetched release is looked at again for a replaced file.",
            },
            schedule: {
              ...text,
              description: "When the service looks at it: a cron expression, or off.",
            },
          },
          {
            required: ["name"],
            anyOf: [{ required: ["urls"] }, { required: ["folder"] }, { required: ["url"] }],
            if: { properties: { url: { const: "discover" } }, required: ["url"] },
            // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema, never awaited
            then: { required: ["landing_page"] },
            else: { dependencies: { url: ["periods"] } },
          },
        ),
      },
    },
    { required: ["publications"] },
  ),
};

const nullable = (schema: Schema): Schema => ({ anyOf: [schema, { type: "null" }] });

const storagePlace = {
  backend: { enum: ["local", "s3"] },
  base_dir: {
    ...text,
    description: "Of local: the folder that stands for data/, from the home. Of s3: the bucket.",
  },
  s3: { $ref: "#/definitions/s3" },
} as const;

const feedStorage = object({ ...storagePlace, paths: { $ref: "#/definitions/feed_paths" } });

const STORAGE_DEFINITIONS: Schema = {
  s3: object({
    bucket: { ...text, description: "The same as `base_dir`, where both stand." },
    region: text,
    endpoint: { ...text, description: "http: or https: of a server that is not Amazon's." },
    prefix: { type: "string", description: "What the keys begin with." },
    force_path_style: {
      type: "boolean",
      description: "endpoint/bucket in place of bucket.endpoint; true where `endpoint` is said.",
    },
    aws_access_key_id: nullable(text),
    aws_secret_access_key: nullable(text),
    aws_session_token: nullable(text),
  }),
  feed_paths: object(Object.fromEntries(Object.keys(FEED_PATHS).map((key) => [key, text])), {
    description: "Folders of feeds.",
  }),
};

export const SETTINGS_SCHEMA: Schema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "config/settings.yaml",
  definitions: STORAGE_DEFINITIONS,
  ...object({
    database: object({
      url: { ...text, description: "An external Postgres, 14 or later. Absent: the embedded one." },
      port: { ...positive, maximum: 65_535, description: "Of the embedded server; chosen once." },
    }),
    fetch: object({
      timeout_seconds: { ...positive, description: "Longest silence of a server." },
      total_seconds: { ...positive, description: "Longest time for one file." },
      retries: natural,
      max_bytes: positive,
      max_redirects: natural,
      allow_private: { type: "boolean", description: "Fetch from private addresses too." },
      user_agent: text,
      recheck_days: natural,
      page_pause_ms: { ...natural, description: "Between two pages of one host." },
    }),
    enrichment: object(
      {
        url: { ...text, description: "An OpenAI-compatible endpoint, without /chat/completions." },
        model: { ...text, description: "The model's name there." },
        key_env: {
          type: "string",
          pattern: "^[A-Z][A-Z0-9_]*$",
          description: "Variable of the environment that holds the key; it stands nowhere else.",
        },
        allow_http: { type: "boolean", description: "http to public addresses too." },
        timeout_seconds: { ...positive, description: "Longest time for one answer." },
        retries: natural,
        max_tokens: { ...positive, description: "Longest answer." },
        price_in: { ...amount, description: "Of a million tokens asked." },
        price_out: { ...amount, description: "Of a million tokens answered." },
        max_cost: { ...amount, description: "Most that one command may spend; needs both prices." },
        replay: { ...text, description: "A file of recorded responses, to answer from it alone." },
      },
      { description: "A model that describes what nothing else describes. Absent: by rules." },
    ),
    storage: object(
      {
        ...storagePlace,
        paths: { $ref: "#/definitions/feed_paths" },
        roles: object(
          Object.fromEntries(STORAGE_ROLES.map((role) => [role, object(storagePlace)])),
          { description: "What one role has otherwise than the rest." },
        ),
      },
      { description: "Where artifacts, exports, logs, archive and backups are kept." },
    ),
    ingestion: nullable(object({ storage: feedStorage })),
    etl: nullable(object({ storage_input: feedStorage, storage_output: feedStorage })),
    run: object({ concurrency: { ...positive, maximum: 64 } }),
    backup: object({
      with_artifacts: {
        type: "boolean",
        description: "Whether a backup holds the published files too, also at night.",
      },
    }),
    retention: object(
      {
        logs_days: { ...natural, description: "Of event logs, before they are archived." },
        archive_months: { ...natural, description: "Of archives of logs. Absent: for ever." },
        failed_runs_days: {
          ...natural,
          description: "Of the working files of a run that did not end well.",
        },
        vintages_keep: {
          ...natural,
          description: "Superseded vintages of a source and release that stay. Absent: all.",
        },
        vintages_days: { ...natural, description: "How long a superseded vintage stays." },
        artifacts_days: {
          ...positive,
          description: "Of artifacts that nothing refers to. Absent: for ever.",
        },
        keep_daily: { ...natural, description: "Days of which the last backup stays." },
        keep_weekly: { ...natural, description: "Weeks of which the last backup stays." },
        keep_monthly: { ...natural, description: "Months of which the last backup stays." },
      },
      { description: "What `canonry cleanup` keeps, and how long." },
    ),
    schedule: object(
      {
        time_zone: { ...text, description: "Of the IANA database, such as Europe/London." },
        ...Object.fromEntries(UPKEEP_JOBS.map((job) => [job, text])),
        backfill: { ...text, description: "When publications may be looked at." },
        tick_seconds: {
          enum: [1, 2, 5, 10, 15, 20, 30, 60],
          description: "How often it is looked whether something is due.",
        },
      },
      { description: "When the service does what: cron expressions, or off." },
    ),
    service: object({
      host: { ...text, description: "Where the health endpoint listens." },
      port: { anyOf: [{ ...natural, maximum: 65_535 }, { const: "off" }] },
      grace_seconds: { ...natural, description: "For what is being done when it is stopped." },
    }),
    limits: object(Object.fromEntries(Object.keys(LIMITS).map((key) => [key, positive]))),
  }),
};
