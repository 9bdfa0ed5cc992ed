/** What SheetJS sees in an old workbook, as the lines that its reader takes. Runs in a process of its own. */
import { type ColInfo, read, SSF, type WorkBook, type WorkSheet } from "@e965/xlsx";
import type { Cell, MergedRange, SheetRow } from "../../model/sheet.ts";
import { serialDate } from "../serial-date.ts";
import { isDateFormat } from "../xlsx/styles.ts";
import type { LegacyLine } from "./protocol.ts";

/** Takes one line; the next one waits for it. */
export type WriteLine = (line: LegacyLine) => Promise<void>;

/** A cell as SheetJS gives it. */
interface LibraryCell {
  readonly t: string;
  readonly v?: unknown;
  readonly w?: string;
  readonly z?: string | number;
  readonly f?: string;
}

const BATCH_ROWS = 200;
const LAST_ROW = 1_048_576;
const LAST_COLUMN = 16_384;

/** Writes the workbook, or one line with the error. */
export async function writeLegacy(
  content: Buffer,
  format: string,
  write: WriteLine,
): Promise<void> {
  try {
    await writeWorkbook(
      read(content, {
        type: "buffer",
        cellNF: true,
        cellText: true,
        cellFormula: true,
        cellDates: false,
        dense: true,
        // Hidden columns are told with styles only; for an ods it would fill the sheet with blank cells.
        cellStyles: format !== "ods",
      }),
      write,
    );
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const encrypted = /password|encrypt/i.test(message) || isEncrypted(content);
    await write({
      line: "error",
      code: encrypted ? "WORKBOOK_ENCRYPTED" : "WORKBOOK_CORRUPT",
      message,
    });
  }
}

/** An encrypted OOXML workbook is an OLE file with a stream of this name, in UTF-16. */
function isEncrypted(content: Buffer): boolean {
  return content.includes(Buffer.from("EncryptedPackage", "utf16le"));
}

async function writeWorkbook(book: WorkBook, write: WriteLine): Promise<void> {
  const properties = book.Props as Readonly<Record<string, unknown>> | undefined;
  const date1904 = book.Workbook?.WBProps?.date1904 === true;
  await write({
    line: "workbook",
    properties: {
      ...text("title", properties?.["Title"]),
      ...text("subject", properties?.["Subject"]),
      ...text("modified", properties?.["ModifiedDate"]),
    },
  });
  for (const [at, name] of book.SheetNames.entries()) {
    if (name.includes("\u0000")) throw new Error("the name of a sheet holds a NUL");
    const sheet = book.Sheets[name];
    if (
      sheet === undefined ||
      ((sheet["!type"] as string | undefined) !== undefined && sheet["!type"] !== "sheet")
    )
      continue;
    const hidden = (book.Workbook?.Sheets?.[at]?.Hidden ?? 0) !== 0;
    await writeSheet({ sheet, name, hidden, date1904 }, write);
  }
  await write({ line: "end" });
}

function text(key: string, value: unknown): Record<string, string> {
  if (value instanceof Date && !Number.isNaN(value.getTime()))
    return { [key]: value.toISOString() };
  const usable = typeof value === "string" && value !== "" && !value.includes("\u0000");
  return usable ? { [key]: value } : {};
}

interface NamedSheet {
  readonly sheet: WorkSheet;
  readonly name: string;
  readonly hidden: boolean;
  readonly date1904: boolean;
}

async function writeSheet(
  { sheet, name, hidden, date1904 }: NamedSheet,
  write: WriteLine,
): Promise<void> {
  await write({ line: "sheet", name, hidden });
  const data = (sheet as { "!data"?: (LibraryCell | undefined)[][] })["!data"] ?? [];
  const rowFacts = sheet["!rows"] ?? [];
  let batch: SheetRow[] = [];
  for (const [at, own] of sparse(data)) {
    const cells: Cell[] = [];
    for (const [column, cell] of sparse(own)) {
      const made = cellOf(cell, column, date1904);
      if (made !== null) cells.push(made);
    }
    if (cells.length === 0) continue;
    if (!isBelow(at, LAST_ROW)) throw new Error(`there is no row ${at + 1}`);
    const hiddenRow = rowFacts[at]?.hidden === true;
    batch.push(hiddenRow ? { row: at + 1, cells, hidden: true } : { row: at + 1, cells });
    if (batch.length < BATCH_ROWS) continue;
    await write({ line: "rows", rows: batch });
    batch = [];
  }
  if (batch.length > 0) await write({ line: "rows", rows: batch });
  const merges = (sheet["!merges"] ?? [])
    .map(({ s, e }): MergedRange => ({ top: s.r + 1, left: s.c, bottom: e.r + 1, right: e.c }))
    .filter(
      ({ top, left, bottom, right }) =>
        top > 0 && left >= 0 && bottom <= LAST_ROW && right < LAST_COLUMN,
    );
  // The library leaves holes for columns without facts.
  const facts: readonly (ColInfo | undefined)[] = sheet["!cols"] ?? [];
  const columns = facts.map((column, index) => ({
    index,
    hidden: column?.hidden === true,
  }));
  const hiddenColumns = columns.filter((column) => column.hidden).map((column) => column.index);
  await write({ line: "sheet-end", merges, hiddenColumns });
}

function isBelow(index: number, most: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < most;
}

/** Entries of an array that may have millions of holes; a broken file puts other keys in it. */
function* sparse<Item>(items: readonly (Item | undefined)[]): Generator<[number, Item]> {
  for (const key in items) {
    const item = items[key];
    if (item !== undefined && item !== null) yield [Number(key), item];
  }
}

function cellOf(cell: LibraryCell, column: number, date1904: boolean): Cell | null {
  const made = typedCell(cell, column, date1904);
  if (made === null) return null;
  if (!isBelow(column, LAST_COLUMN)) throw new Error(`a cell is in no column: ${column}`);
  return made.text === "" ? null : made;
}

/** A text of an old workbook may hold NUL, which no database does; an xlsx writes it so (`cellText`). */
function withoutNul(value: string): string {
  return value.includes("\u0000") ? value.replaceAll("\u0000", "_x0000_") : value;
}

/**
 * An ods has no errors: Excel saves the number 0, LibreOffice a text, and both what is shown. In no other
 * format is a number or the result of a formula shown so.
 */
const SHOWN_ERROR = /^(?:#(?:NULL!|DIV\/0!|VALUE!|REF!|NAME\?|NUM!|N\/A)|Err:\d{3})$/;

function typedCell(cell: LibraryCell, column: number, date1904: boolean): Cell | null {
  const formula = cell.f === undefined ? {} : { formula: true };
  const shown = cell.w ?? "";
  if (cell.t === "n" && !Number.isFinite(cell.v))
    throw new Error(`a cell holds no number: ${String(cell.v)}`);
  if ((cell.t === "n" || cell.f !== undefined) && SHOWN_ERROR.test(shown)) {
    return { column, kind: "error", text: shown, ...formula };
  }
  switch (cell.t) {
    case "s": {
      const value = withoutNul(String(cell.v ?? ""));
      return value === "" ? null : { column, kind: "text", text: value, ...formula };
    }
    case "n": {
      const value = cell.v as number;
      const format =
        typeof cell.z === "number" ? String(SSF.get_table()[cell.z] ?? "") : (cell.z ?? "");
      const date = isDateFormat(format) ? serialDate(value, date1904) : null;
      if (date !== null) return { column, kind: "date", text: date, ...formula };
      const percent = format.replace(/"[^"]*"/g, "").includes("%") ? { percent: true } : {};
      return { column, kind: "number", text: String(value), ...percent, ...formula };
    }
    case "b":
      return { column, kind: "boolean", text: cell.v === true ? "TRUE" : "FALSE", ...formula };
    case "e":
      return { column, kind: "error", text: cell.w ?? "#N/A", ...formula };
    case "d": {
      const iso = cell.v instanceof Date ? cell.v.toISOString() : String(cell.v);
      return {
        column,
        kind: "date",
        text: iso.replace(/T00:00:00(?:\.\d+)?Z?$|(?:\.000)?Z$/, ""),
        ...formula,
      };
    }
    default:
      return null;
  }
}
