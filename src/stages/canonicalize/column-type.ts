import { type CellColumn, firstCellsBut } from "../../model/manifest/first-cells.ts";
import type { ColumnType } from "../../model/manifest/manifest.ts";

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

/**
 * The first cells of a release that a column of this type cannot hold; a mark counts only where no number could
 * stand in its place, or where nothing else is against the type.
 */
export function cellsAgainst(
  contract: ColumnType,
  columns: readonly CellColumn[],
): readonly string[] {
  const numeric = contract === "bigint" || contract === "numeric";
  const fitting = [contract, ...FITS[contract]] as const;
  const others = firstCellsBut(columns, (kind) =>
    kind === "mark" ? numeric : fitting.includes(kind),
  );
  return others.length > 0 ? others : firstCellsBut(columns, (kind) => kind !== "mark");
}
