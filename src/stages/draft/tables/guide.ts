import type { TableGuide } from "../../../model/publication.ts";
import { rangesOf } from "../../../model/row-ranges.ts";
import { columnIndex, type Sheet } from "../../../model/sheet.ts";
import { isLike } from "../../../model/wildcard.ts";
import { type ColumnCount, type Core, countCell, emptyCount } from "../cores/column-count.ts";
import { withSettledFigures } from "../lines/among-figures.ts";
import { type Line, linesOf, type Pane } from "../lines/line.ts";
import { lineText, markerMeanings, markerRows, noteOf } from "../lines/notes.ts";
import type { SheetSample } from "../lines/sample.ts";
import { findTables } from "./find-tables.ts";
import type { FoundSheet, FoundTable } from "./found.ts";
import { makeTable } from "./table.ts";

/** What a person says of a sheet; null: the finder decides. */
export function guideOf(
  guides: readonly TableGuide[],
  sheet: Sheet,
  file: string,
): TableGuide | null {
  const names = [file, ...(sheet.member === null ? [] : [sheet.member])].flatMap((path) => [
    path,
    path.split("/").at(-1) ?? path,
  ]);
  const found = guides.find(
    (guide) =>
      (guide.file === undefined || names.some((name) => isLike(name, guide.file ?? ""))) &&
      (guide.sheet === undefined || (sheet.name !== null && isLike(sheet.name, guide.sheet))),
  );
  return found ?? null;
}

/** The tables of a sheet as a guide says. A range in which no table is found holds the sheet back. */
export function findGuided(sample: SheetSample, guide: TableGuide): FoundSheet {
  if (guide.skip === true) {
    return withoutTables(sample, false, "left out: publications.yaml says skip");
  }
  if (guide.range === undefined) return findTables(sample);
  const pane = paneOf(guide.range, sample.lastRow);
  const tables =
    guide.header_rows === undefined
      ? findTables(within(sample, pane)).tables
      : headedTables(sample, pane, guide.header_rows);
  if (tables.length === 0) {
    return withoutTables(sample, true, `publications.yaml says ${guide.range}: no table is there`);
  }
  return around(sample, pane, tables, `publications.yaml says where it stands: ${guide.range}`);
}

function withoutTables(sample: SheetSample, quarantined: boolean, reason: string): FoundSheet {
  return {
    tables: [],
    titleRows: [],
    notesRows: rangesOf(sample.rows.map((row) => row.row)),
    quarantined,
    reasons: [...sample.remarks, reason],
  };
}

/** "B5:M200", or "B5:M" down to `lastRow`. */
function paneOf(range: string, lastRow: number): Pane {
  const [, left = "A", top = "1", right = "A", bottom = ""] =
    /^([A-Z]+)(\d+):([A-Z]+)(\d*)$/.exec(range) ?? [];
  return {
    left: columnIndex(left),
    right: columnIndex(right),
    top: Number(top),
    bottom: bottom === "" ? lastRow : Number(bottom),
  };
}

function within(sample: SheetSample, pane: Pane): SheetSample {
  const rows = sample.rows
    .filter((row) => row.row >= pane.top && row.row <= pane.bottom)
    .map((row) => ({
      ...row,
      cells: row.cells.filter((cell) => cell.column >= pane.left && cell.column <= pane.right),
    }))
    .filter((row) => row.cells.length > 0);
  return { ...sample, rows, lastRow: Math.min(sample.lastRow, pane.bottom) };
}

/** The one table of a range whose first lines are its header: every other line is of its body. */
function headedTables(sample: SheetSample, pane: Pane, headerRows: number): FoundTable[] {
  const inside = withSettledFigures(within(sample, pane));
  const lines = linesOf(inside, pane);
  const first = lines.findIndex((line) => line.row >= pane.top + headerRows);
  if (first < 0) return [];
  const header = Array.from({ length: first }, (_, at) => at);
  const zone = { header, unit: [], section: [], data: [], corner: [], ahead: [] };
  const table = makeTable({ pane, lines, sample: inside, core: coreFrom(lines, first), zone });
  return table === null ? [] : [table];
}

function coreFrom(lines: readonly Line[], first: number): Core {
  const columns = new Map<number, ColumnCount>();
  const members: number[] = [];
  for (const [at, line] of lines.entries()) {
    if (at < first) continue;
    if (line.cells.length > 1) members.push(at);
    for (const cell of line.cells) {
      const count = columns.get(cell.column) ?? emptyCount();
      countCell(count, cell);
      columns.set(cell.column, count);
    }
  }
  return { first, last: lines.length - 1, members, columns };
}

/** What stands outside of the range: the line above it is the title, the rest are notes. */
function around(
  sample: SheetSample,
  pane: Pane,
  tables: readonly FoundTable[],
  reason: string,
): FoundSheet {
  const outside = linesOf(sample, { ...pane, top: 1, bottom: sample.lastRow }).filter(
    (line) => line.row < pane.top || line.row > pane.bottom,
  );
  const title = outside.filter((line) => line.row < pane.top && line.cells.length === 1).at(-1);
  const notes = outside.filter((line) => line !== title);
  const texts = notes.map(lineText);
  const said = tables.map((table) => ({
    ...table,
    title: title === undefined ? table.title : lineText(title),
    titleRows: title === undefined ? [] : [title.row],
    notes: texts.slice(0, 200),
    markerMeanings: markerMeanings(texts),
    markerRows: markerRows(notes.map(noteOf)),
    reasons: [reason, ...table.reasons],
  }));
  return {
    tables: said,
    titleRows: title === undefined ? [] : [title.row],
    notesRows: rangesOf(notes.map((line) => line.row)),
    quarantined: false,
    reasons: sample.remarks,
  };
}
