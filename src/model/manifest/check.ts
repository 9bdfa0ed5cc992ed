import type { HeldTotal } from "./published-total.ts";

/**
 * What a broken check comes to: the rows are loaded and it is told; the load of the source is rolled back;
 * or the whole release stops.
 */
export const SEVERITIES = ["warn", "quarantine", "abort"] as const;
export type Severity = (typeof SEVERITIES)[number];

interface CheckOf<Kind extends string> {
  /** Unique in its source. */
  readonly name: string;
  readonly kind: Kind;
  readonly severity: Severity;
}

/** What a person wants to be true of the data rows of every load of a source. */
export type Check =
  | (CheckOf<"unique"> & { readonly columns: readonly string[] })
  /** A mark is a value that was withheld: it is not missing. */
  | (CheckOf<"not_null"> & { readonly columns: readonly string[] })
  | (CheckOf<"accepted_values"> & {
      readonly columns: readonly string[];
      readonly values: readonly (string | number | boolean)[];
    })
  /** Inclusive; dates as ISO texts. */
  | (CheckOf<"range"> & {
      readonly columns: readonly string[];
      readonly min?: number | string;
      readonly max?: number | string;
    })
  /** `within`: percent around the median of the last 6 loads of earlier periods. */
  | (CheckOf<"row_count"> & {
      readonly within?: number;
      readonly min?: number;
      readonly max?: number;
    })
  /** In each row `total` is the sum of `columns`. */
  | (CheckOf<"sum_of_parts"> & {
      readonly columns: readonly string[];
      readonly total: string;
      readonly tolerance?: number;
    })
  /** Where `key` is `whole`, each of `columns` is the sum of the other rows, for each value of `by`. */
  | (CheckOf<"sum_of_rows"> & {
      readonly columns: readonly string[];
      readonly key: string;
      readonly whole: string;
      readonly by?: readonly string[];
      readonly tolerance?: number;
    });

export type CheckKind = Check["kind"];

export interface CheckResult {
  /** As the manifest names it; `total <row>` for a published total. */
  readonly name: string;
  readonly severity: Severity;
  /** undecided: what was withheld or is not known yet could make it true or not. */
  readonly status: "passed" | "broken" | "undecided";
  readonly detail: CheckDetail;
}

export interface CheckDetail {
  readonly kind: CheckKind | "total";
  readonly expected: string;
  readonly found: string;
  /** Rows, groups or figures that break it. */
  readonly count: number;
  /** The first of them: where, and what stands there. */
  readonly cells: readonly string[];
  /** Of a published total that holds. */
  readonly total?: HeldTotal;
  /** Of a published total: its figures, by what came of them. */
  readonly figures?: TotalTally;
  /** Of a published total: figures that were not compared with its rows. */
  readonly unasked?: readonly Unasked[];
}

export interface TotalTally {
  readonly held: number;
  readonly broken: number;
  /** They could be the sum of their rows or not. */
  readonly untold: number;
  readonly unasked: number;
}

/** Figures that nothing says to be sums. */
export interface Unasked {
  readonly why: string;
  /** They could be sums all the same: no shares, averages or figures of unknown rows. */
  readonly may_add: boolean;
  readonly count: number;
  /** The first of them. */
  readonly cells: readonly string[];
}

/** What a check found; how bad it is, the caller knows. */
export type Finding = Pick<CheckResult, "status"> &
  Pick<CheckDetail, "expected" | "found" | "count" | "cells">;

/** Passed if nothing was hit, else broken by so many. */
export function finding(
  expected: string,
  what: string,
  { count, cells }: Pick<Finding, "count" | "cells">,
): Finding {
  const status = count === 0 ? "passed" : "broken";
  return { status, expected, found: `${count} ${what}`, count, cells };
}

/** Cells that a result names. */
export const MOST_CELLS = 5;

/** One line: what was checked, what was found, and where. */
export function describeCheck({ name, detail }: CheckResult): string {
  const { expected, found, count, cells } = detail;
  const more = count > cells.length ? ` and ${count - cells.length} more` : "";
  const where = cells.length === 0 ? "" : `: ${cells.join("; ")}${more}`;
  return `${name}: ${expected}; ${found}${where}`;
}

/** The columns that a check names, each with the field that names it. */
export function columnsOf(check: Check): readonly (readonly [field: string, name: string])[] {
  const named = (field: string, names: readonly string[]): readonly (readonly [string, string])[] =>
    names.map((name) => [field, name] as const);
  switch (check.kind) {
    case "row_count":
      return [];
    case "sum_of_parts":
      return [...named("columns", check.columns), ["total", check.total]];
    case "sum_of_rows":
      return [
        ...named("columns", check.columns),
        ["key", check.key],
        ...named("by", check.by ?? []),
      ];
    default:
      return named("columns", check.columns);
  }
}
