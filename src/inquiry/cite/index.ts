import type { DataLayer } from "../../data-layer/data-layer.ts";
import type { Database } from "../../database/database.ts";
import {
  type AsideRow,
  asideOfLoad,
  type CitedPart,
  type CitedRow,
  type CitedRows,
  contractOf,
  currentRows,
  currentTotals,
  partsOfLoads,
  rowsOfLoad,
} from "../../database/inquiry/citations.ts";
import { type MarkOfLoad, marksOfLoads } from "../../database/load/marks.ts";
import { cellName } from "../../model/cell-name.ts";
import { CanonryError } from "../../model/errors.ts";
import type { Limits } from "../../model/limits.ts";
import type { ContractColumn, SourceContract } from "../../model/manifest/manifest.ts";
import { cellHolds, type HeldValue } from "../../model/marks/held-value.ts";
import type { MarkMeaning } from "../../model/marks/mark-meaning.ts";
import { hasMarkers, markerName } from "../../model/marks/marked-columns.ts";
import type { PlacedColumn } from "../../model/part-place.ts";
import { parseFilter } from "../../model/row-filter.ts";
import type { Cell } from "../../model/sheet.ts";
import { type ReadRow, readRows } from "./read-cells.ts";

/** Rows that one call cites. */
export const MOST_ROWS = 20;

/** What reading the cell again came to. */
export interface CellCheck {
  readonly status: "agrees" | "differs" | "gone" | "unplaced";
  /** What the cell holds, as published; null if it is empty, or was not read. */
  readonly cell: string | null;
  readonly says: string;
}

/** One value, and everything that says where it comes from. */
export interface Citation extends Omit<CitedPart, "place" | "types" | "purged_at" | "expired"> {
  readonly column: string;
  readonly value: string | null;
  readonly marker: string | null;
  /** What the mark means, its kind, who says so, and where. */
  readonly meaning: MarkMeaning | null;
  readonly unit: string | null;
  readonly kind: CitedRow["kind"];
  readonly period: string;
  /** Values of the key columns of its row. */
  readonly key: Readonly<Record<string, string | null>>;
  /** Row of the sheet, record of the CSV. */
  readonly row: number;
  /** As people cite it: `Table 3!F47`; null for a load that was made before cells were kept. */
  readonly cell: string | null;
  readonly header: string | null;
  readonly check: CellCheck;
}

export interface Cited {
  readonly source: string;
  /** Rows that match, and rows that are cited. */
  readonly matched: number;
  readonly rows: number;
  readonly citations: readonly Citation[];
  /** Where no row matches. */
  readonly instead: Instead;
}

/** What is there in place of a row that was asked for. */
export interface Instead {
  /** Whose row was asked for; null for current rows. */
  readonly load: { readonly id: string; readonly row: number } | null;
  /** Published totals that match, which are cited by load and row. */
  readonly totals: readonly Pick<CitedRow, "load_id" | "row" | "period">[];
  /** Rows that the load set aside. */
  readonly aside: readonly AsideRow[];
}

export interface CiteOptions {
  readonly source: string;
  /** Rows of the current loads. */
  readonly where?: string;
  readonly periods: readonly string[];
  /** Or one row of one load, as its sheet numbers it. */
  readonly load?: { readonly id: string; readonly row: number };
  /** Empty: all measures; of a source without any, all columns. */
  readonly columns: readonly string[];
}

export interface CiteNeeds {
  readonly database: Database;
  readonly data: DataLayer;
  readonly limits: Limits;
}

/**
 * Cites values of a source and reads each cell again from its artifact. Throws SOURCE_UNKNOWN, LOAD_UNKNOWN,
 * VINTAGE_EXPIRED, COLUMN_UNKNOWN, FILTER_INVALID; a cell that holds something else is in the answer (`differs`).
 */
export async function cite(needs: CiteNeeds, options: CiteOptions): Promise<Cited> {
  const contract = await contractOf(needs.database, options.source);
  if (contract === null)
    throw new CanonryError("SOURCE_UNKNOWN", `no source is called ${options.source}`);
  const columns = chosenColumns(contract, options.columns);
  const { rows, matched } = await rowsFor(needs.database, contract, options);
  const loads = [...new Set(rows.map((row) => row.load_id))];
  const parts = await partsOfLoads(needs.database, loads);
  const meanings = await marksOfLoads(needs.database, contract.code, loads);
  const citations: Citation[] = [];
  for (const part of parts) {
    const own = rows.filter((row) => row.load_id === part.load_id && row.part === part.part);
    if (own.length === 0) continue;
    const read = await rowsOfPart(needs, part, own);
    for (const row of own) {
      for (const column of columns)
        citations.push(citationOf({ contract, column, row, part, read, meanings }));
    }
  }
  const instead = matched > 0 ? NOTHING : await insteadOf(needs.database, contract, options);
  return { source: contract.code, matched, rows: rows.length, citations, instead };
}

const NOTHING: Instead = { load: null, totals: [], aside: [] };

function chosenColumns(
  contract: SourceContract,
  names: readonly string[],
): readonly ContractColumn[] {
  const all = contract.columns.filter((column) => column.role !== "period");
  const measures = all.filter((column) => column.role === "measure");
  if (names.length === 0) return measures.length === 0 ? all : measures;
  return names.map((name) => {
    const column = all.find((one) => one.name === name);
    if (column !== undefined) return column;
    const known = all.map((one) => one.name).join(", ");
    throw new CanonryError(
      "COLUMN_UNKNOWN",
      `${contract.code} has no column ${name}; it has ${known}`,
    );
  });
}

async function rowsFor(
  database: Database,
  contract: SourceContract,
  { load, where, periods }: CiteOptions,
): Promise<CitedRows> {
  if (load === undefined) {
    const conditions = where === undefined ? [] : parseFilter(where);
    return currentRows(database, contract, { periods, where: conditions, limit: MOST_ROWS });
  }
  const [part] = await partsOfLoads(database, [load.id]);
  if (part?.source !== contract.code)
    throw new CanonryError("LOAD_UNKNOWN", `${contract.code} has no load ${load.id}`);
  if (part.expired !== null) {
    const what = `load ${load.id}, vintage ${part.vintage} of ${part.release}`;
    throw new CanonryError("VINTAGE_EXPIRED", `${what}, was expired ${part.expired}`);
  }
  return rowsOfLoad(database, contract, { load: load.id, row: load.row, limit: MOST_ROWS });
}

async function insteadOf(
  database: Database,
  contract: SourceContract,
  { load, where, periods }: CiteOptions,
): Promise<Instead> {
  if (load !== undefined) {
    const asked = { load: load.id, row: load.row };
    return { ...NOTHING, load, aside: await asideOfLoad(database, contract.code, asked) };
  }
  const conditions = where === undefined ? [] : parseFilter(where);
  const asked = { periods, where: conditions, limit: MOST_ROWS };
  const { rows } = await currentTotals(database, contract, asked);
  return {
    ...NOTHING,
    totals: rows.map(({ load_id, row, period }) => ({ load_id, row, period })),
  };
}

/** Null if the ledger does not know the cells, or the artifact is gone. */
async function rowsOfPart(
  { data, limits }: CiteNeeds,
  { place, ...part }: CitedPart,
  rows: readonly CitedRow[],
): Promise<ReadonlyMap<number, ReadRow> | null> {
  if (place === null) return null;
  return readRows(
    data,
    limits,
    { ...part, place },
    rows.map((row) => row.row),
  );
}

interface Facts {
  readonly contract: SourceContract;
  readonly column: ContractColumn;
  readonly row: CitedRow;
  readonly part: CitedPart;
  readonly read: ReadonlyMap<number, ReadRow> | null;
  readonly meanings: readonly MarkOfLoad[];
}

function citationOf(facts: Facts): Citation {
  const { contract, column, row, part } = facts;
  const { place: _place, types: _types, purged_at: _purged, expired: _expired, ...rest } = part;
  const { value, marker } = heldBy(facts);
  const placed = placedColumn(facts);
  const read = facts.read?.get(row.row);
  const cell = placed === null ? undefined : read?.cell(placed.letter, row.kind === "data");
  const line = read !== undefined && cell?.row === row.row ? read.line : null;
  return {
    ...rest,
    column: column.name,
    value,
    marker,
    meaning: meaningOf(facts, marker),
    unit: column.unit ?? null,
    kind: row.kind,
    period: row.period,
    key: Object.fromEntries(contract.grain.map((name) => [name, row.values[name] ?? null])),
    row: row.row,
    cell:
      placed === null
        ? null
        : cellName({ ...part, column: placed, row: cell?.row ?? row.row, line }),
    header: placed?.header ?? null,
    check: unchecked(facts, placed) ?? checked(facts, placed?.letter ?? "", cell?.cell),
  };
}

function meaningOf({ meanings, part }: Facts, marker: string | null): MarkMeaning | null {
  const own = meanings.find((one) => one.load_id === part.load_id && one.token === marker);
  if (own === undefined) return null;
  const { load_id: _load, ...meaning } = own;
  return meaning;
}

function heldBy(facts: Facts): HeldValue {
  const { column, row, part } = facts;
  return {
    fractions: placedColumn(facts)?.fractions === true,
    type: part.types[column.name] ?? column.type,
    value: row.values[column.name] ?? null,
    marker: hasMarkers(column) ? (row.values[markerName(column.name)] ?? null) : null,
  };
}

/** The column of the sheet; of an unpivoted table that of the period. */
function placedColumn({ contract, column, row, part }: Facts): PlacedColumn | null {
  if (part.place === null) return null;
  if (contract.layout === "unpivot" && column.name === "value")
    return part.place.periods?.[row.period] ?? null;
  return part.place.columns[column.name] ?? null;
}

/** Why a cell cannot be read again; null if it can. */
function unchecked(
  { part, read, row, column }: Facts,
  placed: PlacedColumn | null,
): CellCheck | null {
  const not = (status: CellCheck["status"], says: string): CellCheck => ({
    status,
    cell: null,
    says: `not checked: ${says}`,
  });
  if (part.place === null)
    return not("unplaced", "the load was made before cells were kept; load the release again");
  if (placed === null)
    return (row.values[column.name] ?? null) === null
      ? not("unplaced", "the file of this load has no such column")
      : not("unplaced", "it is what the header of the value's column says");
  if (read !== null) return null;
  return not(
    "gone",
    part.purged_at === null
      ? "the artifact is gone from the store"
      : `the artifact was purged at ${part.purged_at}`,
  );
}

function checked(facts: Facts, letter: string, cell: Cell | null | undefined): CellCheck {
  const held = heldBy(facts);
  const text = cell?.text ?? null;
  const shown = text === null ? "is empty" : `holds ${text}`;
  // The label of a section is what its row says, and a table beside it may say more.
  const agrees =
    cell !== undefined &&
    (letter === "" ? (text ?? "").includes(held.value ?? "") : cellHolds(cell, held));
  if (agrees) return { status: "agrees", cell: text, says: `checked: the cell ${shown}` };
  const seen = cell === undefined ? "is not there" : shown;
  const has = [held.value, held.marker].filter((one) => one !== null).join(" ") || "nothing";
  return { status: "differs", cell: text, says: `the cell ${seen}, the table has ${has}` };
}
