/** Text in columns, cut so that no line is longer than `width`. */
export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string;
  readonly align?: "left" | "right";
  /** The one column that gives way when the line is too long. */
  readonly shrinks?: boolean;
}

const GAP = "  ";

export function renderTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width = 100,
): string {
  const cells = rows.map((row) => columns.map((column) => oneLine(column.value(row))));
  const natural = columns.map((column, at) =>
    Math.max(length(column.title), ...cells.map((line) => length(line[at] ?? ""))),
  );
  const widths = fitted(natural, columns, width);
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, at) => pad(text, widths[at] ?? 0, columns[at]?.align ?? "left"))
      .join(GAP)
      .trimEnd();
  return [
    line(columns.map((column) => column.title)),
    line(widths.map((size) => "-".repeat(size))),
    ...cells.map(line),
  ].join("\n");
}

function fitted<Row>(
  natural: readonly number[],
  columns: readonly Column<Row>[],
  width: number,
): readonly number[] {
  const total = natural.reduce((sum, size) => sum + size, 0) + GAP.length * (natural.length - 1);
  const shrinking = columns.findIndex((column) => column.shrinks === true);
  if (total <= width || shrinking === -1) return natural;
  return natural.map((size, at) =>
    at === shrinking ? Math.max(12, size - (total - width)) : size,
  );
}

function pad(text: string, size: number, align: "left" | "right"): string {
  const cut = length(text) > size ? `${[...text].slice(0, Math.max(0, size - 1)).join("")}…` : text;
  const blanks = " ".repeat(Math.max(0, size - length(cut)));
  return align === "right" ? blanks + cut : cut + blanks;
}

function length(text: string): number {
  return [...text].length;
}

function oneLine(text: string): string {
  return text.replace(/[\s\u0000-\u001f\u007f]+/g, " ").trim();
}

/** 12345 as "12,345". */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
}

export function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(durationMs < 10_000 ? 1 : 0)} s`;
}
