import type { MergedRange } from "../../../model/sheet.ts";
import { isTimely, isWords, isYear, type SampleCell } from "./cell-class.ts";
import type { SampleRow, SheetSample } from "./sample.ts";

/** A row as seen between two columns of the sheet. */
export interface Line {
  readonly row: number;
  readonly cells: readonly SampleCell[];
  readonly numbers: number;
  readonly words: number;
  readonly markers: number;
  readonly timely: number;
  readonly prose: number;
  /** Years, dates, periods or counted numbers run across: a header, unless the rows around are alike. */
  readonly sequence: boolean;
  /** Rows without a cell between the line before and this one. Rows left out count as filled. */
  readonly gap: number;
  /** True if regular rows that were left out stand between the line before and this one. */
  readonly afterElided: boolean;
  readonly hidden: boolean;
}

/** Inclusive, 0-based columns and 1-based rows. */
export interface Pane {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export function linesOf(sample: SheetSample, pane: Pane): Line[] {
  const lines: Line[] = [];
  let before = pane.top - 1;
  const edge = firstColumn(sample, pane);
  for (const row of sample.rows) {
    if (row.row < pane.top || row.row > pane.bottom) continue;
    const cells = cellsBetween(row, pane, edge);
    if (cells.length === 0) continue;
    const left = leftOut(sample, before, row.row);
    lines.push(lineOf(row, cells, Math.max(0, row.row - before - 1 - left), left > 0));
    before = row.row;
  }
  return lines;
}

function firstColumn(sample: SheetSample, pane: Pane): number {
  let first = pane.right;
  for (const row of sample.rows) {
    const column = cellsInside(row, pane)[0]?.column ?? first;
    if (row.row >= pane.top && row.row <= pane.bottom) first = Math.min(first, column);
  }
  return first;
}

/** A title is longer than the names of columns. */
const LONG_TEXT = 40;

/**
 * The same words in every cell are one text that was spread over a merge: from the left edge on, or too
 * long for a name that comes again under each group.
 */
function cellsBetween(row: SampleRow, pane: Pane, edge: number): readonly SampleCell[] {
  const cells = cellsInside(row, pane);
  const [first] = cells;
  if (first === undefined || cells.length < 3 || !isWords(first)) return cells;
  if (first.column > edge && first.text.length <= LONG_TEXT) return cells;
  return cells.every((cell) => cell.text === first.text) ? [first] : cells;
}

function cellsInside(row: SampleRow, pane: Pane): readonly SampleCell[] {
  const first = row.cells[0];
  const last = row.cells.at(-1);
  if (first === undefined || last === undefined) return [];
  if (first.column >= pane.left && last.column <= pane.right) return row.cells;
  return row.cells.filter((cell) => cell.column >= pane.left && cell.column <= pane.right);
}

/** The line as seen between two columns, these included. */
export function partOf(line: Line, left: number, right: number): Line {
  const cells = line.cells.filter(({ column }) => column >= left && column <= right);
  return { ...line, ...countKinds(cells), cells };
}

/** Rows left out between two rows. */
function leftOut(sample: SheetSample, after: number, before: number): number {
  let rows = 0;
  for (const run of sample.elided) {
    if (run.first > after && run.last < before) rows += run.rows;
  }
  return rows;
}

function lineOf(
  row: SampleRow,
  cells: readonly SampleCell[],
  gap: number,
  afterElided: boolean,
): Line {
  let seen = kindsOf.get(cells);
  if (seen === undefined) {
    seen = countKinds(cells);
    kindsOf.set(cells, seen);
  }
  return {
    row: row.row,
    cells,
    numbers: seen.numbers,
    words: seen.words,
    markers: seen.markers,
    timely: seen.timely,
    prose: seen.prose,
    sequence: seen.sequence,
    gap,
    afterElided,
    hidden: row.hidden,
  };
}

type Kinds = Pick<Line, "numbers" | "words" | "markers" | "timely" | "prose" | "sequence">;

/** The lines of a sheet are made for several panes; what stands in a row is the same in each that holds it whole. */
const kindsOf = new WeakMap<readonly SampleCell[], Kinds>();

function countKinds(cells: readonly SampleCell[]): Kinds {
  let numbers = 0;
  let words = 0;
  let markers = 0;
  let timely = 0;
  let prose = 0;
  for (const cell of cells) {
    if (cell.class === "number") numbers++;
    else if (cell.class === "marker" || cell.class === "error") markers++;
    else if (isWords(cell)) words++;
    if (cell.class === "prose") prose++;
    if (isTimely(cell)) timely++;
  }
  return { numbers, words, markers, timely, prose, sequence: isSequence(cells) };
}

/**
 * Whether all numbers of a row run: years that never fall back, dates and periods, or at least three
 * numbers with the same step, or that count up between words. A single number never runs.
 */
function isSequence(cells: readonly SampleCell[]): boolean {
  const numbers = cells.filter((cell) => cell.class === "number");
  const times = cells.filter((cell) => cell.class === "date" || cell.class === "period");
  if (numbers.length === 0) return times.length >= 2;
  if (numbers.every(isYear)) {
    const years = numbers.map((cell) => cell.value);
    return numbers.length + times.length >= 2 && (monotone(years) || comesAgain(years));
  }
  if (numbers.length < 3) return false;
  return evenSteps(numbers) || runsBetweenWords(cells).every((run) => countsUp(run));
}

/** The numbers of a row, parted where words stand between them. */
function runsBetweenWords(cells: readonly SampleCell[]): readonly (readonly SampleCell[])[] {
  const runs: SampleCell[][] = [[]];
  for (const cell of cells) {
    if (cell.class === "number") runs.at(-1)?.push(cell);
    else if (runs.at(-1)?.length !== 0) runs.push([]);
  }
  return runs.filter((run) => run.length > 0);
}

/** At least three numbers, each one more than the one before. */
function countsUp(cells: readonly SampleCell[]): boolean {
  const [first] = cells;
  return cells.length >= 3 && cells.every(({ value }, at) => value === (first?.value ?? 0) + at);
}

function monotone(values: readonly number[]): boolean {
  const distinct = new Set(values).size;
  if (distinct < 2 && values.length > 1) return false;
  const up = values.every((value, at) => at === 0 || value >= (values[at - 1] ?? 0));
  const down = values.every((value, at) => at === 0 || value <= (values[at - 1] ?? 0));
  return (up || down) && (distinct === values.length || values.length >= 3);
}

/** The same run of years once for each group: 2023, 2024, 2023, 2024. */
function comesAgain(years: readonly number[]): boolean {
  const length = years.indexOf(years[0] ?? 0, 1);
  if (length < 2 || years.length % length !== 0) return false;
  return years.every((year, at) => year === years[at % length]) && monotone(years.slice(0, length));
}

function evenSteps(cells: readonly SampleCell[]): boolean {
  const steps = cells.slice(1).map((cell, at) => cell.value - (cells[at]?.value ?? 0));
  const step = steps[0] ?? 0;
  if (step === 0 || !cells.every((cell) => Number.isInteger(cell.value))) return false;
  const least = Math.abs(step) === 1 ? 3 : 4;
  return cells.length >= least && steps.every((one) => one === step);
}

/** Numbers of columns: at least three that go up by one, all but the first cell of the row. */
export function countsColumns(cells: readonly SampleCell[]): boolean {
  return [cells, cells.slice(1)].some((numbers) => {
    const [first] = numbers;
    const all = numbers.every((cell) => cell.class === "number");
    return all && first !== undefined && !isYear(first) && countsUp(numbers);
  });
}

/** The merge that holds a cell, if any. */
export function mergeAt(
  merges: readonly MergedRange[],
  row: number,
  column: number,
): MergedRange | undefined {
  return merges.find(
    (one) => one.top <= row && row <= one.bottom && one.left <= column && column <= one.right,
  );
}

/** The cells of a line ascend by column. */
export function cellAt({ cells }: Line, column: number): SampleCell | undefined {
  let [from, to] = [0, cells.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((cells[middle]?.column ?? column) < column) from = middle + 1;
    else to = middle;
  }
  const cell = cells[from];
  return cell?.column === column ? cell : undefined;
}

/** The lines at these indexes. */
export function pick(lines: readonly Line[], indexes: readonly number[]): Line[] {
  return indexes.flatMap((at) => lines[at] ?? []);
}
