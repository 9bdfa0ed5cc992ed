import type { LegacyReader } from "../../src/formats/legacy/open-legacy.ts";
import type { LegacyLine } from "../../src/formats/legacy/protocol.ts";
import { writeLegacy } from "../../src/formats/legacy/write-legacy.ts";
import { openWorkbook } from "../../src/formats/open-workbook.ts";
import { readRegionRows } from "../../src/formats/region-rows.ts";
import { viewFile } from "../../src/inquiry/inspect/view.ts";
import { CanonryError, ERRORS } from "../../src/model/errors.ts";
import { LIMITS, type Limits } from "../../src/model/limits.ts";
import type { Region, RowRange } from "../../src/model/manifest/manifest.ts";
import {
  columnIndex,
  endOfSheet,
  type Sheet,
  type SheetEnd,
  type SheetRow,
} from "../../src/model/sheet.ts";
import { type Bytes, bytesOf } from "../../src/model/storage/bytes.ts";
import { readFile, readSheet } from "../../src/stages/draft/index.ts";
import { sampleSheet } from "../../src/stages/draft/lines/sample.ts";
import { findTables } from "../../src/stages/draft/tables/find-tables.ts";
import type { FoundSheet, FoundTable } from "../../src/stages/draft/tables/found.ts";
import type { Fuzzed } from "./csv.ts";

/** What was read keeps a law no longer. */
export class Finding extends Error {}

function must(holds: boolean, law: string, seen: unknown = ""): asserts holds {
  if (!holds) throw new Finding(`${law}: ${JSON.stringify(seen)}`.slice(0, 400));
}

export interface Outcome {
  /** "read", or the code of the error. */
  readonly result: string;
  readonly tables: number;
}

export type Way =
  /** As `canonry inspect` reads: old workbooks in a child of their own. */
  | "whole"
  /** Old workbooks in this process, which saves the start of a child for each. */
  | "here";

const SHA = "0".repeat(64);

/** Reads one input whole. It ends with tables that keep the laws, or with an error of the closed set. Throws all else. */
export async function judge(
  input: Fuzzed,
  way: Way,
  told: (phase: string) => void,
): Promise<Outcome> {
  const limits: Limits = { ...LIMITS, legacy_seconds: 20, legacy_memory_mb: 512 };
  const bytes = bytesOf(input.name, input.content);
  const legacy = way === "here" ? { legacy: readHere(told) } : {};
  try {
    const workbook = await openWorkbook(bytes, { limits, fileName: input.name, ...legacy });
    let tables = 0;
    try {
      for (const sheet of workbook.sheets) tables += await judgeSheet(sheet, input.name);
    } finally {
      await workbook.close();
    }
    if (workbook.dialect !== null) await sameInPieces(bytes, input, limits);
    if (way === "whole")
      JSON.stringify(await viewFile(bytes, { limits, file: input.name, sha256: SHA }));
    return { result: "read", tables };
  } catch (error) {
    if (!(error instanceof CanonryError)) throw error;
    must(
      Object.hasOwn(ERRORS, error.code),
      "the code of an error is of the closed set",
      error.code,
    );
    must(!error.describe().includes("\u0000"), "an error holds no NUL", error.code);
    must(error.message.length < 2000, "an error is one line", error.message.length);
    return { result: error.code, tables: 0 };
  }
}

/** The child's own code, without the child; lines pass as JSON as they would. */
function readHere(told: (phase: string) => void): LegacyReader {
  return async (bytes, format, _limits, take) => {
    const chunks: Buffer[] = [];
    for await (const chunk of bytes.stream()) chunks.push(chunk);
    const lines: LegacyLine[] = [];
    told("library");
    await writeLegacy(Buffer.concat(chunks), format, (line) => {
      lines.push(JSON.parse(JSON.stringify(line)) as LegacyLine);
      return Promise.resolve();
    });
    told("reader");
    for (const line of lines) {
      if (line.line === "error")
        throw new CanonryError(line.code, line.message, { file: bytes.name });
      if (line.line !== "end") take(line);
    }
  };
}

/** Where the chunks end must not matter. */
async function sameInPieces(bytes: Bytes, input: Fuzzed, limits: Limits): Promise<void> {
  const size = 1 + (input.content.length % 61);
  if (input.content.length > 4096 || input.content.length % 4 !== 0) return;
  const cut: Bytes = {
    ...bytes,
    async *stream(start = 0) {
      for (let at = start; at < input.content.length; at += size)
        yield input.content.subarray(at, at + size);
    },
  };
  const artifact = { sha256: SHA, file: input.name };
  const [whole, pieces] = [
    await readFile(artifact, bytes, { limits, guides: [] }),
    await readFile(artifact, cut, { limits, guides: [] }),
  ];
  must(JSON.stringify(whole) === JSON.stringify(pieces), "small chunks give the same", size);
}

async function judgeSheet(sheet: Sheet, file: string): Promise<number> {
  const rows: SheetRow[] = [];
  const end = await endOfSheet(sheet.rows(), (batch) => void rows.push(...batch));
  judgeRows(rows);
  judgeEnd(end);
  const { regions, claims } = await readSheet(sheet, SHA, file, []);
  must(!JSON.stringify([regions, claims]).includes("\\u0000"), "no NUL in a draft", sheet.name);
  const cells = rows.reduce((sum, row) => sum + row.cells.length, 0);
  const claimed = Object.values(claims.claims).reduce((sum, count) => sum + count, 0);
  must(claims.cells === cells && claimed === cells, "every cell is claimed once", {
    cells,
    claimed,
  });
  for (const region of regions) {
    judgeRegion(region, rows);
    if (region.number <= 3) await judgeReading(region, sheet);
  }
  judgeOrder(claims.notes_rows, "notes_rows");
  const found = findTables(await sampleSheet(sheet));
  must(found.tables.length === regions.length, "each table is a region", found.tables.length);
  judgeConservation(found, rows);
  must(Object.keys(Object.prototype).length === 0, "no prototype is changed");
  return regions.length;
}

function judgeRows(rows: readonly SheetRow[]): void {
  let last = 0;
  for (const row of rows) {
    must(Number.isInteger(row.row) && row.row > last, "rows ascend", [last, row.row]);
    last = row.row;
    let column = -1;
    for (const cell of row.cells) {
      const at = [row.row, column, cell.column];
      must(Number.isInteger(cell.column) && cell.column > column, "cells ascend", at);
      column = cell.column;
      must(cell.text !== "", "no cell is empty", at);
      must(!cell.text.includes("\u0000"), "no NUL in a cell", at);
      if (cell.kind === "number") must(LITERAL.test(cell.text), "a number is a literal", cell);
      if (cell.kind === "date") must(ISO.test(cell.text), "a date is ISO", cell);
    }
  }
}

const LITERAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const ISO = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?)?$/;

function judgeEnd(end: SheetEnd): void {
  for (const merge of end.merges) {
    const numbers = [merge.top, merge.left, merge.bottom, merge.right];
    must(
      numbers.every((one) => Number.isInteger(one) && one >= 0),
      "merges are whole numbers",
      merge,
    );
    must(merge.bottom <= 1_048_576 && merge.right < 16_384, "merges are inside the sheet", merge);
  }
}

function judgeOrder(ranges: readonly RowRange[], what: string): void {
  let last = 0;
  for (const [first, to] of ranges) {
    must(
      Number.isInteger(first) && first > last && to >= first,
      `${what} are in order`,
      ranges.slice(0, 9),
    );
    last = to;
  }
}

function judgeRegion(region: Region, rows: readonly SheetRow[]): void {
  const [, left = "", top = "", right = "", bottom = ""] =
    /^([A-Z]+)(\d+):([A-Z]+)(\d+)$/.exec(region.range) ?? [];
  must(left !== "", "a range is a range", region.range);
  const last = rows.at(-1)?.row ?? 0;
  const widest = rows.reduce((most, row) => Math.max(most, row.cells.at(-1)?.column ?? 0), 0);
  must(
    Number(top) >= 1 && Number(top) <= Number(bottom) && Number(bottom) <= last,
    "the range is inside the sheet",
    [region.range, last],
  );
  must(
    columnIndex(left) <= columnIndex(right) && columnIndex(right) <= widest,
    "the columns are inside the sheet",
    [region.range, widest],
  );
  const header = region.header_rows.map((row): RowRange => [row, row]);
  judgeOrder(header, "header_rows");
  const taken = new Set<number>();
  const kinds = {
    header,
    data: region.data_rows,
    total: region.total_rows,
    section: region.section_rows,
    skipped: region.skipped_rows,
  };
  for (const [kind, ranges] of Object.entries(kinds)) {
    judgeOrder(ranges, kind);
    for (const [first, to] of ranges) {
      must(first >= Number(top) && to <= Number(bottom), `${kind} rows are inside the range`, [
        region.range,
        first,
        to,
      ]);
      for (let row = first; row <= to; row++) {
        must(!taken.has(row), "a row is of one kind", [kind, row]);
        taken.add(row);
      }
    }
  }
  judgeColumns(region, columnIndex(left), columnIndex(right));
}

function judgeColumns(region: Region, left: number, right: number): void {
  const names = new Set<string>();
  let before = -1;
  for (const column of region.columns) {
    const { name, letter, values, empty } = column;
    must(
      /^[a-z][a-z0-9_]{0,53}$/.test(name) && !names.has(name),
      "a name is safe and its own",
      name,
    );
    names.add(name);
    const at = letter === "" ? -1 : columnIndex(letter);
    must(
      letter === "" || (at >= left && at <= right && at > before),
      "a column is inside the range",
      [letter, region.range],
    );
    before = at;
    must(values + empty <= region.n_rows, "values and empty cells are of data rows", [
      name,
      values,
      empty,
    ]);
    must(column.sum === undefined || Number.isFinite(column.sum), "a sum is a number", [
      name,
      String(column.sum),
    ]);
    must(
      Object.values(column.markers).every((count) => count > 0 && Number.isInteger(count)),
      "markers are counted",
      column.markers,
    );
  }
}

/** What the loader reads again is what was drafted. */
async function judgeReading(region: Region, sheet: Sheet): Promise<void> {
  let [data, total] = [0, 0];
  for await (const batch of readRegionRows(sheet.rows(), region)) {
    for (const row of batch) row.kind === "data" ? data++ : total++;
  }
  must(data === region.n_rows, "n_rows is the number of rows", [data, region.n_rows]);
  must(data === countIn(region.data_rows), "data_rows hold rows", [
    data,
    region.data_rows.slice(0, 9),
  ]);
  must(total === countIn(region.total_rows), "total_rows hold rows", [
    total,
    region.total_rows.slice(0, 9),
  ]);
}

function countIn(ranges: readonly RowRange[]): number {
  return ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}

/** Every row with a cell is of exactly one kind; where tables stand side by side, of one kind in each. */
function judgeConservation(found: FoundSheet, rows: readonly SheetRow[]): void {
  const tables = found.tables.map((table) => ({ table, kinds: kindsOf(table) }));
  const titles = new Set(found.titleRows);
  const notes = rowsIn(found.notesRows);
  for (const row of rows) {
    const cells = row.cells.filter((cell) => /\S/.test(cell.text));
    if (cells.length === 0) continue;
    const holding = tables.filter(({ table }) =>
      cells.some((cell) => cell.column >= table.pane.left && cell.column <= table.pane.right),
    );
    const kinds = holding.flatMap(({ kinds: own }) => own.get(row.row) ?? []);
    if (titles.has(row.row)) kinds.push("title");
    if (notes.has(row.row)) kinds.push("note");
    must(kinds.length > 0, "every row is of a kind", [
      row.row,
      cells.slice(0, 4).map((cell) => cell.text.slice(0, 20)),
    ]);
    const alone = holding.every(({ table }) =>
      cells.every((cell) => cell.column >= table.pane.left && cell.column <= table.pane.right),
    );
    if (alone && holding.length === tables.length)
      must(kinds.length === 1, "no row is of two kinds", [row.row, kinds]);
  }
}

function kindsOf(table: FoundTable): ReadonlyMap<number, readonly string[]> {
  const kinds = new Map<number, string[]>();
  const add = (rows: Iterable<number>, kind: string): void => {
    for (const row of rows) kinds.set(row, [...(kinds.get(row) ?? []), kind]);
  };
  add(table.headerRows, "header");
  add(rowsIn(table.dataRows), "data");
  add(rowsIn(table.totalRows), "total");
  add(rowsIn(table.sectionRows), "section");
  add(rowsIn(table.skippedRows), "skipped");
  add(table.notesInside, "note inside");
  return kinds;
}

function rowsIn(ranges: readonly RowRange[]): Set<number> {
  const rows = new Set<number>();
  for (const [first, last] of ranges) for (let row = first; row <= last; row++) rows.add(row);
  return rows;
}
