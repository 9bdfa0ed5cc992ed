import { columnLetter } from "../../../model/sheet.ts";
import { givesDates } from "../header/series-block.ts";
import { isTimely } from "../lines/cell-class.ts";
import { countsColumns, type Line } from "../lines/line.ts";
import type { Draft } from "./draft.ts";
import type { FoundTable } from "./found.ts";

/** A header of what is no name: dates of publication over rows of times, or nothing but numbers of columns. */
export function doubtfulNames(
  { lines }: Draft,
  rows: readonly Line[],
  header: readonly Line[],
): string | null {
  const dates = header.find(givesDates);
  const timed = rows.filter(({ cells: [label] }) => label !== undefined && isTimely(label));
  if (dates !== undefined && timed.length >= rows.length * 0.9)
    return `row ${dates.row} seems to say when the figures were published, and names no column`;
  const [numbers, ...others] = header;
  if (numbers === undefined || others.length > 0) return null;
  if (!countsColumns(numbers.cells) || !isBelowWords(lines, numbers)) return null;
  return `row ${numbers.row} only numbers the columns, and the words above it are not read`;
}

/** Words of two columns or more right above a line. */
function isBelowWords(lines: readonly Line[], line: Line): boolean {
  const above = lines[lines.indexOf(line) - 1];
  return line.gap === 0 && above !== undefined && above.words >= 2;
}

/** Columns of figures side by side that nothing in the header tells apart; others stand each beside its own. */
export function sharedNames({ columns }: FoundTable): readonly string[] {
  const pathAt = (at: number): string => {
    const column = columns[at];
    return column?.numeric === true ? column.header.join(" > ") : "";
  };
  const shared = columns.flatMap(({ index }, at) => {
    const path = pathAt(at);
    const isShared = path !== "" && (path === pathAt(at - 1) || path === pathAt(at + 1));
    return isShared ? [{ path, letter: columnLetter(index) }] : [];
  });
  const [first] = shared;
  if (first === undefined) return [];
  const letters = shared.filter(({ path }) => path === first.path).map(({ letter }) => letter);
  const [some, more] = [letters.slice(0, 8).join(", "), letters.length > 8 ? " and more" : ""];
  return [`columns ${some}${more} have the same names: ${first.path.slice(0, 80)}`];
}
