/** What a difference is about. */
export type DifferenceKind =
  | "contract_missing"
  | "table_missing"
  | "table_unknown"
  | "view_missing"
  | "view_differs"
  | "column_missing"
  | "column_retyped"
  | "counts_differ"
  | "rows_missing"
  | "rows_unknown"
  | "load_missing"
  | "current_missing"
  | "latest_wrong"
  | "marks_differ"
  | "digest_differs"
  | "artifact_missing"
  | "artifact_differs"
  | "reading_differs"
  | "export_missing"
  | "export_differs";

/** Two places that should agree and do not. */
export interface Difference {
  readonly kind: DifferenceKind;
  readonly source: string | null;
  readonly period: string | null;
  readonly load_id: string | null;
  /** What each of the two says. */
  readonly detail: string;
}

/** What could not be compared. */
export interface Note extends Omit<Difference, "kind"> {
  readonly kind: "note";
}

/** Of a load, or of what is given of one. */
export function differenceIn(
  kind: DifferenceKind,
  where: {
    readonly source?: string;
    readonly period?: string | null;
    readonly load_id?: number | string | null;
  },
  detail: string,
): Difference {
  const { source = null, period = null, load_id = null } = where;
  return { kind, source, period, load_id: load_id === null ? null : String(load_id), detail };
}
