import { rollingKeys } from "../period/rolling.ts";
import { columnFor } from "./bind-columns.ts";
import { headerText } from "./header-key.ts";
import type { ContractColumn, Region, RegionColumn, SourceContract } from "./manifest.ts";

/** A sheet's or file's name without spelling: "PCN Details" and "PCNDetails" are one. */
export function nameKey(name: string | null): string {
  return (name ?? "").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");
}

/** Columns that carry a table's identity: those whose header is a period come and go. */
export function lastingColumns(region: Region): readonly RegionColumn[] {
  return region.columns.filter((column) => column.role !== "period" && !isGhost(column));
}

/** A header over nothing: an alarm, not a column. */
export function isGhost(column: RegionColumn): boolean {
  return column.values === 0 && Object.keys(column.markers).length === 0;
}

export interface Similarity {
  /** 0 to 1. */
  readonly score: number;
  readonly headers: number;
  readonly sheet: boolean;
  readonly file: boolean;
}

const WEIGHT = { headers: 0.55, sheet: 0.25, file: 0.12, number: 0.08 } as const;

/** Names of the contract's columns that the region has; a header of which only the date moved counts. */
function foundColumns(
  region: Region,
  columns: readonly RegionColumn[],
  contract: SourceContract,
  expected: readonly ContractColumn[],
): ReadonlySet<string> {
  const found = new Set(columns.flatMap((one) => columnFor(contract, region, one)?.name ?? []));
  const keys = rollingKeys(columns.map(headerText));
  const free = new Set(
    keys.filter((_key, at) => {
      const column = columns[at];
      return column !== undefined && columnFor(contract, region, column) === undefined;
    }),
  );
  const known = rollingKeys(expected.map((one) => one.headers.at(-1) ?? ""));
  for (const [at, one] of expected.entries()) {
    const key = known[at] ?? null;
    if (key !== null && free.has(key)) found.add(one.name);
  }
  return found;
}

/** What a table counts that holds all columns of the other, and more. */
const CONTAINED = 0.9;

/** How much a region looks like a source: headers in common, sheet, file, place on the sheet. */
export function similarity(region: Region, fileStem: string, contract: SourceContract): Similarity {
  // A manifest of another system tells columns headed by periods: they come and go as well.
  const columns = lastingColumns(region).filter(
    (column) => columnFor(contract, region, column)?.role !== "period",
  );
  const wide = region.columns.some((column) => column.role === "period");
  // A column without a header is one that the unpivot makes.
  const expected = contract.columns.filter(
    (column) => column.role !== "period" && column.headers.length > 0,
  );
  const found = foundColumns(region, columns, contract, expected);
  const optional = expected.filter((column) => column.optional === true && !found.has(column.name));
  const union = expected.length - optional.length + columns.length - found.size;
  const sheet = contract.match.sheets.some((name) => nameKey(name) === nameKey(region.sheet));
  const file = contract.match.files.includes(fileStem);
  const untold = contract.provisional === true && contract.columns.length === 0;
  const share = untold ? Number(sheet && file) : union === 0 ? 0 : found.size / union;
  const layoutAgrees = contract.provisional === true || wide === (contract.layout === "unpivot");
  const number = region.number === contract.match.number;
  // In its old place a table may gain or lose any number of columns.
  const smaller = Math.min(expected.length - optional.length, columns.length);
  const contained = smaller === 0 ? 0 : (found.size / smaller) * CONTAINED;
  const inPlace = sheet && file && number && found.size > 1 ? Math.max(share, contained) : share;
  const headers = layoutAgrees ? inPlace : inPlace * 0.5;
  const score =
    WEIGHT.headers * headers +
    (sheet ? WEIGHT.sheet : 0) +
    (file ? WEIGHT.file : 0) +
    (number ? WEIGHT.number : 0);
  return { score, headers, sheet, file };
}
