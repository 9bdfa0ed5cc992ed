import { wholeLines } from "../../formats/csv/whole-lines.ts";
import type { CsvDialect } from "../../model/sheet.ts";
import type { Bytes } from "../../model/storage/bytes.ts";

/** The bytes of a CSV, for a part whose records are read from them. */
export interface PlainText {
  readonly bytes: Bytes;
  readonly dialect: CsvDialect;
}

/** Whole lines of a chunk. */
export interface RecordPiece {
  readonly chunk: Buffer;
  readonly from: number;
  readonly end: number;
}

/** What is encoded at a time: little enough that the connection never runs dry meanwhile. */
export const PIECE_BYTES = 1 << 17;
const LF = 10;

/** The records behind the first line, in pieces; null where a line is longer than any that is drafted so. */
export async function* recordPieces({
  bytes,
  dialect,
}: PlainText): AsyncGenerator<RecordPiece | null> {
  let headed = false;
  for await (const chunk of wholeLines(bytes, dialect.bomBytes)) {
    if (chunk === null) {
      yield null;
      return;
    }
    let from = headed ? 0 : chunk.indexOf(LF) + 1;
    headed = true;
    while (from < chunk.length) {
      const last = chunk.lastIndexOf(LF, from + PIECE_BYTES) + 1;
      const end = last > from ? last : chunk.indexOf(LF, from) + 1;
      yield { chunk, from, end };
      from = end;
    }
  }
}
