import type { UpkeepJob } from "./job.ts";
import type { DriftPolicies } from "./manifest/drift.ts";
import type { RowAllowance, TotalsPolicy } from "./manifest/row-allowance.ts";
import type { RetentionSettings } from "./retention.ts";

export type Frequency = "weekly" | "monthly" | "quarterly" | "annual";

/** What config/publications.yaml says of one publication, validated. Keys are those of the YAML. */
export interface PublicationConfig {
  readonly code: string;
  readonly name: string;
  /** Path of the canonical manifest relative to the home; the default is manifests/canonical/<code>/<code>_canonical.yaml. */
  readonly canonical_manifest: string;
  readonly landing_page?: string;
  readonly domain?: string;
  readonly frequency?: Frequency;
  /** Explicit links, in the order written. */
  readonly urls: readonly { readonly period: string; readonly url: string }[];
  /** A folder of files; the period comes from file and folder names unless `periods` narrows it. Relative to the home. */
  readonly folder?: string;
  /** `discover`: the files that `landing_page` leads to. Else an address with {yyyy} {yy} {mm} {mon} {month} {Month} {q} {fy}, one release per scheduled period. */
  readonly url?: string;
  readonly periods?: {
    readonly from: string;
    readonly to?: string;
    /** Days after the end of a period until its release is expected; absent: nobody said. */
    readonly lag_days?: number;
  };
  readonly files: {
    readonly include: readonly string[];
    readonly exclude: readonly string[];
    /** Formats, the first is taken of twins. */
    readonly prefer?: readonly string[];
  };
  /** Where a person knows better than the finder. The first guide that is like a sheet holds for it. */
  readonly tables: readonly TableGuide[];
  readonly drift: DriftPolicies;
  /** Rows of a load that may be set aside; absent: none. */
  readonly quarantine?: RowAllowance;
  /** What a published total that does not add up comes to; absent: it is told. */
  readonly totals?: TotalsPolicy;
  /** Days after it was last fetched for the first time during which a release is looked at again. */
  readonly recheck_days: number;
  /** When the service looks at it: a cron expression, or `off`. Absent: as `schedule.backfill` and its calendar say. */
  readonly schedule?: string;
}

/** What a person says of the table of some sheets. In patterns `*` stands for anything. */
export interface TableGuide {
  /** Pattern over the names of files and members of archives; absent: any. */
  readonly file?: string;
  /** Pattern over the names of sheets; absent: any, and CSV files. */
  readonly sheet?: string;
  /** The sheet holds no table to load. */
  readonly skip?: boolean;
  /** Where the table stands, "B5:M200", or with "B5:M" down to the last row. */
  readonly range?: string;
  /** Header rows at the top of `range`. */
  readonly header_rows?: number;
  /** False: columns headed by periods stay columns. True: each of them becomes rows, be there one or two. */
  readonly unpivot?: boolean;
}

/** What config/settings.yaml says, with defaults filled in. */
export interface Settings {
  readonly database: {
    /** Null: the embedded server. */
    readonly url: string | null;
    readonly port: number | null;
  };
  readonly fetch: {
    readonly timeout_seconds: number;
    readonly total_seconds: number;
    readonly retries: number;
    readonly max_bytes: number;
    readonly max_redirects: number;
    readonly allow_private: boolean;
    readonly user_agent: string;
    readonly recheck_days: number;
    /** Between two pages of one host. */
    readonly page_pause_ms: number;
  };
  readonly run: { readonly concurrency: number };
  readonly backup: {
    /** Whether a backup holds the published files too, not only their names. */
    readonly with_artifacts: boolean;
  };
  readonly retention: RetentionSettings;
  /** Cron expressions, or `off`, beside time zone and tick. */
  readonly schedule: Readonly<Record<UpkeepJob, string>> & {
    /** Of the IANA database; the expressions are read in it. */
    readonly time_zone: string;
    /** When publications may be looked at; which of them are is decided by what they are expected to bring. */
    readonly backfill: string;
    /** How often it is looked whether something is due. */
    readonly tick_seconds: number;
  };
  readonly service: {
    /** Of the health endpoint. */
    readonly host: string;
    /** 0: any free one, which is logged. */
    readonly port: number | "off";
    /** How long what is being done when the service is stopped may take to end. */
    readonly grace_seconds: number;
  };
  readonly enrichment: {
    /** Null: no model; what is unknown stays so. */
    readonly url: string | null;
    readonly model: string | null;
    /** Variable of the environment that holds the key. */
    readonly key_env: string;
    readonly allow_http: boolean;
    readonly timeout_seconds: number;
    readonly retries: number;
    readonly max_tokens: number;
    /** Of a million tokens, in any one currency; null: not known. */
    readonly price_in: number | null;
    readonly price_out: number | null;
    /** Most that one command may spend; null: no bound. */
    readonly max_cost: number | null;
    /** A file of recorded responses that stands in for the model; relative to the home. */
    readonly replay: string | null;
  };
  readonly limits: import("./limits.ts").Limits;
  readonly storage: import("./storage/storage-settings.ts").StorageSettings;
}
