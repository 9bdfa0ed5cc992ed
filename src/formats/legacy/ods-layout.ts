import { CanonryError } from "../../model/errors.ts";
import type { Limits } from "../../model/limits.ts";
import type { Cell, Sheet, SheetEnd, SheetRow, Workbook } from "../../model/sheet.ts";
import type { Archive } from "../archive.ts";
import { Package } from "../xlsx/parts.ts";
import { attribute, unescapeXml, type XmlHandler } from "../xml.ts";
import { RowsWithUnshown, type UnshownRows, unshownCell } from "./ods-values.ts";

/** What the library does not tell of a table of an ods: what of it is hidden, and values that show no text. Rows are 1-based. */
interface TableLayout {
  readonly hidden: boolean;
  readonly unshown: UnshownRows[];
  readonly columns: number[];
  readonly rows: [first: number, last: number][];
}

const LAST_COLUMN = 16_384;
const BATCH_ROWS = 200;

/** The tables of content.xml by their name (OpenDocument 1.3 part 3, 9.1, 17.15, 19.628, 19.749). */
class LayoutReader implements XmlHandler {
  readonly tables = new Map<string, TableLayout>();
  private readonly hiddenStyles = new Set<string>();
  private style = "";
  private table: TableLayout | null = null;
  private column = 0;
  private row = 1;
  /** Of the row at hand: how many there are of it, the next column, and values that show no text. */
  private rows = 1;
  private cell = 0;
  private unshown: Cell[] = [];
  private cells = 0;
  private readonly mostCells: number;

  constructor(mostCells: number) {
    this.mostCells = mostCells;
  }

  open(name: string, attributes: string, empty: boolean): void {
    switch (name) {
      case "style":
        this.style = attribute(attributes, "name") ?? "";
        break;
      case "table-properties":
        if (attribute(attributes, "display") === "false") this.hiddenStyles.add(this.style);
        break;
      case "table":
        this.openTable(attributes);
        break;
      case "table-column":
        this.openColumns(attributes);
        break;
      case "table-row":
        this.openRows(attributes);
        break;
      case "table-cell":
      case "covered-table-cell":
        this.openCells(attributes, empty);
        break;
      default:
    }
  }

  close(name: string): void {
    if (name !== "table-row" || this.unshown.length === 0) return;
    const [first, last] = [this.row - this.rows, this.row - 1];
    this.cells += this.unshown.length * this.rows;
    if (this.cells > this.mostCells)
      throw new CanonryError("SHEET_TOO_LARGE", `it has more than ${this.mostCells} cells`);
    this.table?.unshown.push({ first, last, cells: this.unshown });
    this.unshown = [];
  }

  text(): void {}

  private openTable(attributes: string): void {
    const hidden = this.hiddenStyles.has(attribute(attributes, "style-name") ?? "");
    this.table = { hidden, columns: [], rows: [], unshown: [] };
    this.tables.set(attribute(attributes, "name") ?? "", this.table);
    this.column = 0;
    this.row = 1;
  }

  private openColumns(attributes: string): void {
    const end = this.column + Number(attribute(attributes, "number-columns-repeated") ?? 1);
    if (isHidden(attributes)) {
      for (let at = this.column; at < Math.min(end, LAST_COLUMN); at++)
        this.table?.columns.push(at);
    }
    this.column = end;
  }

  private openRows(attributes: string): void {
    const count = Number(attribute(attributes, "number-rows-repeated") ?? 1);
    if (isHidden(attributes)) this.table?.rows.push([this.row, this.row + count - 1]);
    this.row += count;
    this.rows = count;
    this.cell = 0;
  }

  private openCells(attributes: string, empty: boolean): void {
    const end = this.cell + Number(attribute(attributes, "number-columns-repeated") ?? 1);
    const cell = empty ? unshownCell(attributes, this.cell) : null;
    for (let column = this.cell; cell !== null && column < Math.min(end, LAST_COLUMN); column++)
      this.unshown.push({ ...cell, column });
    this.cell = end;
  }
}

/** Collapsed, or filtered away. */
function isHidden(attributes: string): boolean {
  return /^(?:collapse|filter)$/.test(attribute(attributes, "visibility") ?? "");
}

/** The workbook of an ods with what is hidden, and sheet names without their entities. Memory: the ranges of hidden rows. */
export async function withOdsLayout(
  book: Workbook,
  archive: Archive,
  file: string,
  limits: Limits,
): Promise<Workbook> {
  const pack = new Package(archive, file, limits);
  const entry = pack.part("content.xml");
  if (entry === null) return book;
  const reader = new LayoutReader(limits.sheet_cells);
  await pack.scan(entry, reader);
  return {
    ...book,
    sheets: book.sheets.map((sheet) => {
      const name = unescapeXml(sheet.name ?? "");
      const layout = reader.tables.get(name);
      return layout === undefined
        ? sheet
        : { ...sheet, name, hidden: layout.hidden, rows: () => laidOut(sheet, layout) };
    }),
  };
}

async function* laidOut(
  sheet: Sheet,
  layout: TableLayout,
): AsyncGenerator<readonly SheetRow[], SheetEnd> {
  const rows = sheet.rows();
  const whole = new RowsWithUnshown(layout.unshown);
  let at = 0;
  const isHiddenRow = (row: number): boolean => {
    while ((layout.rows[at]?.[1] ?? Number.POSITIVE_INFINITY) < row) at++;
    return (layout.rows[at]?.[0] ?? Number.POSITIVE_INFINITY) <= row;
  };
  for (;;) {
    const next = await rows.next();
    let batch: SheetRow[] = [];
    for (const row of next.done === true ? whole.before() : whole.upTo(next.value)) {
      batch.push(isHiddenRow(row.row) ? { ...row, hidden: true } : row);
      if (batch.length < BATCH_ROWS) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
    if (next.done === true) return { ...next.value, hiddenColumns: layout.columns };
  }
}
