import type { PlacedColumn } from "./part-place.ts";
import { columnIndex } from "./sheet.ts";

/** What names a cell of an artifact. */
export interface NamedCell {
  readonly file_name: string;
  readonly member: string | null;
  readonly sheet: string | null;
  readonly column: PlacedColumn;
  /** Row of the sheet, record of the CSV. */
  readonly row: number;
  /** Line on which the record begins; null where only the record is known. */
  readonly line: number | null;
}

const oneLine = (text: string): string => text.replace(/[\s\u0000-\u001f\u007f]+/g, " ").trim();

/**
 * A cell as people cite it: `Table 3!F47`, in a member of an archive `beds.xlsx/Table 3!F47`; of a CSV
 * `beds.csv:47, column 6 (Beds open)`, with the record if that is not the line, and the record alone where nobody
 * counted the lines: `beds.csv, record 47, column 6 (Beds open)`.
 */
export function cellName({ file_name, member, sheet, column, row, line }: NamedCell): string {
  const { letter, header } = column;
  if (sheet !== null) {
    const book = member === null ? "" : `${member}/`;
    return letter === ""
      ? `${book}${oneLine(sheet)}, row ${row}`
      : `${book}${oneLine(sheet)}!${letter}${row}`;
  }
  const file = member ?? file_name;
  const record = line === row ? "" : ` (record ${row})`;
  const place = line === null ? `${file}, record ${row}` : `${file}:${line}${record}`;
  const field = letter === "" ? "" : `, column ${columnIndex(letter) + 1}`;
  return `${place}${field}${header === "" ? "" : ` (${oneLine(header)})`}`;
}
