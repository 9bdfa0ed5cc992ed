import type { ContractColumn } from "../../model/manifest/manifest.ts";
import { markedNumber } from "../../model/marks/marked-number.ts";
import { isMarker } from "../../model/marks/marker.ts";
import {
  booleanLiteral,
  dateLiteral,
  hundredth,
  integerLiteral,
  isBigint,
  isShare,
  numberOfCell,
  timestampLiteral,
} from "../../model/marks/value.ts";
import type { Cell } from "../../model/sheet.ts";

/** Null is SQL NULL; a marker stands where a number could, or beside it, and keeps its token as published. */
export interface EncodedCell {
  readonly value: string | null;
  readonly marker: string | null;
}

const EMPTY: EncodedCell = { value: null, marker: null };

/**
 * Encodes cells of one column. Gives null for a cell that the column's type cannot hold. `fractions`: the cells of
 * the file hold fractions that are shown as shares, so a share that is written out is one of these.
 */
export function cellEncoder(
  column: ContractColumn,
  fractions = false,
): (cell: Cell | null) => EncodedCell | null {
  if (column.type === "text")
    return (cell) => (cell === null ? EMPTY : { value: cell.text, marker: null });
  const known = new Set(column.markers);
  const literal = literalOf(column);
  const takesMarkers = column.role === "measure";
  return (cell) => {
    if (cell === null || cell.text.trim() === "") return EMPTY;
    const value = literal(fractions ? withFraction(cell) : cell);
    if (value !== null) return { value, marker: null };
    const token = cell.text.trim();
    const stands = cell.kind === "error" || known.has(token) || isMarker(token, known);
    if (!takesMarkers) return null;
    return stands ? { value: null, marker: token } : besideOf(token, literal, known);
  };
}

/** A share that is written out, as the fraction that it is. */
function withFraction(cell: Cell): Cell {
  const number = numberOfCell(cell);
  if (cell.kind !== "text" || number === null || !isShare(cell.text)) return cell;
  return { column: cell.column, kind: "number", text: hundredth(number) };
}

/** A figure and its mark, if the column can hold the figure. A letter must be known to be a mark. */
function besideOf(
  text: string,
  literal: (cell: Cell) => string | null,
  known: ReadonlySet<string>,
): EncodedCell | null {
  const marked = markedNumber(text, known);
  if (marked === null || marked.guess) return null;
  const value = literal({ column: 0, kind: "number", text: marked.literal });
  return value === null ? null : { value, marker: marked.token };
}

function literalOf(column: ContractColumn): (cell: Cell) => string | null {
  switch (column.type) {
    case "bigint":
      return (cell) => {
        const number = numberOfCell(cell);
        const integer = number === null ? null : integerLiteral(number);
        return integer === null || (integer.length > 18 && !isBigint(integer)) ? null : integer;
      };
    case "numeric":
      return numberOfCell;
    case "date":
      return (cell) => dateLiteral(cell.text);
    case "timestamp":
      return (cell) => timestampLiteral(cell.text) ?? midnight(dateLiteral(cell.text));
    case "boolean":
      return (cell) => booleanLiteral(cell.text);
    case "text":
      return (cell) => cell.text;
  }
}

function midnight(day: string | null): string | null {
  return day === null ? null : `${day}T00:00:00`;
}

/** A field of COPY's text format. Source: PostgreSQL documentation, COPY, "Text Format". */
export function copyField(value: string | null): string {
  if (value === null) return "\\N";
  return /[\\\t\n\r\b\f\v]/.test(value) ? escapeField(value) : value;
}

function escapeField(value: string): string {
  return value
    .replaceAll("\\", "\\\\")
    .replaceAll("\t", "\\t")
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\b", "\\b")
    .replaceAll("\f", "\\f")
    .replaceAll("\v", "\\v");
}
