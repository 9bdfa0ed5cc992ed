import { isTimely, isWords, isYear, type SampleCell } from "./cell-class.ts";
import type { Line } from "./line.ts";
import { captionText, noteText } from "./words.ts";

/** What stands in one column over the data lines of a core. */
export interface ColumnCount {
  numbers: number;
  markers: number;
  words: number;
  times: number;
  all: number;
}

/** The lines of figures of one table, with what stands between them. */
export interface Core {
  /** First and last index into the lines of the pane. */
  first: number;
  last: number;
  /** Indexes of lines that hold observations or totals. */
  members: number[];
  readonly columns: Map<number, ColumnCount>;
}

export function countsOf(core: Core, column: number): ColumnCount {
  return core.columns.get(column) ?? { numbers: 0, markers: 0, words: 0, times: 0, all: 0 };
}

/** Whether numbers dominate the column. Markers count for numbers only where there are numbers. */
export function isNumeric(count: ColumnCount): boolean {
  return count.numbers > 0 && count.numbers + count.markers >= (count.all - count.times) * 0.6;
}

export function isWordy(count: ColumnCount): boolean {
  return count.words > 0 && count.words >= count.all * 0.5;
}

export function numericColumns(core: Core): number[] {
  return [...core.columns].filter(([, count]) => isNumeric(count)).map(([column]) => column);
}

function newCore(index: number): Core {
  return { first: index, last: index, members: [], columns: new Map() };
}

function add(core: Core, line: Line, index: number): void {
  core.members.push(index);
  core.last = index;
  for (const cell of line.cells) {
    const count = countsOf(core, cell.column);
    count.all++;
    if (cell.class === "number" || cell.class === "error") count.numbers++;
    else if (cell.class === "marker") count.markers++;
    else if (isWords(cell)) count.words++;
    if (isTimely(cell)) count.times++;
    core.columns.set(cell.column, count);
  }
}

/** A header-like line over a core: words, or a run of times, where the core holds numbers. */
export function againstNumbers(line: Line, core: Core): number {
  let against = 0;
  for (const cell of line.cells) {
    if (!isNumeric(countsOf(core, cell.column))) continue;
    if (isWords(cell) || cell.class === "period" || cell.class === "date") against++;
    else if (line.sequence && cell.class === "number") against++;
  }
  return against;
}

/** Whether a line with figures fits the columns of a core. */
export function fits(core: Core, line: Line): boolean {
  let shared = 0;
  let conflicts = 0;
  let known = 0;
  for (const cell of line.cells) {
    const count = countsOf(core, cell.column);
    if (count.all === 0) continue;
    known++;
    if (conflict(count, cell, core.members.length)) conflicts++;
    else if (isNumeric(count) && !isWords(cell)) shared++;
  }
  if (known === 0) return false;
  return shared > 0 && conflicts <= Math.max(known * 0.34, core.members.length < 3 ? 1 : 0);
}

function conflict(count: ColumnCount, cell: SampleCell, members: number): boolean {
  if (isNumeric(count)) return isWords(cell);
  return members >= 2 && isWordy(count) && cell.class === "number" && !isYear(cell);
}

/** Whether a line holds figures: numbers that are not a header's. */
function hasFigures(lines: readonly Line[], index: number): boolean {
  const line = lines[index];
  if (line === undefined || line.numbers === 0) return false;
  if (!line.sequence) return !loneYear(line);
  return alikeNeighbour(lines, index);
}

/** A title or a caption that speaks of a year, or a page number. */
function loneYear(line: Line): boolean {
  return (
    line.numbers === 1 &&
    line.cells.length <= 2 &&
    line.cells.every((cell) => cell.class !== "number" || isYear(cell)) &&
    line.words >= 1 &&
    line.cells[0]?.class !== "number"
  );
}

/** A row of running numbers is data if the row before or after has numbers of the same kind in the same places. */
function alikeNeighbour(lines: readonly Line[], index: number): boolean {
  const line = lines[index];
  const next = lines[index + 1];
  const before = lines[index - 1];
  if (line === undefined) return false;
  if (next !== undefined && next.gap === 0 && alike(line, next)) return true;
  return before !== undefined && line.gap === 0 && alike(before, line);
}

function alike(a: Line, b: Line): boolean {
  if (a.cells.length !== b.cells.length || a.numbers !== b.numbers) return false;
  let same = 0;
  for (const [at, cell] of a.cells.entries()) {
    const other = b.cells[at];
    if (other === undefined || other.column !== cell.column || other.class !== cell.class)
      return false;
    if (cell.class === "number" && isYear(cell) !== isYear(other)) return false;
    if (cell.text === other.text) same++;
  }
  return same < a.cells.length && a.numbers <= 3;
}

/**
 * The cores of a pane, top to bottom. A core goes on over blank rows, labels of groups and notes as
 * long as what follows fits its columns, and ends where a header-like line or other columns begin.
 */
export function findCores(lines: readonly Line[]): Core[] {
  const cores: Core[] = [];
  let core: Core | null = null;
  let header = false;
  for (const [index, line] of lines.entries()) {
    if (hasFigures(lines, index)) {
      if (core === null || header || !goesOn(core, lines, index)) {
        core = newCore(index);
        cores.push(core);
      }
      add(core, line, index);
      header = false;
    } else if (core !== null) {
      if (standsWithCore(core, line)) add(core, line, index);
      else if (opensTable(core, lines, index)) header = true;
    }
  }
  return cores;
}

/** A line without figures that belongs to the rows: its measures are empty or tokens. */
function standsWithCore(core: Core, line: Line): boolean {
  if (line.gap > 0 || line.prose > 1 || line.cells.length < 2) return false;
  const opens = line.cells[0]?.text ?? "";
  if (noteText(opens) && line.cells.length <= 2) return false;
  if (againstNumbers(line, core) > 0) return false;
  const known = line.cells.filter((cell) => countsOf(core, cell.column).all > 0).length;
  return known === line.cells.length;
}

/** Whether a line without figures, below a core, is the header of another table. */
function opensTable(core: Core, lines: readonly Line[], index: number): boolean {
  const line = lines[index];
  if (line === undefined) return false;
  const measures = numericColumns(core).length;
  const against = againstNumbers(line, core);
  if (line.cells.length < 2) return captionText(line.cells[0]?.text ?? "") && line.gap > 0;
  return against >= Math.min(2, measures) || against >= line.cells.length * 0.5;
}

function goesOn(core: Core, lines: readonly Line[], index: number): boolean {
  const line = lines[index];
  if (line === undefined) return false;
  if (line.afterElided) return true;
  if (!fits(core, line)) return false;
  const away = blankBetween(lines, core.last, index);
  return away <= 12;
}

/** Blank rows between two lines. */
export function blankBetween(lines: readonly Line[], from: number, to: number): number {
  let blank = 0;
  for (let at = from + 1; at <= to; at++) blank += lines[at]?.gap ?? 0;
  return blank;
}
