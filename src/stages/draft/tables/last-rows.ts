import { type Core, countsOf, isFigures } from "../cores/column-count.ts";
import { endsInColon, tailRows } from "../cores/tail-lines.ts";
import { isWords } from "../lines/cell-class.ts";
import { cellAt, type Line } from "../lines/line.ts";
import { lineText } from "../lines/notes.ts";

/** Rows at the end of a table that may be no rows: without a figure, or with a lone one behind a colon. */
export function lastRowRemarks(
  lines: readonly Line[],
  core: Core,
  rows: readonly Line[],
): readonly string[] {
  const known = new Set(rows);
  const bare = tailRows(lines, core).filter((line) => known.has(line) && !holdsWords(core, line));
  const [first] = bare;
  if (first !== undefined) {
    const which = bare.length === 1 ? "" : `, and ${bare.length - 1} more below it`;
    return [`${quoted(first)} has no figure, where every row above has one${which}: ${TAKEN}`];
  }
  const last = rows.at(-1);
  return last !== undefined && isLoneCount(core, rows.slice(0, -1), last)
    ? [`${quoted(last)} has one figure behind a colon, where the other rows have more: ${TAKEN}`]
    : [];
}

/** Words among figures are told by their column. */
function holdsWords(core: Core, { cells }: Line): boolean {
  return cells.some((cell) => isWords(cell) && isFigures(countsOf(core, cell.column)));
}

const TAKEN = "it is taken for a row";

function quoted(line: Line): string {
  return `row ${line.row} (${JSON.stringify(lineText(line).slice(0, 60))})`;
}

/** "Number of observations: 4" below rows of several figures without a colon. */
function isLoneCount(core: Core, above: readonly Line[], last: Line): boolean {
  const [label] = last.cells;
  const figures = (line: Line): number =>
    line.cells.filter((cell) => isFigures(countsOf(core, cell.column))).length;
  if (label === undefined || !endsInColon(label) || figures(last) !== 1) return false;
  return above.every((line) => figures(line) > 1 && !endsInColon(cellAt(line, label.column)));
}
