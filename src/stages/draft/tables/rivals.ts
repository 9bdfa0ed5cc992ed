import { countRows } from "../../../model/row-ranges.ts";
import type { SampleCell } from "../lines/cell-class.ts";
import { countsColumns } from "../lines/line.ts";
import type { SampleRow, SheetSample } from "../lines/sample.ts";
import { captionText, noteText } from "../lines/words.ts";
import { LEAST_CONFIDENCE } from "./confidence.ts";
import type { FoundTable } from "./found.ts";

/** Tables that another reading of the same rows would make one are held back. */
export function doubtRivals(sample: SheetSample, tables: readonly FoundTable[]): FoundTable[] {
  const doubts = new Map<FoundTable, string>();
  for (const below of tables) {
    const left = rowsLeftBelow(sample, below);
    if (left >= LEFT_ROWS)
      doubts.set(
        below,
        `${left} rows right below it stand in its columns and are none of its rows`,
      );
    const labels = labelsLeftBelow(sample, below);
    if (labels >= LEFT_LABELS || (labels > 0 && isEnd(sample, below.bottom + labels)))
      doubts.set(
        below,
        `${labels} labels stand alone right below it: they may be rows without figures`,
      );
    const full = fullRowBeside(sample, below, tables);
    if (full !== null)
      doubts.set(below, `row ${full} fills its columns right beside it and is none of its rows`);
    const above = nextAbove(tables, below);
    if (above === undefined) continue;
    const why = numbersColumns(sample, above) ?? rivalry(above, below);
    if (why === null) continue;
    doubts.set(above, why);
    doubts.set(below, why);
  }
  return tables.map((table) => {
    const why = doubts.get(table);
    return why === undefined ? table : doubted(table, why);
  });
}

function doubted(table: FoundTable, reason: string): FoundTable {
  return {
    ...table,
    confidence: Math.min(table.confidence, LEAST_CONFIDENCE - 0.1),
    quarantined: true,
    reasons: [reason, ...table.reasons],
  };
}

/** So many rows left over right below a table are no notes. */
const LEFT_ROWS = 5;

/** Rows that go on below a table of words without a gap, inside its columns and not at its left edge alone. */
function rowsLeftBelow(sample: SheetSample, table: FoundTable): number {
  if (table.columns.some((column) => column.numeric)) return 0;
  const columns = new Set(table.columns.map((column) => column.index));
  let next = table.bottom + 1;
  for (const row of sample.rows) {
    if (row.row < next) continue;
    const first = row.cells[0]?.column ?? table.left;
    const inside = row.cells.every((cell) => columns.has(cell.column));
    if (row.row > next || first <= table.left || !inside) break;
    next++;
  }
  return next - table.bottom - 1;
}

/** So many labels without a figure are more than the title of what comes next. */
const LEFT_LABELS = 3;

/** Whether a CSV ends with a record: what stands there is no title of another table. */
function isEnd({ name, lastRow }: SheetSample, row: number): boolean {
  return name === null && row === lastRow;
}

/** Short texts alone in their rows, right below a table in its column of labels, that read like no notes. */
function labelsLeftBelow(sample: SheetSample, table: FoundTable): number {
  const column = table.columns.find(({ numeric }) => !numeric)?.index;
  let next = table.bottom + 1;
  for (const { row, cells } of sample.rows) {
    if (row < next) continue;
    const [cell] = cells;
    const isLabel = cell?.class === "text" && cell.column === column && cells.length === 1;
    if (row > next || !isLabel || noteText(cell.text) || /[.:;,)]$/.test(cell.text)) break;
    next++;
  }
  return next - table.bottom - 1;
}

/**
 * The next row above or below a table, behind one blank row at most, that no table has though it fills three
 * columns or more (two in the next record of a CSV), and most of its columns: a header that was parted from it, or a row that was lost.
 */
function fullRowBeside(
  { name, rows }: SheetSample,
  table: FoundTable,
  tables: readonly FoundTable[],
): number | null {
  const columns = new Set(table.columns.map((column) => column.index));
  const own = tables.filter((one) => overlaps(one, table));
  const within = (row: SampleRow): readonly SampleCell[] =>
    row.cells.filter(({ column }) => column >= table.pane.left && column <= table.pane.right);
  const isFull = (row: SampleRow | undefined, least: number): row is SampleRow => {
    if (row === undefined || own.some((one) => one.top <= row.row && row.row <= one.bottom))
      return false;
    const cells = within(row);
    const over = cells.filter(({ column }) => columns.has(column));
    if (over.length < Math.max(least, columns.size * 0.6)) return false;
    return new Set(over.map(({ text }) => text)).size > 1;
  };
  const inPane = rows.filter((row) => within(row).length > 0 && !countsColumns(within(row)));
  const above = inPane.findLast(({ row }) => row < table.top);
  const below = inPane.find(({ row }) => row > table.bottom);
  if (isFull(above, 3) && blankBetween(rows, above.row, table.top) <= 1) return above.row;
  const leaves = below?.cells.some(({ column }) => !columns.has(column)) ?? true;
  const isNext = name === null && below?.row === table.bottom + 1;
  return isFull(below, isNext ? 2 : 3) && below.row - table.bottom <= 2 && !leaves
    ? below.row
    : null;
}

/** Rows without a cell between two rows. */
function blankBetween(rows: readonly SampleRow[], above: number, below: number): number {
  return below - above - 1 - rows.filter(({ row }) => row > above && row < below).length;
}

/** The nearest table above whose columns are some of the same. */
function nextAbove(tables: readonly FoundTable[], below: FoundTable): FoundTable | undefined {
  const [first] = tables
    .filter((one) => one.bottom < below.top && overlaps(one, below))
    .sort((a, b) => b.bottom - a.bottom);
  return first;
}

/** Why a table is doubted whose only row numbers the columns of the one below it. */
function numbersColumns({ rows }: SheetSample, table: FoundTable): string | null {
  const only = rowsOf(table) === 1 ? rows.find(({ row }) => row === table.bottom) : undefined;
  return only !== undefined && countsColumns(only.cells)
    ? `row ${only.row} numbers the columns and may be of the header of the table below it`
    : null;
}

function overlaps(a: FoundTable, b: FoundTable): boolean {
  const columns = new Set(a.columns.map((column) => column.index));
  return b.columns.some((column) => columns.has(column.index));
}

function rivalry(above: FoundTable, below: FoundTable): string | null {
  const blank = below.top - above.bottom - 1;
  const rows = `rows ${above.top} to ${above.bottom} and ${below.top} to ${below.bottom}`;
  if (blank === 0 && below.columns.some((column) => column.header.some(captionText))) return null;
  if (blank === 0) return `${rows} follow each other without a gap: they may be one table`;
  if (blank === 1 && stacked(above, below)) return null;
  const titled = below.titleRows.some((row) => row > above.bottom);
  if (blank > 1 || titled || sameNames(above, below)) return null;
  const small = Math.min(rowsOf(above), rowsOf(below));
  return small <= 2 ? `${rows} stand so close that they may be one table` : null;
}

/** The same columns under another complete header. */
function stacked(above: FoundTable, below: FoundTable): boolean {
  const columns = (table: FoundTable): string => table.columns.map((one) => one.index).join(" ");
  const named = below.columns.every((column) => !column.numeric || column.header.length > 0);
  return columns(above) === columns(below) && below.headerRows.length > 0 && named;
}

function rowsOf(table: FoundTable): number {
  return countRows(table.dataRows) + countRows(table.totalRows);
}

/** The header comes again: a table of its own. */
function sameNames(a: FoundTable, b: FoundTable): boolean {
  const names = new Set(a.columns.map((column) => column.header.join(" ")));
  const named = b.columns.filter((column) => column.header.length > 0);
  const same = named.filter((column) => names.has(column.header.join(" "))).length;
  return named.length > 0 && same * 2 >= named.length;
}

/** A file of so many regular rows is expected to hold a table. */
const REGULAR_ROWS = 10;

/** Why a file in which no table was found is held back, if its rows look like those of a table. */
export function missedTable(sample: SheetSample, tables: readonly FoundTable[]): string | null {
  if (sample.name !== null || tables.length > 0) return null;
  const regular = sample.rows.filter(
    (row) => row.cells.length >= 3 && row.cells.every((cell) => cell.class !== "prose"),
  ).length;
  return regular >= REGULAR_ROWS
    ? `${regular} rows of three cells or more stand in no table that was found`
    : null;
}
