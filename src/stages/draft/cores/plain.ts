import { isWords, type SampleCell } from "../lines/cell-class.ts";
import type { Line } from "../lines/line.ts";
import { type ColumnCount, type Core, countCell, emptyCount, isNumeric } from "./column-count.ts";
import { isScale, numbersColumns } from "./lines-of-no-row.ts";

/**
 * A plain table: one line of names that cover every column, then nothing but rows. Null where anything
 * speaks against it: gaps, lines of one cell, words over columns of numbers, a name that comes twice.
 */
function plainCore(lines: readonly Line[]): Core | null {
  const [header, ...rows] = lines;
  if (header === undefined || rows.length < 2 || !names(header)) return null;
  if (rows.some((line) => line.gap > 0)) return null;
  if (numbersColumns(lines, 1) || isScale(lines, 1)) return null;
  const named = new Set(header.cells.map((cell) => cell.column));
  const columns = new Map<number, ColumnCount>();
  let narrow = 0;
  for (const line of rows) {
    if (line.cells.length < 2) narrow++;
    for (const cell of line.cells) {
      if (!named.has(cell.column)) return null;
      const count = columns.get(cell.column) ?? emptyCount();
      countCell(count, cell);
      columns.set(cell.column, count);
    }
  }
  if (narrow > 0 || rows.some((line) => headsAgain(line, columns))) return null;
  return { first: 1, last: lines.length - 1, members: rows.map((_, at) => at + 1), columns };
}

/**
 * A plain table under titles and above notes: lines of one cell, those above at its left edge and none of them
 * in a row that is `naming` tables beside each other, those below of words, behind a blank row.
 */
export function plainBlock(
  lines: readonly Line[],
  naming: ReadonlySet<number>,
): { header: number; core: Core } | null {
  const header = lines.findIndex((line) => line.cells.length > 1);
  const left = lines[header]?.cells[0]?.column;
  if (left === undefined) return null;
  const gap = lines.findIndex((line, at) => at > header && line.gap > 0);
  const end = gap === -1 ? lines.length : gap;
  const isTitle = ({ row, cells: [cell] }: Line): boolean =>
    cell !== undefined && cell.column <= left && !naming.has(row);
  if (!lines.slice(0, header).every(isTitle)) return null;
  if (lines.slice(end).some((line) => line.cells.length > 1 || line.numbers > 0)) return null;
  const core = plainCore(lines.slice(header, end));
  if (core === null) return null;
  const members = core.members.map((at) => at + header);
  return { header, core: { ...core, first: header + 1, last: end - 1, members } };
}

function names(header: Line): boolean {
  const texts = header.cells.map((cell) => cell.text);
  return (
    header.cells.length >= 3 && header.cells.every(isName) && new Set(texts).size === texts.length
  );
}

function isName(cell: SampleCell): boolean {
  return (
    cell.class === "text" ||
    cell.class === "prose" ||
    cell.class === "period" ||
    cell.class === "marker"
  );
}

/** Words in two or more columns of numbers, or in most of them. */
function headsAgain(line: Line, columns: ReadonlyMap<number, ColumnCount>): boolean {
  let against = 0;
  let figures = 0;
  for (const cell of line.cells) {
    const count = columns.get(cell.column);
    if (count === undefined || !isNumeric(count) || count.numbers < 3) continue;
    if (isWords(cell)) against++;
    else figures++;
  }
  return against >= 2 && against > figures;
}
