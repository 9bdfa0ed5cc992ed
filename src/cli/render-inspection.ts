import type { GridRow, Part, SheetGrid } from "../inquiry/inspect/grid.ts";
import type { FileView, SheetView, TableView } from "../inquiry/inspect/index.ts";
import { renderTable } from "./table.ts";

/** Sign in the margin, colour (ANSI), and meaning of each part of a sheet. */
const PARTS: Readonly<Record<Part, { readonly sign: string; readonly colour: string }>> = {
  title: { sign: "t", colour: "1" },
  header: { sign: "H", colour: "1;36" },
  data: { sign: "d", colour: "" },
  total: { sign: "T", colour: "1;35" },
  section: { sign: "S", colour: "33" },
  note: { sign: "n", colour: "2" },
  other: { sign: "·", colour: "2" },
  quarantined: { sign: "Q", colour: "31" },
  blank: { sign: " ", colour: "" },
};

const LEGEND = "t title  H header  d data  T total  S section  n note  · neither  Q quarantined";
const WIDEST = 16;
/** Columns of the margin: row number, sign, spaces. */
const MARGIN = 9;

/** Paints, or leaves as it is. */
export type Paint = (text: string, part: Part) => string;

export const painted: Paint = (text, part) => {
  const { colour } = PARTS[part];
  return colour === "" || text === "" ? text : `\u001b[${colour}m${text}\u001b[0m`;
};
export const plain: Paint = (text) => text;

/** One sheet for people: the grid with what each row was taken for, then each table and its columns. */
export function renderSheet(grid: SheetGrid, paint: Paint, width = 100): string {
  const { sheet } = grid;
  const lines = [heading(sheet)];
  for (const reason of sheet.reasons) lines.push(`  ${reason}`);
  if (grid.rows.length > 0) lines.push("", ...gridLines(grid, paint, width));
  for (const table of sheet.tables) lines.push("", ...tableLines(table, paint));
  return lines.join("\n");
}

export function renderHeading(seen: FileView): string {
  return `${seen.file} (${seen.format})    ${LEGEND}`;
}

function heading(sheet: SheetView): string {
  const place = [sheet.member ?? "", sheet.name ?? ""].filter((text) => text !== "").join(" / ");
  const tables = `${sheet.tables.length} table${sheet.tables.length === 1 ? "" : "s"}`;
  const facts = [tables, sheet.hidden ? "hidden" : "", sheet.quarantined ? "QUARANTINED" : ""];
  return `sheet ${place === "" ? "(csv)" : place}: ${facts.filter((one) => one !== "").join(", ")}`;
}

function gridLines(grid: SheetGrid, paint: Paint, width: number): string[] {
  const widths = columnWidths(grid, width - MARGIN);
  const letters = grid.columns
    .slice(0, widths.length)
    .map((letter, at) => letter.padEnd(widths[at] ?? 0))
    .join(" ");
  const hidden = grid.columns.length - widths.length + grid.columns_left_out;
  return [
    `${" ".repeat(MARGIN)}${paint(letters.trimEnd(), "note")}${hidden > 0 ? ` +${hidden} columns` : ""}`,
    ...grid.rows.map((row) => rowLine(row, grid, widths, paint, width)),
  ];
}

/** As many columns as fit, each as wide as its widest text, within bounds. */
function columnWidths(grid: SheetGrid, room: number): number[] {
  const widths: number[] = [];
  let used = 0;
  for (const letter of grid.columns) {
    const texts = grid.rows.flatMap((row) =>
      "left_out" in row || isProse(row)
        ? []
        : row.cells.filter((cell) => cell.letter === letter).map((cell) => oneLine(cell.text)),
    );
    const size = Math.min(WIDEST, Math.max(3, ...texts.map((text) => text.length)));
    if (used + size > room) break;
    widths.push(size);
    used += size + 1;
  }
  return widths;
}

function rowLine(
  row: GridRow,
  grid: SheetGrid,
  widths: readonly number[],
  paint: Paint,
  width: number,
): string {
  if ("left_out" in row) return paint(`       ⋮  ${row.left_out} rows`, "note");
  if (row.part === "blank") return "";
  const margin = `${String(row.row).padStart(6)} ${paint(PARTS[row.part].sign, row.part)} `;
  if (isProse(row)) {
    const text = row.cells.map((cell) => oneLine(cell.text)).join("  ");
    return margin + paint(cut(text, width - MARGIN), row.part);
  }
  const cells = widths.map((size, at) => {
    const cell = row.cells.find((one) => one.letter === grid.columns[at]);
    if (cell === undefined) return " ".repeat(size);
    const text = cut(oneLine(cell.text), size);
    return paint(text, cell.part) + " ".repeat(size - text.length);
  });
  return (margin + cells.join(" ")).trimEnd();
}

/** Titles and notes run across the columns. */
function isProse(row: Extract<GridRow, { row: number }>): boolean {
  return ["title", "note", "other"].includes(row.part) && row.cells.length <= 2;
}

function oneLine(text: string): string {
  return text.replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, " ").trim();
}

function cut(text: string, size: number): string {
  return text.length > size ? `${text.slice(0, size - 1)}…` : text;
}

function tableLines(table: TableView, paint: Paint): readonly string[] {
  const columns = renderTable(
    table.columns,
    [
      { title: "column", value: (one) => one.letter },
      { title: "name", value: (one) => one.name, shrinks: true },
      { title: "type", value: (one) => one.type },
      { title: "role", value: (one) => one.role },
      {
        title: "marks",
        value: (one) =>
          [
            ...Object.entries(one.markers).map(([token, n]) => `${token} ${n}`),
            ...Object.entries(one.beside ?? {}).map(([token, n]) => `n${token} ${n}`),
          ].join(", "),
      },
    ],
    96,
  );
  const header = table.header_rows.join(", ");
  const facts = `${table.range}: ${table.n_rows} rows, header in ${header === "" ? "no row" : header}, confidence ${table.confidence.toFixed(2)}`;
  return [
    `  ${facts}${table.quarantined ? paint(" QUARANTINED", "quarantined") : ""}`,
    ...table.reasons.slice(0, 12).map((reason) => `  - ${reason}`),
    ...(table.reasons.length > 12 ? [`  - and ${table.reasons.length - 12} more`] : []),
    ...columns.split("\n").map((line) => `    ${line}`),
  ];
}
