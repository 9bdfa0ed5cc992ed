import { numberOfCell } from "../../../model/marks/value.ts";
import { type Cell, columnLetter, type SheetRow } from "../../../model/sheet.ts";
import { seenText } from "../lines/cell-class.ts";

/** Ranges that are named; the cells of the others are counted. */
const MOST_NAMED = 8;

/** What of a sheet stands in no table, as ranges. Memory: 16 ranges. */
export class CellsLeft {
  private readonly figures = new Ranges();
  private readonly words = new Ranges();

  /** Takes a cell in the rows of tables that none of them has: a sentence is a note on its row. */
  beside(row: SheetRow, cell: Cell): void {
    if (isFigure(cell)) this.figures.take(row.row, cell.column);
    else if (cell.text.trim() !== "" && seenText(cell.text).class !== "prose")
      this.words.take(row.row, cell.column);
  }

  /** Takes a cell of a row of notes: a figure behind its words, or where there are none. */
  around(row: SheetRow, cell: Cell): void {
    if (!isFigure(cell) || isYear(cell)) return;
    const numbersNote = row.cells.some(
      (other) => other.column > cell.column && other.kind === "text" && isText(other),
    );
    if (!numbersNote) this.figures.take(row.row, cell.column);
  }

  /** What a person is told: one sentence of the figures, one of the words. */
  told(): readonly string[] {
    const { figures, words } = this;
    return [
      ...(figures.cells === 0
        ? []
        : [`${stand(figures.cells, "figure")} in no table: ${figures.list()}`]),
      ...(words.cells === 0
        ? []
        : [`${stand(words.cells, "text")} beside rows in no column: ${words.list()}`]),
    ];
  }
}

class Ranges {
  private readonly ranges: { row: number; first: number; last: number }[] = [];
  cells = 0;

  take(row: number, column: number): void {
    this.cells++;
    const last = this.ranges.at(-1);
    if (last?.row === row && last.last === column - 1) last.last = column;
    else if (this.ranges.length < MOST_NAMED)
      this.ranges.push({ row, first: column, last: column });
  }

  list(): string {
    const named = this.ranges.map(({ row, first, last }) =>
      first === last
        ? `${columnLetter(first)}${row}`
        : `${columnLetter(first)}${row}:${columnLetter(last)}${row}`,
    );
    const seen = this.ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
    const more = this.cells > seen ? ` and ${this.cells - seen} more` : "";
    return `${named.join(", ")}${more}`;
  }
}

function stand(cells: number, what: string): string {
  return cells === 1 ? `1 ${what} stands` : `${cells} ${what}s stand`;
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
