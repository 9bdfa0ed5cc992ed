/** A typed difference between the contract of a source and what a release holds. Closed set. */
export type DriftKind =
  | "source_new"
  | "source_missing"
  | "sheet_renamed"
  | "column_added"
  | "column_empty"
  | "column_missing"
  | "column_renamed"
  | "column_retyped"
  | "unit_changed"
  | "marker_new"
  | "layout_changed"
  | "match_ambiguous"
  | "coverage_changed";

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
