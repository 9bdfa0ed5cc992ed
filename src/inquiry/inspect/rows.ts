import { openWorkbook } from "../../formats/open-workbook.ts";
import { CanonryError } from "../../model/errors.ts";
import type { Limits } from "../../model/limits.ts";
import type { Region } from "../../model/manifest/manifest.ts";
import { type Cell, columnIndex, type Sheet } from "../../model/sheet.ts";
import type { Bytes } from "../../model/storage/bytes.ts";
import { readSheet } from "../../stages/draft/index.ts";

export interface RowsWanted {
  readonly limits: Limits;
  readonly file: string;
  /** Name of the sheet; the first with a table if absent. */
  readonly sheet?: string;
  /** 1-based number of the table on its sheet; the first if absent. */
  readonly table?: number;
}

/**
 * One table as lines of an RFC 4180 CSV: the header (the levels of several header rows joined by a
 * space), then data and total rows as published. A file without a table gives nothing.
 */
export async function* viewRows(bytes: Bytes, wanted: RowsWanted): AsyncGenerator<string> {
  const workbook = await openWorkbook(bytes, { limits: wanted.limits, fileName: wanted.file });
  try {
    const found = await chosen(workbook.sheets, wanted);
    if (found !== null) yield* rowsOf(found.sheet, found.region);
  } finally {
    await workbook.close();
  }
}

async function chosen(
  sheets: readonly Sheet[],
  wanted: RowsWanted,
): Promise<{ sheet: Sheet; region: Region } | null> {
  const named = sheets.filter((sheet) => wanted.sheet === undefined || sheet.name === wanted.sheet);
  if (wanted.sheet !== undefined && named.length === 0) {
    throw new CanonryError("USAGE", `the file has no sheet "${wanted.sheet}"`, {
      file: wanted.file,
    });
  }
  for (const sheet of named) {
    const { regions } = await readSheet(sheet, "", wanted.file, []);
    const region = regions[(wanted.table ?? 1) - 1];
    if (region !== undefined) return { sheet, region };
  }
  return null;
}

/** Header rows are read level by level, so that a level printed twice is printed twice. */
async function* rowsOf(sheet: Sheet, region: Region): AsyncGenerator<string> {
  const columns = region.columns.filter((column) => column.letter !== "");
  const wanted = columns.map((column) => columnIndex(column.letter));
  const header = new Set(region.header_rows);
  const inside = (row: number): boolean =>
    [...region.data_rows, ...region.total_rows].some(
      ([first, last]) => row >= first && row <= last,
    );
  const levels: (readonly (Cell | undefined)[])[] = [];
  let headed = header.size === 0;
  for await (const batch of sheet.rows()) {
    let text = "";
    for (const row of batch) {
      const cells = wanted.map((column) => row.cells.find((cell) => cell.column === column));
      if (header.has(row.row)) levels.push(cells);
      if (!headed && levels.length === header.size) {
        headed = true;
        text += csvLine(columns.map((column, at) => printed(levels, at, column.header)));
      }
      if (!header.has(row.row) && inside(row.row))
        text += csvLine(cells.map((cell) => cell?.text ?? ""));
    }
    if (text !== "") yield text;
  }
}

function printed(
  levels: readonly (readonly (Cell | undefined)[])[],
  at: number,
  path: readonly string[],
): string {
  const own = levels.map((level) => level[at]?.text ?? "").filter((text) => text !== "");
  return own.length === levels.length ? own.join(" ") : path.join(" ");
}

function csvLine(fields: readonly string[]): string {
  return `${fields.map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(",")}\r\n`;
}
