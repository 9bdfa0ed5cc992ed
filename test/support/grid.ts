import { utils, type WorkBook, type WorkSheet, write } from "@e965/xlsx";
import { columnLetter } from "../../src/model/sheet.ts";
import { type RawBook, rawXlsx } from "./xlsx.ts";

/** A cell as a publisher types it. `percent` 0.25 is shown as 25%; `date` is ISO. */
export type GridCell =
  | string
  | number
  | boolean
  | null
  | { readonly percent: number }
  | { readonly date: string }
  | { readonly error: string }
  | { readonly formula: string; readonly cached: number | string };

export type GridRow = readonly GridCell[];

/** A sheet as rows of cells, the first one row 1. */
export interface Grid {
  readonly name?: string;
  readonly rows: readonly GridRow[];
  /** Such as "A1:C1". */
  readonly merges?: readonly string[];
  readonly hiddenRows?: readonly number[];
  /** 0-based. */
  readonly hiddenColumns?: readonly number[];
  readonly state?: "hidden" | "veryHidden";
  readonly filter?: string;
}

const XML: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };
const escaped = (text: string): string => text.replace(/[&<>]/g, (sign) => XML[sign] ?? sign);

/** Days since 1899-12-30, as a workbook counts them. */
export function serialOf(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / 86_400_000 + 25_569;
}

function cellXml(cell: GridCell, place: string): string {
  if (cell === null || cell === "") return "";
  if (typeof cell === "number") return `<c r="${place}"><v>${cell}</v></c>`;
  if (typeof cell === "boolean") return `<c r="${place}" t="b"><v>${cell ? 1 : 0}</v></c>`;
  if (typeof cell === "string") {
    return `<c r="${place}" t="inlineStr"><is><t xml:space="preserve">${escaped(cell)}</t></is></c>`;
  }
  if ("percent" in cell) return `<c r="${place}" s="2"><v>${cell.percent}</v></c>`;
  if ("date" in cell) return `<c r="${place}" s="1"><v>${serialOf(cell.date)}</v></c>`;
  if ("error" in cell) return `<c r="${place}" t="e"><v>${cell.error}</v></c>`;
  const kind = typeof cell.cached === "string" ? ' t="str"' : "";
  return `<c r="${place}"${kind}><f>${escaped(cell.formula)}</f><v>${escaped(String(cell.cached))}</v></c>`;
}

/** XML of a worksheet between its root tags. */
export function gridXml(grid: Grid): string {
  const columns = (grid.hiddenColumns ?? [])
    .map((column) => `<col min="${column + 1}" max="${column + 1}" hidden="1"/>`)
    .join("");
  const rows = grid.rows.map((cells, at) => {
    const hidden = grid.hiddenRows?.includes(at + 1) === true ? ' hidden="1"' : "";
    const xml = cells.map((cell, column) => cellXml(cell, `${columnLetter(column)}${at + 1}`));
    return `<row r="${at + 1}"${hidden}>${xml.join("")}</row>`;
  });
  const merges = (grid.merges ?? []).map((ref) => `<mergeCell ref="${ref}"/>`).join("");
  return (
    (columns === "" ? "" : `<cols>${columns}</cols>`) +
    `<sheetData>${rows.join("")}</sheetData>` +
    (grid.filter === undefined ? "" : `<autoFilter ref="${grid.filter}"/>`) +
    (merges === "" ? "" : `<mergeCells>${merges}</mergeCells>`)
  );
}

/** The grids as sheets of an xlsx. */
export function gridXlsx(grids: readonly Grid[], more: Omit<RawBook, "sheets"> = {}): Buffer {
  const sheets = grids.map((grid, at) => ({
    name: grid.name ?? `Sheet${at + 1}`,
    xml: gridXml(grid),
    ...(grid.state === undefined ? {} : { state: grid.state }),
  }));
  return rawXlsx({ sheets, ...more });
}

function libraryCell(cell: GridCell): unknown {
  if (cell === null || typeof cell !== "object") return cell === "" ? null : cell;
  if ("percent" in cell) return { t: "n", v: cell.percent, z: "0.0%" };
  if ("date" in cell) return { t: "n", v: serialOf(cell.date), z: "dd/mm/yyyy" };
  if ("error" in cell) return { t: "e", v: 42, w: cell.error };
  return cell.cached;
}

function librarySheet(grid: Grid): WorkSheet {
  const sheet = utils.aoa_to_sheet(grid.rows.map((row) => row.map(libraryCell)));
  sheet["!merges"] = (grid.merges ?? []).map((ref) => utils.decode_range(ref));
  return sheet;
}

/** The grids as sheets of a workbook of another format, written by the library. */
export function gridBook(grids: readonly Grid[], bookType: "biff8" | "xlsb" | "ods"): Buffer {
  const book: WorkBook = utils.book_new();
  for (const [at, grid] of grids.entries()) {
    utils.book_append_sheet(book, librarySheet(grid), grid.name ?? `Sheet${at + 1}`);
  }
  return write(book, { type: "buffer", bookType }) as Buffer;
}

/** How a cell is printed into a CSV. */
export function printedCell(cell: GridCell): string {
  if (cell === null) return "";
  if (typeof cell === "boolean") return cell ? "TRUE" : "FALSE";
  if (typeof cell !== "object") return String(cell);
  if ("percent" in cell) return `${Number((cell.percent * 100).toFixed(6))}%`;
  if ("date" in cell) return cell.date;
  return "error" in cell ? cell.error : String(cell.cached);
}

/** The grid as a CSV, every record of the same width as a spreadsheet saves it. */
export function gridCsv(grid: Grid, delimiter = ","): string {
  const width = Math.max(...grid.rows.map((row) => row.length));
  const field = (text: string): string =>
    text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const lines = grid.rows.map((row) =>
    Array.from({ length: width }, (_, at) => field(printedCell(row[at] ?? null))).join(delimiter),
  );
  return `${lines.join("\r\n")}\r\n`;
}
