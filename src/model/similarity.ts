import type { ContractColumn, Region, RegionColumn, SourceContract } from "./manifest.ts";

/** Header levels as one text, as a contract keeps it. */
export function headerText(column: RegionColumn): string {
  return column.header.join(" | ");
}

/**
 * What stays of a header when spelling is set aside: case, spaces, punctuation, footnote marks. Two
 * headers with one key are one header.
 */
export function headerKey(text: string): string {
  return text
    .toLowerCase()
    .replace(/\[[^\]]*\]|\((?:see )?notes?[^)]*\)/g, "")
    .replace(/\(\d{1,2}\)/g, "")
    .replace(/[^\p{L}\p{N}%£<>+]+/gu, "");
}

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

/** The contract's column for a region's column: by header first, then by name. */
export function columnFor(
  contract: SourceContract,
  column: RegionColumn,
): ContractColumn | undefined {
  const key = headerKey(headerText(column));
  const byHeader =
    key === ""
      ? undefined
      : contract.columns.find((known) => known.headers.some((text) => headerKey(text) === key));
  return byHeader ?? contract.columns.find((known) => known.name === column.name);
}

export interface Similarity {
  /** 0 to 1. */
  readonly score: number;
  readonly headers: number;
  readonly sheet: boolean;
  readonly file: boolean;
}

const WEIGHT = { headers: 0.55, sheet: 0.25, file: 0.12, number: 0.08 } as const;

/** How much a region looks like a source: headers in common, sheet, file, place on the sheet. */
export function similarity(region: Region, fileStem: string, contract: SourceContract): Similarity {
  const columns = lastingColumns(region);
  const wide = region.columns.some((column) => column.role === "period");
  // A column without a header is one that the unpivot makes.
  const expected = contract.columns.filter(
    (column) => column.role !== "period" && column.headers.length > 0,
  );
  const found = new Set(columns.map((column) => columnFor(contract, column)?.name).filter(Boolean));
  const optional = expected.filter((column) => column.optional === true && !found.has(column.name));
  const union = expected.length - optional.length + columns.length - found.size;
  const share = union === 0 ? 0 : found.size / union;
  const layoutAgrees = wide === (contract.layout === "unpivot");
  const headers = layoutAgrees ? share : share * 0.5;
  const sheet = contract.match.sheets.some((name) => nameKey(name) === nameKey(region.sheet));
  const file = contract.match.files.includes(fileStem);
  const number = region.number === contract.match.number;
  const score =
    WEIGHT.headers * headers +
    (sheet ? WEIGHT.sheet : 0) +
    (file ? WEIGHT.file : 0) +
    (number ? WEIGHT.number : 0);
  return { score, headers, sheet, file };
}
