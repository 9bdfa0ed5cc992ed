import { isWords, isYear, type SampleCell } from "../lines/cell-class.ts";
import { cellAt, type Line, pick } from "../lines/line.ts";
import { noteText } from "../lines/words.ts";
import { type Core, countCell, emptyCount, isFigures } from "./column-count.ts";

/** Fewer rows with figures do not say what a row is. */
const LEAST_ROWS = 3;
/** So many lines at the end are looked at. */
const MOST_LINES = 40;
/** So many of the rows above lines of notes have figures, at least. */
const MOST = 0.8;

interface Tail {
  /** Members of the core up to its last figures. */
  readonly rows: readonly number[];
  /** Members below them, none of which has a figure or a mark where the rows have figures. */
  readonly tail: readonly number[];
  /** Share of the rows that have figures. */
  readonly share: number;
}

/**
 * The core without its last lines, where these hold no figure and say what the table is made of: a source, a date of
 * update, a contact, a key of marks. From the first such line on none is a row.
 */
export function withoutTailNotes(lines: readonly Line[], core: Core): Core {
  const { rows, tail, share } = tailOf(lines, core);
  if (tail.length === 0 || share < MOST) return core;
  const above = pick(lines, rows);
  const nth = tail.findIndex((at) => saysOfTable(lines[at], above));
  if (nth === -1) return core;
  const members = [...rows, ...tail.slice(0, nth)];
  return { ...core, members, columns: countsOver(lines, members) };
}

/** Lines at the end without a figure, where every other row of the core has one, that nothing says to be no rows. */
export function tailRows(lines: readonly Line[], core: Core): readonly Line[] {
  const { tail, share } = tailOf(lines, core);
  return share < 1 ? [] : pick(lines, tail);
}

function countsOver(lines: readonly Line[], members: readonly number[]): Core["columns"] {
  const columns: Core["columns"] = new Map();
  for (const cell of members.flatMap((at) => lines[at]?.cells ?? [])) {
    const count = columns.get(cell.column) ?? emptyCount();
    countCell(count, cell);
    columns.set(cell.column, count);
  }
  return columns;
}

function tailOf(lines: readonly Line[], core: Core): Tail {
  const members = [...core.members].sort((a, b) => a - b);
  const none = { rows: members, tail: [], share: 0 };
  let measures = measuresOf(core.columns);
  let kept = members.length;
  const least = Math.max(LEAST_ROWS, members.length - MOST_LINES);
  while (kept > least && mayBeNoRow(lines[members[kept - 1] ?? -1], measures)) {
    kept--;
    measures = measuresOf(countsOver(lines, members.slice(0, kept)));
    if (hasFigure(lines[members[kept] ?? -1], measures)) {
      kept++;
      break;
    }
  }
  if (kept === members.length) return none;
  const rows = members.slice(0, kept);
  const filled = rows.filter((at) => hasFigure(lines[at], measures)).length;
  return { rows, tail: members.slice(kept), share: filled / rows.length };
}

/** Looked at before the columns are counted without it. */
function mayBeNoRow(line: Line | undefined, measures: ReadonlySet<number>): boolean {
  return line !== undefined && line.cells.length > 1 && !hasFigure(line, measures);
}

function measuresOf(columns: Core["columns"]): ReadonlySet<number> {
  return new Set([...columns].filter(([, count]) => isFigures(count)).map(([column]) => column));
}

/** A number or a mark in a column of figures; a year behind a colon is no figure. */
function hasFigure(line: Line | undefined, measures: ReadonlySet<number>): boolean {
  const colon = endsInColon(line?.cells[0]);
  return (line?.cells ?? []).some((cell) => {
    if (!measures.has(cell.column)) return false;
    if (cell.class === "number") return !(colon && isYear(cell));
    return cell.class === "marker" || cell.class === "error";
  });
}

/** A cell that opens as a note, a label before a colon, or the token of a key: and no row above has the like. */
function saysOfTable(line: Line | undefined, above: readonly Line[]): boolean {
  const [label, second, ...others] = line?.cells ?? [];
  if (line === undefined || label === undefined) return false;
  const isNew = (cell: SampleCell, is: (one: SampleCell | undefined) => boolean): boolean =>
    is(cell) && !above.some((row) => is(cellAt(row, cell.column)));
  const opens = (cell: SampleCell | undefined): boolean =>
    cell !== undefined && isWords(cell) && noteText(cell.text);
  if (isNew(label, endsInColon) || line.cells.some((cell) => isNew(cell, opens))) return true;
  const isKey = second !== undefined && /\p{L}{3}/u.test(second.text) && others.length === 0;
  return isKey && isNew(label, isToken);
}

export function endsInColon(cell: SampleCell | undefined): boolean {
  return cell !== undefined && /[:：]$/.test(cell.text);
}

function isToken(cell: SampleCell | undefined): boolean {
  return cell !== undefined && (cell.class === "marker" || /^\W?\p{L}\W?$/u.test(cell.text));
}
