import type { Plan, Planned } from "./stage.ts";

/** How long what is kept; a null is for ever, or all of them. Days are those of the database's clock. */
export interface RetentionSettings {
  /** How long an event log stays as it is before it goes into the archive of its month. */
  readonly logs_days: number;
  /** How long an archive stays, counted from the end of its month. */
  readonly archive_months: number | null;
  /** How long the working files of a run stay that did not end well. */
  readonly failed_runs_days: number;
  /** How many superseded vintages of a source and release stay, the latest of them. */
  readonly vintages_keep: number | null;
  /** How long a superseded vintage stays; where `vintages_keep` is set too, what either keeps stays. */
  readonly vintages_days: number | null;
  /** How long an artifact stays that nothing refers to. */
  readonly artifacts_days: number | null;
  /** Of how many days, weeks and months the last backup stays. */
  readonly keep_daily: number;
  readonly keep_weekly: number;
  readonly keep_monthly: number;
}

interface Sized {
  readonly size_bytes: number;
}

interface Dated extends Sized {
  /** ISO instant of the last write, by the clock of the machine that wrote. */
  readonly modified_at: string;
}

/** What retention does. All that is given is what was seen: if it differs when its turn comes, it is left. */
export type RetentionAction =
  | (Dated & {
      readonly kind: "log";
      readonly key: string;
      /** Whose archive it goes into, `2025-11`; null: archives of its month are kept no longer. */
      readonly month: string | null;
    })
  | (Dated & { readonly kind: "log_archive"; readonly key: string })
  | (Dated & { readonly kind: "working_files"; readonly run_id: string; readonly files: number })
  | (Dated & { readonly kind: "leftover"; readonly path: string })
  | (Sized & { readonly kind: "export"; readonly name: string; readonly source: string })
  | (Sized & {
      readonly kind: "vintage";
      readonly load_id: string;
      readonly source: string;
      readonly period: string;
      readonly rows: number;
      /** Files that its rows can be read from again, by sha256. */
      readonly artifacts: readonly string[];
      /** As the ledger keeps it: "retention.vintages_keep 2". */
      readonly policy: string;
    })
  | (Sized & { readonly kind: "artifact"; readonly sha256: string })
  | (Sized & { readonly kind: "backup"; readonly id: string });

export type RetentionKind = RetentionAction["kind"];

/** Something that stays, and why. */
export interface KeptItem extends Sized {
  readonly kind: RetentionKind;
  readonly key: string;
  readonly reason: string;
}

export interface RetentionPlan extends Plan<RetentionAction> {
  readonly todo: readonly Planned<RetentionAction>[];
  readonly skipped: readonly KeptItem[];
}

/** What a policy says of one item: with an action it goes, without one it stays. */
export interface Verdict extends KeptItem {
  readonly action: RetentionAction | null;
}

/** What became of a plan. */
export interface RetentionOutcome {
  readonly done: readonly Planned<RetentionAction>[];
  /** What changed since it was planned, and was left as it is. */
  readonly left: readonly { readonly key: string; readonly reason: string }[];
  /** What could not be done: nothing of it was lost. */
  readonly failed: readonly { readonly key: string; readonly reason: string }[];
}
