import type { Bytes } from "../../model/bytes.ts";
import type { Limits } from "../../model/limits.ts";
import type { CsvDialect, Sheet, SheetEnd, SheetRow, Workbook } from "../../model/sheet.ts";
import { decodeText } from "../decode.ts";
import { findDialect } from "./dialect.ts";
import { findEncoding } from "./encoding.ts";
import { RecordParser } from "./records.ts";

const SAMPLE_BYTES = 256 << 10;

/** A text of delimited fields: a workbook of one sheet without a name. Throws CSV_*. */
export async function openCsv(bytes: Bytes, limits: Limits): Promise<Workbook> {
  const dialect = await dialectOf(bytes);
  const sheet: Sheet = {
    name: null,
    member: null,
    hidden: false,
    position: 0,
    rows: () => csvRows(bytes, dialect, limits),
    ...(dialect.encoding === "utf-8" ? { text: { bytes, dialect } } : {}),
  };
  return {
    format: "csv",
    sheets: [sheet],
    properties: {},
    dialect,
    remarks: [],
    close: () => Promise.resolve(),
  };
}

async function dialectOf(bytes: Bytes): Promise<CsvDialect> {
  const found = await findEncoding(bytes);
  let sample = "";
  for await (const piece of decodeText(bytes.stream(found.bomBytes), found.encoding)) {
    sample += piece;
    if (sample.length >= SAMPLE_BYTES) break;
  }
  const { dialect, evidence } = findDialect(sample);
  return {
    ...dialect,
    encoding: found.encoding,
    bomBytes: found.bomBytes,
    evidence: [found.evidence, ...evidence],
  };
}

async function* csvRows(
  bytes: Bytes,
  dialect: CsvDialect,
  limits: Limits,
): AsyncGenerator<readonly SheetRow[], SheetEnd> {
  const parser = new RecordParser(dialect, limits.csv_record_bytes, { file: bytes.name });
  for await (const piece of decodeText(bytes.stream(dialect.bomBytes), dialect.encoding)) {
    parser.write(piece);
    if (parser.rows.length === 0) continue;
    yield parser.rows;
    parser.rows = [];
  }
  parser.end();
  if (parser.rows.length > 0) yield parser.rows;
  return { merges: [], hiddenColumns: [], remarks: [] };
}
