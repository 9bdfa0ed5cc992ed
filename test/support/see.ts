import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspectFile } from "../../src/inquiry/inspect/index.ts";
import type { ColumnView, FileView, SheetView, TableView } from "../../src/inquiry/inspect/view.ts";
import { type Grid, type GridRow, gridXlsx } from "./grid.ts";

/** What `inspect --json` sees in a file of this name and content. */
export async function see(content: Buffer | string, name: string): Promise<FileView> {
  const folder = await mkdtemp(join(tmpdir(), "canonry-see-"));
  try {
    await writeFile(join(folder, name), content);
    const seen = await inspectFile(name, folder);
    if (seen.error !== undefined) throw new Error(`${seen.error.code}: ${seen.error.message}`);
    return seen;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The sheets of a workbook of these grids. */
export async function seeSheets(...grids: readonly Grid[]): Promise<readonly SheetView[]> {
  return (await see(gridXlsx(grids), "a.xlsx")).sheets;
}

/** The only sheet of a workbook of these rows. */
export async function seeRows(
  rows: readonly GridRow[],
  more: Omit<Grid, "rows"> = {},
): Promise<SheetView> {
  const [sheet] = await seeSheets({ rows, ...more });
  if (sheet === undefined) throw new Error("no sheet");
  return sheet;
}

/** The only sheet of a CSV. */
export async function seeCsv(content: Buffer | string, name = "a.csv"): Promise<SheetView> {
  const [sheet] = (await see(content, name)).sheets;
  if (sheet === undefined) throw new Error("no sheet");
  return sheet;
}

/** The only table of a sheet, not held back. */
export function onlyTable(sheet: SheetView | undefined): TableView {
  const [table, ...others] = sheet?.tables ?? [];
  if (table === undefined || others.length > 0 || table.quarantined) {
    throw new Error(`not one sure table: ${JSON.stringify(sheet?.tables)}`);
  }
  return table;
}

export function columnOf(table: TableView, letter: string): ColumnView {
  const found = table.columns.find((column) => column.letter === letter);
  if (found === undefined) throw new Error(`no column ${letter}: ${JSON.stringify(table.columns)}`);
  return found;
}

/** Rows of a table by kind, as ranges and lists. */
export function rowsOf(
  table: TableView | undefined,
): Pick<TableView, "range" | "header_rows" | "data_rows" | "total_rows" | "section_rows"> | null {
  if (table === undefined) return null;
  const { range, header_rows, data_rows, total_rows, section_rows } = table;
  return { range, header_rows, data_rows, total_rows, section_rows };
}

/** Of each column letter, header, type and role. */
export function columnsOf(table: TableView): (readonly string[])[] {
  return table.columns.map((column) => [
    column.letter,
    column.header.join(" > "),
    column.type,
    column.role,
  ]);
}
