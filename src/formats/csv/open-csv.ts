import type { Limits } from "../../model/limits.ts";
import type { CsvDialect, Sheet, SheetEnd, SheetRow, Workbook } from "../../model/sheet.ts";
import type { Bytes } from "../../model/storage/bytes.ts";
import { decodeText } from "../decode.ts";
import { findDialect } from "./dialect.ts";
import { findEncoding } from "./encoding.ts";
import { Mender } from "./mend.ts";
import { RecordParser } from "./records.ts";

const SAMPLE_BYTES = 256 << 10;
/** What is parsed at a time: so little that its cells are gone before they are old, or collecting them costs most. */
const PIECE_SIGNS = 1 << 16;

/** A text of delimited fields: a workbook of one sheet without a name. Throws CSV_*. */
export async function openCsv(bytes: Bytes, limits: Limits): Promise<Workbook> {
  const { dialect, sample } = await dialectOf(bytes);
  let mender: Mender | null | undefined;
  const sheet: Sheet = {
    name: null,
    member: null,
    hidden: false,
    position: 0,
    rows: () => {
      mender ??= Mender.learn(sample, dialect);
      return csvRows(bytes, dialect, mender, limits);
    },
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

async function dialectOf(bytes: Bytes): Promise<{ dialect: CsvDialect; sample: string }> {
  const found = await findEncoding(bytes);
  let sample = "";
  for await (const piece of decodeText(bytes.stream(found.bomBytes), found.encoding)) {
    sample += piece;
    if (sample.length >= SAMPLE_BYTES) break;
  }
  const { dialect, evidence } = findDialect(sample);
  return {
    dialect: {
      ...dialect,
      encoding: found.encoding,
      bomBytes: found.bomBytes,
      evidence: [found.evidence, ...evidence],
    },
    sample,
  };
}

async function* csvRows(
  bytes: Bytes,
  dialect: CsvDialect,
  mender: Mender | null,
  limits: Limits,
): AsyncGenerator<readonly SheetRow[], SheetEnd> {
  const parser = new RecordParser(dialect, limits.csv_record_bytes, { file: bytes.name }, mender);
  for await (const piece of decodeText(bytes.stream(dialect.bomBytes), dialect.encoding)) {
    for (let at = 0; at < piece.length; at += PIECE_SIGNS) {
      parser.write(piece.slice(at, at + PIECE_SIGNS));
      if (parser.rows.length === 0) continue;
      yield parser.rows;
      parser.rows = [];
    }
  }
  parser.end();
  if (parser.rows.length > 0) yield parser.rows;
  return { merges: [], hiddenColumns: [], remarks: parser.remarks };
}
