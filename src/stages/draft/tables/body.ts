import { type Core, countsOf, isNumeric } from "../cores/column-count.ts";
import { isLoneCode } from "../cores/lone-code.ts";
import { isTimely, isWords } from "../lines/cell-class.ts";
import { cellAt, type Line, pick } from "../lines/line.ts";
import { unitText } from "../lines/words.ts";
import type { Draft } from "./draft.ts";
import { numberedNotes } from "./numbered-notes.ts";

/** Rows of the body by what they are, before totals are told from observations. */
export interface Body {
  readonly rows: Line[];
  readonly sections: Line[];
  readonly skipped: Line[];
  readonly notes: Line[];
  /** Placeholders and labels below the last row. */
  readonly behind: Line[];
}

/**
 * Units, and of those the labels of the first group: alone in the column of later labels, and no unit by its words
 * unless a later label is one too.
 */
export function partUnits(units: readonly Line[], sections: readonly Line[]): [Line[], Line[]] {
  const later = sections.flatMap(({ cells }) => cells[0] ?? []);
  const isLabel = ({ cells: [cell, ...others] }: Line): boolean =>
    cell !== undefined &&
    others.length === 0 &&
    later.some(
      ({ column, text }) => column === cell.column && (unitText(text) || !unitText(cell.text)),
    );
  return [units.filter((line) => !isLabel(line)), units.filter(isLabel)];
}

export function bodyOf(draft: Draft, header: readonly Line[]): Body {
  const { lines, core, zone } = draft;
  const isRow = (at: number): boolean => {
    const line = lines[at];
    return line !== undefined && isLoneCode(lines, core, line);
  };
  const first = [...zone.data, ...zone.section.filter(isRow)];
  const members = new Set([...core.members, ...first]);
  const labels = zone.section.filter((at) => !isRow(at));
  const sections = pick(lines, labels);
  const placed = new Set([...zone.header, ...zone.unit, ...zone.ahead, ...labels]);
  const body: Body = {
    rows: [],
    sections,
    skipped: pick(lines, zone.ahead),
    notes: [],
    behind: [],
  };
  const last = lastMember(draft);
  for (let at = Math.min(core.first, ...first); at <= last; at++) {
    const line = lines[at];
    if (line === undefined || placed.has(at)) continue;
    if (repeatsHeader(line, header)) body.skipped.push(line);
    else if (members.has(at)) sortMember(draft, line, body);
    else if (isRow(at)) body.rows.push(line);
    else if (line.prose > 0) body.notes.push(line);
    else if (line.words > 0) body.sections.push(line);
    else body.skipped.push(line);
  }
  for (let at = last + 1; at <= core.last; at++) {
    const line = lines[at];
    if (line !== undefined) body.behind.push(line);
  }
  return endAtLastRow(body);
}

/** A label, a header again or a note with no row below it is behind the table. */
function endAtLastRow(body: Body): Body {
  const bottom = body.rows.at(-1)?.row ?? 0;
  const inside = (line: Line): boolean => line.row <= bottom;
  const { rows, sections, skipped, notes, behind } = body;
  const outside = [...sections, ...skipped, ...notes].filter((line) => !inside(line));
  return {
    rows,
    sections: sections.filter(inside),
    skipped: skipped.filter(inside),
    notes: notes.filter(inside),
    behind: [...outside, ...behind],
  };
}

function sortMember(draft: Draft, line: Line, body: Body): void {
  const { core, lines } = draft;
  const measured = line.cells.some((cell) => isNumeric(countsOf(core, cell.column)));
  const label = !measured && groupLabel(line, core);
  if (label && !isLoneCode(lines, core, line)) body.sections.push(line);
  else body.rows.push(line);
}

/** A line of one label, spread over several cells of a merge or its code beside it. */
function groupLabel(line: Line, core: Core): boolean {
  const keys = [...core.columns].filter(
    ([, count]) => !isNumeric(count) && count.all >= core.members.length * 0.6,
  );
  if (keys.length <= 1) return true;
  const filled = keys.filter(([column]) => cellAt(line, column) !== undefined).length;
  return filled < keys.length * 0.5;
}

/** Placeholders at the end, periods with nothing but tokens or blanks, are no rows yet. */
function lastMember(draft: Draft): number {
  const { lines, core } = draft;
  const all = [...core.members].sort((a, b) => a - b);
  const members = all.slice(0, all.length - numberedNotes(lines, core, all));
  let last = members.length - 1;
  while (last > 0 && isPlaceholder(lines[members[last] ?? 0], core)) last--;
  const behind = pick(lines, members.slice(last + 1));
  const before = pick(lines, members.slice(0, last + 1));
  if (behind.some((line) => timesStand(before, line))) return members.at(-1) ?? core.last;
  return members[last] ?? core.last;
}

/** The times of the line stand together in another one: it is no period to come. */
function timesStand(lines: readonly Line[], { cells }: Line): boolean {
  const times = cells.filter(isTimely);
  return lines.some((line) =>
    times.every(({ column, text }) => cellAt(line, column)?.text === text),
  );
}

function isPlaceholder(line: Line | undefined, core: Core): boolean {
  if (line === undefined || line.numbers - line.cells.filter(isTimely).length > 0) return false;
  const label = line.cells.find(isTimely);
  const named = line.cells.some((cell) => isWords(cell) && !isNumeric(countsOf(core, cell.column)));
  if (label === undefined || named) return false;
  return line.cells.every(
    (cell) => !isNumeric(countsOf(core, cell.column)) || cell.class === "marker" || isTimely(cell),
  );
}

function repeatsHeader(line: Line, header: readonly Line[]): boolean {
  return header.some(
    (one) =>
      one.cells.length === line.cells.length &&
      line.cells.length >= 2 &&
      one.cells.every((cell, at) => {
        const other = line.cells[at];
        return other !== undefined && other.column === cell.column && other.text === cell.text;
      }),
  );
}
