import type { MergedRange } from "../../../model/sheet.ts";
import {
  againstNumbers,
  type Core,
  countsOf,
  isFigures,
  isNumeric,
} from "../cores/column-count.ts";
import { isScale } from "../cores/lines-of-no-row.ts";
import { rowLike } from "../cores/row-like.ts";
import { isTimely, isWords, type SampleCell } from "../lines/cell-class.ts";
import { cellAt, type Line, mergeAt } from "../lines/line.ts";
import { captionText, noteText, seriesText, unitText } from "../lines/words.ts";
import { cornerCaption } from "./corner-captions.ts";
import { settleUnits } from "./header-units.ts";
import type { HeaderZone, Walk } from "./header-walk.ts";
import { settleLabelName } from "./label-under-periods.ts";
import { isMarkRow } from "./mark-rows.ts";

const MOST_HEADER_LINES = 9;

/** Walks up from the first line of the core, no higher than the line `from`. */
export function headerAbove(
  lines: readonly Line[],
  core: Core,
  from: number,
  sheet: { readonly merges: readonly MergedRange[]; readonly naming: ReadonlySet<number> },
): HeaderZone {
  const columns = [...core.columns.keys()];
  const walk: Walk = {
    lines,
    core,
    ...sheet,
    zone: { header: [], unit: [], section: [], data: [], corner: [], ahead: [] },
    left: Math.min(...columns),
    right: Math.max(...columns),
  };
  walk.zone.ahead.push(...timesAhead(walk, from));
  for (let at = core.first - 1 - walk.zone.ahead.length; at >= from; at--) {
    if (!step(walk, at)) break;
    if (walk.zone.header.length >= MOST_HEADER_LINES) break;
  }
  settleRows(walk);
  settleUnits(walk);
  settleLabelName(walk);
  for (const list of Object.values(walk.zone) as number[][]) list.sort((a, b) => a - b);
  return walk.zone;
}

/** Lines of a time alone, where the rows have theirs, between a header and the first row. */
function timesAhead({ lines, core, left }: Walk, from: number): number[] {
  const times: number[] = [];
  if (countsOf(core, left).times < core.members.length) return times;
  for (let at = core.first - 1; at >= from; at--) {
    const line = lines[at];
    const [cell, ...others] = line?.cells ?? [];
    if (line === undefined || cell === undefined || lines[at + 1]?.gap !== 0) return [];
    if (others.length > 0) return againstNumbers(line, core) > 0 ? times : [];
    if (cell.column !== left || !isTimely(cell)) return [];
    times.push(at);
  }
  return [];
}

/** Blank rows between this line and the one below it. */
function gapBelow(walk: Walk, at: number): number {
  return walk.lines[at + 1]?.gap ?? 0;
}

/** True to go on upwards. */
function step(walk: Walk, at: number): boolean {
  const line = walk.lines[at];
  if (line === undefined) return false;
  const { zone } = walk;
  const gap = gapBelow(walk, at);
  if (gap > (zone.header.length === 0 ? 3 : 1)) return false;
  const apart = gap > 0 && zone.header.length > 0;
  if (apart && (covered(walk) || line.cells.length < 2) && !standsOverGroups(walk, line))
    return false;
  if (isScale(walk.lines, at)) {
    zone.unit.push(at);
    return true;
  }
  if (line.cells.length === 1) return single(walk, at, line);
  return several(walk, at, line);
}

/** Labels right of those of rows, each over two columns or more: merged, or in every cell of what was a merge. */
function standsOverGroups({ merges, left }: Walk, { row, cells }: Line): boolean {
  if (cells.length < 2 || (cells[0]?.column ?? left) <= left) return false;
  return cells.every((cell, at) => {
    const merge = mergeAt(merges, row, cell.column);
    const isSpread = [cells[at - 1], cells[at + 1]].some(
      (other) => other?.text === cell.text && Math.abs(other.column - cell.column) === 1,
    );
    return (
      (isWords(cell) || isTimely(cell)) &&
      (isSpread || (merge !== undefined && merge.right > merge.left))
    );
  });
}

function single(walk: Walk, at: number, line: Line): boolean {
  const { zone, core, left, right } = walk;
  const cell = line.cells[0];
  if (cell === undefined) return false;
  const merge = mergeAt(walk.merges, line.row, cell.column);
  if (zone.header.length === 0) return labelBelowHeader(walk, at, line);
  if (captionText(cell.text) || noteText(cell.text) || cell.class === "prose") return false;
  if (gapBelow(walk, at) > 0) return false;
  const downwards = merge !== undefined && merge.bottom > line.row;
  if (cell.column <= left && !downwards) {
    if (walk.naming.has(line.row)) zone.header.push(at);
    return false;
  }
  if (cell.column < left || cell.column > right) return false;
  if (merge === undefined && zone.unit.includes(at + 1)) return false;
  const corner = cornerCaption(walk, line);
  if (corner !== null) {
    zone.corner.push(at);
    if (corner === "unit") zone.unit.push(at);
    return corner === "unit";
  }
  if (unitText(cell.text) && !isOverGroup(walk, merge)) {
    zone.unit.push(at);
    return true;
  }
  const measured = [...core.columns].some(
    ([column, count]) => column >= cell.column && isNumeric(count),
  );
  if (!measured && !downwards) return false;
  if (merge !== undefined && merge.left <= left && merge.right >= right) return false;
  zone.header.push(at);
  return true;
}

/** A merge over some, not all, of the columns of figures. */
function isOverGroup(walk: Walk, merge: MergedRange | undefined): boolean {
  return merge !== undefined && merge.right > merge.left && merge.left > walk.left;
}

/** A single cell right above the figures: the label of a group, a unit, or the only header of a list. */
function labelBelowHeader(walk: Walk, at: number, line: Line): boolean {
  const { zone, core, lines } = walk;
  const cell = line.cells[0];
  const above = lines[at - 1];
  if (cell === undefined) return false;
  if (isFigures(countsOf(core, cell.column)) && isWords(cell)) {
    if (isOnlyName(walk, at, cell)) zone.header.push(at);
    else if (unitText(cell.text) && core.columns.size > 1) zone.unit.push(at);
    else if (core.columns.size <= 2 && gapBelow(walk, at) === 0 && !noteText(cell.text))
      zone.header.push(at);
    else if (above !== undefined && againstNumbers(above, core) > 0) zone.unit.push(at);
    else return false;
    return true;
  }
  if (cell.class === "prose" || captionText(cell.text)) return false;
  const nearHeader = above !== undefined && above.cells.length >= 2 && line.gap <= 2;
  const group = nearHeader && againstNumbers(above, core) > 0;
  const another =
    above !== undefined && above.cells.length === 1 && zone.section.length === 0 && at >= 2;
  if (group || (another && headerSoon(walk, at))) {
    zone.section.push(at);
    return true;
  }
  return false;
}

/** Right above the only column of figures, and no unit: its name, or the last line of it. */
function isOnlyName(walk: Walk, at: number, cell: SampleCell): boolean {
  const figures = [...walk.core.columns.values()].filter(isFigures).length;
  return figures === 1 && gapBelow(walk, at) === 0 && !unitText(cell.text) && !noteText(cell.text);
}

function headerSoon(walk: Walk, at: number): boolean {
  for (let up = at - 1; up >= Math.max(0, at - 3); up--) {
    const line = walk.lines[up];
    if (line === undefined || (walk.lines[up + 1]?.gap ?? 0) > 2) return false;
    if (line.cells.length >= 2) return againstNumbers(line, walk.core) > 0;
  }
  return false;
}

function several(walk: Walk, at: number, line: Line): boolean {
  const { zone, core } = walk;
  const inside = line.cells.filter((cell) => cell.column >= walk.left && cell.column <= walk.right);
  if (inside.length === 0) return false;
  if (isMetadataPair(line, core)) return false;
  if (zone.header.length === 0 && gapBelow(walk, at) === 0 && isRow(walk, at)) {
    zone.data.push(at);
    return true;
  }
  const against = againstNumbers(line, core);
  if (against === 0 && zone.header.length === 0) return withoutFigures(walk, at, line);
  if (line.prose > 0 && against < 2) return false;
  if (zone.header.length > 0 && (isCaption(walk, line) || asksForAnswers(line))) return false;
  if (noteText(line.cells[0]?.text ?? "") && against === 0) return false;
  zone.header.push(at);
  return true;
}

function isRow({ core, lines }: Walk, at: number): boolean {
  return rowLike(core, lines, at) || isMarkRow(core, lines, at);
}

/**
 * A line that says nothing where the figures stand: column numbers, names of key columns on a line of
 * their own, or a row whose figures are missing; that is settled once the header is known.
 */
function withoutFigures(walk: Walk, at: number, line: Line): boolean {
  const { zone, core, lines } = walk;
  const above = lines[at - 1];
  const headed = above !== undefined && line.gap <= 1 && againstNumbers(above, core) > 0;
  if (line.numbers > 0 && line.sequence) zone.header.push(at);
  else if (headed && labelsOnly(walk, line)) zone.header.push(at);
  else if (line.words + line.timely === 0 || line.prose > 1) return false;
  else if (gapBelow(walk, at) > (headed ? 1 : 0)) return false;
  else zone.data.push(at);
  return true;
}

/** Without a header above them the first of the lines without figures is the header. */
function settleRows(walk: Walk): void {
  const { zone, lines } = walk;
  if (zone.header.length > 0) return;
  zone.section.length = 0;
  const top = Math.min(...zone.data);
  const line = lines[top];
  if (line === undefined) return;
  zone.data.splice(zone.data.indexOf(top), 1);
  if (line.words > 0) zone.header.push(top);
}

/** A caption beside a unit above a complete header: it groups nothing. */
function isCaption(walk: Walk, line: Line): boolean {
  if (line.cells.length > 2 || line.cells[0]?.column !== walk.left || !covered(walk)) return false;
  const merged = line.cells.slice(1).some((cell) => {
    const merge = mergeAt(walk.merges, line.row, cell.column);
    return merge !== undefined && merge.right > merge.left;
  });
  const below = walk.zone.header.some((at) => {
    const header = walk.lines[at];
    return header !== undefined && cellAt(header, walk.left) !== undefined;
  });
  return !merged && below && !namesAgain(walk, line);
}

/** Its second cell stands where the names below it begin again: it parts two blocks. */
function namesAgain({ zone, lines }: Walk, { cells: [first, second] }: Line): boolean {
  const leaf = lines[Math.max(...zone.header)];
  if (leaf === undefined || first === undefined || second === undefined) return false;
  const name = cellAt(leaf, first.column)?.text;
  return name !== undefined && name === cellAt(leaf, second.column)?.text;
}

/** "Contact: | ... | Address: | ...": labels with a colon, at least half of the words of a form. */
function asksForAnswers(line: Line): boolean {
  const labels = line.cells.filter((cell) => cell.text.endsWith(":")).length;
  return labels > 0 && labels * 2 >= line.cells.length;
}

/** Names of the key columns on a line of their own, below the names of the measures. */
function labelsOnly(walk: Walk, line: Line): boolean {
  const above = walk.lines.find(
    (one) => one.gap >= 0 && one === walk.lines[walk.lines.indexOf(line) - 1],
  );
  if (above === undefined) return false;
  return line.cells.every((cell) => cellAt(above, cell.column) === undefined);
}

/** "Period: | March 2024": a pair of the title block. */
function isMetadataPair(line: Line, core: Core): boolean {
  if (line.cells.length > 2) return false;
  const [first, second] = line.cells;
  if (first === undefined || second === undefined) return false;
  if (first.text.endsWith(":") && core.columns.size > 2) return true;
  return second.class === "prose" && core.columns.size > 3;
}

/** Whether every column of figures has a name by now; ids of series are none. */
function covered(walk: Walk): boolean {
  const named = new Set<number>();
  for (const at of walk.zone.header) {
    const cells = walk.lines[at]?.cells ?? [];
    const isIds = cells.every((cell) => cell.column === walk.left || seriesText(cell.text));
    if (!isIds) for (const cell of cells) named.add(cell.column);
  }
  const wanted = [...walk.core.columns].filter(([, count]) => isNumeric(count));
  const missing = wanted.filter(([column]) => !named.has(column)).length;
  return missing <= wanted.length * 0.2;
}
