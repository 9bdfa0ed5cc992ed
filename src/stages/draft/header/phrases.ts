import { MONTH } from "../../../model/period/read-periods.ts";
import type { MergedRange } from "../../../model/sheet.ts";
import { isTimely, isWords, type SampleCell } from "../lines/cell-class.ts";
import { cellAt, type Line, mergeAt } from "../lines/line.ts";
import { totalWord } from "../lines/words.ts";

/** A name is broken over so many lines at least. */
const FEWEST_LINES = 3;

/**
 * The columns whose name is one phrase, broken over all lines of the header, none of them merged. A header
 * has such names if the same phrase comes again further right, above another column of its own.
 */
export function phraseColumns(
  header: readonly Line[],
  merges: readonly MergedRange[],
): ReadonlySet<number> {
  const [top] = header;
  const leaf = header.at(-1);
  if (top === undefined || leaf === undefined || header.length < FEWEST_LINES) return new Set();
  const over = merges.filter((one) => one.top <= leaf.row && one.bottom >= top.row);
  const columns = new Set<number>();
  const firsts = new Map<string, number>();
  let recurs = false;
  for (const { column } of top.cells) {
    const cells = header.flatMap((line) => cellAt(line, column) ?? []);
    const isMerged = header.some(({ row }) => mergeAt(over, row, column) !== undefined);
    if (cells.length < header.length || isMerged) continue;
    const phrase = cells.map(({ text }) => text).join(" ");
    const first = firsts.get(phrase);
    if (first === undefined) firsts.set(phrase, column);
    else recurs ||= column > first + 1 && standBesideOthers(leaf, first, column);
    columns.add(column);
  }
  return recurs ? columns : new Set();
}

/** Whether the columns right of two are called by other names. */
function standBesideOthers(leaf: Line, first: number, second: number): boolean {
  const [next, nextAgain] = [first, second].map((column) => cellAt(leaf, column + 1)?.text);
  return next !== undefined && next !== nextAgain;
}

const MONTH_NAME = new RegExp(`^${MONTH}$`, "i");

/**
 * The columns of a figure of a whole year before those of its months: "Annual" over "average" beside "Jan", and
 * "Annual change" over "2012" beside "2012" over "Jan". What stands above one is of it alone.
 */
export function yearColumns(header: readonly Line[]): ReadonlySet<number> {
  const leaf = header.at(-1);
  if (leaf === undefined) return new Set();
  const isMonth = (column: number): boolean =>
    MONTH_NAME.test(cellAt(leaf, column)?.text.trim() ?? "");
  const columns = (header[0]?.cells ?? []).map(({ column }) => column);
  return new Set(
    columns.filter((column) => {
      if (isMonth(column) || !isMonth(column + 1)) return false;
      const names = header.flatMap((line) => cellAt(line, column) ?? []);
      const last = names.at(-1);
      if (last === undefined || names.length < 2) return false;
      return cellAt(leaf, column) === undefined ? isTimely(last) : continues(last);
    }),
  );
}

/** A name that goes on from the line above. */
function continues(cell: SampleCell): boolean {
  return isWords(cell) && /^\p{Ll}/u.test(cell.text) && !totalWord(cell.text);
}
