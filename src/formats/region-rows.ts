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
 * carried in the columns to its right, and a section row ends all, but for labels that stand on section rows
 * themselves: those that begin one are of a group of sections, and what stands behind them names the section.
 * Cells of white space are empty.
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
  /** Of these, labels of groups of sections. */
  const groups: (Cell | null)[] = region.columns.map(() => null);
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
        const { heads, label, first } = partSection(row, place, fills);
        section = label;
        for (const [column, at] of place) {
          if (column >= first) groups[at] = heads.find((cell) => cell.column === column) ?? null;
          else if (carried[at] !== groups[at]) groups[at] = null;
          carried[at] = groups[at] ?? null;
        }
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

interface SectionParts {
  /** Labels that are carried down over this section and those below it. */
  readonly heads: readonly Cell[];
  /** The rest, in words; null: the row is empty. */
  readonly label: string | null;
  /** The column of the first cell. */
  readonly first: number;
}

function partSection(
  row: SheetRow,
  place: ReadonlyMap<number, number>,
  fills: readonly boolean[],
): SectionParts {
  const columns = [...place.keys()];
  const [left, right] = [Math.min(...columns) - 1, Math.max(...columns)];
  const cells = row.cells.filter(
    ({ column, text }) => column >= left && column <= right && text.trim() !== "",
  );
  const own = cells.findIndex(
    ({ column }, at) => at === cells.length - 1 || fills[place.get(column) ?? -1] !== true,
  );
  const texts = cells.slice(Math.max(0, own)).map((cell) => squeeze(cell.text));
  return {
    heads: cells.slice(0, Math.max(0, own)),
    label: texts.length === 0 ? null : texts.join(" "),
    first: cells[0]?.column ?? left,
  };
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
