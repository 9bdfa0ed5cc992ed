import type { Claim, SheetClaims } from "../../../model/manifest/manifest.ts";
import { within } from "../../../model/row-ranges.ts";
import type { Sheet, SheetRow } from "../../../model/sheet.ts";
import type { FoundSheet, FoundTable } from "../tables/found.ts";
import { CellsLeft } from "./cells-left.ts";

export type ClaimCounts = Record<Claim, number>;

export function noClaims(): ClaimCounts {
  return {
    title: 0,
    header: 0,
    unit: 0,
    section: 0,
    data: 0,
    total: 0,
    note: 0,
    helper: 0,
    quarantined: 0,
  };
}

interface Area {
  readonly table: FoundTable;
  readonly left: number;
  readonly right: number;
  readonly columns: ReadonlySet<number>;
  readonly roles: readonly (readonly [Claim, (row: number) => boolean])[];
}

/**
 * Counts the cells of a sheet by what each is claimed as. Every cell has exactly one claim: that of the table
 * whose rows and columns hold it, else of its row.
 */
export class ClaimCount {
  cells = 0;
  private readonly areas: readonly Area[];
  private readonly titles: ReadonlySet<number>;
  /** Of each table, and last of what is in none. */
  private readonly counts: readonly ClaimCounts[];
  private readonly cellsLeft = new CellsLeft();
  private readonly lastTold: number;

  /** `lastTold`: what stands behind this column, beside rows, is told with their table. */
  constructor(found: FoundSheet, lastTold = Number.POSITIVE_INFINITY) {
    this.lastTold = lastTold;
    this.areas = found.tables.map(areaOf);
    this.titles = new Set(found.titleRows);
    this.counts = [...this.areas, null].map(noClaims);
  }

  add(of: SheetRow): void {
    const { row, cells } = of;
    this.cells += cells.length;
    const roles = this.areas.map((area) => roleIn(area, row));
    const isRow = roles.some((role) => role === "data" || role === "total");
    for (const cell of cells) {
      const { column } = cell;
      let at = 0;
      while (at < roles.length && !holds(this.areas[at] as Area, roles[at] ?? null, column)) at++;
      const role = roles[at] ?? null;
      const claim =
        role === null ? this.outside(row) : claimOf(this.areas[at] as Area, role, column);
      (this.counts[at] as ClaimCounts)[claim]++;
      const isTold = isRow && column > this.lastTold;
      if (claim === "helper" && role !== "helper" && roles.length > 0 && !isTold)
        this.cellsLeft.beside(of, cell);
      if (claim === "note" && role === null && roles.length > 0) this.cellsLeft.around(of, cell);
    }
  }

  /** What no table has, in words: figures beside and around the tables of the sheet, words beside their rows. */
  left(): readonly string[] {
    return this.cellsLeft.told();
  }

  private outside(row: number): Claim {
    if (this.titles.has(row)) return "title";
    const beside = this.areas.some(({ table }) => row >= table.top && row <= table.bottom);
    return beside ? "helper" : "note";
  }

  /** All of a table that turned out to be doubtful is quarantined. */
  settle(quarantined: readonly boolean[]): ClaimCounts {
    const sum = noClaims();
    for (const [at, counts] of this.counts.entries()) {
      for (const [claim, cells] of Object.entries(counts) as [Claim, number][]) {
        sum[quarantined[at] === true ? "quarantined" : claim] += cells;
      }
    }
    return sum;
  }
}

/** What a row is in a table; null: none of its own. */
function roleIn(area: Area, row: number): Claim | null {
  if (row < area.table.top || row > area.table.bottom) return null;
  if (area.table.quarantined) return "quarantined";
  return area.roles.find(([, isOf]) => isOf(row))?.[0] ?? null;
}

/** Whether a cell is the table's, whose row has this role in it. */
function holds(area: Area, role: Claim | null, column: number): boolean {
  return role !== null && column >= area.left && column <= area.right;
}

function claimOf({ columns }: Area, role: Claim, column: number): Claim {
  return (role === "data" || role === "total") && !columns.has(column) ? "helper" : role;
}

function areaOf(table: FoundTable): Area {
  const columns = new Set(table.columns.map((column) => column.index));
  const header = new Set(table.headerRows);
  const units = new Set(table.unitRows);
  const notes = new Set(table.notesInside);
  return {
    table,
    left: table.pane.left,
    right: table.pane.right,
    columns,
    roles: [
      ["data", within(table.dataRows)],
      ["total", within(table.totalRows)],
      ["header", (row) => header.has(row)],
      ["unit", (row) => units.has(row)],
      ["section", within(table.sectionRows)],
      ["note", (row) => notes.has(row)],
      ["helper", within(table.skippedRows)],
    ],
  };
}

export function sheetClaims(
  sheet: Sheet,
  artifact: string,
  found: FoundSheet,
  counted: { cells: number; claims: ClaimCounts },
): SheetClaims {
  return {
    artifact,
    member: sheet.member,
    sheet: sheet.name,
    hidden: sheet.hidden,
    cells: counted.cells,
    claims: counted.claims,
    quarantined: found.quarantined,
    reasons: found.reasons,
    notes_rows: found.notesRows,
  };
}
