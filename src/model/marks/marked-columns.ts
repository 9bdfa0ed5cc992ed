import type { ContractColumn, RegionColumn, SourceContract } from "../manifest/manifest.ts";

/** The marks of a column as it was seen: those in place of a number, and those beside one. */
export function marksSeen({ markers, beside = {} }: RegionColumn): readonly string[] {
  return [...new Set([...Object.keys(markers), ...Object.keys(beside)])].sort();
}

/** Whether a column has one for its marks beside it: a measure in which marks were seen. */
export function hasMarkers(column: Pick<ContractColumn, "role" | "markers">): boolean {
  return column.role === "measure" && column.markers.length > 0;
}

/** The column of the table that holds the mark in place of a number, or beside it. */
export function markerName(column: string): string {
  return `${column}_marker`;
}

/** The column of the view that says what the mark means. */
export function meaningName(column: string): string {
  return `${column}_meaning`;
}

/**
 * The measures of a table that have a column for their marks. `columns` are names of columns of the table:
 * it keeps the column of marks when the contract knows of none any more. No name that is made by rule ends as
 * these do (see `nameOf`), and a column of the contract is never taken for one.
 */
export function markedMeasures(
  contract: SourceContract,
  columns: Iterable<string>,
): readonly string[] {
  const has = new Set(columns);
  const own = new Set(contract.columns.map((column) => column.name));
  return [...has].filter((name) => has.has(markerName(name)) && !own.has(markerName(name)));
}

/** A name that two columns of the table or the view would have; null if all differ. */
export function clashingName(contract: SourceContract): string | null {
  const taken = new Set<string>();
  for (const column of contract.columns) {
    const { name } = column;
    const behind = hasMarkers(column) ? [markerName(name), meaningName(name)] : [];
    for (const one of [name, ...behind]) {
      if (taken.has(one)) return one;
      taken.add(one);
    }
  }
  return null;
}
