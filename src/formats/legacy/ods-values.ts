import type { Cell, CellKind, SheetRow } from "../../model/sheet.ts";
import { attribute } from "../xml.ts";

/** Rows of a table that hold the same cells. */
export interface UnshownRows {
  readonly first: number;
  readonly last: number;
  readonly cells: readonly Cell[];
}

const KINDS: Readonly<Record<string, CellKind>> = {
  float: "number",
  currency: "number",
  percentage: "number",
  date: "date",
  time: "text",
  boolean: "boolean",
  string: "text",
};

/** Each kind has its value in an attribute of its own (OpenDocument 1.3 part 3, 19.388). */
const VALUES = ["value", "date-value", "time-value", "boolean-value", "string-value"];

/**
 * The value of a cell that shows no text, as programs write it: the library passes such a cell over. Null if it has
 * none.
 */
export function unshownCell(attributes: string, column: number): Cell | null {
  const type = attribute(attributes, "value-type");
  const kind = type === null ? undefined : KINDS[type];
  if (kind === undefined) return null;
  const written = VALUES.map((name) => attribute(attributes, name)).find((one) => one !== null);
  if (written === undefined || written === "") return null;
  const text = kind === "boolean" ? written.toUpperCase() : written;
  return {
    column,
    kind,
    text: kind === "date" ? text.replace(/T00:00:00(?:\.0+)?$/, "") : text,
    ...(type === "percentage" ? { percent: true } : {}),
  };
}

/** Rows of the library with the cells that it passed over; ascending by row. */
export class RowsWithUnshown {
  private readonly unshown: readonly UnshownRows[];
  private at = 0;
  private next = 0;

  constructor(unshown: readonly UnshownRows[]) {
    this.unshown = unshown;
  }

  /** The rows up to the last one of a batch of the library's. */
  *upTo(batch: readonly SheetRow[]): Generator<SheetRow> {
    for (const row of batch) {
      yield* this.before(row.row);
      const own = this.take(row.row);
      yield own === null ? row : { ...row, cells: joined(row.cells, own) };
    }
  }

  /** The rows before a row, or all that are left, which the library did not give at all. */
  *before(row = Number.POSITIVE_INFINITY): Generator<SheetRow> {
    for (let first = this.first(); first < row; first = this.first()) {
      yield { row: first, cells: this.take(first) ?? [] };
    }
  }

  /** The next row with such cells. */
  private first(): number {
    const rows = this.unshown[this.at];
    return rows === undefined ? Number.POSITIVE_INFINITY : Math.max(rows.first, this.next);
  }

  private take(row: number): readonly Cell[] | null {
    const rows = this.unshown[this.at];
    if (rows === undefined || row < rows.first) return null;
    this.next = row + 1;
    if (row >= rows.last) this.at++;
    return rows.cells;
  }
}

function joined(cells: readonly Cell[], unshown: readonly Cell[]): readonly Cell[] {
  const taken = new Set(cells.map((cell) => cell.column));
  const more = unshown.filter((cell) => !taken.has(cell.column));
  return [...cells, ...more].sort((a, b) => a.column - b.column);
}
