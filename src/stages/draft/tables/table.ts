import { countRows, joinRanges, rangesOf } from "../../../model/row-ranges.ts";
import { columnLetter, type MergedRange } from "../../../model/sheet.ts";
import { type Core, countsOf, isFigures, isNumeric } from "../cores/column-count.ts";
import { isLoneCode } from "../cores/lone-code.ts";
import { isTimely, isWords } from "../lines/cell-class.ts";
import { cellAt, type Line } from "../lines/line.ts";
import { lineText } from "../lines/notes.ts";
import { noteText, unitText } from "../lines/words.ts";
import { auditTotals } from "../totals/assertions.ts";
import { findTotals } from "../totals/totals.ts";
import { findColumns } from "./columns.ts";
import { judge } from "./confidence.ts";
import type { Draft } from "./draft.ts";
import type { FoundColumn, FoundTable } from "./found.ts";

/** Rows of the body by what they are, before totals are told from observations. */
interface Body {
  readonly rows: Line[];
  readonly sections: Line[];
  readonly skipped: Line[];
  readonly notes: Line[];
  /** Placeholders and labels below the last row. */
  readonly behind: Line[];
}

/** Makes the table of a core and its header. Null if nothing is left of it. */
export function makeTable(draft: Draft): FoundTable | null {
  const { lines, zone, sample, pane } = draft;
  const header = pick(lines, zone.header);
  const below = bodyOf(draft, header);
  const [units, labels] = partUnits(pick(lines, zone.unit), below.sections);
  const body = { ...below, sections: [...labels, ...below.sections] };
  const found = findColumns(draft.core, body.rows, body.sections, header, units, sample.merges);
  if (found.columns.length === 0 || body.rows.length === 0) return null;
  const { keys, measures } = split(
    draft.core,
    found.columns.map((column) => column.index),
  );
  const wholes = findTotals(body.rows, keys, measures);
  const { totals } = wholes;
  const audit = auditTotals(body.rows, wholes, measures);
  const totalRows = rangesOf([...totals.keys()].map((line) => line.row));
  const plain = body.rows.filter((line) => !totals.has(line)).map((line) => line.row);
  const bottom = body.rows.at(-1)?.row ?? 0;
  const first = body.rows[0]?.row ?? 0;
  const elided = sample.elided.filter((run) => run.first >= first && run.last <= bottom);
  const dataRows = joinRanges([
    ...rangesOf(plain),
    ...elided.map((run): [number, number] => [run.first, run.last]),
  ]);
  const all = [...header, ...units, ...body.sections, ...body.rows];
  const remarks = bodyRemarks(draft, body, new Set(totals.keys()));
  const table: FoundTable = {
    pane,
    top: Math.min(...all.map((line) => line.row)),
    left: Math.min(
      ...found.columns.map((column) => column.index),
      ...body.sections.flatMap((line) => line.cells[0]?.column ?? []),
    ),
    bottom,
    columns: found.columns,
    helpers: found.helpers,
    headerRows: header.map((line) => line.row),
    unitRows: units.map((line) => line.row),
    dataRows,
    totalRows,
    sectionRows: rangesOf(body.sections.map((line) => line.row)),
    skippedRows: rangesOf([...units, ...body.skipped].map((line) => line.row)),
    notesInside: body.notes.map((line) => line.row),
    rowsBehind: body.behind.map((line) => line.row),
    title: null,
    titleRows: [],
    notes: [],
    markerMeanings: {},
    markerRows: {},
    confidence: 1,
    quarantined: false,
    assertions: audit.assertions,
    remarks,
    reasons: [
      ...remarks,
      ...found.reasons,
      ...reasonsOf(totals),
      ...audit.complaints,
      ...hiddenReasons(draft, body, found.columns),
    ],
  };
  if (countRows(dataRows) === 0 && totals.size === 0) return null;
  return judge(table, body.rows, header, draft);
}

export function pick(lines: readonly Line[], indexes: readonly number[]): Line[] {
  return indexes.flatMap((at) => lines[at] ?? []);
}

function reasonsOf(totals: ReadonlyMap<Line, string>): string[] {
  const shown = [...totals].slice(0, 3).map(([line, why]) => `row ${line.row} is a total: ${why}`);
  return totals.size > 3 ? [...shown, `${totals.size} rows are totals`] : shown;
}

/** Labels and rows that may be taken for something else than they are. */
function bodyRemarks(draft: Draft, body: Body, totals: ReadonlySet<Line>): readonly string[] {
  const first = body.rows[0]?.row ?? 0;
  const isFile = draft.sample.name === null;
  const [label] = body.sections.filter((line) => isFile || line.row > first);
  const inMiddle = isFile || body.sections.every((line) => line.row > first);
  const behind = isFile ? loneBehind(draft, body) : null;
  const apart = body.rows.filter((line) => !totals.has(line) && standsApart(draft.core, line));
  return [
    ...(label === undefined || !inMiddle
      ? []
      : [
          `row ${label.row} holds ${JSON.stringify(lineText(label).slice(0, 60))} alone: it is taken for the label of the rows below it`,
        ]),
    ...(behind === null
      ? []
      : [
          `row ${behind.row} holds ${JSON.stringify(lineText(behind))} alone right below the last row: it is taken for a note`,
        ]),
    ...apart.map(
      (line) =>
        `${columnLetter(line.cells[0]?.column ?? 0)}${line.row} stands alone below a blank row, without the label that the other rows have: it is taken for a row`,
    ),
  ];
}

/** A word by itself right below the last row, in a column of words, that reads like no note. */
function loneBehind({ lines, core }: Draft, body: Body): Line | null {
  const bottom = body.rows.at(-1)?.row ?? 0;
  const line = lines.find((one) => one.row > bottom);
  const [cell, ...others] = line?.cells ?? [];
  if (line === undefined || cell === undefined || others.length > 0) return null;
  const isNote = line.gap > 0 || noteText(cell.text) || cell.text.length > 40;
  return isNote || countsOf(core, cell.column).words === 0 ? null : line;
}

/** A figure by itself below a blank row, where every other row begins with a label. */
function standsApart(core: Core, line: Line): boolean {
  const [cell] = line.cells;
  const left = Math.min(...core.columns.keys());
  if (cell === undefined || line.cells.length > 1 || line.gap === 0 || cell.column === left)
    return false;
  return countsOf(core, left).all >= core.members.length - 1;
}

/** What a publisher hides is published: its rows and columns are read like any others, and told. */
function hiddenReasons(draft: Draft, body: Body, columns: readonly FoundColumn[]): string[] {
  const rows = body.rows.filter((line) => line.hidden);
  const hidden = new Set(draft.sample.hiddenColumns);
  const letters = columns
    .filter((column) => hidden.has(column.index))
    .map((column) => columnLetter(column.index));
  const [first] = rows;
  return [
    ...(first === undefined
      ? []
      : [
          `${rows.length} rows are hidden in the workbook and read all the same, from ${first.row}`,
        ]),
    ...(letters.length === 0
      ? []
      : [`hidden in the workbook and read all the same: column ${letters.join(", ")}`]),
  ];
}

/** Columns of labels, and columns of numbers that could add up. */
function split(core: Core, columns: readonly number[]): { keys: number[]; measures: number[] } {
  const keys: number[] = [];
  const measures: number[] = [];
  for (const column of columns) {
    const count = countsOf(core, column);
    if (isFigures(count)) measures.push(column);
    else if (count.all > 0) keys.push(column);
  }
  return { keys, measures };
}

/** Units, and of those the labels of the first group: alone in the column of later labels, and no unit by its words. */
function partUnits(units: readonly Line[], sections: readonly Line[]): [Line[], Line[]] {
  const columns = new Set(sections.map(({ cells }) => cells[0]?.column));
  const isLabel = ({ cells: [cell, ...others] }: Line): boolean =>
    cell !== undefined && others.length === 0 && columns.has(cell.column) && !unitText(cell.text);
  return [units.filter((line) => !isLabel(line)), units.filter(isLabel)];
}

function bodyOf(draft: Draft, header: readonly Line[]): Body {
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
  const { core, sample, lines } = draft;
  const measured = line.cells.some((cell) => isNumeric(countsOf(core, cell.column)));
  const label = !measured && groupLabel(line, core, sample.merges);
  if (label && !isLoneCode(lines, core, line)) body.sections.push(line);
  else body.rows.push(line);
}

/** A line of one label, spread over several cells of a merge or its code beside it. */
function groupLabel(line: Line, core: Core, merges: readonly MergedRange[]): boolean {
  const keys = [...core.columns].filter(
    ([, count]) => !isNumeric(count) && count.all >= core.members.length * 0.6,
  );
  if (keys.length <= 1) return true;
  const filled = keys.filter(([column]) => cellAt(line, column) !== undefined).length;
  return filled < keys.length * 0.5 && merges.length >= 0;
}

/** Placeholders at the end, periods with nothing but tokens or blanks, are no rows yet. */
function lastMember(draft: Draft): number {
  const { lines, core } = draft;
  const members = [...core.members].sort((a, b) => a - b);
  let last = members.length - 1;
  while (last > 0 && isPlaceholder(lines[members[last] ?? 0], core)) last--;
  const behind = members.slice(last + 1).flatMap((at) => lines[at] ?? []);
  const before = members.slice(0, last + 1).flatMap((at) => lines[at] ?? []);
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
