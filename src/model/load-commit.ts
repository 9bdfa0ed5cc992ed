import type { DigestColumn } from "./digest/row-digest.ts";
import type { CheckResult } from "./manifest/check.ts";
import type { Drift } from "./manifest/drift.ts";
import type { Generation } from "./manifest/generation.ts";
import type { CanonicalManifest, SourceContract } from "./manifest/manifest.ts";
import type { PublishedTotal, TotalHistory } from "./manifest/published-total.ts";
import type { RowAside, TotalsPolicy } from "./manifest/row-allowance.ts";
import type { MarkMeaning } from "./marks/mark-meaning.ts";

/** One part of a load as the ledger keeps it. */
export interface PartRecord {
  readonly part: number;
  readonly artifact: string;
  readonly file_name: string;
  readonly member: string | null;
  readonly sheet: string | null;
  readonly range: string;
  readonly fingerprint: string;
  readonly rows_data: number;
  readonly rows_total: number;
}

/** What a load held, column by column in the order of the file: what the next one is compared with. */
export interface LoadProfile {
  readonly columns: readonly ColumnProfile[];
}

export interface ColumnProfile {
  readonly name: string;
  /** Cells with a value or a mark. */
  readonly filled: number;
  /** The categories of a dimension that has few. */
  readonly categories?: readonly string[];
}

/** Digits that a value, or each of many, needs before the point and behind it; 0.5 needs none before. */
export interface NumericDigits {
  readonly whole: number;
  readonly fraction: number;
}

/** Rows of one part, kind and data period, counted and hashed: while they are written, or from the table. */
export interface RowFacts {
  readonly part: number;
  readonly kind: "data" | "total";
  /** "" where the rows are of the release's own period. */
  readonly period: string;
  readonly rows: number;
  /** Sum of the numbers of the rows in their file. */
  readonly row_sum: number;
  /** See `DigestSum`. */
  readonly digest: string;
  /** Values that are not null, by column of the digest. */
  readonly values: readonly number[];
  /** By numeric column; known while rows are written, not from the table. */
  readonly digits?: Readonly<Record<string, NumericDigits>>;
}

/** What the loader counted while it wrote; compared with the table before the commit. */
export interface LoadCounts {
  readonly rows_data: number;
  readonly rows_total: number;
  /** Data rows by data period; the period of the release where the source has no other. */
  readonly periods: readonly { readonly period: string; readonly rows: number }[];
  readonly parts: readonly PartRecord[];
  /** Of the lines as they were written; the table must give the same. */
  readonly facts: readonly RowFacts[];
  /** The proof of conservation, as stored: rows by kind and values, markers and empty cells by column. */
  readonly conservation: object;
  readonly profile: LoadProfile;
}

/** A cell by the names of the load. */
export interface CellPlace {
  readonly part: number;
  readonly row: number;
  readonly column: string;
  readonly period: string | null;
}

/** Everything that one load commits together. */
export interface LoadCommit {
  readonly publication: string;
  readonly publication_name: string;
  readonly period: string;
  readonly source: string;
  readonly run_id: string;
  readonly key: string;
  readonly reading_hash: string;
  readonly contract: SourceContract;
  /** 0 for a new source. */
  readonly base_version: number;
  readonly changed: boolean;
  /** The rows were seen to have no key twice when they were drafted: the table need not be asked. */
  readonly keyed: boolean;
  readonly drift: readonly Drift[];
  readonly marks: readonly MarkMeaning[];
  /** What the notes of its own files say of the marks that it holds, whatever people say. */
  readonly noted: readonly MarkMeaning[];
  /** sha256 of other files that hold the content of a part too. */
  readonly copies: readonly string[];
  readonly copy_columns: readonly string[];
  /** Lines of COPY's text format for the load's id and the columns of its table, streamed once. */
  readonly lines: (
    loadId: string,
    columns: readonly DigestColumn[],
  ) => AsyncIterable<Uint8Array | string>;
  /** Called after the last line; throws CONSERVATION_BROKEN if what was read is not what was written. */
  readonly counts: () => LoadCounts;
  /** Rows that were set aside, after the last line; those that the table does not hold. */
  readonly aside: () => readonly RowAside[];
  /** Where a cell stands in its file: "Table 3!F47". */
  readonly cite: (cell: CellPlace) => string;
  readonly totals: readonly PublishedTotal[];
  readonly totals_policy: TotalsPolicy;
  /** Null if no earlier load is known. */
  readonly total_history: TotalHistory | null;
  /** Data rows of the last loads of earlier periods, latest first, at most 6. */
  readonly earlier_rows: readonly number[];
  /** The manifest after this contract, given the text and document in force. */
  readonly manifest: (
    current: { readonly text: string; readonly document: CanonicalManifest } | null,
    contract: SourceContract,
  ) => { readonly text: string; readonly document: CanonicalManifest };
  /** The canonical generation of a manifest, made of the run's enriched one. */
  readonly generation: (
    manifest: { readonly text: string; readonly document: CanonicalManifest },
    contract: SourceContract,
  ) => Generation;
  /** Called last before the commit, with the statements that shaped the table; throws what forbids it. */
  readonly agree?: (receipt: LoadReceipt, statements: readonly string[]) => void;
}

export interface LoadReceipt {
  readonly load_id: string;
  readonly vintage: number;
  readonly rows_data: number;
  readonly rows_total: number;
  /** Rows that were set aside. */
  readonly rows_aside: number;
  readonly checks: readonly CheckResult[];
  readonly contract_version: number;
  /** The canonical generation that the load brought; null if the last one stays. */
  readonly generation: Generation | null;
}

/** The rows of an issue are those of a load that the ledger has or had: nothing was loaded. */
export interface SameRows {
  readonly same_as: { readonly load_id: string; readonly vintage: number };
  /** "vintage 2 holds the same values", "vintage 2 was reverted by Ada on 2025-12-01: wrong month". */
  readonly reason: string;
}

/** What came of an issue that was to be loaded. */
export type LoadResult = LoadReceipt | SameRows;
