import { isTimely, isWords, isYear, type SampleCell } from "./cell-class.ts";
import { type Line, linesOf, type Pane } from "./line.ts";
import type { SheetSample } from "./sample.ts";
import { stripMarks } from "./words.ts";

/** A run of columns without an empty column inside, among the lines of a pane. */
interface Segment {
  readonly left: number;
  readonly right: number;
  /** Rows with a cell in the segment; rows with a number. */
  readonly rows: ReadonlySet<number>;
  readonly figures: ReadonlySet<number>;
  /** Numbers other than years stand in it. */
  readonly measured: boolean;
  /** Lines of figures begin with labels or times. */
  readonly labelled: boolean;
  /** Texts of the first line with words, lower case, without marks. */
  readonly heads: readonly string[];
  /** The first of them stands in the first column. */
  readonly headed: boolean;
  /** Texts of the first column beside figures. */
  readonly keys: readonly string[];
}

/**
 * Cuts a sheet into parts side by side, where an empty column parts tables that stand for themselves:
 * they repeat their header, or have their own labels and other rows. An empty column that only spaces
 * out one table cuts nothing. Where the whole sheet cannot be cut, each stretch between blank rows is
 * tried for itself.
 */
export function findPanes(sample: SheetSample): Pane[] {
  let right = -1;
  for (const row of sample.rows) right = Math.max(right, row.cells.at(-1)?.column ?? -1);
  if (right < 0) return [];
  const whole: Pane = { left: 0, right, top: 1, bottom: sample.lastRow };
  const cut = cutColumns(sample, whole);
  if (cut.length > 1) return cut;
  return sample.elided.length > 0 ? [whole] : cutStretches(sample, whole);
}

/** Rows that give each of several panes beside each other one name, at its first column. */
export function rowsNamingPanes(sample: SheetSample, panes: readonly Pane[]): ReadonlySet<number> {
  const naming = new Set<number>();
  if (panes.length < 2) return naming;
  const firsts = panes.map((pane) =>
    linesOf(sample, pane).map((line) => line.cells[0]?.column ?? 0),
  );
  const left = firsts.map((columns) => Math.min(...columns));
  for (const row of sample.rows) {
    const beside = left.filter((_, at) => {
      const pane = panes[at];
      return pane !== undefined && pane.top <= row.row && row.row <= pane.bottom;
    });
    const named =
      beside.length >= 2 &&
      row.cells.length === beside.length &&
      row.cells.every((cell, at) => cell.column === beside[at] && isWords(cell));
    if (named) naming.add(row.row);
  }
  return naming;
}

/** A stretch of so few lines can be a header, whose groups an empty column parts. */
const MOST_HEAD_LINES = 3;

function cutStretches(sample: SheetSample, whole: Pane): Pane[] {
  const lines = linesOf(sample, whole);
  const panes: Pane[] = [];
  let open: Pane[] = [];
  for (let first = 0; first < lines.length; ) {
    let next = first + 1;
    while (next < lines.length && (lines[next]?.gap ?? 0) === 0) next++;
    const top = lines[first]?.row ?? 1;
    const bottom = lines[next - 1]?.row ?? top;
    const parts = cutColumns(sample, { ...whole, top, bottom });
    if (parts.length > 1 && next - first > MOST_HEAD_LINES) {
      panes.push(...open, ...parts);
      open = [];
    } else {
      open = [{ ...whole, top: open[0]?.top ?? top, bottom }];
    }
    first = next;
  }
  return [...panes, ...open];
}

function cutColumns(sample: SheetSample, pane: Pane): Pane[] {
  const lines = linesOf(sample, pane);
  const runs = runsOf(lines);
  if (runs.length < 2) return [pane];
  const segments = segmentsOf(lines, runs);
  const groups: Segment[][] = [];
  for (const segment of segments) {
    const group = groups.at(-1);
    if (group !== undefined && !independent(group, segment)) group.push(segment);
    else groups.push([segment]);
  }
  if (groups.length < 2) return [pane];
  return groups.map((group, at) => ({
    ...pane,
    left: at === 0 ? pane.left : (group[0]?.left ?? pane.left),
    right:
      at === groups.length - 1 ? pane.right : (groups[at + 1]?.[0]?.left ?? pane.right + 1) - 1,
  }));
}

/** First and last of the columns that hold cells next to each other; a line of one text counts for none. */
function runsOf(lines: readonly Line[]): (readonly [number, number])[] {
  const used: boolean[] = [];
  for (const line of lines) {
    if (line.cells.length < 2 && line.words > 0) continue;
    for (const cell of line.cells) used[cell.column] = true;
  }
  const runs: [number, number][] = [];
  for (let column = 0; column < used.length; column++) {
    if (used[column] !== true) continue;
    const run = runs.at(-1);
    if (run !== undefined && run[1] === column - 1) run[1] = column;
    else runs.push([column, column]);
  }
  return runs;
}

function segmentsOf(
  lines: readonly Line[],
  runs: readonly (readonly [number, number])[],
): Segment[] {
  const segments: Segment[] = [];
  for (const [left, right] of runs) {
    const before = segments.at(-1);
    const apart = (before?.left ?? 0) - (segments.at(-2)?.right ?? Number.NEGATIVE_INFINITY);
    const next = segmentOf(lines, left, right);
    const isNear = before !== undefined && left === before.right + 2 && apart > 2;
    if (isNear && isLabelsOnly(before) && !isAgain(before, next)) {
      segments[segments.length - 1] = segmentOf(lines, before.left, right);
    } else segments.push(next);
  }
  return segments;
}

/** Labels beyond a wide gap, with one empty column between them and their figures. */
function isLabelsOnly(segment: Segment): boolean {
  return !segment.measured && segment.rows.size > 2;
}

function segmentOf(lines: readonly Line[], left: number, right: number): Segment {
  const rows = new Set<number>();
  const figures = new Set<number>();
  let labels = 0;
  let measured = false;
  let heads: string[] = [];
  let headed = false;
  const keys: string[] = [];
  for (const line of lines) {
    const cells = line.cells.filter((cell) => cell.column >= left && cell.column <= right);
    if (cells.length === 0 || line.cells.length < 2) continue;
    rows.add(line.row);
    const numbers = cells.filter((cell) => cell.class === "number").length;
    measured ||= cells.some((cell) => cell.class === "number" && !isYear(cell));
    if (isFigureLine(cells, numbers)) {
      figures.add(line.row);
      if (cells[0]?.column === left && keys.length < 100) keys.push(cells[0].text);
      if (isLabel(cells[0])) labels++;
    } else if (heads.length === 0 && cells.filter(isWords).length >= 2) {
      heads = cells.map((cell) => stripMarks(cell.text).toLowerCase());
      headed = cells[0]?.column === left;
    }
  }
  const labelled = figures.size > 0 && labels >= figures.size * 0.6 && right > left;
  return { left, right, rows, figures, measured, labelled, heads, headed, keys };
}

function isFigureLine(cells: readonly SampleCell[], numbers: number): boolean {
  return numbers > 0 && numbers + 2 >= cells.filter(isWords).length;
}

function isLabel(cell: SampleCell | undefined): boolean {
  return cell !== undefined && (isWords(cell) || isTimely(cell));
}

function independent(group: readonly Segment[], next: Segment): boolean {
  const [first] = group;
  const last = group.at(-1);
  if (first === undefined || last === undefined) return false;
  const rows = union(group.map((one) => one.rows));
  const figures = union(group.map((one) => one.figures));
  if (repeats(group, next)) return true;
  const gap = next.left - last.right - 1;
  if (next.rows.size <= 2 && rows.size > 6) return gap >= 2;
  const overlap = jaccard(rows, next.rows);
  if (next.figures.size === 0 || figures.size === 0)
    return overlap < 0.5 && (gap >= 2 || next.rows.size >= 2);
  const figureOverlap = jaccard(figures, next.figures);
  const labelled = next.labelled && group.some((one) => one.labelled);
  if (labelled) return gap >= 2 || figureOverlap < 0.85 || ownHeads(group, next);
  return gap >= 2 && figureOverlap < 0.5;
}

/** The header of the next segment is the header of the group again. */
function repeats(group: readonly Segment[], next: Segment): boolean {
  if (next.labelled && group[0]?.labelled === true && sameKeys(group[0], next, 5)) return true;
  const heads = group.flatMap((one) => one.heads);
  if (group[0] !== undefined && group.length === 1 && isAgain(group[0], next)) return true;
  if (next.heads.length < 2 || heads.length < 2) return false;
  if (!next.labelled && (next.heads.length < 3 || !sameKeys(group[0], next, 3))) return false;
  const shared = next.heads.filter((head) => heads.includes(head)).length;
  return next.heads[0] === group[0]?.heads[0] && shared >= next.heads.length * 0.6;
}

/**
 * The whole header once more, in its order, from the first column on, above words or its own labels. Groups of one
 * table's figures have the same names too, but no labels.
 */
function isAgain(first: Segment, next: Segment): boolean {
  const { heads } = next;
  const names = new Set(heads);
  return (
    (next.labelled || (next.figures.size === 0 && first.figures.size === 0)) &&
    first.headed &&
    next.headed &&
    heads.length === first.heads.length &&
    names.size >= 2 &&
    names.size > heads.length / 2 &&
    heads.every((head, at) => head === first.heads[at])
  );
}

function sameKeys(first: Segment | undefined, next: Segment, least: number): boolean {
  if (first === undefined || new Set(next.keys).size < least) return false;
  const same = next.keys.filter((key, at) => key === first.keys[at]).length;
  return same >= next.keys.length * 0.9;
}

function ownHeads(group: readonly Segment[], next: Segment): boolean {
  const key = group[0]?.heads[0];
  return key !== undefined && next.heads[0] === key;
}

function union(sets: readonly ReadonlySet<number>[]): Set<number> {
  const all = new Set<number>();
  for (const set of sets) for (const value of set) all.add(value);
  return all;
}

function jaccard(a: ReadonlySet<number>, b: ReadonlySet<number>): number {
  let both = 0;
  for (const value of b) if (a.has(value)) both++;
  const all = a.size + b.size - both;
  return all === 0 ? 0 : both / all;
}
