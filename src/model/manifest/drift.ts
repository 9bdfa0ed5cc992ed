import { sha256, stableJson } from "../hash.ts";

/**
 * Every way in which a release may differ from the contract of a source. Closed set.
 *
 * A header row that moved is none: where a table stands on its sheet is the finder's matter.
 */
export const DRIFT_KINDS = [
  "source_new",
  "source_missing",
  "source_back",
  "sheet_renamed",
  "sheet_moved",
  "column_added",
  "column_missing",
  "column_back",
  "column_renamed",
  "column_reordered",
  "column_retyped",
  "column_empty",
  "values_moved",
  "unit_changed",
  "marker_new",
  "category_new",
  "category_gone",
  "grain_broken",
  "rows_quarantined",
  "layout_changed",
  "coverage_changed",
  "period_missing",
  "match_ambiguous",
] as const;

export type DriftKind = (typeof DRIFT_KINDS)[number];

/**
 * evolve  what only adds applies; what could make a figure wrong waits for a person
 * review  whatever changes the contract waits
 * freeze  whatever differs waits, marks and order of columns too
 */
export type DriftPolicy = "evolve" | "review" | "freeze";

/** The policy of a publication: one for all kinds, and others for some. */
export type DriftPolicies = { readonly default: DriftPolicy } & {
  readonly [Kind in DriftKind]?: DriftPolicy;
};

export interface Drift {
  readonly kind: DriftKind;
  readonly column?: string;
  /** What was before, and what was seen. */
  readonly before?: string;
  readonly after?: string;
  /** One line for a person: what was seen and where. */
  readonly evidence: string;
  /** Breaking drift stops the source until a person decides. */
  readonly breaking: boolean;
}

/** What a person decided about a drift. It stands in the canonical manifest, and holds for every later period. */
export interface Ruling {
  readonly id: string;
  readonly verdict: "approved" | "rejected";
  readonly kind: DriftKind;
  readonly source: string;
  readonly column?: string;
  readonly before?: string;
  readonly after?: string;
  readonly by: string;
  /** ISO day. */
  readonly on: string;
  readonly note?: string;
}

/** A question that drift left open for a person, as the ledger keeps it. */
export interface Question {
  readonly id: string;
  readonly publication: string;
  /** The last release that asked it. */
  readonly period: string;
  readonly source: string;
  readonly status: "open" | "approved" | "rejected";
  readonly drift: Drift;
  /** Releases that wait for the answer. */
  readonly waiting: readonly string[];
}

/**
 * The identity of the question that a drift asks: the same question in another period, or in releases
 * that come in another order, has the same one. 12 hex digits.
 */
export function questionId(source: string, drift: Drift): string {
  const { kind, before, after } = drift;
  const between = kind === "column_renamed" || kind === "column_missing";
  const subject = between ? "" : (drift.column ?? "");
  return sha256(stableJson([source, kind, subject, before ?? "", after ?? ""])).slice(0, 12);
}

/** Seen and told, and never a change of the contract's columns. */
const REPORTS: readonly DriftKind[] = [
  "source_back",
  "column_back",
  "column_empty",
  "column_reordered",
  "marker_new",
  "category_new",
  "category_gone",
];

/** The drift with `breaking` as the policy of its kind says. Pure. */
export function underPolicy(drift: Drift, policies: DriftPolicies): Drift {
  const policy = policies[drift.kind] ?? policies.default;
  const stops =
    policy === "freeze"
      ? drift.kind !== "column_empty"
      : policy === "review" && (!REPORTS.includes(drift.kind) || policies[drift.kind] === "review");
  return stops && !drift.breaking ? { ...drift, breaking: true } : drift;
}
