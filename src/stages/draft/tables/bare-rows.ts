import { columnLetter, type MergedRange } from "../../../model/sheet.ts";
import { type Core, countsOf, isFigures } from "../cores/column-count.ts";
import { cellAt, type Line } from "../lines/line.ts";
import type { SheetSample } from "../lines/sample.ts";
import { totalWord } from "../lines/words.ts";
import type { FoundColumn } from "./found.ts";

/** The rows of a table, with which of them are totals, and those that hold labels alone. */
interface Rows {
  readonly core: Core;
  readonly lines: readonly Line[];
  readonly totals: ReadonlySet<Line>;
  readonly sections: readonly Line[];
}

/** Columns with what is carried down in them once totals are known, what is told of it, and what is in doubt. */
export function settleLabels(
  columns: readonly FoundColumn[],
  rows: Rows,
  { merges, elided }: SheetSample,
): { columns: FoundColumn[]; reasons: readonly string[]; doubt: string | null } {
  const late = lateLabels(columns, rows, merges);
  return {
    columns: columns.map((column) =>
      late.columns.has(column.index) ? { ...column, fillDown: false } : column,
    ),
    reasons: [...late.reasons, ...(elided.length > 0 ? [] : bareReasons(columns, rows))],
    doubt: late.doubt,
  };
}

/** Labels on so many totals are those of groups. */
const LEAST_GROUPS = 2;

/** What is told of columns of labels that leave rows bare, and whose labels are not carried down over them. */
function bareReasons(columns: readonly FoundColumn[], rows: Rows): readonly string[] {
  const { core, lines, totals } = rows;
  const firstFigures = columns.find(({ index }) => isFigures(countsOf(core, index)))?.index ?? 0;
  const data = lines.filter((line) => !totals.has(line));
  return columns.flatMap(({ index, fillDown, header }) => {
    if (fillDown || index >= firstFigures || header.length === 0) return [];
    const filled = data.filter((line) => cellAt(line, index) !== undefined).length;
    const letter = columnLetter(index);
    const { times, all } = countsOf(core, index);
    if (filled === 0) {
      const heads = [...totals].filter((line) => !totalWord(cellAt(line, index)?.text ?? "total"));
      const [first] = heads;
      return first === undefined || heads.length < LEAST_GROUPS || data.length === 0
        ? []
        : [`column ${letter} has labels on totals alone, from ${letter}${first.row}`];
    }
    return times < all * 0.7 || filled * 2 > data.length
      ? []
      : [
          `column ${letter} is empty in ${data.length - filled} of ${data.length} rows, and its periods are not carried down over them`,
        ];
  });
}

/** Columns that would be carried down, but have nothing in the first row that any label could stand for. */
interface Late {
  readonly columns: ReadonlySet<number>;
  readonly reasons: readonly string[];
  /** Of these, why the rows of the table cannot be told apart. */
  readonly doubt: string | null;
}

/**
 * Labels that begin below the first row are those of single rows, or stand on some other row of their groups than the
 * first: to carry them down would be a guess. Where no other column names the rows to their left, groups are lost.
 * A label of a coarser level on the first row stands for it, and a merge says itself what it covers.
 */
function lateLabels(
  columns: readonly FoundColumn[],
  rows: Rows,
  merges: readonly MergedRange[],
): Late {
  const { core, lines, totals, sections } = rows;
  const [first] = lines.filter((line) => !totals.has(line));
  const late = { columns: new Set<number>(), reasons: [] as string[] };
  let doubt: string | null = null;
  if (first === undefined) return { ...late, doubt };
  const above = [...sections, ...lines].filter(({ row }) => row <= first.row);
  const stands = (index: number): boolean =>
    above.some((line) => cellAt(line, index) !== undefined);
  const filled = columns.filter(({ fillDown }) => fillDown);
  for (const { index } of filled) {
    const label = lines.find((line) => cellAt(line, index) !== undefined);
    const isMerged = merges.some(({ left, top, bottom }) => left === index && bottom > top);
    const isFiner = filled.some((other) => other.index < index && stands(other.index));
    if (label === undefined || isMerged || isFiner || stands(index)) continue;
    late.columns.add(index);
    const letter = columnLetter(index);
    const reason = `column ${letter} is empty from row ${first.row} to ${letter}${label.row}: its labels are not carried down, as they may not stand on the first row of their groups`;
    const named = columns.some(
      (other) => other.index < index && countsOf(core, other.index).all > lines.length * 0.8,
    );
    if (!named && doubt === null) doubt = reason;
    else late.reasons.push(reason);
  }
  return { ...late, doubt };
}
