import type { ExitCode } from "./errors.ts";
import type { UnplacedFile, UnseenPage } from "./link.ts";
import type { CheckResult } from "./manifest/check.ts";

export type SourceStatus = "loaded" | "unchanged" | "held" | "quarantined" | "failed";
export type ReleaseStatus =
  | "loaded"
  | "unchanged"
  | "partial"
  | "held"
  | "quarantined"
  | "failed"
  | "not_published";

/** What became of one source of a release. */
export interface SourceReport {
  readonly source: string;
  readonly status: SourceStatus;
  /** Rows of kind data and total that the load committed; cells where the table was unpivoted. */
  readonly rows_data: number;
  readonly rows_total: number;
  /** Rows that do not fit and were set aside: `canonry quarantine list`. */
  readonly rows_quarantined: number;
  readonly vintage: number | null;
  readonly reason: string;
  /** What is new against the contract, in words. */
  readonly changes: readonly string[];
  /** Checks and published totals that do not hold, of which it cannot be told, or not in every column. */
  readonly checks: readonly CheckResult[];
}

/** What became of one release in a backfill. */
export interface ReleaseReport {
  readonly publication: string;
  readonly period: string;
  readonly status: ReleaseStatus;
  readonly reason: string;
  readonly sources: readonly SourceReport[];
  /** Files, sheets or tables that were left out, with the reason. */
  readonly left_out: readonly string[];
  /** What was read otherwise than it is written, such as a record with a separator too many. */
  readonly remarks: readonly string[];
  readonly exit: ExitCode;
  readonly run_id: string | null;
  readonly duration_ms: number;
}

export interface ExportReport {
  readonly source: string;
  readonly status: "written" | "unchanged" | "failed";
  readonly rows: number;
  readonly path: string;
  readonly reason: string;
}

export interface BackfillReport {
  readonly backfill_id: string;
  readonly dry_run: boolean;
  readonly releases: readonly ReleaseReport[];
  readonly exports: readonly ExportReport[];
  /** Files that were found and belong to no period. */
  readonly unplaced: readonly UnplacedFile[];
  /** Pages that could not be looked at: files may be missing. */
  readonly unseen: readonly UnseenPage[];
  /** Projections that were repaired before or after: path and reason. */
  readonly repaired: readonly { readonly path: string; readonly reason: string }[];
  readonly exit: ExitCode;
  readonly duration_ms: number;
}

/** The projection data/state/state.json. */
export interface StateDocument {
  readonly schema: "canonry/state@1";
  /** Where it came from, and when the ledger last changed (ISO instant, database clock). */
  readonly projected_from: "database";
  readonly ledger_at: string | null;
  readonly publications: Readonly<Record<string, Readonly<Record<string, StateRelease>>>>;
}

export interface StateRelease {
  readonly status:
    | "loaded"
    | "partial"
    | "quarantined"
    | "failed"
    | "held"
    | "not_published"
    | "pending";
  readonly sources: Readonly<
    Record<
      string,
      {
        readonly status: string;
        readonly vintage: number | null;
        readonly load: number | null;
        /** Data rows of the current load; totals are counted apart. */
        readonly rows_data: number | null;
        readonly rows_total: number | null;
        /** Rows that the current load set aside. */
        readonly rows_quarantined: number;
        readonly artifacts: readonly string[];
        readonly loaded_at: string | null;
        readonly reason: string;
      }
    >
  >;
}
