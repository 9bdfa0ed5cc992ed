import { sha256, stableJson } from "../hash.ts";

/** How many rows of a load may be set aside: a number, or a percentage of the rows that were read. */
export interface RowAllowance {
  readonly rows: number | `${number}%`;
}

export const NO_ROWS: RowAllowance = { rows: 0 };

/** What a published total that does not add up comes to. */
export type TotalsPolicy = "warn" | "quarantine";

/** Rows of one load that can be set aside; more stop it, whatever is allowed. */
export const MOST_ROWS_ASIDE = 10_000;

/** Of a JSON Schema: how an allowance is written. */
export const ALLOWED_ROWS = [
  { type: "integer", minimum: 0, maximum: MOST_ROWS_ASIDE },
  { type: "string", pattern: "^(?:\\d{1,2}(?:\\.\\d+)?|100)%$" },
] as const;

/** A row that does not fit its columns, as published. */
export interface RowAside {
  readonly part: number;
  readonly row: number;
  readonly kind: "data" | "total";
  /** The first cell that does not fit, "F47". */
  readonly cell: string;
  /** All its cells, in the order of the file; null is empty. */
  readonly raw: readonly (string | null)[];
  readonly reason: string;
}

/** Whether so many rows may be set aside of those that were read. */
export function allows({ rows }: RowAllowance, aside: number, read: number): boolean {
  if (typeof rows === "number") return aside <= rows;
  return aside * 100 <= Number(rows.slice(0, -1)) * read;
}

/** What a person approves: these rows of this release, and no others. 16 hex digits. */
export function asideDigest(
  period: string,
  rows: readonly Pick<RowAside, "row" | "cell" | "raw">[],
): string {
  const content = rows.map(({ row, cell, raw }) => [row, cell, raw]);
  return sha256(stableJson([period, content])).slice(0, 16);
}
