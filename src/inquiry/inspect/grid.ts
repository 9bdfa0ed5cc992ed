import { openWorkbook } from "../../formats/open-workbook.ts";
import type { Limits } from "../../model/limits.ts";
import { within } from "../../model/row-ranges.ts";
import { columnIndex, columnLetter, endOfSheet, type Sheet } from "../../model/sheet.ts";
import type { Bytes } from "../../model/storage/bytes.ts";
import type { FileView, SheetView, TableView } from "./view.ts";

/** What a cell, or most of a row, was taken for. */
export type Part =
  | "title"
  | "header"
  | "data"
  | "total"
  | "section"
  | "note"
  | "other"
  | "quarantined"
  | "blank";

export interface GridCell {
  readonly letter: string;
  readonly text: string;
  readonly part: Part;
}

/** A row that is shown, or `left_out` rows between two that are. */
export type GridRow =
  | { readonly row: number; readonly part: Part; readonly cells: readonly GridCell[] }
  | { readonly left_out: number };

/** A sheet as a picture of itself: the rows that tell how it was seen, the dull middle of its tables left out. */
export interface SheetGrid {
  readonly sheet: SheetView;
  /** Letters of the columns shown, without gaps. */
  readonly columns: readonly string[];
  /** Columns to the right that are not shown. */
  readonly columns_left_out: number;
  readonly rows: readonly GridRow[];
}

/** How much of a sheet is shown. */
export interface GridSize {
  readonly columns: number;
  readonly rows: number;
}

/** Rows of a run of like rows that are shown at its beginning and at its end. */
const EDGE = 4;

/** The sheets of a file that was seen, one after the other. Memory: the rows shown. */
export async function* sheetGrids(
  bytes: Bytes,
  seen: FileView,
  options: { readonly limits: Limits; readonly size: GridSize },
): AsyncGenerator<SheetGrid> {
  const workbook = await openWorkbook(bytes, { limits: options.limits, fileName: seen.file });
  try {
    for (const [at, sheet] of workbook.sheets.entries()) {
      const view = seen.sheets[at];
      if (view !== undefined) yield await gridOf(sheet, view, options.size);
    }
  } finally {
    await workbook.close();
  }
}

async function gridOf(sheet: Sheet, view: SheetView, size: GridSize): Promise<SheetGrid> {
  const map = new SheetMap(view);
  const runs = new Runs(map, size.rows);
  let right = 0;
  await endOfSheet(sheet.rows(), (batch) => {
    for (const row of batch) {
      const last = row.cells.at(-1)?.column ?? -1;
      right = Math.max(right, last + 1);
      runs.add(
        row.row,
        row.cells
          .filter((cell) => cell.column < size.columns)
          .map((cell) => ({
            letter: columnLetter(cell.column),
            text: cell.text,
            part: map.partOf(row.row, cell.column, cell.text),
          })),
      );
    }
  });
  const shown = Math.min(right, size.columns);
  return {
    sheet: view,
    columns: Array.from({ length: shown }, (_, at) => columnLetter(at)),
    columns_left_out: right - shown,
    rows: runs.end(),
  };
}

/** Collects rows; of long runs of one part only both ends stay. */
class Runs {
  private readonly map: SheetMap;
  private readonly most: number;
  private readonly shown: GridRow[] = [];
  private held: Extract<GridRow, { row: number }>[] = [];
  private run: { part: Part; length: number } = { part: "blank", length: 0 };
  private leftOut = 0;
  private before = 0;

  constructor(map: SheetMap, most: number) {
    this.map = map;
    this.most = most;
  }

  add(row: number, cells: readonly GridCell[]): void {
    const part = this.map.partOfRow(row, cells[0]?.text ?? "");
    const gap = row - this.before - 1;
    this.before = row;
    if (part !== this.run.part || gap > 0) {
      this.close();
      this.run = { part, length: 0 };
      if (gap > 0) this.push({ row: row - 1, part: "blank", cells: [] });
    }
    this.run.length++;
    const next = { row, part, cells };
    if (this.run.length <= EDGE) {
      this.push(next);
      return;
    }
    this.held.push(next);
    if (this.held.length <= EDGE) return;
    this.held.shift();
    this.leftOut++;
  }

  end(): readonly GridRow[] {
    this.close();
    return this.shown;
  }

  private close(): void {
    if (this.leftOut > 0) this.push({ left_out: this.leftOut });
    for (const row of this.held) this.push(row);
    this.held = [];
    this.leftOut = 0;
  }

  /** Beyond the limit rows are only counted. */
  private push(row: GridRow): void {
    if (this.shown.length < this.most) {
      this.shown.push(row);
      return;
    }
    const last = this.shown.at(-1);
    const more = "left_out" in row ? row.left_out : 1;
    const before = last !== undefined && "left_out" in last ? last.left_out : 0;
    if (before > 0) this.shown.pop();
    this.shown.push({ left_out: before + more });
  }
}

/** What stands where, from what was seen. */
class SheetMap {
  private readonly tables: readonly Area[];
  private readonly titles: ReadonlySet<string>;
  private readonly notes: (row: number) => boolean;
  private readonly quarantined: boolean;

  constructor(view: SheetView) {
    this.tables = view.tables.map(areaOf);
    this.titles = new Set(view.tables.flatMap((table) => table.title ?? []));
    this.notes = within(view.notes_rows);
    this.quarantined = view.quarantined;
  }

  partOf(row: number, column: number, text: string): Part {
    const area = this.tables.find(
      (one) => row >= one.top && row <= one.bottom && column >= one.left && column <= one.right,
    );
    if (area !== undefined) return area.partOf(row, column);
    if (this.titles.has(text)) return "title";
    if (this.notes(row)) return "note";
    return this.quarantined ? "quarantined" : "other";
  }

  partOfRow(row: number, text: string): Part {
    const area = this.tables.find((one) => row >= one.top && row <= one.bottom);
    return area === undefined ? this.partOf(row, -1, text) : area.partOf(row, area.left);
  }
}

interface Area {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
  partOf(row: number, column: number): Part;
}

function areaOf(table: TableView): Area {
  const [from = "", to = ""] = table.range.split(":");
  const header = new Set(table.header_rows);
  const totals = new Set(table.total_rows);
  const sections = new Set(table.section_rows);
  const data = within(table.data_rows);
  const columns = new Set(table.columns.map((column) => columnIndex(column.letter)));
  const left = columnIndex(from.replace(/\d+/, ""));
  const rowPart = (row: number): Part => {
    if (table.quarantined) return "quarantined";
    if (header.has(row)) return "header";
    if (sections.has(row)) return "section";
    if (totals.has(row)) return "total";
    return data(row) ? "data" : "other";
  };
  return {
    top: Math.min(Number(/\d+/.exec(from)?.[0]), ...table.header_rows),
    bottom: Number(/\d+/.exec(to)?.[0]),
    left,
    right: columnIndex(to.replace(/\d+/, "")),
    partOf: (row, column) => {
      const part = rowPart(row);
      const inside = part === "data" || part === "total";
      return inside && column !== left && !columns.has(column) ? "other" : part;
    },
  };
}
