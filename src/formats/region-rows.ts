import type { Region, RowRange } from "../model/manifest/manifest.ts";
import type { RegionRow } from "../model/region-row.ts";
import { type Cell, columnIndex, type SheetRow } from "../model/sheet.ts";
import { squeeze } from "../model/text.ts";

/** What of a region decides how its rows are read; `Region` and a table under inspection both have it. */
export interface RegionShape {
  readonly columns: readonly { readonly letter: string; readonly fill_down?: boolean }[];
  readonly data_rows: readonly RowRange[];
  readonly total_rows: readonly RowRange[];
  readonly section_rows: readonly RowRange[];
}

/** Sorts the rows of a sheet, given in ascending order, into the rows of one region. */
export interface RegionReader {
  /** The region's row, or null if the sheet's row is none of its data and total rows. */
  accept(row: SheetRow): RegionRow | null;
  /** True once no later row can belong to the region. */
  readonly done: boolean;
}

/** Which of ascending ranges holds a row; rows must be asked for in ascending order. */
function cursor(ranges: readonly RowRange[]): (row: number) => boolean {
  let at = 0;
  return (row) => {
    for (let range = ranges[at]; range !== undefined && range[1] < row; range = ranges[at]) at++;
    const range = ranges[at];
    return range !== undefined && range[0] <= row;
  };
}

/**
 * Labels are carried down in columns marked `fill_down`, over data rows only; a new label ends what is
 * carried in the columns to its right, and a section row ends all. Cells of white space are empty.
 */
export function regionReader(region: RegionShape): RegionReader {
  const [isData, isTotal, isSection] = [
    cursor(region.data_rows),
    cursor(region.total_rows),
    cursor(region.section_rows),
  ];
  const last = Math.max(0, ...[...region.data_rows, ...region.total_rows].map((range) => range[1]));
  const place = new Map<number, number>();
  const made: number[] = [];
  for (const [at, column] of region.columns.entries()) {
    if (column.letter === "") made.push(at);
    else place.set(columnIndex(column.letter), at);
  }
  const fills = region.columns.map((column) => column.fill_down === true);
  const carried: (Cell | null)[] = region.columns.map(() => null);
  const anyFill = fills.includes(true);
  const state = { done: false };
  let section: string | null = null;

  const read = (row: SheetRow, kind: "data" | "total"): RegionRow => {
    const cells: (Cell | null)[] = new Array<Cell | null>(region.columns.length).fill(null);
    for (const cell of row.cells) {
      const at = place.get(cell.column);
      if (at !== undefined && cell.text.trim() !== "") cells[at] = cell;
    }
    if (anyFill) carry(cells, carried, fills, kind);
    for (const at of made)
      cells[at] = section === null ? null : { column: -1, kind: "text", text: section };
    return { row: row.row, kind, section, cells };
  };

  return {
    accept(row) {
      if (row.row >= last) state.done = true;
      if (isSection(row.row)) {
        section = sectionText(row, place);
        carried.fill(null);
        return null;
      }
      if (isTotal(row.row)) return read(row, "total");
      return isData(row.row) ? read(row, "data") : null;
    },
    get done() {
      return state.done;
    },
  };
}

function sectionText(row: SheetRow, place: ReadonlyMap<number, number>): string | null {
  const columns = [...place.keys()];
  const [left, right] = [Math.min(...columns) - 1, Math.max(...columns)];
  const texts = row.cells
    .filter((cell) => cell.column >= left && cell.column <= right && cell.text.trim() !== "")
    .map((cell) => squeeze(cell.text));
  return texts.length === 0 ? null : texts.join(" ");
}

function carry(
  cells: (Cell | null)[],
  carried: (Cell | null)[],
  fills: readonly boolean[],
  kind: "data" | "total",
): void {
  let renewed = false;
  for (const [at, fill] of fills.entries()) {
    if (!fill) continue;
    const cell = cells[at] ?? null;
    if (cell !== null) {
      carried[at] = cell;
      renewed = true;
    } else if (renewed) {
      carried[at] = null;
    } else if (kind === "data") {
      cells[at] = carried[at] ?? null;
    }
  }
}

/**
 * The data and total rows of a region, in the order of the sheet, from the rows of its sheet read
 * again. Memory: one batch of rows.
 */
export async function* readRegionRows(
  rows: AsyncIterable<readonly SheetRow[]>,
  region: Region | RegionShape,
): AsyncGenerator<RegionRow[]> {
  const reader = regionReader(region);
  for await (const batch of rows) {
    const found: RegionRow[] = [];
    for (const row of batch) {
      const made = reader.accept(row);
      if (made !== null) found.push(made);
    }
    if (found.length > 0) yield found;
    if (reader.done) return;
  }
}
