import { RecordParser } from "../../../formats/csv/records.ts";
import type { Region } from "../../../model/manifest/manifest.ts";
import type { Sheet, SheetEnd, SheetRow } from "../../../model/sheet.ts";
import { regularityOf, type SheetSample, sampleRow, sampleSheet } from "../lines/sample.ts";
import { totalWord } from "../lines/words.ts";
import { noClaims, sheetClaims } from "../profile/claims.ts";
import { tallyTexts } from "../profile/column-profile.ts";
import { type ColumnTally, keepFirst, newTally } from "../profile/column-tally.ts";
import { addForms } from "../profile/figure-forms.ts";
import { signsOf } from "../profile/figure-signs.ts";
import type { TableProfile } from "../profile/profile.ts";
import { regionOf } from "../profile/region.ts";
import { findTables } from "../tables/find-tables.ts";
import type { FoundSheet, SheetSeen } from "../tables/found.ts";
import type { PlainColumn } from "./plain-column.ts";
import { type PlainScan, scanPlain } from "./plain-scan.ts";
import type { RecordScan } from "./record-scan.ts";
import type { TalliedColumn } from "./regular-column.ts";
import { scanRegular } from "./regular-scan.ts";

/** Smaller files gain nothing. */
const LEAST_BYTES = 8 << 20;
/** Rows of the head that the finder sees; the tail has its own. */
const HEAD_ROWS = 2_500;

/**
 * A large CSV of regular records, seen from its head, its tail and one scan over all its bytes; one whose
 * records are all plain is known by a quicker scan. Null if it is not so, or if the finder sees anything but one
 * table with one header line: then the sheet is read as any other.
 */
export async function readPlainSheet(
  sheet: Sheet,
  artifact: string,
  file: string,
): Promise<SheetSeen | null> {
  if (sheet.text === undefined || sheet.text.bytes.sizeBytes < LEAST_BYTES) return null;
  const head = await headOf(sheet);
  const plain = plainColumns(await scanPlain(sheet));
  const scan =
    plain ?? (await scanRegular(sheet, regularityOf(head.map(sampleRow)), head.at(-1)?.row ?? 0));
  if (scan === null) return null;
  const found = findTables(await sampleOf(sheet, head, scan));
  if (!isWhole(found, scan)) return null;
  const [table] = found.tables;
  if (table === undefined) return null;
  const tallies = scan.columns.map((column) => column.tally);
  const profile: TableProfile = {
    tallies,
    signs: signsOf([tallies], sheet.text.dialect.delimiter),
    rows: scan.records - 1,
    totals: 0,
    fingerprint: scan.fingerprint,
    // Of other records than whole ones it is no plain sheet.
    beyond: null,
    aside: null,
  };
  const place = {
    artifact,
    file,
    member: sheet.member,
    sheet: sheet.name,
    hidden: sheet.hidden,
    number: 1,
  };
  const { region: seen, remarks } = regionOf(place, table, profile);
  const columns = seen.columns.map((column, at) =>
    scan.columns[at]?.ascending === true ? { ...column, ascending: true } : column,
  );
  const region: Region = {
    ...seen,
    columns,
    ...(plain === null ? { regular: true } : { plain: true }),
  };
  const cells = scan.cells + scan.header.length;
  const claims = noClaims();
  claims.header = scan.header.length;
  claims[region.quarantined ? "quarantined" : "data"] = scan.cells;
  const told = { ...found, reasons: [...found.reasons, ...remarks] };
  const seenClaims = sheetClaims(sheet, artifact, told, { cells, claims });
  return { regions: [region], claims: seenClaims, document: null };
}

/** One table over all records and all columns, headed by the first record. */
function isWhole(found: FoundSheet, scan: RecordScan): boolean {
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
    Object.keys(table.markerMeanings).length === 0 &&
    table.columns.length === scan.header.length &&
    table.columns.every(
      (column, at) =>
        column.index === at && !column.fillDown && column.header.join(" ") === scan.header[at],
    )
  );
}

/** Head and tail as a sample; what stands between is known to be like them. */
async function sampleOf(
  sheet: Sheet,
  head: readonly SheetRow[],
  scan: RecordScan,
): Promise<SheetSample> {
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

/** What the scan of plain records tells, as that of regular ones; null where a text could be a mark or a total. */
function plainColumns(scan: PlainScan | null): RecordScan | null {
  if (scan === null) return null;
  const columns: TalliedColumn[] = [];
  for (const column of scan.columns) {
    const tally = tallyOf(column);
    if (tally === null) return null;
    columns.push({ tally, ascending: column.ascending });
  }
  const cells = scan.columns.reduce((sum, column) => sum + column.values, 0);
  return { ...scan, columns, cells };
}

/** The scan of a column as the tally that every column gets; null where a text could be a mark or a total. */
function tallyOf(column: PlainColumn): ColumnTally | null {
  const tally = newTally();
  tally.empty = column.empty;
  tally.overflow = column.texts === null;
  tally.rises = column.rises;
  if (column.kind === "text") return wordsOf(tally, column);
  for (const { as, row, text } of column.firsts) keepFirst(tally, as, row, text);
  for (const text of column.texts?.keys() ?? []) tally.distinct.add(text);
  if (column.kind === "date") {
    tally.dates = column.values;
    return tally;
  }
  tally.numbers = column.values;
  tally.integers = column.integers;
  tally.years = column.years;
  tally.sum = column.sum;
  addForms(tally.forms, column.forms);
  return tally;
}

function wordsOf(tally: ColumnTally, { texts, rows }: PlainColumn): ColumnTally | null {
  if (texts === null) return null;
  for (const [at, [text, times]] of [...texts].entries()) {
    if (totalWord(text)) return null;
    tallyTexts(tally, text, times, rows[at] ?? 1);
  }
  return tally.words === [...texts.values()].reduce((sum, times) => sum + times, 0) ? tally : null;
}
