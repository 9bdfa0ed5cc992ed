import type { Claim, SheetClaims } from "../../model/manifest.ts";
import { within } from "../../model/row-ranges.ts";
import { endOfSheet, type Sheet } from "../../model/sheet.ts";
import type { FoundSheet, FoundTable } from "./found.ts";

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

/** Says of each cell what it counts as. */
export interface Claimer {
  claim(row: number, column: number): Claim;
}

interface Area {
  readonly table: FoundTable;
  readonly left: number;
  readonly right: number;
  readonly columns: ReadonlySet<number>;
  readonly roles: readonly (readonly [Claim, (row: number) => boolean])[];
}

/** Every cell gets exactly one claim: that of the table whose rows and columns hold it, else of its row. */
export function claimer(found: FoundSheet): Claimer {
  const areas = found.tables.map(areaOf);
  const titles = new Set(found.titleRows);
  const claimIn = (area: Area, row: number, column: number): Claim | null => {
    if (column < area.left || column > area.right || row < area.table.top) return null;
    if (row > area.table.bottom) return null;
    if (area.table.quarantined) return "quarantined";
    const role = area.roles.find(([, holds]) => holds(row))?.[0];
    if (role === undefined) return null;
    if ((role === "data" || role === "total") && !area.columns.has(column)) return "helper";
    return role;
  };
  return {
    claim(row, column) {
      for (const area of areas) {
        const claim = claimIn(area, row, column);
        if (claim !== null) return claim;
      }
      if (titles.has(row)) return "title";
      const beside = areas.some((area) => row >= area.table.top && row <= area.table.bottom);
      return beside ? "helper" : "note";
    },
  };
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

/** What of a sheet is claimed as what, from another reading of its rows. */
export async function countClaims(
  sheet: Sheet,
  found: FoundSheet,
): Promise<{ cells: number; claims: ClaimCounts }> {
  const claims = noClaims();
  const sheetClaims = claimer(found);
  let cells = 0;
  await endOfSheet(sheet.rows(), (batch) => {
    for (const row of batch) {
      for (const cell of row.cells) {
        claims[sheetClaims.claim(row.row, cell.column)]++;
        cells++;
      }
    }
  });
  return { cells, claims };
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
