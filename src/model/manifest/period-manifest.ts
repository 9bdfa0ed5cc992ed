import type { ColumnType } from "./manifest.ts";

/**
 * The manifest of one period as the systems before this one wrote it, `adhd_aug25_canonical.yaml`: what
 * was read of it. Each thing knows its file and line.
 */
export interface PeriodManifest {
  readonly file: string;
  readonly publication: string;
  /** Canonical. */
  readonly period: string;
  readonly sources: readonly PeriodSource[];
}

export interface PeriodSource {
  readonly code: string;
  readonly line: number;
  readonly name: string;
  readonly description: string | null;
  /** The physical table there; null if none was named. */
  readonly table: string | null;
  readonly files: readonly PeriodFile[];
  readonly columns: readonly PeriodColumn[];
}

export interface PeriodFile {
  /** Name of the file, or of the member of an archive. */
  readonly name: string;
  /** Null for a CSV. */
  readonly sheet: string | null;
}

export interface PeriodColumn {
  readonly line: number;
  /** As printed. */
  readonly header: string;
  /** By our rule. */
  readonly name: string;
  readonly description: string | null;
  /** Null: none was given, or one that is unknown. */
  readonly type: ColumnType | null;
  readonly measure: boolean;
}

/** conflict: it was left out, since nothing says which is right. note: it was taken, by the rule that is named. */
export interface ImportFinding {
  readonly kind: "conflict" | "note";
  readonly file: string;
  readonly line: number;
  readonly source: string | null;
  readonly message: string;
}
