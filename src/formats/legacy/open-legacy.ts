import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CanonryError } from "../../model/errors.ts";
import type { Limits } from "../../model/limits.ts";
import { programFile } from "../../model/program-file.ts";
import type { FileFormat, Sheet, SheetEnd, SheetRow, Workbook } from "../../model/sheet.ts";
import type { Bytes } from "../../model/storage/bytes.ts";
import type { LegacyLine } from "./protocol.ts";

/** The built one: it runs without a compiler. */
const CHILD = programFile("dist/formats/legacy/child.js");

/** Reads an old workbook and gives its lines to `take`, in order. Throws WORKBOOK_*. */
export type LegacyReader = (
  bytes: Bytes,
  format: FileFormat,
  limits: Limits,
  take: (line: LegacyLine) => void,
) => Promise<void>;

interface LegacySheet {
  readonly name: string;
  readonly hidden: boolean;
  readonly batches: (readonly SheetRow[])[];
  end: SheetEnd;
}

/**
 * xls, xlsb, ods and XML workbooks, read by SheetJS in a child with a deadline and a memory limit.
 * Throws WORKBOOK_ENCRYPTED, WORKBOOK_CORRUPT, WORKBOOK_TIMEOUT, WORKBOOK_TOO_LARGE, SHEET_TOO_LARGE. Memory: the cells.
 */
export async function openLegacy(
  bytes: Bytes,
  format: FileFormat,
  limits: Limits,
  reader: LegacyReader = runChild,
): Promise<Workbook> {
  const sheets: LegacySheet[] = [];
  let cells = 0;
  const atMost = (limit: number, found: number, what: string): void => {
    if (found <= limit) return;
    const where = { file: bytes.name, sheet: sheets.at(-1)?.name };
    throw new CanonryError("SHEET_TOO_LARGE", `more than ${limit} ${what}`, where);
  };
  let properties: Readonly<Record<string, string>> = {};
  await reader(bytes, format, limits, (line) => {
    const last = sheets.at(-1);
    if (line.line === "workbook") properties = line.properties;
    else if (line.line === "sheet") {
      const end = { merges: [], hiddenColumns: [], remarks: [] };
      sheets.push({ name: line.name, hidden: line.hidden, batches: [], end });
      cells = 0;
    } else if (line.line === "rows") {
      for (const row of line.rows) cells += row.cells.length;
      atMost(limits.sheet_cells, cells, "cells");
      last?.batches.push(line.rows);
    } else if (line.line === "sheet-end" && last !== undefined) {
      atMost(limits.sheet_merges, line.merges.length, "merged ranges");
      last.end = { merges: line.merges, hiddenColumns: line.hiddenColumns, remarks: [] };
    }
  });
  return {
    format,
    properties,
    dialect: null,
    remarks: [],
    sheets: sheets.map(
      (sheet, position): Sheet => ({
        name: sheet.name,
        member: null,
        hidden: sheet.hidden,
        position,
        async *rows() {
          for (const batch of sheet.batches) yield batch;
          return sheet.end;
        },
      }),
    ),
    close: () => {
      sheets.length = 0;
      return Promise.resolve();
    },
  };
}

/** Null for the part of a line that is left of a child ended in the middle of it. */
function parsed(text: string): LegacyLine | null {
  try {
    return JSON.parse(text) as LegacyLine;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

async function runChild(
  bytes: Bytes,
  format: FileFormat,
  limits: Limits,
  take: (line: LegacyLine) => void,
): Promise<void> {
  const where = { file: bytes.name };
  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${limits.legacy_memory_mb}`, CHILD, format],
    { stdio: ["pipe", "pipe", "ignore"], env: {} },
  );
  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  const state = { late: false };
  const deadline = setTimeout(() => {
    state.late = true;
    child.kill("SIGKILL");
  }, limits.legacy_seconds * 1000);
  let finished = false;
  let failure: CanonryError | null = null;
  try {
    const sent = pipeline(Readable.from(bytes.stream()), child.stdin).catch(() => undefined);
    for await (const text of createInterface({ input: child.stdout })) {
      const line = parsed(text);
      if (line === null)
        failure ??= new CanonryError("WORKBOOK_CORRUPT", "its reader wrote a broken line", where);
      else if (line.line === "error") failure ??= new CanonryError(line.code, line.message, where);
      else if (line.line === "end") finished = true;
      else take(line);
    }
    await sent;
    const { code, signal } = await exited;
    if (state.late)
      throw new CanonryError(
        "WORKBOOK_TIMEOUT",
        `not read after ${limits.legacy_seconds} s`,
        where,
      );
    if (!finished && signal !== null) {
      const what = `the reader ended with ${signal}, its limit is ${limits.legacy_memory_mb} MB`;
      throw new CanonryError("WORKBOOK_TOO_LARGE", what, where);
    }
    if (failure !== null) throw failure;
    if (!finished) throw new Error(`the reader of old workbooks ended with code ${code}`);
  } finally {
    clearTimeout(deadline);
    child.kill("SIGKILL");
  }
}
