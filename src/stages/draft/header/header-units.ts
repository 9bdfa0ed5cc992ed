import { isNumeric } from "../cores/column-count.ts";
import { isTimely, isWords, isYear } from "../lines/cell-class.ts";
import type { Line } from "../lines/line.ts";
import { seriesText, stripMarks, unitText } from "../lines/words.ts";
import type { Walk } from "./header-walk.ts";

/** Header lines that only repeat units, series ids or column numbers are no names, if names stand above. */
export function settleUnits(walk: Walk): void {
  const { zone, lines } = walk;
  if (zone.header.length < 2) return;
  const ordered = [...zone.header].sort((a, b) => a - b);
  for (const at of ordered.slice(1)) {
    const line = lines[at];
    if (line === undefined) continue;
    const named = new Set(
      ordered
        .filter((other) => other < at)
        .flatMap((other) => lines[other]?.cells ?? [])
        .map((cell) => cell.column),
    );
    if (isUnitLine(line, named, walk) && keepsNamesApart(walk, ordered, at)) {
      zone.header.splice(zone.header.indexOf(at), 1);
      zone.unit.push(at);
    }
  }
  const top = ordered[0];
  const line = top === undefined ? undefined : lines[top];
  if (top === undefined || line === undefined) return;
  if (
    line.cells.length < 2 &&
    line.cells.every((cell) => unitText(cell.text) && cell.column > walk.left)
  ) {
    zone.header.splice(zone.header.indexOf(top), 1);
    zone.unit.push(top);
  }
}

function isUnitLine(line: Line, named: ReadonlySet<number>, walk: Walk): boolean {
  const cells = line.cells.filter((cell) => cell.column > walk.left || !isWords(cell));
  const signs = line.cells.every((cell) => seriesText(cell.text) || unitText(cell.text));
  if (signs) return true;
  if (cells.length === 0) return false;
  if (!cells.every((cell) => named.has(cell.column) || unitText(cell.text))) return false;
  if (cells.every((cell) => unitText(cell.text))) return true;
  const counted =
    line.sequence &&
    cells.every((cell) => /^\(?\d{1,3}\)?$/.test(cell.text)) &&
    cells[0] !== undefined &&
    cells[0].value <= 2;
  return counted && !cells.some(isTimely) && !cells.some(isYear);
}

/** Whether header paths stay different without the line. */
function keepsNamesApart(walk: Walk, header: readonly number[], without: number): boolean {
  const paths = new Set<string>();
  let columns = 0;
  for (const [column, count] of walk.core.columns) {
    if (!isNumeric(count)) continue;
    const texts: string[] = [];
    for (const at of header) {
      const line = walk.lines[at];
      if (at === without || line === undefined) continue;
      texts.push(textOver(line, column));
    }
    columns++;
    paths.add(texts.map(stripMarks).join("|"));
  }
  return paths.size === columns;
}

/** The text of a header line over a column: its own, or the nearest to the left. */
function textOver(line: Line, column: number): string {
  let text = "";
  for (const cell of line.cells) {
    if (cell.column > column) break;
    text = cell.text;
  }
  return text;
}
