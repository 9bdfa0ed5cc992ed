/**
 * Runs as a process of its own: reads an old workbook from standard input with SheetJS and writes it as
 * lines of JSON to standard output. Its parent ends it at a deadline; its heap is limited.
 */
import process from "node:process";
import { type ColInfo, read, SSF, type WorkBook, type WorkSheet } from "@e965/xlsx";
import type { Cell, MergedRange, SheetRow } from "../../model/sheet.ts";
import { serialDate } from "../serial-date.ts";
import { isDateFormat } from "../xlsx/styles.ts";
import type { LegacyLine } from "./protocol.ts";

/** A cell as SheetJS gives it. */
interface LibraryCell {
  readonly t: string;
  readonly v?: unknown;
  readonly w?: string;
  readonly z?: string | number;
  readonly f?: string;
}

const BATCH_ROWS = 200;

async function main(): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  const content = Buffer.concat(chunks);
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
        cellStyles: process.argv[2] !== "ods",
      }),
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

async function writeWorkbook(book: WorkBook): Promise<void> {
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
    const sheet = book.Sheets[name];
    if (
      sheet === undefined ||
      ((sheet["!type"] as string | undefined) !== undefined && sheet["!type"] !== "sheet")
    )
      continue;
    await writeSheet(sheet, name, (book.Workbook?.Sheets?.[at]?.Hidden ?? 0) !== 0, date1904);
  }
  await write({ line: "end" });
}

function text(key: string, value: unknown): Record<string, string> {
  if (value instanceof Date) return { [key]: value.toISOString() };
  return typeof value === "string" && value !== "" ? { [key]: value } : {};
}

async function writeSheet(
  sheet: WorkSheet,
  name: string,
  hidden: boolean,
  date1904: boolean,
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
    const hiddenRow = rowFacts[at]?.hidden === true;
    batch.push(hiddenRow ? { row: at + 1, cells, hidden: true } : { row: at + 1, cells });
    if (batch.length < BATCH_ROWS) continue;
    await write({ line: "rows", rows: batch });
    batch = [];
  }
  if (batch.length > 0) await write({ line: "rows", rows: batch });
  const merges: MergedRange[] = (sheet["!merges"] ?? []).map(({ s, e }) => ({
    top: s.r + 1,
    left: s.c,
    bottom: e.r + 1,
    right: e.c,
  }));
  // The library leaves holes for columns without facts.
  const facts: readonly (ColInfo | undefined)[] = sheet["!cols"] ?? [];
  const columns = facts.map((column, index) => ({
    index,
    hidden: column?.hidden === true,
  }));
  const hiddenColumns = columns.filter((column) => column.hidden).map((column) => column.index);
  await write({ line: "sheet-end", merges, hiddenColumns });
}

/** Entries of an array that may have millions of holes. */
function* sparse<Item>(items: readonly (Item | undefined)[]): Generator<[number, Item]> {
  for (const key in items) {
    const item = items[key];
    if (item !== undefined && item !== null) yield [Number(key), item];
  }
}

/**
 * An ods has no errors: Excel saves the number 0, LibreOffice a text, and both what is shown. In no other
 * format is a number or the result of a formula shown so.
 */
const SHOWN_ERROR = /^(?:#(?:NULL!|DIV\/0!|VALUE!|REF!|NAME\?|NUM!|N\/A)|Err:\d{3})$/;

function cellOf(cell: LibraryCell, column: number, date1904: boolean): Cell | null {
  const formula = cell.f === undefined ? {} : { formula: true };
  const shown = cell.w ?? "";
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

/** A text of an old workbook may hold NUL, which no database does; an xlsx writes it so (`cellText`). */
function withoutNul(value: string): string {
  return value.includes("\u0000") ? value.replaceAll("\u0000", "_x0000_") : value;
}

function write(line: LegacyLine): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(`${JSON.stringify(line)}\n`, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

await main();
