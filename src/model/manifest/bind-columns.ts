import { rollingKeys, rollingPattern } from "../period/rolling.ts";
import { headerKey, headerText } from "./header-key.ts";
import type { ContractColumn, Region, RegionColumn, SourceContract } from "./manifest.ts";

type Bound = ReadonlyMap<RegionColumn, ContractColumn>;

const known = new WeakMap<SourceContract, WeakMap<Region, Bound>>();

/** The contract's column for a column of a region; no two columns get the same one. */
export function columnFor(
  contract: SourceContract,
  region: Region,
  column: RegionColumn,
): ContractColumn | undefined {
  const regions = known.get(contract) ?? new WeakMap<Region, Bound>();
  known.set(contract, regions);
  const bound = regions.get(region) ?? bindColumns(contract, region);
  regions.set(region, bound);
  return bound.get(column);
}

/**
 * Columns of a table and of its contract, one to one: by a header whose date moves, by header (of several
 * with one header the one with its name, or with its unit), then by name.
 */
function bindColumns(contract: SourceContract, region: Region): Bound {
  const bound = new Map<RegionColumn, ContractColumn>();
  const free = new Set(contract.columns);
  const columns = region.columns.filter((column) => column.role !== "period");
  const pass = (find: (column: RegionColumn) => ContractColumn | undefined): void => {
    for (const column of columns) {
      if (bound.has(column)) continue;
      const found = find(column);
      if (found === undefined) continue;
      bound.set(column, found);
      free.delete(found);
    }
  };
  const rolling = rollingKeys(columns.map(headerText));
  const byHeader = new Map<string, ContractColumn[]>();
  for (const column of contract.columns) {
    // Of a header whose date moves, the dates of earlier releases say nothing.
    const moving = column.rolling?.replace(/ \(\d+\)$/, "");
    const fixed = column.headers.filter(
      (header) => moving === undefined || rollingPattern(header) !== moving,
    );
    for (const key of new Set(fixed.map(headerKey))) {
      if (key !== "") byHeader.set(key, [...(byHeader.get(key) ?? []), column]);
    }
  }
  const byName = new Map(contract.columns.map((column) => [column.name, column]));
  const same = (column: RegionColumn): readonly ContractColumn[] =>
    (byHeader.get(headerKey(headerText(column))) ?? []).filter((one) => free.has(one));
  pass((column) => {
    const key = rolling[columns.indexOf(column)];
    return key == null
      ? undefined
      : contract.columns.find((one) => one.rolling === key && free.has(one));
  });
  pass((column) =>
    same(column).find((one) => one.name === column.name && one.unit === column.unit),
  );
  pass((column) => same(column).find((one) => one.unit === column.unit));
  pass((column) => same(column)[0]);
  pass((column) => {
    const one = byName.get(column.name);
    return one !== undefined && free.has(one) && one.rolling === undefined ? one : undefined;
  });
  return bound;
}
