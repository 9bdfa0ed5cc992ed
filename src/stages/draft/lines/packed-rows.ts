import type { Cell, CellKind, SheetRow } from "../../../model/sheet.ts";

const BATCH_ROWS = 256;
const KINDS: readonly CellKind[] = ["text", "number", "boolean", "date", "error"];
const [PERCENT, BOLD, FORMULA, INDENT] = [8, 16, 32, 64];

/** So many cells stay as they are: most sheets are not larger, and packing costs more than the room is worth. */
const LOOSE_CELLS = 120_000;

/** Rows in waiting; the later ones as bytes outside the heap: a fifth of the memory that they take as objects. */
export class PackedRows {
  private readonly loose: SheetRow[] = [];
  private left: number;
  private readonly batches: Buffer[] = [];
  private open: SheetRow[] = [];

  constructor(looseCells = LOOSE_CELLS) {
    this.left = looseCells;
  }

  add(row: SheetRow): void {
    this.left -= row.cells.length;
    if (this.left >= 0) {
      this.loose.push(row);
      return;
    }
    this.open.push(row);
    if (this.open.length < BATCH_ROWS) return;
    this.batches.push(packed(this.open));
    this.open = [];
  }

  /** The rows as they were added. */
  *rows(): Generator<SheetRow> {
    yield* this.loose;
    for (const batch of this.batches) yield* unpacked(batch);
    yield* this.open;
  }
}

/** A list in JSON: of each row its number, whether it is hidden and its cells; of each cell column, form, text. */
function packed(rows: readonly SheetRow[]): Buffer {
  const list: (number | string)[] = [];
  for (const row of rows) {
    list.push(row.row, row.hidden === true ? 1 : 0, row.cells.length);
    for (const cell of row.cells) list.push(cell.column, formOf(cell), cell.text);
  }
  return Buffer.from(JSON.stringify(list));
}

function formOf(cell: Cell): number {
  return (
    KINDS.indexOf(cell.kind) +
    (cell.percent === true ? PERCENT : 0) +
    (cell.bold === true ? BOLD : 0) +
    (cell.formula === true ? FORMULA : 0) +
    INDENT * Math.floor(cell.indent ?? 0)
  );
}

function* unpacked(batch: Buffer): Generator<SheetRow> {
  const list = JSON.parse(batch.toString("utf8")) as readonly (number | string)[];
  for (let at = 0; at < list.length; ) {
    const [row, hidden, count] = list.slice(at, at + 3) as [number, number, number];
    const cells: Cell[] = [];
    at += 3;
    for (const end = at + count * 3; at < end; at += 3) {
      cells.push(cellOf(list[at] as number, list[at + 1] as number, list[at + 2] as string));
    }
    yield hidden === 1 ? { row, cells, hidden: true } : { row, cells };
  }
}

function cellOf(column: number, form: number, text: string): Cell {
  const kind = KINDS[form % PERCENT] ?? "text";
  if (form < PERCENT) return { column, kind, text };
  return {
    column,
    kind,
    text,
    ...((form & PERCENT) === 0 ? {} : { percent: true }),
    ...((form & BOLD) === 0 ? {} : { bold: true }),
    ...((form & FORMULA) === 0 ? {} : { formula: true }),
    ...(form < INDENT ? {} : { indent: Math.floor(form / INDENT) }),
  };
}
