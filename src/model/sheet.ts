import type { Bytes } from "./storage/bytes.ts";

/**
 * What every format becomes: a workbook of sheets, a sheet of rows, a row of cells. A CSV is a
 * workbook of one sheet without a name. Rows and columns are sparse: an absent cell is empty.
 */
export type CellKind = "text" | "number" | "boolean" | "date" | "error";

export interface Cell {
  /** 0-based column: A is 0. */
  readonly column: number;
  readonly kind: CellKind;
  /**
   * The value as published, lossless. `text`: the text, untrimmed. `number`: the decimal literal as
   * the file stores it ("0.1", "1E-3"). `boolean`: "TRUE" or "FALSE". `date`: ISO "2025-11-30" or
   * "2025-11-30T10:15:00". `error`: "#N/A".
   */
  readonly text: string;
  /** A number that the sheet shows as a percentage. */
  readonly percent?: boolean;
  readonly bold?: boolean;
  readonly indent?: number;
  /** The value is the cached result of a formula. */
  readonly formula?: boolean;
}

export interface SheetRow {
  /** 1-based row of the sheet, or 1-based record of a CSV (blank records count). */
  readonly row: number;
  /** Ascending by column; cells that are empty or hold "" are absent. Text of spaces only is kept. */
  readonly cells: readonly Cell[];
  readonly hidden?: boolean;
}

/** Inclusive, 0-based columns and 1-based rows. */
export interface MergedRange {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** What is known of a sheet only after its last row was read. */
export interface SheetEnd {
  readonly merges: readonly MergedRange[];
  readonly hiddenColumns: readonly number[];
  /** Facts to report, such as a far cell that was left out of the shape, or a declared dimension that lies. */
  readonly remarks: readonly string[];
}

export interface Sheet {
  /** Null for a CSV. */
  readonly name: string | null;
  /** Path inside the archive, if the file was a ZIP of files. */
  readonly member: string | null;
  readonly hidden: boolean;
  /** Chart sheets and macro sheets hold no cells and are not listed. */
  readonly position: number;
  /**
   * Rows in ascending order, in batches; blank rows may be absent. May be called again for a second
   * pass. The generator returns what stands after the rows. Memory: one batch, plus the shared
   * strings of the workbook.
   */
  rows(): AsyncGenerator<readonly SheetRow[], SheetEnd>;
  /** Of a CSV in UTF-8: its bytes, for readers that take plain records without parsing them. */
  readonly text?: { readonly bytes: Bytes; readonly dialect: CsvDialect };
}

export type FileFormat = "csv" | "xlsx" | "xls" | "xlsb" | "ods" | "zip";

export interface CsvDialect {
  readonly encoding: "utf-8" | "utf-16le" | "utf-16be" | "windows-1252";
  readonly delimiter: string;
  /** "" if the file uses none. */
  readonly quote: string;
  /** The character before a quote inside a quoted field: the quote itself, or a backslash. */
  readonly escape: string;
  readonly newline: "\n" | "\r\n" | "\r";
  /** Bytes of a byte-order mark to pass over. */
  readonly bomBytes: number;
  /** Why: one line a decision. */
  readonly evidence: readonly string[];
}

export interface Workbook {
  readonly format: FileFormat;
  readonly sheets: readonly Sheet[];
  /** Text that the workbook says of itself: core properties such as title, modified (ISO). */
  readonly properties: Readonly<Record<string, string>>;
  /** For a CSV. */
  readonly dialect: CsvDialect | null;
  readonly remarks: readonly string[];
  /** Ends children and releases buffers. Sheets cannot be read afterwards. */
  close(): Promise<void>;
}

/** "A" is 0, "AA" is 26. */
export function columnIndex(letter: string): number {
  let index = 0;
  for (const char of letter) index = index * 26 + char.charCodeAt(0) - 64;
  return index - 1;
}

export function columnLetter(index: number): string {
  let letter = "";
  for (let rest = index + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    letter = String.fromCharCode(65 + ((rest - 1) % 26)) + letter;
  }
  return letter;
}

/** Consumes the rows and gives what stands after them. */
export async function endOfSheet(
  rows: AsyncGenerator<readonly SheetRow[], SheetEnd>,
  each: (batch: readonly SheetRow[]) => void | Promise<void>,
): Promise<SheetEnd> {
  for (;;) {
    const next = await rows.next();
    if (next.done === true) return next.value;
    await each(next.value);
  }
}
