import type { Limits } from "../../model/limits.ts";
import type {
  PeriodEvidence,
  Region,
  RowRange,
  SheetClaims,
} from "../../model/manifest/manifest.ts";
import type { TotalAssertion } from "../../model/manifest/published-total.ts";
import type { Bytes } from "../../model/storage/bytes.ts";
import { readFile } from "../../stages/draft/index.ts";

/** The JSON of one sheet: see docs of `canonry inspect --json`. Its names are stable. */
export interface SheetView {
  readonly name: string | null;
  readonly member?: string;
  readonly hidden: boolean;
  readonly quarantined: boolean;
  readonly reasons: readonly string[];
  readonly cells: number;
  readonly claims: Readonly<Record<string, number>>;
  readonly tables: readonly TableView[];
  readonly notes_rows: readonly RowRange[];
}

export interface TableView {
  readonly range: string;
  readonly header_rows: readonly number[];
  readonly data_rows: readonly RowRange[];
  readonly total_rows: readonly number[];
  readonly section_rows: readonly number[];
  readonly columns: readonly ColumnView[];
  readonly n_rows: number;
  readonly assertions: readonly TotalAssertion[];
  readonly title?: string;
  readonly confidence: number;
  readonly quarantined: boolean;
  readonly reasons: readonly string[];
  readonly fingerprint: string;
}

export interface ColumnView {
  readonly letter: string;
  readonly header: readonly string[];
  readonly name: string;
  /** "integer" for whole numbers, else the type of the manifest. */
  readonly type: string;
  readonly role: string;
  readonly markers: Readonly<Record<string, number>>;
  readonly beside?: Readonly<Record<string, number>>;
  readonly sum?: number;
  readonly unit?: string;
  readonly period?: string;
  readonly fill_down?: boolean;
  readonly values: number;
  readonly empty: number;
  readonly distinct: number | null;
}

export interface FileView {
  readonly file: string;
  readonly format: string;
  readonly sha256: string;
  readonly period_evidence: readonly PeriodEvidence[];
  readonly sheets: readonly SheetView[];
}

/** Everything that the program sees in a file. `file` is the name to show, `sha256` that of the bytes. */
export async function viewFile(
  bytes: Bytes,
  options: { readonly limits: Limits; readonly file: string; readonly sha256: string },
): Promise<FileView> {
  const artifact = { sha256: options.sha256, file: options.file };
  const seen = await readFile(artifact, bytes, { limits: options.limits, guides: [] });
  return {
    file: options.file,
    format: seen.format,
    sha256: options.sha256,
    period_evidence: seen.evidence,
    sheets: seen.sheets.map((sheet) =>
      viewSheet(
        sheet,
        seen.regions.filter(
          (region) => region.sheet === sheet.sheet && region.member === sheet.member,
        ),
      ),
    ),
  };
}

function viewSheet(sheet: SheetClaims, regions: readonly Region[]): SheetView {
  return {
    name: sheet.sheet,
    ...(sheet.member === null ? {} : { member: sheet.member }),
    hidden: sheet.hidden,
    quarantined: sheet.quarantined,
    reasons: sheet.reasons,
    cells: sheet.cells,
    claims: sheet.claims,
    tables: regions.map(viewTable),
    notes_rows: sheet.notes_rows,
  };
}

function viewTable(region: Region): TableView {
  return {
    range: region.range,
    header_rows: region.header_rows,
    data_rows: region.data_rows,
    total_rows: rowsOf(region.total_rows),
    section_rows: rowsOf(region.section_rows),
    columns: region.columns.filter((column) => column.letter !== "").map(viewColumn),
    n_rows: region.n_rows,
    assertions: region.assertions ?? [],
    ...(region.title === undefined ? {} : { title: region.title }),
    confidence: region.confidence,
    quarantined: region.quarantined,
    reasons: region.reasons,
    fingerprint: region.fingerprint,
  };
}

function rowsOf(ranges: readonly RowRange[]): number[] {
  return ranges.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, at) => first + at),
  );
}

function viewColumn(column: Region["columns"][number]): ColumnView {
  const { letter, header, name, role, markers, values, empty, distinct } = column;
  return {
    letter,
    header,
    name,
    type: column.type === "bigint" ? "integer" : column.type,
    role,
    markers,
    ...(column.beside === undefined ? {} : { beside: column.beside }),
    ...(column.sum === undefined ? {} : { sum: column.sum }),
    ...(column.unit === undefined ? {} : { unit: column.unit }),
    ...(column.period === undefined ? {} : { period: column.period }),
    ...(column.fill_down === undefined ? {} : { fill_down: column.fill_down }),
    values,
    empty,
    distinct,
  };
}
