import { RecordParser } from "../../../formats/csv/records.ts";
import type { Region } from "../../../model/manifest.ts";
import type { Sheet, SheetEnd, SheetRow } from "../../../model/sheet.ts";
import { type SheetSample, sampleSheet } from "../lines/sample.ts";
import { totalWord } from "../lines/words.ts";
import { noClaims, sheetClaims } from "../profile/claims.ts";
import { type ColumnTally, newTally, tallyCell } from "../profile/column-profile.ts";
import type { TableProfile } from "../profile/profile.ts";
import { regionOf } from "../profile/region.ts";
import { findTables } from "../tables/find-tables.ts";
import type { FoundSheet, SheetSeen } from "../tables/found.ts";
import type { PlainColumn } from "./plain-column.ts";
import { type PlainScan, scanPlain } from "./plain-scan.ts";

/** Rows of the head that the finder sees; the tail has its own. */
const HEAD_ROWS = 2_500;

/**
 * A large CSV whose records are all plain, seen from its head, its tail and one scan over all its bytes.
 * Null if it is not so, or if the finder sees anything but one table with one header line: then the sheet is
 * read as any other.
 */
export async function readPlainSheet(
  sheet: Sheet,
  artifact: string,
  file: string,
): Promise<SheetSeen | null> {
  const scan = await scanPlain(sheet);
  if (scan === null) return null;
  const tallies = scan.columns.map(tallyOf);
  if (tallies.includes(null)) return null;
  const found = findTables(await sampleOf(sheet, scan));
  if (!isWhole(found, scan)) return null;
  const [table] = found.tables;
  if (table === undefined) return null;
  const profile: TableProfile = {
    tallies: tallies.filter((tally) => tally !== null),
    rows: scan.records - 1,
    totals: 0,
    fingerprint: scan.fingerprint,
  };
  const place = {
    artifact,
    file,
    member: sheet.member,
    sheet: sheet.name,
    hidden: sheet.hidden,
    number: 1,
  };
  const seen = regionOf(place, table, profile);
  const columns = seen.columns.map((column, at) =>
    scan.columns[at]?.ascending === true ? { ...column, ascending: true } : column,
  );
  const region: Region = { ...seen, columns, plain: true };
  const values = scan.columns.reduce((sum, column) => sum + column.values, 0);
  const cells = values + scan.header.length;
  const claims = noClaims();
  claims.header = scan.header.length;
  claims[region.quarantined ? "quarantined" : "data"] = values;
  const seenClaims = sheetClaims(sheet, artifact, found, { cells, claims });
  return { regions: [region], claims: seenClaims, document: null };
}

/** One table over all records and all columns, headed by the first record. */
function isWhole(found: FoundSheet, scan: PlainScan): boolean {
  const [table, other] = found.tables;
  if (table === undefined || other !== undefined || found.quarantined || table.quarantined)
    return false;
  const [range, more] = table.dataRows;
  return (
    more === undefined &&
    range?.[0] === 2 &&
    range[1] === scan.records &&
    table.headerRows.length === 1 &&
    table.headerRows[0] === 1 &&
    table.totalRows.length + table.sectionRows.length + table.skippedRows.length === 0 &&
    table.columns.length === scan.header.length &&
    table.columns.every(
      (column, at) =>
        column.index === at && !column.fillDown && column.header.join(" ") === scan.header[at],
    )
  );
}

/** Head and tail as a sample; what stands between is known to be like them. */
async function sampleOf(sheet: Sheet, scan: PlainScan): Promise<SheetSample> {
  const head = await headOf(sheet);
  const lastHead = head.at(-1)?.row ?? 0;
  const parser = new RecordParser(
    sheet.text?.dialect ?? { delimiter: ",", quote: "", escape: "", newline: "\n" },
    Number.MAX_SAFE_INTEGER,
    {},
  );
  parser.record = scan.tail.first - 1;
  parser.write(scan.tail.text);
  const tail = parser.rows.filter((row) => row.row > lastHead);
  const firstTail = tail[0]?.row ?? scan.records + 1;
  const rows = [...head, ...tail];
  const sample = await sampleSheet({ ...sheet, rows: () => batch(rows) });
  const elided = { first: lastHead + 1, last: firstTail - 1, rows: firstTail - lastHead - 1 };
  return { ...sample, elided: elided.rows > 0 ? [elided] : [], lastRow: scan.records };
}

async function* batch(rows: readonly SheetRow[]): AsyncGenerator<readonly SheetRow[], SheetEnd> {
  yield rows;
  return { merges: [], hiddenColumns: [], remarks: [] };
}

async function headOf(sheet: Sheet): Promise<readonly SheetRow[]> {
  const head: SheetRow[] = [];
  for await (const rows of sheet.rows()) {
    head.push(...rows.slice(0, HEAD_ROWS - head.length));
    if (head.length >= HEAD_ROWS) break;
  }
  return head;
}

const NONE: ReadonlySet<string> = new Set();

/** The scan of a column as the tally that every column gets; null where a text could be a mark or a total. */
function tallyOf(column: PlainColumn): ColumnTally | null {
  const tally = newTally();
  tally.empty = column.empty;
  tally.overflow = column.texts === null;
  for (const text of column.texts?.keys() ?? []) tally.distinct.add(text);
  switch (column.kind) {
    case "integer":
    case "number":
      tally.numbers = column.values;
      tally.integers = column.integers;
      tally.years = column.years;
      tally.sum = column.sum;
      return tally;
    case "date":
      tally.dates = column.values;
      return tally;
    case "text":
      return column.texts === null ? null : wordsOf(tally, column.texts);
  }
}

function wordsOf(tally: ColumnTally, texts: ReadonlyMap<string, number>): ColumnTally | null {
  const trial = newTally();
  for (const text of texts.keys()) {
    if (totalWord(text)) return null;
    tallyCell(trial, { column: 0, kind: "text", text }, "data", 1, NONE);
  }
  if (trial.words !== texts.size) return null;
  for (const [text, count] of texts) {
    tally.words += count;
    if (tally.strayTexts.size < 20) tally.strayTexts.set(text, count);
  }
  tally.strays.push(...trial.strays);
  return tally;
}
