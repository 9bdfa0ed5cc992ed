import { isTimely, isWords, type SampleCell } from "../lines/cell-class.ts";
import type { Line } from "../lines/line.ts";

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
  return core.columns.get(column) ?? emptyCount();
}

/** Whether numbers dominate the column. Markers count for numbers only where there are numbers. */
export function isNumeric(count: ColumnCount): boolean {
  return count.numbers > 0 && count.numbers + count.markers >= (count.all - count.times) * 0.6;
}

/** Numbers that are not years: what could be measured. */
export function isFigures(count: ColumnCount): boolean {
  return isNumeric(count) && count.times < (count.all - count.words) * 0.8;
}

export function isWordy(count: ColumnCount): boolean {
  return count.words > 0 && count.words >= count.all * 0.5;
}

export function numericColumns(core: Core): number[] {
  return [...core.columns].filter(([, count]) => isNumeric(count)).map(([column]) => column);
}

export function emptyCount(): ColumnCount {
  return { numbers: 0, markers: 0, words: 0, times: 0, all: 0 };
}

export function countCell(count: ColumnCount, cell: SampleCell): void {
  count.all++;
  if (cell.class === "number") count.numbers++;
  else if (cell.class === "marker" || cell.class === "error") count.markers++;
  else if (isWords(cell)) count.words++;
  if (isTimely(cell)) count.times++;
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
