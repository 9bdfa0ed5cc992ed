import { COLUMN_TYPES } from "./column-types.ts";

/** The types that a cell could be of by itself; a mark stands for a number, or behind one as a unit may. */
export const FIRST_KINDS = [...COLUMN_TYPES, "mark"] as const;

/** The first cell of one kind in a column. */
export interface FirstCell {
  readonly as: (typeof FIRST_KINDS)[number];
  readonly row: number;
  /** As published; its first 60 characters. */
  readonly text: string;
}

/** A cell and what it holds, for a person: `B7 holds "12kg"`. */
export function cellText(letter: string, { row, text }: Omit<FirstCell, "as">): string {
  return `${letter === "" ? "row " : letter}${row} holds ${JSON.stringify(text.slice(0, 60))}`;
}

/** A column of a sheet, as far as its first cells go. */
export interface CellColumn {
  readonly letter: string;
  readonly firsts?: readonly FirstCell[];
}

/** So many cells are named. */
const MOST_NAMED = 3;

/** The first cells of columns that are of none of some kinds, with what they hold, in order of rows. */
export function firstCellsBut(
  columns: readonly CellColumn[],
  fits: (kind: FirstCell["as"]) => boolean,
): readonly string[] {
  return columns
    .flatMap(({ letter, firsts = [] }) => firsts.map((cell) => ({ letter, cell })))
    .filter(({ cell }) => !fits(cell.as))
    .sort((a, b) => a.cell.row - b.cell.row)
    .slice(0, MOST_NAMED)
    .map(({ letter, cell }) => cellText(letter, cell));
}
