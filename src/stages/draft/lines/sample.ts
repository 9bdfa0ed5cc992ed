import { endOfSheet, type MergedRange, type Sheet, type SheetRow } from "../../../model/sheet.ts";
import { type SampleCell, sampleCell } from "./cell-class.ts";
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
 * Memory: at most about 400,000 cells, plus 20,000 odd rows.
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
  rows: SampleRow[];
  cells: number;
  blankCells: number;
  hiddenRows: number;
  lastRow: number;
  thinning: Thinning | null;
  remarks: string[];
}

/** State while a large sheet is thinned: what regular rows look like, and the tail window. */
interface Thinning {
  readonly numeric: ReadonlySet<number>;
  readonly usual: number;
  readonly elided: { first: number; last: number; rows: number }[];
  tail: SampleRow[];
  odd: number;
}

export async function sampleSheet(sheet: Sheet): Promise<SheetSample> {
  const state: Collector = {
    rows: [],
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
  if (state.thinning !== null) for (const row of state.thinning.tail) state.rows.push(row);
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
  const cells: SampleCell[] = [];
  for (const cell of row.cells) {
    const seen = sampleCell(cell);
    if (seen !== null) cells.push(seen);
  }
  state.cells += row.cells.length;
  state.blankCells += row.cells.length - cells.length;
  if (row.hidden === true) state.hiddenRows++;
  if (cells.length === 0) return;
  state.lastRow = row.row;
  const kept: SampleRow = { row: row.row, cells, hidden: row.hidden === true };
  if (state.thinning !== null) {
    thin(state, state.thinning, kept);
    return;
  }
  state.rows.push(kept);
  if (state.cells > WHOLE_CELLS && state.rows.length > HEAD_ROWS + TAIL_ROWS) startThinning(state);
}

/** From now on regular rows are left out: those collected beyond the head go through the sieve. */
function startThinning(state: Collector): void {
  const rest = state.rows.splice(HEAD_ROWS);
  const filled = new Map<number, { numbers: number; all: number }>();
  let widths = 0;
  for (const row of state.rows) {
    widths += row.cells.length;
    for (const cell of row.cells) {
      const count = filled.get(cell.column) ?? { numbers: 0, all: 0 };
      count.all++;
      if (cell.class === "number" || cell.class === "marker") count.numbers++;
      filled.set(cell.column, count);
    }
  }
  const numeric = [...filled].filter(([, count]) => count.numbers > count.all * 0.8);
  const thinning: Thinning = {
    numeric: new Set(numeric.map(([column]) => column)),
    usual: widths / state.rows.length,
    elided: [],
    tail: [],
    odd: 0,
  };
  state.thinning = thinning;
  for (const row of rest) thin(state, thinning, row);
}

function thin(state: Collector, thinning: Thinning, row: SampleRow): void {
  thinning.tail.push(row);
  if (thinning.tail.length <= TAIL_ROWS * 2) return;
  const old = thinning.tail.splice(0, TAIL_ROWS);
  for (const one of old) {
    if (isOdd(thinning, one) && thinning.odd < ODD_ROWS) {
      thinning.odd++;
      state.rows.push(one);
      if (thinning.odd === ODD_ROWS) state.remarks.push("more than 20,000 odd rows were not kept");
    } else {
      leaveOut(thinning, one.row);
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

/** Blank rows before it are seen by the row numbers; here: narrow rows, words among numbers, totals. */
function isOdd(thinning: Thinning, row: SampleRow): boolean {
  if (row.cells.length < thinning.usual * 0.6) return true;
  for (const cell of row.cells) {
    if (thinning.numeric.has(cell.column)) {
      if (cell.class === "text" || cell.class === "prose") return true;
    } else if (cell.class === "text" && totalWord(cell.text)) return true;
  }
  return false;
}
