import type { MergedRange } from "../../../model/sheet.ts";
import { type Core, countsOf, isFigures, isNumeric } from "../cores/column-count.ts";
import { isWords } from "../lines/cell-class.ts";
import { cellAt, type Line } from "../lines/line.ts";
import { totalWord } from "../lines/words.ts";

/** What a column of labels is held against. */
export interface Below {
  readonly rows: ReadonlySet<number>;
  readonly lines: readonly Line[];
  /** How many of them are no totals; counted when first asked for. */
  ordinary: number | null;
  /** The last column that is filled throughout, and with labels. */
  readonly lastLabels: number;
  readonly merges: readonly MergedRange[];
}

export function belowHeader(
  core: Core,
  body: readonly Line[],
  merges: readonly MergedRange[],
): Below {
  const full = [...core.columns].filter(
    ([, count]) => count.all > body.length * 0.8 && !isFigures(count),
  );
  return {
    rows: new Set(body.map((line) => line.row)),
    lines: body,
    ordinary: null,
    lastLabels: full.reduce((last, [column]) => Math.max(last, column), -1),
    merges,
  };
}

/**
 * Whether a column of labels gives each label once and leaves the rows of its group blank: the first
 * row is filled, most later ones are blank, and columns to the right are filled throughout.
 */
export function fillsDown(column: number, core: Core, below: Below): boolean {
  const count = countsOf(core, column);
  if (isNumeric(count) && count.times < count.all) return false;
  if (count.words + count.times < count.all * 0.7 || count.all === 0) return false;
  const once = count.all >= 2 && below.rows.size >= 4 && isMostlyBlank(count.all, below);
  const named = (): boolean => below.lastLabels > column || headsParts(column, core, below);
  return (once && named()) || mergedDown(column, below);
}

/** So many labels of a column that others name the parts of are followed by such parts. */
const LEAST_GROUPS = 2;

/**
 * Labels on the first row of their groups, whose other rows are named by a column to the right, and by no other:
 * a row may be that of a whole group. One run of labels above one run of parts is two breakdowns, and no group.
 */
function headsParts(column: number, core: Core, { lines }: Below): boolean {
  const parts = lines.filter((line) => cellAt(line, column) === undefined);
  if (parts.length === 0 || parts[0] === lines[0]) return false;
  const groups = lines.filter(
    (line, at) =>
      cellAt(line, column) === undefined && cellAt(lines[at - 1] ?? line, column) !== undefined,
  );
  if (groups.length < LEAST_GROUPS) return false;
  return [...core.columns].some(
    ([other, count]) =>
      other > column &&
      count.words + count.times >= count.all * 0.7 &&
      parts.every((line) => cellAt(line, other) !== undefined),
  );
}

/** Whether so few cells stand beside the rows that are no totals. */
function isMostlyBlank(cells: number, below: Below): boolean {
  if (cells > below.lines.length * 0.7) return false;
  below.ordinary ??= below.lines.filter((line) => !saysTotal(line)).length;
  return cells <= below.ordinary * 0.7;
}

/** Rows that leave labels blank because they add up many. */
function saysTotal(line: Line): boolean {
  return line.cells.some((cell) => isWords(cell) && totalWord(cell.text));
}

function mergedDown(column: number, { rows, merges }: Below): boolean {
  return merges.some(
    (one) =>
      one.left === column && one.bottom > one.top && rows.has(one.top) && rows.has(one.bottom),
  );
}
