import type { Part } from "../../model/decision.ts";
import type { DigestColumn } from "../../model/digest/row-digest.ts";
import type { ContractColumn, SourceContract } from "../../model/manifest/manifest.ts";
import type { RowAside } from "../../model/manifest/row-allowance.ts";
import { hasMarkers, markerName } from "../../model/marks/marked-columns.ts";
import { periodOfTimeCell } from "../../model/marks/time-cell.ts";
import type { RegionRow } from "../../model/region-row.ts";
import type { Cell } from "../../model/sheet.ts";
import { cellEncoder, copyField, type EncodedCell } from "./encode-cell.ts";
import { PartDigest, RowBytes } from "./part-digest.ts";
import { cellOf } from "./part-place.ts";
import { newTally, type Tally } from "./tally.ts";

/** Columns that every bronze table begins with. */
export const SYSTEM_COLUMNS = ["_load_id", "_part", "_row", "_kind", "_period"] as const;

/** The columns of a COPY for a contract, in the order in which `PartEncoder.encode` writes them. */
export function copyColumns(contract: SourceContract): readonly string[] {
  return [
    ...SYSTEM_COLUMNS,
    ...contract.columns.flatMap((column) =>
      hasMarkers(column) ? [column.name, markerName(column.name)] : [column.name],
    ),
  ];
}

export interface PartEncoder {
  /** Lines of COPY's text format, each ended by a line feed: one a row, or one a cell if unpivoted. */
  encode(row: RegionRow): string;
  readonly tally: Tally;
  readonly digest: PartDigest;
}

/** Where the lines of a part go. */
export interface PartPlace {
  readonly loadId: string;
  readonly part: number;
  /** Of the table. */
  readonly columns: readonly DigestColumn[];
}

interface Field {
  readonly column: ContractColumn;
  readonly index: number;
  /** Where its value and its marker stand in the table. */
  readonly at: number;
  readonly markerAt: number;
  readonly encode: (cell: Cell | null) => EncodedCell | null;
  /** Of a column of the sheet whose cells are fractions that it shows as shares. */
  readonly encodeFraction: (cell: Cell | null) => EncodedCell | null;
}

/**
 * Turns the rows of a part into lines for COPY and counts what it wrote. A row that does not fit goes to
 * `aside`, whole, and is counted there. Memory: one row.
 */
export function partEncoder(
  contract: SourceContract,
  part: Part,
  place: PartPlace,
  aside: (row: RowAside) => void,
): PartEncoder {
  const tally = newTally(contract);
  const digest = new PartDigest(place.columns, place.part);
  const bytes = new RowBytes(digest);
  const fields = contract.columns.map((column): Field => {
    const bound = part.bindings.find((binding) => binding.column === column.name);
    const at = digest.indexOf(column.name);
    const markerAt = digest.indexOf(markerName(column.name));
    const [encode, encodeFraction] = [cellEncoder(column), cellEncoder(column, true)];
    return { column, index: bound?.index ?? -1, at, markerAt, encode, encodeFraction };
  });
  const fractions = new Set(
    part.region.columns.flatMap(({ percent }, index) => (percent === true ? [index] : [])),
  );
  const cells = new Array<EncodedCell>(fields.length);
  const write: WriteRow = (row, period, cellOf, valueIndex) => {
    let line = `${place.loadId}\t${place.part}\t${row.row}\t${row.kind}\t${period ?? "\\N"}`;
    for (let at = 0; at < fields.length; at++) {
      const field = fields[at] as Field;
      const cell = cellOf(field);
      const index = field.index === -1 ? valueIndex : field.index;
      const encoded = encodeField(field, cell, fractions.has(index));
      if (encoded === null) {
        aside({ part: place.part, ...misfit(field, index, cell, row, part) });
        countAside(fields, cellOf, row, tally);
        return "";
      }
      cells[at] = encoded;
    }
    for (let at = 0; at < fields.length; at++) {
      const field = fields[at] as Field;
      const encoded = cells[at] as EncodedCell;
      if (row.kind === "data") tally.cell(field.column.name, encoded);
      line += fieldsOf(field, encoded, bytes);
    }
    tally.count(row.kind, period);
    bytes.take(row.row, row.kind, period);
    return `${line}\n`;
  };
  const encode =
    contract.layout === "unpivot" ? unpivotRow(part, write) : plainRow(contract, part, write);
  return { tally, digest, encode };
}

/** Gives the line of a row, or nothing if it was set aside. `valueIndex`: where an unpivoted figure stands. */
type WriteRow = (
  row: RegionRow,
  period: string | null,
  cellOf: (field: Field) => Cell | null,
  valueIndex: number,
) => string;

function plainRow(
  contract: SourceContract,
  part: Part,
  write: WriteRow,
): (row: RegionRow) => string {
  const periods = periodReader(contract, part);
  const sections = sectionIndex(part);
  return (row) => {
    const period = periods?.read((index) => row.cells[index]?.text ?? "") ?? null;
    return write(row, period, (field) => cellAt(row, field.index, sections), -1);
  };
}

/** One line for each cell that holds something; the empty ones are counted, not loaded. */
function unpivotRow(part: Part, write: WriteRow): (row: RegionRow) => string {
  const sections = sectionIndex(part);
  return (row) => {
    let lines = "";
    for (const { index, period } of part.periods) {
      const value = row.cells[index] ?? null;
      if (value === null || value.text.trim() === "") continue;
      const cellOf = ({ column, index: at }: Field): Cell | null => {
        if (column.name === "data_period") return { column: 0, kind: "text", text: period };
        return column.name === "value" ? value : cellAt(row, at, sections);
      };
      lines += write(row, period, cellOf, index);
    }
    return lines;
  };
}

/** Index of the column that holds the label of the section, or -1. */
function sectionIndex(part: Part): number {
  return part.region.columns.findIndex((column) => column.letter === "");
}

function cellAt(row: RegionRow, index: number, sections: number): Cell | null {
  if (index === -1) return null;
  if (index !== sections) return row.cells[index] ?? null;
  return row.section === null ? null : { column: 0, kind: "text", text: row.section };
}

/** Reads the period of a row's own data from the texts of its cells, by index. */
export interface PeriodReader {
  read(textAt: (index: number) => string): string | null;
}

/** Null: no column of the part says when its rows are. */
export function periodReader(contract: SourceContract, part: Part): PeriodReader | null {
  const bound = part.bindings.filter(({ column }) => contract.time.includes(column));
  if (bound.length === 0) return null;
  const header = part.region.columns[bound[0]?.index ?? 0]?.header.at(-1) ?? "";
  const cache = new Map<string, string | null>();
  return {
    read(textAt) {
      const text = bound.map(({ index }) => textAt(index).trim()).join(" ");
      const known = cache.get(text);
      if (known !== undefined) return known;
      const period = periodOfTimeCell(text, header);
      cache.set(text, period);
      return period;
    },
  };
}

/** Null if the column cannot hold the cell: a value of another type, or a mark where none has a place. */
function encodeField(field: Field, cell: Cell | null, isFraction: boolean): EncodedCell | null {
  const encoded = isFraction ? field.encodeFraction(cell) : field.encode(cell);
  return encoded?.marker != null && !hasMarkers(field.column) ? null : encoded;
}

function fieldsOf(field: Field, { value, marker }: EncodedCell, bytes: RowBytes): string {
  bytes.put(field.at, value);
  const written = `\t${copyField(value)}`;
  if (!hasMarkers(field.column)) return written;
  bytes.put(field.markerAt, marker);
  return `${written}\t${copyField(marker)}`;
}

function misfit(
  { column }: Field,
  index: number,
  cell: Cell | null,
  row: RegionRow,
  part: Part,
): Omit<RowAside, "part"> {
  const { columns } = part.region;
  const text = JSON.stringify((cell?.text ?? "").slice(0, 80));
  return {
    row: row.row,
    kind: row.kind,
    cell: `${columns[index]?.letter ?? ""}${row.row}`,
    raw: row.cells.map((one) => one?.text ?? null),
    reason: `${cellOf(part, index, row.row)} ${text} is no ${column.type} for ${column.name}`,
  };
}

/** What a row that is set aside holds: the other side of the proof. */
function countAside(
  fields: readonly Field[],
  cellOf: (field: Field) => Cell | null,
  row: RegionRow,
  tally: Tally,
): void {
  tally.aside[row.kind]++;
  if (row.kind !== "data") return;
  for (const field of fields) {
    const cell = cellOf(field);
    if (cell === null || cell.text.trim() === "") continue;
    const { name } = field.column;
    tally.asideCells.set(name, (tally.asideCells.get(name) ?? 0) + 1);
  }
}
