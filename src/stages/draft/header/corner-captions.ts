import { countsOf, isNumeric } from "../cores/column-count.ts";
import { isTimely, isWords, type SampleCell } from "../lines/cell-class.ts";
import { cellAt, type Line, mergeAt } from "../lines/line.ts";
import { formOf, unitText } from "../lines/words.ts";
import type { Walk } from "./header-walk.ts";

/** Shares and rates are often of a last column alone. */
const OF_ONE = /%|\b(?:per ?cents?|percentages?|rates?|ratios?|index|changes?|ppt?|per \d+)\b/i;

/** Money or a base. */
const OF_ALL = /\p{Sc}|=\s?100\)?$/u;

/**
 * A cell alone in its line, flush right above names that are whole and tell all figures apart: the unit or the scope of
 * them all, no label of the last column. A name that is broken over two lines goes on in small letters, and a
 * column of another kind than the others may have a label of its own.
 */
export function cornerCaption(walk: Walk, line: Line): "unit" | "scope" | null {
  const [cell, ...others] = line.cells;
  if (cell === undefined || others.length > 0 || !isWords(cell)) return null;
  if (mergeAt(walk.merges, line.row, cell.column) !== undefined) return null;
  const columns = figuresOf(walk);
  const from = columns.indexOf(cell.column);
  const isOfAll = unitText(cell.text) || OF_ALL.test(cell.text);
  const isLast = from === columns.length - 1;
  if (columns.length < 3 || from < 0 || OF_ONE.test(cell.text)) return null;
  if (!isLast && !(from === columns.length - 2 && isOfAll)) return null;
  const names = wholeNames(walk, columns);
  if (names === null || !isWhole(names)) return null;
  if (isOfAll) return "unit";
  return names.some(isTimely) ? null : "scope";
}

function figuresOf({ core, left }: Walk): readonly number[] {
  return [...core.columns.keys()]
    .filter((column) => column > left && isNumeric(countsOf(core, column)))
    .sort((a, b) => a - b);
}

/** The names in the first line that names every column apart. */
function wholeNames(walk: Walk, columns: readonly number[]): readonly SampleCell[] | null {
  for (const at of walk.zone.header.toSorted((a, b) => a - b)) {
    const line = walk.lines[at];
    const names = line === undefined ? [] : columns.flatMap((column) => cellAt(line, column) ?? []);
    const texts = new Set(names.map(({ text }) => text));
    if (names.length === columns.length && texts.size === columns.length) return names;
  }
  return null;
}

/** The last is no rest of a name, and no column of its own kind. */
function isWhole(names: readonly SampleCell[]): boolean {
  const last = names.at(-1);
  if (last === undefined || /^\p{Ll}/u.test(last.text) || unitText(last.text)) return false;
  return names.every((name) =>
    isTimely(last) ? formOf(name.text) === formOf(last.text) : !isTimely(name),
  );
}
