import type { ContractColumn, Region, RegionColumn, SourceContract } from "../../model/manifest.ts";

/**
 * What earlier periods say of a column: the source that was seen on this sheet first; else all sources of
 * the publication, where those that describe a column of this name agree.
 */
export function earlierColumn(
  region: Region,
  column: RegionColumn,
  contracts: readonly SourceContract[],
): ContractColumn | null {
  const named = (contract: SourceContract): readonly ContractColumn[] =>
    contract.columns.filter((one) => one.name === column.name && one.description !== undefined);
  const own = contracts.filter((one) => isOf(one, region)).flatMap(named);
  const said = own.length > 0 ? own : contracts.flatMap(named);
  const [first] = said;
  if (first === undefined) return null;
  return said.every((one) => one.description === first.description) ? first : null;
}

function isOf({ match }: SourceContract, region: Region): boolean {
  return match.number === region.number && match.sheets.includes(region.sheet);
}

/** The column with what earlier periods say of it; who said it first stays. */
export function describedByEarlier(
  region: Region,
  column: RegionColumn,
  contracts: readonly SourceContract[],
): RegionColumn {
  const earlier = earlierColumn(region, column, contracts);
  if (earlier?.description === undefined) return column;
  const isPerson = earlier.said_by === "person";
  if (column.description !== undefined && !isPerson) return column;
  const { said_in: _in, ...rest } = column;
  return { ...rest, description: earlier.description, said_by: earlier.said_by ?? "canonical" };
}
