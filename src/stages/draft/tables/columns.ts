import type { MergedRange } from "../../../model/sheet.ts";
import { type Core, countsOf, isFigures, isNumeric } from "../cores/column-count.ts";
import { columnsUnderCaption } from "../header/caption-over-labels.ts";
import { columnsUnderPeriods } from "../header/label-under-periods.ts";
import { headerPaths } from "../header/paths.ts";
import { givesUnits } from "../header/series-block.ts";
import { isWords } from "../lines/cell-class.ts";
import { cellAt, type Line } from "../lines/line.ts";
import { belowHeader, fillsDown } from "./fill-down.ts";
import type { FoundColumn } from "./found.ts";

export interface ColumnsFound {
  readonly columns: readonly FoundColumn[];
  readonly helpers: readonly number[];
  readonly reasons: readonly string[];
}

/**
 * The columns of a table: those with cells, and those with a header that stands next to them. A column
 * with neither is none; stray cells without a header at the edge, and a header apart from the table
 * with nothing below it, are helpers.
 */
export function findColumns(
  core: Core,
  body: readonly Line[],
  sections: readonly Line[],
  header: readonly Line[],
  units: readonly Line[],
  merges: readonly MergedRange[],
  corner: readonly Line[],
): ColumnsFound {
  const heads = groupColumns(core, sections);
  const filled = new Set([...core.columns.keys(), ...heads]);
  const named = new Set<number>();
  for (const line of header) for (const cell of line.cells) named.add(cell.column);
  const candidates = [
    ...new Set([...filled, ...named, ...mergedColumns(header, merges, filled)]),
  ].sort((a, b) => a - b);
  const paths = headerPaths(header, candidates, merges);
  for (const column of columnsUnderCaption(core, header, merges)) paths.get(column)?.shift();
  for (const column of columnsUnderPeriods(header)) paths.get(column)?.splice(0, header.length - 1);
  const figures = figuresOf(core, filled, paths);
  const below = belowHeader(core, body, merges);
  const kept: number[] = [];
  const helpers: number[] = [];
  for (const column of candidates) {
    if (heads.has(column) || isColumn(column, core, body, header, paths, filled, merges, figures))
      kept.push(column);
    else helpers.push(column);
  }
  const span = trimApart(kept, filled);
  const inSpan = new Set(span);
  return {
    columns: span.map((column) => ({
      index: column,
      header: paths.get(column) ?? [],
      unit: unitOver(units, column, isFigures(countsOf(core, column)) ? corner : []),
      numeric: isNumeric(countsOf(core, column)),
      fillDown: heads.has(column) || fillsDown(column, core, below),
    })),
    helpers: [...helpers, ...kept.filter((column) => !inSpan.has(column))],
    reasons: [],
  };
}

/** So many labels beside those of sections are of groups. */
const LEAST_HEADS = 2;

/**
 * Columns left of all that the rows fill, with labels on rows of sections, beside those: each is of a group of
 * sections, to the next.
 */
function groupColumns(core: Core, sections: readonly Line[]): ReadonlySet<number> {
  const left = Math.min(...core.columns.keys());
  const heads = new Map<number, number>();
  for (const { cells } of sections) {
    for (const cell of cells.slice(0, -1)) {
      if (cell.column < left && isWords(cell))
        heads.set(cell.column, (heads.get(cell.column) ?? 0) + 1);
    }
  }
  return new Set([...heads].flatMap(([column, times]) => (times < LEAST_HEADS ? [] : [column])));
}

/** Columns under a merged header that hold cells only through the merge are none, unless filled. */
function mergedColumns(
  header: readonly Line[],
  merges: readonly MergedRange[],
  filled: ReadonlySet<number>,
): number[] {
  const columns: number[] = [];
  const rows = new Set(header.map((line) => line.row));
  for (const merge of merges) {
    if (!rows.has(merge.top)) continue;
    for (let at = merge.left; at <= Math.min(merge.right, merge.left + 500); at++)
      if (filled.has(at)) columns.push(at);
  }
  return columns;
}

function isColumn(
  column: number,
  core: Core,
  body: readonly Line[],
  header: readonly Line[],
  paths: ReadonlyMap<number, readonly string[]>,
  filled: ReadonlySet<number>,
  merges: readonly MergedRange[],
  figures: Figures,
): boolean {
  const path = paths.get(column) ?? [];
  if (!filled.has(column)) {
    return (
      path.length > 0 &&
      !isDivider(column, header, merges) &&
      !lends(column, header, merges, filled)
    );
  }
  if (path.length > 0 || header.length === 0) return true;
  const cells = countsOf(core, column).all;
  const edge = figures.lastHeaded < column || figures.firstHeaded > column;
  const few = cells <= Math.max(2, body.length * 0.04) && body.length >= 8;
  if (few && edge && !isLabels(column, core, figures)) return false;
  return cells > 0;
}

/** Where the columns of figures stand, those with a header apart. */
interface Figures {
  readonly last: number;
  readonly firstHeaded: number;
  readonly lastHeaded: number;
}

function figuresOf(
  core: Core,
  filled: ReadonlySet<number>,
  paths: ReadonlyMap<number, readonly string[]>,
): Figures {
  let [last, firstHeaded, lastHeaded] = [-1, Number.POSITIVE_INFINITY, -1];
  for (const column of filled) {
    if (!isNumeric(countsOf(core, column))) continue;
    last = Math.max(last, column);
    if ((paths.get(column) ?? []).length === 0) continue;
    firstHeaded = Math.min(firstHeaded, column);
    lastHeaded = Math.max(lastHeaded, column);
  }
  return { last, firstHeaded, lastHeaded };
}

/** Labels to the left of all figures. */
function isLabels(column: number, core: Core, figures: Figures): boolean {
  const count = countsOf(core, column);
  return count.words + count.times >= count.all * 0.5 && figures.last > column;
}

/** A header cell merged over a filled column lends its name to that one. */
function lends(
  column: number,
  header: readonly Line[],
  merges: readonly MergedRange[],
  filled: ReadonlySet<number>,
): boolean {
  const leaf = [...header].reverse().find((line) => cellAt(line, column) !== undefined);
  return merges.some(
    (one) =>
      one.top === leaf?.row &&
      one.left === column &&
      [...filled].some((other) => other > column && other <= one.right),
  );
}

/** A label that runs down beside the header's lines and heads no column: it parts two groups. */
function isDivider(
  column: number,
  header: readonly Line[],
  merges: readonly MergedRange[],
): boolean {
  if (header.length < 2) return false;
  const first = header[0]?.row ?? 0;
  const last = header.at(-1)?.row ?? 0;
  return merges.some(
    (one) =>
      one.left === column &&
      one.right === column &&
      one.top <= first &&
      one.bottom >= last &&
      one.top < one.bottom,
  );
}

/** Headers without values that stand apart from all columns with values belong to nothing. */
function trimApart(kept: readonly number[], filled: ReadonlySet<number>): number[] {
  const last = Math.max(...filled);
  const first = Math.min(...filled);
  const span = kept.filter((column) => column >= first && column <= last);
  let open = last;
  for (const column of kept) {
    if (column === open + 1) {
      span.push(column);
      open = column;
    }
  }
  let start = first;
  for (const column of [...kept].reverse()) {
    if (column === start - 1) {
      span.unshift(column);
      start = column;
    }
  }
  return span;
}

/**
 * What stands over a column on lines of units: numbers of columns are none; where a label says which lines are, only
 * those. `corner`: lines whose only cell is of every column.
 */
function unitOver(units: readonly Line[], column: number, corner: readonly Line[]): string | null {
  const labelled = units.filter(givesUnits);
  const isOver = ({ cells, sequence }: Line): boolean =>
    labelled.length === 0 ? !sequence : cells[0]?.column !== column;
  const texts = (labelled.length === 0 ? units : labelled)
    .filter(isOver)
    .map((line) => (corner.includes(line) ? line.cells[0] : cellAt(line, column))?.text)
    .filter((text) => text !== undefined);
  return texts.length === 0 ? null : texts.join(" ");
}
