import { endOfSheet, type MergedRange, type Sheet, type SheetRow } from "../../../model/sheet.ts";
import { type CellClass, type SampleCell, sampleCell, seenText } from "./cell-class.ts";
import { PackedRows } from "./packed-rows.ts";
import { totalWord } from "./words.ts";

/** Sheets up to this many cells are looked at whole. */
const WHOLE_CELLS = 400_000;
const HEAD_ROWS = 2_000;
const TAIL_ROWS = 500;
const ODD_ROWS = 20_000;

export interface SampleRow {
  readonly row: number;
  /** Ascending by column, none blank. */
  readonly cells: readonly SampleCell[];
  readonly hidden: boolean;
}

/**
 * What of a sheet is kept to find its tables in. Of a sheet beyond 400,000 cells the first 2,000 and
 * the last 500 rows are kept and every odd one between; the others are known to be regular.
 * Memory: at most about 400,000 cells, plus 20,000 odd rows. While it is not known how large the sheet is,
 * rows beyond the first wait packed.
 */
export interface SheetSample {
  readonly name: string | null;
  readonly hidden: boolean;
  /** Non-blank rows, ascending, without the regular ones that were left out. */
  readonly rows: readonly SampleRow[];
  /** Runs of rows left out: each looks like the rows before it. Number of non-blank rows in each. */
  readonly elided: readonly {
    readonly first: number;
    readonly last: number;
    readonly rows: number;
  }[];
  readonly lastRow: number;
  readonly merges: readonly MergedRange[];
  readonly hiddenColumns: readonly number[];
  readonly hiddenRows: number;
  /** Cells that are not absent, those of spaces included. */
  readonly cells: number;
  /** Of these, cells that hold white space only. */
  readonly blankCells: number;
  readonly remarks: readonly string[];
}

interface Collector {
  readonly rows: SampleRow[];
  /** Rows beyond the head, until the sheet ends or is thinned. */
  waiting: PackedRows;
  cells: number;
  blankCells: number;
  hiddenRows: number;
  lastRow: number;
  thinning: Thinning | null;
  remarks: string[];
}

/** A row in the tail window: most are left out, and no sample of them is ever made. */
interface Passing {
  readonly row: SheetRow;
  readonly odd: boolean;
}

/** State while a large sheet is thinned: what regular rows look like, and the tail window. */
interface Thinning extends Regularity {
  readonly elided: { first: number; last: number; rows: number }[];
  readonly tail: Passing[];
  odd: number;
}

export async function sampleSheet(sheet: Sheet): Promise<SheetSample> {
  const state: Collector = {
    rows: [],
    waiting: new PackedRows(),
    cells: 0,
    blankCells: 0,
    hiddenRows: 0,
    lastRow: 0,
    thinning: null,
    remarks: [],
  };
  const end = await endOfSheet(sheet.rows(), (batch) => {
    for (const row of batch) collect(state, row);
  });
  for (const row of state.waiting.rows()) keep(state, row);
  for (const { row } of state.thinning?.tail ?? []) state.rows.push(sampleRow(row));
  return {
    name: sheet.name,
    hidden: sheet.hidden,
    rows: state.rows,
    elided: state.thinning?.elided ?? [],
    lastRow: state.lastRow,
    merges: end.merges,
    hiddenColumns: end.hiddenColumns,
    hiddenRows: state.hiddenRows,
    cells: state.cells,
    blankCells: state.blankCells,
    remarks: [...end.remarks, ...state.remarks],
  };
}

function collect(state: Collector, row: SheetRow): void {
  state.cells += row.cells.length;
  if (row.hidden === true) state.hiddenRows++;
  if (state.thinning !== null) thin(state, state.thinning, row);
  else if (state.rows.length < HEAD_ROWS) keep(state, row);
  else {
    state.waiting.add(row);
    if (state.cells > WHOLE_CELLS) startThinning(state);
  }
}

function keep(state: Collector, row: SheetRow): void {
  const kept = sampleRow(row);
  state.blankCells += row.cells.length - kept.cells.length;
  if (kept.cells.length === 0) return;
  state.lastRow = row.row;
  state.rows.push(kept);
}

export function sampleRow(row: SheetRow): SampleRow {
  const cells: SampleCell[] = [];
  for (const cell of row.cells) {
    const seen = sampleCell(cell);
    if (seen !== null) cells.push(seen);
  }
  return { row: row.row, cells, hidden: row.hidden === true };
}

/** What the regular rows of a large sheet have in common. */
export interface Regularity {
  /** Columns of figures. */
  readonly numeric: ReadonlySet<number>;
  /** Cells of a usual row. */
  readonly usual: number;
}

export function regularityOf(rows: readonly SampleRow[]): Regularity {
  const filled = new Map<number, { numbers: number; all: number }>();
  let widths = 0;
  for (const row of rows) {
    widths += row.cells.length;
    for (const cell of row.cells) {
      const count = filled.get(cell.column) ?? { numbers: 0, all: 0 };
      count.all++;
      if (cell.class === "number" || cell.class === "marker") count.numbers++;
      filled.set(cell.column, count);
    }
  }
  const numeric = [...filled].filter(([, count]) => count.numbers > count.all * 0.8);
  return { numeric: new Set(numeric.map(([column]) => column)), usual: widths / rows.length };
}

/** From now on regular rows are left out: those that wait go through the sieve. */
function startThinning(state: Collector): void {
  const thinning: Thinning = { ...regularityOf(state.rows), elided: [], tail: [], odd: 0 };
  state.thinning = thinning;
  for (const row of state.waiting.rows()) thin(state, thinning, row);
  state.waiting = new PackedRows();
}

function thin(state: Collector, thinning: Thinning, row: SheetRow): void {
  const { filled, odd } = look(thinning, row);
  state.blankCells += row.cells.length - filled;
  if (filled === 0) return;
  state.lastRow = row.row;
  thinning.tail.push({ row, odd });
  if (thinning.tail.length <= TAIL_ROWS * 2) return;
  for (const one of thinning.tail.splice(0, TAIL_ROWS)) {
    if (one.odd && thinning.odd < ODD_ROWS) {
      thinning.odd++;
      state.rows.push(sampleRow(one.row));
      if (thinning.odd === ODD_ROWS) state.remarks.push("more than 20,000 odd rows were not kept");
    } else {
      leaveOut(thinning, one.row.row);
    }
  }
}

function leaveOut(thinning: Thinning, row: number): void {
  const last = thinning.elided.at(-1);
  if (last !== undefined && last.last === row - 1) {
    last.last = row;
    last.rows++;
  } else {
    thinning.elided.push({ first: row, last: row, rows: 1 });
  }
}

/** Blank rows before it are seen by the row numbers; odd are narrow rows, words among numbers, totals. */
function look(thinning: Thinning, row: SheetRow): { filled: number; odd: boolean } {
  let filled = 0;
  let odd = false;
  for (const cell of row.cells) {
    if (cell.kind !== "text") {
      filled++;
      continue;
    }
    const seen = seenText(cell.text);
    if (seen.text === "") continue;
    filled++;
    odd ||= isOddCell(thinning.numeric.has(cell.column), seen);
  }
  return { filled, odd: odd || isNarrow(thinning, filled) };
}

/** A word among figures, or a total among words. */
export function isOddCell(numeric: boolean, seen: { class: CellClass; text: string }): boolean {
  if (numeric) return seen.class === "text" || seen.class === "prose";
  return seen.class === "text" && totalWord(seen.text);
}

/** Whether a row has far fewer cells than the others. */
export function isNarrow({ usual }: Regularity, cells: number): boolean {
  return cells < usual * 0.6;
}
