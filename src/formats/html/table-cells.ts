interface Row {
  /** Whether each cell is a header, and its words; by its place, spans counted. */
  readonly cells: { readonly at: number; readonly header: boolean; words: string }[];
  width: number;
}

interface Table {
  /** Words of the columns, from the last row that is all headers. */
  columns: Map<number, string>;
  row: Row | null;
}

/** Columns a cell may span. */
const MOST_SPAN = 100;

type Words = (from: number) => string;

/** The headers of row and column around each place of a table, kept while a page is walked. */
export class TableCells {
  private readonly tables: Table[] = [];
  private start = -1;

  open(name: string, attributes: Readonly<Record<string, string | undefined>>, at: number): void {
    const table = this.tables.at(-1);
    if (name === "table") this.tables.push({ columns: new Map(), row: null });
    else if (table === undefined) return;
    else if (name === "tr") table.row = { cells: [], width: 0 };
    else if ((name === "td" || name === "th") && table.row !== null) {
      const span = Math.min(MOST_SPAN, Math.max(1, Number(attributes["colspan"] ?? 1) || 1));
      table.row.cells.push({ at: table.row.width, header: name === "th", words: "" });
      table.row.width += span;
      this.start = at;
    }
  }

  close(name: string, words: Words): void {
    const table = this.tables.at(-1);
    if (table === undefined) return;
    if (name === "table") this.tables.pop();
    if ((name === "td" || name === "th") && this.start >= 0) {
      const cell = table.row?.cells.at(-1);
      if (cell !== undefined) cell.words = words(this.start);
      this.start = -1;
    }
    if (name === "tr" && table.row !== null) {
      const { cells } = table.row;
      if (cells.length > 1 && cells.every((cell) => cell.header)) {
        table.columns = new Map(cells.map((cell) => [cell.at, cell.words]));
      }
      table.row = null;
    }
  }

  /** What the headers are of the cell that is open now: asked later, when the row is whole. */
  headersHere(): () => readonly string[] {
    const table = this.tables.at(-1);
    const row = table?.row ?? null;
    const cell = row?.cells.at(-1);
    if (table === undefined || row === null || cell === undefined) return () => [];
    const column = table.columns.get(cell.at) ?? "";
    return () => {
      const header = row.cells.find((one) => one.header) ?? row.cells[0];
      const words = header === cell ? "" : (header?.words ?? "");
      return [words, column].filter((text) => text !== "");
    };
  }
}
