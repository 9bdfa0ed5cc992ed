import { CanonryError, type Where } from "../../model/errors.ts";
import type { Limits } from "../../model/limits.ts";
import { isPlainFigure } from "../../model/marks/value.ts";
import {
  type Cell,
  columnLetter,
  type MergedRange,
  type SheetEnd,
  type SheetRow,
} from "../../model/sheet.ts";
import { serialDate } from "../serial-date.ts";
import { attribute, type XmlHandler } from "../xml.ts";
import { mergedRange } from "./merged-range.ts";
import { cellText } from "./parts.ts";
import { type CellStyle, PLAIN } from "./styles.ts";
import { columnOf, newUsualCell, readUsualCell } from "./usual-cell.ts";

/** What the cells of a sheet refer to. */
export interface SheetContext {
  readonly strings: readonly string[];
  readonly styles: readonly CellStyle[];
  readonly date1904: boolean;
  readonly limits: Limits;
  readonly where: Where;
}

const LAST_COLUMN = 16_384;
const LAST_ROW = 1_048_576;
const MOST_DATES = 10_000;
/** What XML Schema calls a double, without its words. */
const LITERAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const ISO = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?$/;

/** Turns the XML of a worksheet into rows (ECMA-376 part 1, 18.3). */
export class SheetReader implements XmlHandler {
  /** Rows that are finished; the caller empties it. */
  rows: SheetRow[] = [];
  private readonly context: SheetContext;
  private readonly merges: MergedRange[] = [];
  /** 1 for a hidden column. */
  private readonly hiddenColumns = new Uint8Array(LAST_COLUMN);
  private readonly remarks: string[] = [];
  private readonly dates = new Map<string, string | null>();
  private row = 0;
  private hidden = false;
  private cells: Cell[] = [];
  private sorted = true;
  private column = -1;
  private type = "";
  private style = PLAIN;
  private formula = false;
  private inRow = false;
  private inCell = false;
  private inValue = false;
  private inInline = false;
  private phonetic = false;
  private value = "";
  private count = 0;
  private readonly usual = newUsualCell();

  constructor(context: SheetContext) {
    this.context = context;
  }

  open(name: string, attributes: string): void {
    switch (name) {
      case "c":
        this.openCell(attributes);
        break;
      case "v":
        this.inValue = true;
        break;
      case "row":
        this.openRow(attributes);
        break;
      case "f":
        this.formula = true;
        break;
      case "is":
        // It comes last and holds the text; a value beside it is a leftover (ECMA-376 part 1, 18.3.1.4).
        this.value = "";
        this.inInline = true;
        break;
      case "t":
        this.inValue = this.inInline && !this.phonetic;
        break;
      case "rPh":
        this.phonetic = true;
        break;
      case "mergeCell":
        this.merge(attribute(attributes, "ref") ?? "");
        break;
      case "col":
        this.hideColumns(attributes);
        break;
      default:
    }
  }

  /** `<c r="A1" s="2" t="s"><v>7</v></c>` and `<c r="A1" s="2"/>`: nearly all of a sheet, in one pass. */
  take(text: string, at: number): number {
    if (!(this.inRow && !this.inCell && text.startsWith('<c r="', at))) return -1;
    const { usual } = this;
    if (!readUsualCell(text, at + 6, usual) || usual.column >= LAST_COLUMN) return -1;
    const value = text.slice(usual.valueFrom, usual.valueTo);
    if (value.length > this.context.limits.cell_bytes || value.includes("&")) return -1;
    this.value = value;
    if (usual.column <= this.column) this.sorted = false;
    this.column = usual.column;
    this.style = this.context.styles[usual.style] ?? PLAIN;
    this.type = usual.type;
    this.formula = false;
    this.inCell = true;
    this.closeCell();
    return usual.end;
  }

  close(name: string): void {
    switch (name) {
      case "c":
        this.closeCell();
        break;
      case "v":
      case "t":
        this.inValue = false;
        break;
      case "row":
        this.closeRow();
        break;
      case "is":
        this.inInline = false;
        break;
      case "rPh":
        this.phonetic = false;
        break;
      default:
    }
  }

  text(text: string): void {
    if (!this.inValue) return;
    this.value = this.value === "" ? text : this.value + text;
    const most = this.context.limits.cell_bytes;
    if (this.value.length > most) this.tooLarge(`one cell is longer than ${most}`);
  }

  end(): SheetEnd {
    if (this.cells.length > 0 || this.inCell) this.corrupt(`row ${this.row} does not end`);
    const hiddenColumns: number[] = [];
    for (const [column, hidden] of this.hiddenColumns.entries()) {
      if (hidden === 1) hiddenColumns.push(column);
    }
    return { merges: this.merges, hiddenColumns, remarks: this.remarks };
  }

  private openRow(attributes: string): void {
    this.closeRow();
    const stated = Number(attribute(attributes, "r") ?? this.row + 1);
    if (!(stated > this.row)) this.corrupt(`row ${stated} stands after row ${this.row}`);
    if (!Number.isInteger(stated) || stated > LAST_ROW) this.corrupt(`there is no row ${stated}`);
    this.row = stated;
    this.inRow = true;
    this.hidden =
      attributes.includes("hidden") && /^(?:1|true)$/.test(attribute(attributes, "hidden") ?? "");
    this.cells = [];
    this.sorted = true;
    this.column = -1;
  }

  private closeRow(): void {
    this.inRow = false;
    if (this.inCell) this.corrupt(`row ${this.row} ends in the middle of a cell`);
    if (this.cells.length === 0) return;
    if (!this.sorted) this.sort();
    const { row, cells } = this;
    this.rows.push(this.hidden ? { row, cells, hidden: true } : { row, cells });
    this.cells = [];
  }

  private sort(): void {
    this.cells.sort((a, b) => a.column - b.column);
    const twice = this.cells.find((cell, at) => cell.column === this.cells[at - 1]?.column);
    if (twice === undefined) return;
    this.corrupt(`two cells are called ${columnLetter(twice.column)}${this.row}`);
  }

  private corrupt(what: string): never {
    throw new CanonryError("WORKBOOK_CORRUPT", what, this.context.where);
  }

  private tooLarge(what: string): never {
    throw new CanonryError("SHEET_TOO_LARGE", what, this.context.where);
  }

  /** One pass over the attributes: most of a sheet is the opening of its cells. */
  private openCell(attributes: string): void {
    let column = this.column + 1;
    let style = PLAIN;
    this.type = "";
    for (let at = 0; at < attributes.length; ) {
      const equals = attributes.indexOf("=", at);
      if (equals < 0) break;
      const mark = attributes[equals + 1] === "'" ? "'" : '"';
      const from = attributes.indexOf(mark, equals) + 1;
      const to = from === 0 ? -1 : attributes.indexOf(mark, from);
      if (to < 0) break;
      const key = attributes.charCodeAt(equals - 1);
      const isShort = attributes.charCodeAt(equals - 2) <= 32;
      if (isShort && key === 114) column = columnOf(attributes, from, to);
      else if (isShort && key === 115)
        style = this.context.styles[Number(attributes.slice(from, to))] ?? PLAIN;
      else if (isShort && key === 116) this.type = attributes.slice(from, to);
      at = to + 1;
    }
    if (this.inCell) this.corrupt(`a cell of row ${this.row} stands in another`);
    if (!this.inRow) this.corrupt(`a cell stands behind row ${this.row}`);
    this.inCell = true;
    if (column <= this.column) this.sorted = false;
    if (column < 0 || column >= LAST_COLUMN)
      this.corrupt(`a cell of row ${this.row} is in no column: ${attributes.trim().slice(0, 60)}`);
    this.column = column;
    this.style = style;
    this.formula = false;
    this.value = "";
  }

  private closeCell(): void {
    const { value } = this;
    const inCell = this.inCell;
    this.inCell = false;
    if (value === "") return;
    if (!inCell) this.corrupt(`a value of row ${this.row} stands in no cell`);
    this.value = "";
    const cell = this.cell(value);
    if (cell === null) return;
    this.cells.push(cell);
    const most = this.context.limits.sheet_cells;
    if (++this.count > most) this.tooLarge(`more than ${most} cells`);
  }

  private cell(value: string): Cell | null {
    const { column, style } = this;
    switch (this.type) {
      case "s": {
        const text = this.context.strings[Number(value)];
        if (text === undefined) this.corrupt(`there is no shared string ${value.slice(0, 20)}`);
        return text === "" ? null : this.made("text", text);
      }
      case "":
      case "n": {
        const isFigure = isPlainFigure(value);
        const literal = isFigure ? value : value.trim();
        if (!isFigure && !LITERAL.test(literal))
          return literal === "" ? null : this.made("text", value);
        if (!style.date) {
          return style === PLAIN && !this.formula
            ? { column, kind: "number", text: literal }
            : this.made("number", literal);
        }
        const date = this.dateOf(literal);
        return date === null ? this.made("number", literal) : this.made("date", date);
      }
      case "b":
        return this.made(
          "boolean",
          value.trim() === "1" || value.trim() === "true" ? "TRUE" : "FALSE",
        );
      case "e":
        return this.made("error", value);
      case "d":
        return this.date(value.replace(/T00:00:00(?:\.0+)?Z?$|Z$/, ""));
      default:
        return this.made("text", cellText(value));
    }
  }

  /** The dates of a sheet are few; each is computed once. */
  private dateOf(literal: string): string | null {
    let date = this.dates.get(literal);
    if (date === undefined) {
      date = serialDate(Number(literal), this.context.date1904);
      if (this.dates.size < MOST_DATES) this.dates.set(literal, date);
    }
    return date;
  }

  private date(text: string): Cell {
    return this.made(ISO.test(text) ? "date" : "text", text);
  }

  private made(kind: Cell["kind"], text: string): Cell {
    const { column, style, formula } = this;
    if (style === PLAIN && !formula) return { column, kind, text };
    return {
      column,
      kind,
      text,
      ...(style.percent && kind === "number" ? { percent: true } : {}),
      ...(style.bold ? { bold: true } : {}),
      ...(style.indent > 0 ? { indent: style.indent } : {}),
      ...(formula ? { formula: true } : {}),
    };
  }

  private merge(ref: string): void {
    const merge = mergedRange(ref);
    if (merge === null) return;
    const most = this.context.limits.sheet_merges;
    if (this.merges.length >= most) this.tooLarge(`more than ${most} merged ranges`);
    if (merge.bottom > LAST_ROW || merge.right >= LAST_COLUMN)
      this.remarks.push(`the merged range ${ref.slice(0, 40)} is outside the sheet: passed over`);
    else this.merges.push(merge);
  }

  private hideColumns(attributes: string): void {
    if (!/^(?:1|true)$/.test(attribute(attributes, "hidden") ?? "")) return;
    const first = Math.max(1, Number(attribute(attributes, "min")));
    const last = Math.max(0, Number(attribute(attributes, "max")));
    this.hiddenColumns.fill(1, first - 1, last);
  }
}
