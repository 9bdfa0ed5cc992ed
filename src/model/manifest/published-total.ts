/** Inclusive, as in a region. */
type RowRange = readonly [first: number, last: number];

/**
 * A total row, the rows that add up to it, and the columns in which they do, exactly. Of a row that is only
 * called a total there may be neither.
 */
export interface TotalAssertion {
  readonly row: number;
  readonly of: readonly RowRange[];
  readonly columns: readonly string[];
  /** Columns in which they did not, and should: others do, or the column does in other totals. */
  readonly expected?: readonly string[];
  /** Columns in which nothing but its label says that it is their sum. */
  readonly said?: readonly string[];
  /** It is not called a total: it was taken for one by how its labels stand. */
  readonly taken?: true;
}

/** The rows that a total adds up: the next ones to the next total, all of them, or all other totals. */
export type TotalWay = "below" | "above" | "all" | "others";

/** A row that the publisher prints as the sum of others, or calls so. */
export interface PublishedTotal {
  readonly part: number;
  readonly row: number;
  /** Rows that add up to it; none where only its label says that there are any. */
  readonly of: readonly RowRange[];
  readonly way: TotalWay | null;
  readonly figures: readonly TotalFigure[];
  /** The release in which the row of this name was a total; null: this one says so. */
  readonly since: string | null;
  /** It is not called a total: it was taken for one by how its labels stand. */
  readonly taken?: true;
}

export interface TotalFigure {
  readonly column: string;
  /** Of an unpivoted column; null: the row has one figure in the column. */
  readonly period: string | null;
  readonly because: Because;
}

/** It was seen to hold when the release was drafted; it should, by what it is like; or its label says so. */
export type Because = "seen" | "expected" | "said";

/** A total that held in a load: what the next release is asked for. */
export interface HeldTotal {
  /** The dimensions of its row, as published. */
  readonly label: string;
  readonly way: TotalWay;
  /** In which it held, in this load or the last one that could be told. */
  readonly columns: readonly string[];
}

/** The totals that held in the last load of a source before a period. */
export interface TotalHistory {
  readonly period: string;
  readonly totals: readonly HeldTotal[];
}
