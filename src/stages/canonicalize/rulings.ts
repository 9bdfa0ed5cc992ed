import { type Drift, questionId, type Ruling } from "../../model/manifest/drift.ts";
import { headerKey } from "../../model/manifest/header-key.ts";
import type { ColumnType, ContractColumn, SourceContract } from "../../model/manifest/manifest.ts";
import { FreeNames, nameOf } from "../../model/manifest/names.ts";
import { ANOTHER_DATE, rollingKeys } from "../../model/period/rolling.ts";

/** What a person decided about a drift of this source; null if nobody was asked or nobody answered. */
export function rulingOn(source: string, drift: Drift, rulings: readonly Ruling[]): Ruling | null {
  const id = questionId(source, drift);
  return rulings.find((one) => one.id === id) ?? null;
}

/**
 * The contract with what people decided about its source. Doing it twice changes nothing more, so it
 * holds for a contract of any age.
 */
export function underRulings(contract: SourceContract, rulings: readonly Ruling[]): SourceContract {
  return rulings
    .filter((one) => one.source === contract.code)
    .reduce((before, ruling) => underRuling(before, ruling), contract);
}

type Effect = (contract: SourceContract, ruling: Ruling) => SourceContract;

const optionalSource: Effect = (contract) => ({ ...contract, optional: true });
const optionalColumn: Effect = (contract, { before }) =>
  withColumn(contract, before, (column) => ({ ...column, optional: true }));

/** What an answer changes in the contract; what is not here lets the release in, or keeps it out. */
const EFFECTS: Readonly<Record<Ruling["verdict"], Partial<Record<Drift["kind"], Effect>>>> = {
  approved: {
    source_missing: optionalSource,
    layout_changed: optionalSource,
    column_missing: optionalColumn,
    column_renamed: renamed,
    column_retyped: retyped,
    unit_changed: unitSplit,
    coverage_changed: repeatsHistory,
    grain_broken: (contract) => ({ ...contract, grain: [] }),
  },
  rejected: { column_renamed: optionalColumn },
};

function underRuling(contract: SourceContract, ruling: Ruling): SourceContract {
  return EFFECTS[ruling.verdict][ruling.kind]?.(contract, ruling) ?? contract;
}

function repeatsHistory(contract: SourceContract, { column }: Ruling): SourceContract {
  if (contract.coverage === "cumulative") return contract;
  return { ...contract, coverage: "cumulative", time: column === undefined ? [] : [column] };
}

function hasHeader(column: ContractColumn, header: string | undefined): boolean {
  const key = headerKey(header ?? "");
  return key !== "" && column.headers.some((text) => headerKey(text) === key);
}

function withColumn(
  contract: SourceContract,
  header: string | undefined,
  change: (column: ContractColumn) => ContractColumn,
): SourceContract {
  const columns = contract.columns.map((one) => (hasHeader(one, header) ? change(one) : one));
  return { ...contract, columns };
}

/** Both headers are one column, whichever of them the contract met first; or the date in it does not count. */
function renamed(contract: SourceContract, { before, after }: Ruling): SourceContract {
  if (after === ANOTHER_DATE) return withRolling(contract, before ?? "");
  const old = contract.columns.find((one) => hasHeader(one, before));
  const fresh = contract.columns.find((one) => hasHeader(one, after));
  if ((old === undefined) === (fresh === undefined)) return contract;
  const [known, other] = old === undefined ? [after, before] : [before, after];
  return withColumn(contract, known, (column) => ({
    ...column,
    headers: [...column.headers, other ?? ""],
  }));
}

function withRolling(contract: SourceContract, rolling: string): SourceContract {
  const keys = rollingKeys(contract.columns.map((one) => one.headers.at(-1) ?? ""));
  const columns = contract.columns.map((one, at) =>
    keys[at] === rolling && one.rolling === undefined ? { ...one, rolling } : one,
  );
  return { ...contract, columns };
}

function retyped(contract: SourceContract, { column: name, after }: Ruling): SourceContract {
  const columns = contract.columns.map((one) =>
    one.name === name ? { ...one, type: widerType(one.type, after as ColumnType) } : one,
  );
  return { ...contract, columns };
}

/** The narrowest type that holds the values of both. */
function widerType(a: ColumnType, b: ColumnType): ColumnType {
  if (a === b) return a;
  const both = [a, b];
  if (both.every((type) => type === "bigint" || type === "numeric")) return "numeric";
  return both.every((type) => type === "date" || type === "timestamp") ? "timestamp" : "text";
}

/** Figures in another unit are another column: those that are loaded keep what they say. */
function unitSplit(
  contract: SourceContract,
  { column: name, before, after }: Ruling,
): SourceContract {
  const old = contract.columns.find((one) => one.name === name);
  if (old === undefined || old.unit !== before || after === undefined) return contract;
  const twin = contract.columns.some((one) => one.unit === after && hasHeader(one, old.headers[0]));
  if (twin) return contract;
  const names = new FreeNames(contract.columns.map((one) => one.name));
  const fresh = names.take(nameOf(`${old.name}_${nameOf(after)}`));
  const columns = contract.columns.map((one) => (one === old ? { ...one, optional: true } : one));
  return {
    ...contract,
    columns: [...columns, { ...old, name: fresh, unit: after, optional: true }],
  };
}

/**
 * Columns that are met for the first time, with the names and headers that approved renames give them: the
 * same ones, whichever header of a column comes first.
 */
export function namedAsRuled(
  source: string,
  columns: readonly ContractColumn[],
  rulings: readonly Ruling[],
): readonly ContractColumn[] {
  const renames = rulings.filter(
    (one) => one.kind === "column_renamed" && one.verdict === "approved" && one.source === source,
  );
  const keys = rollingKeys(columns.map((column) => column.headers[0] ?? ""));
  return columns.map((column, at) => {
    const moving = renames.find((one) => one.after === ANOTHER_DATE && one.before === keys[at]);
    const renamed = renames.find(
      (one) => hasHeader(column, one.before) || hasHeader(column, one.after),
    );
    const name = renamed?.column ?? moving?.column ?? column.name;
    const headers =
      renamed === undefined ? column.headers : [renamed.before ?? "", renamed.after ?? ""];
    return { ...column, name, headers };
  });
}
