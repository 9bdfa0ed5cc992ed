import { type RegionReader, regionReader } from "../../../formats/region-rows.ts";
import {
  type Cell,
  columnLetter,
  endOfSheet,
  type Sheet,
  type SheetRow,
} from "../../../model/sheet.ts";
import { seenText } from "../lines/cell-class.ts";
import type { FoundSheet, FoundTable } from "../tables/found.ts";
import { ClaimCount } from "./claims.ts";
import { tallyCell } from "./column-profile.ts";
import { type ColumnTally, newTally } from "./column-tally.ts";
import { type FigureSigns, signsOf } from "./figure-signs.ts";
import { type Fingerprint, fingerprint } from "./fingerprint.ts";

/** What one table's columns hold, over all its rows. */
export interface TableProfile {
  readonly tallies: readonly ColumnTally[];
  readonly rows: number;
  readonly totals: number;
  readonly fingerprint: string;
  /** The first cell of its rows behind the last column, where nothing may stand there: "D15". */
  readonly beyond: string | null;
  /** The first of the words that stand apart behind whole rows, and how many. */
  readonly aside: { readonly cell: string; readonly cells: number } | null;
  /** Of all figures of the sheet. */
  readonly signs: FigureSigns;
}

interface Open {
  readonly reader: RegionReader;
  readonly tallies: ColumnTally[];
  readonly print: Fingerprint;
  readonly known: ReadonlySet<string>;
  rows: number;
  totals: number;
  beyond: string | null;
  aside: { cell: string; cells: number } | null;
}

/** Whether the label of the section becomes a column: there are sections with rows below them. */
export function hasSectionColumn(table: FoundTable): boolean {
  return table.sectionRows.length > 0;
}

/** The columns as the reader of rows wants them; a column for the section's label comes first. */
export function shapeOf(table: FoundTable): {
  columns: { letter: string; fill_down?: boolean }[];
  data_rows: FoundTable["dataRows"];
  total_rows: FoundTable["totalRows"];
  section_rows: FoundTable["sectionRows"];
} {
  const columns = table.columns.map((column) => ({
    letter: columnLetter(column.index),
    ...(column.fillDown ? { fill_down: true } : {}),
  }));
  return {
    columns: hasSectionColumn(table) ? [{ letter: "" }, ...columns] : columns,
    data_rows: table.dataRows,
    total_rows: table.totalRows,
    section_rows: table.sectionRows,
  };
}

/**
 * Reads the sheet once more and counts what each column of each table holds, and what every cell is
 * claimed as, over all rows, never a sample. Memory: up to 1,000 distinct values and 500 tokens a column,
 * whatever the number of rows. `records`: beside a row nothing may stand, as it may beside a table of a workbook.
 */
export async function profileSheet(
  sheet: Sheet,
  found: FoundSheet,
  records: boolean,
): Promise<{ profiles: readonly TableProfile[]; claims: ClaimCount }> {
  const open = found.tables.map(openTable);
  const last = Math.max(
    ...found.tables.flatMap((table) => table.columns.map(({ index }) => index)),
  );
  const behind = ({ cells }: SheetRow) =>
    records ? cells.filter(({ column, text }) => column > last && text.trim() !== "") : [];
  const claims = new ClaimCount(found, records ? last : undefined);
  await endOfSheet(sheet.rows(), (batch) => {
    for (const row of batch) {
      claims.add(row);
      for (const one of open) {
        const made = one.reader.accept(row);
        if (made === null) continue;
        one.print.row(made);
        const cells = behind(row);
        if (cells.length > 0) takeBehind(one, row, cells, last);
        if (made.kind === "data") one.rows++;
        else one.totals++;
        for (let at = 0; at < one.tallies.length; at++) {
          const tally = one.tallies[at] as ColumnTally;
          tallyCell(tally, made.cells[at] ?? null, made.kind, made.row, one.known);
        }
      }
    }
  });
  const signs = signsOf(
    open.map(({ tallies }) => tallies),
    sheet.text?.dialect.delimiter,
  );
  const profiles = open.map((one) => ({
    tallies: one.tallies,
    rows: one.rows,
    totals: one.totals,
    fingerprint: one.print.digest(),
    beyond: one.beyond,
    aside: one.aside,
    signs,
  }));
  return { profiles, claims };
}

function openTable(table: FoundTable): Open {
  const headers = table.columns.map((column) => column.header);
  const shape = shapeOf(table);
  return {
    reader: regionReader(shape),
    tallies: shape.columns.map(newTally),
    print: fingerprint(hasSectionColumn(table) ? [[], ...headers] : headers),
    known: new Set(Object.keys(table.markerMeanings)),
    rows: 0,
    totals: 0,
    beyond: null,
    aside: null,
  };
}

/** Words behind an empty column, in a row whose last column is filled, are remarks on it. */
function takeBehind(open: Open, row: SheetRow, cells: readonly Cell[], last: number): void {
  const [first] = cells;
  if (first === undefined) return;
  const place = `${columnLetter(first.column)}${row.row}`;
  const isWhole = row.cells.some(({ column, text }) => column === last && text.trim() !== "");
  const isAside = first.column > last + 1 && isWhole && cells.every(({ text }) => isWord(text));
  if (!isAside) open.beyond ??= place;
  else if (open.aside === null) open.aside = { cell: place, cells: cells.length };
  else open.aside.cells += cells.length;
}

function isWord(text: string): boolean {
  const seen = seenText(text);
  return seen.class === "text" || seen.class === "prose";
}
