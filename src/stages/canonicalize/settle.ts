import { columnFor } from "../../model/manifest/bind-columns.ts";
import { headerKey } from "../../model/manifest/header-key.ts";
import type { ContractColumn, Region, SourceContract } from "../../model/manifest/manifest.ts";
import { FreeNames } from "../../model/manifest/names.ts";
import { newContract } from "./contract.ts";

/**
 * A contract that came from another system says what a table is called and what its columns are called,
 * not how it is read. The first release that it matches settles types, roles, grain, coverage and layout
 * as for a new table; code, title, names, descriptions and headers stay. Any other contract is given back.
 */
export function settled(
  contract: SourceContract,
  regions: readonly Region[],
  period: string,
): SourceContract {
  const [first, ...rest] = regions;
  if (contract.provisional !== true || first === undefined) return contract;
  const fresh = newContract(contract.code, [first, ...rest], period);
  const names = namesOf(contract, fresh, first);
  const renamed = (name: string): string => names.get(name) ?? name;
  const columns = fresh.columns.map((column) => {
    const name = renamed(column.name);
    return merged(
      { ...column, name },
      contract.columns.find((one) => one.name === name),
    );
  });
  const found = new Set(columns.map((column) => column.name));
  const absent = contract.columns.filter((one) => one.role !== "period" && !found.has(one.name));
  const { provisional: _settled, ...kept } = contract;
  return {
    ...kept,
    match: { ...contract.match, number: first.number },
    grain: fresh.grain.map(renamed),
    coverage: fresh.coverage,
    layout: fresh.layout,
    time: fresh.time.map(renamed),
    columns: [...columns, ...absent],
  };
}

/** Names by rule -> names of the contract. A name by rule that the contract gives to another column gives way. */
function namesOf(
  contract: SourceContract,
  fresh: SourceContract,
  region: Region,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const free = new FreeNames(contract.columns.map((column) => column.name));
  for (const column of region.columns) {
    const known = column.role === "period" ? undefined : columnFor(contract, region, column);
    if (known !== undefined) names.set(column.name, known.name);
  }
  for (const { name } of fresh.columns) {
    if (!names.has(name)) names.set(name, free.take(name));
  }
  return names;
}

function merged(seen: ContractColumn, known: ContractColumn | undefined): ContractColumn {
  if (known === undefined) return seen;
  const said = seen.said_by === "publisher" ? seen : known;
  const { description: _words, said_by: _by, ...rest } = seen;
  const headers = seen.headers.filter(
    (text) => !known.headers.some((other) => headerKey(other) === headerKey(text)),
  );
  return {
    ...rest,
    headers: [...known.headers, ...headers],
    ...(said.description === undefined
      ? {}
      : { description: said.description, said_by: said.said_by ?? "canonical" }),
    ...(known.optional === undefined ? {} : { optional: known.optional }),
    first_period: known.first_period,
  };
}
