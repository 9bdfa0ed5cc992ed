// Reads:  one local file, through the draft room's reader
// Writes: nothing; `inspectPage` the one file that the user names
// Key:    none: the same bytes give the same answer
// Errors: FILE_MISSING; a file that cannot be read is a view with `error`
import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { fileBytes } from "../../data-layer/file-bytes.ts";
import { writeAtomic } from "../../data-layer/write-atomic.ts";
import { CanonryError } from "../../model/errors.ts";
import { LIMITS } from "../../model/limits.ts";
import { type GridSize, type SheetGrid, sheetGrids } from "./grid.ts";
import { inspectionPage } from "./page.ts";
import { viewRows } from "./rows.ts";
import { type FileView, viewFile } from "./view.ts";

export type { GridRow, Part, SheetGrid } from "./grid.ts";
export type { FileView, SheetView, TableView } from "./view.ts";

/** A file that could not be read, in the shape of one that could. */
export interface UnreadableView {
  readonly file: string;
  readonly format: null;
  readonly sheets: readonly [];
  readonly error: { readonly code: string; readonly message: string };
}

/** What the program sees in a local file; needs neither home nor database. Paths start at `cwd`. */
export async function inspectFile(
  file: string,
  cwd: string,
): Promise<(FileView & { readonly error?: undefined }) | UnreadableView> {
  const bytes = await fileBytes(resolve(cwd, file), file);
  try {
    const hash = createHash("sha256");
    for await (const chunk of bytes.stream()) hash.update(chunk);
    return await viewFile(bytes, { limits: LIMITS, file, sha256: hash.digest("hex") });
  } catch (error) {
    if (!(error instanceof CanonryError)) throw error;
    return {
      file,
      format: null,
      sheets: [],
      error: { code: error.code, message: error.describe() },
    };
  } finally {
    await bytes.close();
  }
}

/** The sheets of a file that was seen, as pictures of themselves. */
export async function* inspectSheets(
  seen: FileView,
  cwd: string,
  size: GridSize,
): AsyncGenerator<SheetGrid> {
  const bytes = await fileBytes(resolve(cwd, seen.file), seen.file);
  try {
    yield* sheetGrids(bytes, seen, { limits: LIMITS, size });
  } finally {
    await bytes.close();
  }
}

/** What a page shows of a sheet: enough to judge it, little enough for a phone. */
const PAGE: GridSize = { columns: 60, rows: 600 };

/** Writes one page of all sheets to `target`, whole or not at all. */
export async function inspectPage(seen: FileView, cwd: string, target: string): Promise<void> {
  const page = inspectionPage(seen, inspectSheets(seen, cwd, PAGE));
  await writeAtomic(resolve(cwd, target), encoded(page));
}

async function* encoded(texts: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const text of texts) yield Buffer.from(text);
}

/** One table as CSV, in pieces. */
export async function inspectRows(
  file: string,
  cwd: string,
  wanted: { readonly sheet?: string; readonly table?: number },
  write: (text: string) => void,
): Promise<void> {
  const bytes = await fileBytes(resolve(cwd, file), file);
  try {
    for await (const text of viewRows(bytes, { limits: LIMITS, file, ...wanted })) write(text);
  } finally {
    await bytes.close();
  }
}
