import type { ColumnType } from "../../model/manifest.ts";

/** What becomes of a column's type when a release shows another one. */
export type Retyping =
  | { readonly kind: "same" }
  /** Every value so far keeps its meaning in `type`. */
  | { readonly kind: "widened"; readonly type: ColumnType }
  | { readonly kind: "breaking" };

const LOSSLESS: Readonly<Record<ColumnType, readonly ColumnType[]>> = {
  bigint: ["numeric"],
  numeric: [],
  date: ["timestamp"],
  timestamp: [],
  boolean: [],
  text: [],
};

/** Values of the right types fit the contract's type as they are. */
const FITS: Readonly<Record<ColumnType, readonly ColumnType[]>> = {
  text: ["bigint", "numeric", "date", "timestamp", "boolean"],
  numeric: ["bigint"],
  timestamp: ["date"],
  bigint: [],
  date: [],
  boolean: [],
};

/**
 * Compares the type of a contract's column with what a release shows. Whole numbers of a dimension
 * may become text (codes gain letters); a measure never does.
 */
export function retype(
  contract: ColumnType,
  seen: ColumnType,
  isMeasure: boolean,
  fixed: boolean,
): Retyping {
  if (contract === seen || FITS[contract].includes(seen)) return { kind: "same" };
  if (fixed) return { kind: "breaking" };
  if (LOSSLESS[contract].includes(seen)) return { kind: "widened", type: seen };
  if (contract === "bigint" && seen === "text" && !isMeasure)
    return { kind: "widened", type: "text" };
  return { kind: "breaking" };
}
