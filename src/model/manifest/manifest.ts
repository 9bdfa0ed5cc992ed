import type { Check } from "./check.ts";
import type { ColumnType } from "./column-types.ts";
import type { Ruling } from "./drift.ts";
import type { FirstCell } from "./first-cells.ts";
import type { TotalAssertion } from "./published-total.ts";
import type { RowAllowance, TotalsPolicy } from "./row-allowance.ts";

/**
 * The manifest: one document in three states. Keys are those of the YAML, so the document in memory
 * and the document on disk are the same thing. `schemas/manifest.schema.json` is its JSON Schema.
 *
 * draft      what the reader saw in the files of one release
 * enriched   the same regions with titles, units, roles and descriptions, each with who said it
 * canonical  the sources of a publication over all periods: schema, not data
 */
export type { ColumnType };

/**
 * dimension  says what the row is about (codes, names, categories)
 * measure    a number that was counted or computed
 * time       its cells are periods: the data period of each row
 * period     its header is a period: one of the columns of a wide table, unpivoted when loaded
 */
export type ColumnRole = "dimension" | "measure" | "time" | "period";

export type Provenance = "publisher" | "canonical" | "rule" | "model" | "person";

/** Inclusive, 1-based. */
export type RowRange = readonly [first: number, last: number];

export interface RegionColumn {
  /** The sheet's column, "A". "" for a column that the reader made: the label of the section. */
  readonly letter: string;
  /** Header texts from the top level to the leaf, trimmed, as printed (footnote marks kept). */
  readonly header: readonly string[];
  /** Made from the header by rule; unique in its region. */
  readonly name: string;
  readonly type: ColumnType;
  readonly role: ColumnRole;
  readonly unit?: string;
  /** Role `period`: the canonical period that the header states. */
  readonly period?: string;
  /** Cells are fractions that the sheet shows as percentages. */
  readonly percent?: boolean;
  /** The label stands only on the first row of a group and is carried down. */
  readonly fill_down?: boolean;
  /** Tokens that stand in place of a number, over data and total rows, with their counts. */
  readonly markers: Readonly<Record<string, number>>;
  /** Tokens that stand beside a number in one cell, such as the "p" of "12p", with their counts as above. */
  readonly beside?: Readonly<Record<string, number>>;
  /** The first cell that makes it text, where most of its cells begin with a number: `C7 holds "000"`. */
  readonly text_by?: string;
  /** The first cell of each kind of value over data rows, in order of rows. */
  readonly firsts?: readonly FirstCell[];
  /** Over data rows: cells with a value (markers not counted), and empty cells. */
  readonly values: number;
  readonly empty: number;
  /** Distinct values over data rows, exact up to 1,000, then null. */
  readonly distinct: number | null;
  /** Role `dimension`, few distinct values: all of them, in order. */
  readonly categories?: readonly string[];
  /** Sum over data rows, numbers only; a JavaScript number, for people and scores. Absent beyond its range. */
  readonly sum?: number;
  /** Role `time`: first and last canonical period among data rows. */
  readonly periods?: readonly [first: string, last: string, count: number];
  /** Every data row has an integer, greater than that of the row before: none comes twice. */
  readonly ascending?: boolean;
  readonly description?: string;
  readonly said_by?: Provenance;
  /** Where the publisher says it: "<sheet>, row 12". */
  readonly said_in?: string;
  /** Who gave the unit, if it does not stand over the column. */
  readonly unit_by?: Provenance;
}

export interface PeriodEvidence {
  /** Canonical period. */
  readonly period: string;
  /** Where it was read. */
  readonly from:
    | "config"
    | "link"
    | "file"
    | "folder"
    | "sheet"
    | "title"
    | "note"
    | "data"
    | "property";
  /** The text it was read in. */
  readonly text: string;
  /** 0 to 1. A misspelt month or a bare year scores lower. */
  readonly score: number;
}

/** One table-shaped area of an artifact, with every row of its sheet's neighbourhood claimed. */
export interface Region {
  /** Unique in the document: "<artifact 8 hex>/<member>/<sheet>/<n>". */
  readonly id: string;
  readonly artifact: string;
  readonly file: string;
  readonly member: string | null;
  readonly sheet: string | null;
  readonly hidden: boolean;
  /** 1-based number of the table on its sheet, top to bottom then left to right. */
  readonly number: number;
  readonly range: string;
  readonly header_rows: readonly number[];
  readonly data_rows: readonly RowRange[];
  readonly total_rows: readonly RowRange[];
  readonly section_rows: readonly RowRange[];
  /** Rows inside the range that are neither: units, series ids, repeated headers, placeholders, spacers. */
  readonly skipped_rows: readonly RowRange[];
  readonly columns: readonly RegionColumn[];
  /** Data rows. */
  readonly n_rows: number;
  readonly title?: string;
  /** Totals that the table publishes of its own rows, and that were seen to hold. */
  readonly assertions?: readonly TotalAssertion[];
  readonly notes: readonly string[];
  /** Meanings of markers that the notes give: "[c]" -> "suppressed". */
  readonly marker_meanings: Readonly<Record<string, string>>;
  /** Where they do: "<sheet>, row 12". */
  readonly marker_said_in?: Readonly<Record<string, string>>;
  readonly confidence: number;
  readonly quarantined: boolean;
  readonly reasons: readonly string[];
  /** Cells of text among numbers, where nothing else holds the table back: their rows may be set aside. */
  readonly stray_cells?: number;
  /**
   * sha256 of the content of header, data and total rows, as published, independent of container,
   * line ends and styles. Equal fingerprint = same content.
   */
  readonly fingerprint: string;
  /**
   * Every data record was seen to be plain: one line, no quotes, each value already as COPY takes it. Such a
   * region is loaded byte by byte.
   */
  readonly plain?: boolean;
  /**
   * Every data record was seen to be regular: one line, as wide as the header, quotes only round whole fields.
   * Such a region is loaded record by record from its bytes; values that are written otherwise than COPY takes
   * them are read one by one.
   */
  readonly regular?: boolean;
  readonly description?: string;
  readonly said_by?: Provenance;
  readonly said_in?: string;
}

/**
 * What a sheet of words is: cover (title, date, contact), contents (a list of the tables), dictionary
 * (fields and what they mean), notes (anything else).
 */
export type DocumentKind = "cover" | "contents" | "dictionary" | "notes";

/** The words of a sheet that documents the tables. */
export interface SheetDocument {
  readonly artifact: string;
  readonly member: string | null;
  readonly sheet: string | null;
  readonly kind: DocumentKind;
  /** Ascending; at most 1,000, cells cut at 500 characters. */
  readonly lines: readonly DocumentLine[];
  /** Meanings of markers that it gives, for all tables of its file, and the rows in which it does. */
  readonly marker_meanings: Readonly<Record<string, string>>;
  readonly marker_rows?: Readonly<Record<string, number>>;
}

export interface DocumentLine {
  readonly row: number;
  /** Texts by column, from the first that the sheet fills; "" where a cell is empty. */
  readonly cells: readonly string[];
}

/** A fact about a release, and where the publisher says it. */
export interface SaidFact {
  readonly text: string;
  readonly said_by: Provenance;
  readonly said_in: string;
}

export type ReleaseFact = "title" | "published" | "next_release" | "status" | "contact" | "source";

/** The cells of a sheet that are not in a region, so that every non-empty cell is claimed. */
export interface SheetClaims {
  readonly artifact: string;
  readonly member: string | null;
  readonly sheet: string | null;
  readonly hidden: boolean;
  /** Non-empty cells of the sheet. */
  readonly cells: number;
  /** Cells by claim; they add up to `cells`. */
  readonly claims: Readonly<Record<Claim, number>>;
  readonly quarantined: boolean;
  readonly reasons: readonly string[];
  readonly notes_rows: readonly RowRange[];
}

export type Claim =
  | "title"
  | "header"
  | "unit"
  | "section"
  | "data"
  | "total"
  | "note"
  | "helper"
  | "quarantined";

export interface DraftArtifact {
  readonly sha256: string;
  readonly file: string;
  readonly link: string;
  readonly format: string;
  readonly size_bytes: number;
  /** Set if the file could not be read: it counts as quarantined. */
  readonly error?: { readonly code: string; readonly message: string };
  /** ISO instant from the publisher (Last-Modified, or the workbook's own property), if any. */
  readonly modified?: string;
}

export interface ReleaseManifest {
  readonly schema: "canonry/manifest@1";
  readonly state: "draft" | "enriched";
  readonly publication: string;
  readonly period: string;
  /** Version of the code that sees tables; a later one may see more. */
  readonly reader_version: number;
  readonly artifacts: readonly DraftArtifact[];
  readonly period_evidence: readonly PeriodEvidence[];
  readonly regions: readonly Region[];
  readonly sheets: readonly SheetClaims[];
  /** Cover, contents, notes and dictionaries. */
  readonly documents?: readonly SheetDocument[];
  /** What the release says of itself. */
  readonly about?: Readonly<Partial<Record<ReleaseFact, SaidFact>>>;
}

export interface ContractColumn {
  readonly name: string;
  /** Header as printed, levels joined by " | "; then every other spelling that was accepted. */
  readonly headers: readonly string[];
  /** The header names a date that moves from release to release: its text without the date, and its number. */
  readonly rolling?: string;
  readonly type: ColumnType;
  readonly role: ColumnRole;
  readonly unit?: string;
  readonly description?: string;
  readonly said_by?: Provenance;
  /** A person fixed the type: it is part of how the source is read. */
  readonly type_by?: "person";
  /** May be absent from a release without that being drift. */
  readonly optional?: boolean;
  /** Tokens seen in place of a number or beside one. */
  readonly markers: readonly string[];
  readonly first_period: string;
}

/** One logical table of a publication: one Postgres table, one Parquet file. */
export interface SourceContract {
  /** Unique over all publications: "<publication>_<name>". Also the name of the table. */
  readonly code: string;
  readonly title: string;
  readonly description?: string;
  readonly said_by?: Provenance;
  readonly match: {
    /** Sheet names under which it was seen; null stands for a CSV. */
    readonly sheets: readonly (string | null)[];
    /** File names without periods, versions and extension. */
    readonly files: readonly string[];
    /** Number of the table on its sheet. */
    readonly number: number;
  };
  /** Key columns of a row; empty if no set of dimensions is unique. */
  readonly grain: readonly string[];
  readonly coverage: "period" | "cumulative";
  /** `unpivot`: columns of role period become rows of `data_period` and `value`. */
  readonly layout: "rows" | "unpivot";
  /** Columns whose cells, joined by a space, give the data period of a row (cumulative sources). */
  readonly time: readonly string[];
  readonly columns: readonly ContractColumn[];
  /** What marks mean, where a person says so: it counts before the publisher's notes. */
  readonly marker_meanings?: Readonly<Record<string, string>>;
  /** What people want to be true of every load. */
  readonly checks?: readonly Check[];
  /** In place of what the publication says. */
  readonly quarantine?: RowAllowance;
  readonly totals?: TotalsPolicy;
  /** May be absent from a release without that being drift. */
  readonly optional?: boolean;
  /** Taken from another system's manifest: the first release that it matches settles how it is read. */
  readonly provisional?: true;
  readonly first_period: string;
}

export interface HistoryEntry {
  readonly version: number;
  readonly period: string;
  readonly by: "backfill" | "person" | "import";
  readonly changes: readonly string[];
}

export interface CanonicalManifest {
  readonly schema: "canonry/manifest@1";
  readonly state: "canonical";
  readonly publication: string;
  readonly name: string;
  readonly version: number;
  readonly sources: readonly SourceContract[];
  /** What people decided about drift, in the order in which they did. */
  readonly decisions?: readonly Ruling[];
  readonly history: readonly HistoryEntry[];
  /** sha256 of the document as the program last wrote it, this field apart. */
  readonly digest: string;
}
