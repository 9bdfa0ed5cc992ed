import type { Limits } from "../../model/limits.ts";
import type { Sheet, SheetEnd, SheetRow, Workbook } from "../../model/sheet.ts";
import type { Bytes } from "../../model/storage/bytes.ts";
import type { Archive } from "../archive.ts";
import {
  Package,
  readProperties,
  readSharedStrings,
  readStyles,
  type SheetPart,
  workbookParts,
} from "./parts.ts";
import { type SheetContext, SheetReader } from "./sheet-reader.ts";

const BATCH_ROWS = 256;

/** An xlsx or xlsm. Sheets stream; shared strings and styles are held. Closes `archive` at its end. */
export async function openXlsx(bytes: Bytes, archive: Archive, limits: Limits): Promise<Workbook> {
  const pack = new Package(archive, bytes.name, limits);
  const parts = await workbookParts(pack);
  const styles = await readStyles(pack, parts.styles);
  const strings = await readSharedStrings(pack, parts.strings);
  const properties = await readProperties(pack);
  return {
    format: "xlsx",
    properties,
    dialect: null,
    remarks: parts.remarks,
    sheets: parts.sheets.map((part, position): Sheet => {
      const where = { file: bytes.name, sheet: part.name };
      const context = { strings, styles, date1904: parts.date1904, limits, where };
      return {
        name: part.name,
        member: null,
        hidden: part.hidden,
        position,
        rows: () => sheetRows(pack, part, context),
      };
    }),
    close: () => {
      archive.close();
      return Promise.resolve();
    },
  };
}

async function* sheetRows(
  pack: Package,
  part: SheetPart,
  context: SheetContext,
): AsyncGenerator<readonly SheetRow[], SheetEnd> {
  const reader = new SheetReader(context);
  const scanner = pack.scanner(part.entry, reader);
  for await (const piece of pack.text(part.entry)) {
    scanner.write(piece);
    if (reader.rows.length < BATCH_ROWS) continue;
    yield reader.rows;
    reader.rows = [];
  }
  scanner.end();
  if (reader.rows.length > 0) yield reader.rows;
  return reader.end();
}
