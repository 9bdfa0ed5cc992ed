import { numberOfCell } from "../../../model/marks/value.ts";
import { type Cell, columnLetter, type SheetRow } from "../../../model/sheet.ts";
import { seenText } from "../lines/cell-class.ts";

/** Ranges that are named; the cells of the others are counted. */
const MOST_NAMED = 8;

/** The figures of a sheet that stand in no table, as ranges. Memory: 8 ranges. */
export class CellsLeft {
  private readonly ranges: { row: number; first: number; last: number }[] = [];
  private cells = 0;

  /** Takes a cell in the rows of tables that none of them has. */
  beside(row: SheetRow, cell: Cell): void {
    if (isFigure(cell)) this.take(row.row, cell.column);
  }

  /** Takes a cell of a row of notes: a figure behind its words, or where there are none. */
  around(row: SheetRow, cell: Cell): void {
    if (!isFigure(cell) || isYear(cell)) return;
    const numbersNote = row.cells.some(
      (other) => other.column > cell.column && other.kind === "text" && isText(other),
    );
    if (!numbersNote) this.take(row.row, cell.column);
  }

  private take(row: number, column: number): void {
    this.cells++;
    const last = this.ranges.at(-1);
    if (last?.row === row && last.last === column - 1) last.last = column;
    else if (this.ranges.length < MOST_NAMED)
      this.ranges.push({ row, first: column, last: column });
  }

  words(): readonly string[] {
    if (this.cells === 0) return [];
    const named = this.ranges.map(({ row, first, last }) =>
      first === last
        ? `${columnLetter(first)}${row}`
        : `${columnLetter(first)}${row}:${columnLetter(last)}${row}`,
    );
    const seen = this.ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
    const more = this.cells > seen ? ` and ${this.cells - seen} more` : "";
    const what = this.cells === 1 ? "1 figure stands" : `${this.cells} figures stand`;
    return [`${what} in no table: ${named.join(", ")}${more}`];
  }
}

function isFigure(cell: Cell): boolean {
  if (cell.kind === "number") return true;
  return cell.kind === "text" && cell.text.trim() !== "" && seenText(cell.text).class === "number";
}

function isYear(cell: Cell): boolean {
  return /^(?:1[89]|20)\d\d$/.test(numberOfCell(cell) ?? "");
}

function isText({ text }: Cell): boolean {
  const seen = seenText(text);
  return seen.class === "text" || seen.class === "prose";
}
