import { countRows, joinRanges, rangesOf } from "../../../model/row-ranges.ts";
import { columnLetter, type MergedRange } from "../../../model/sheet.ts";
import { type Core, countsOf, isFigures, isNumeric } from "../cores/column-count.ts";
import { isTimely, isWords } from "../lines/cell-class.ts";
import { cellAt, type Line } from "../lines/line.ts";
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
  const units = pick(lines, zone.unit);
  const body = bodyOf(draft, header);
  const found = findColumns(draft.core, body.rows, header, units, sample.merges);
  if (found.columns.length === 0 || body.rows.length === 0) return null;
  const { keys, measures } = split(
    draft.core,
    found.columns.map((column) => column.index),
  );
  const { totals, called } = findTotals(body.rows, keys, measures);
  const audit = auditTotals(body.rows, new Set(totals.keys()), called, measures);
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
    reasons: [
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

function bodyOf(draft: Draft, header: readonly Line[]): Body {
  const { lines, core, zone } = draft;
  const members = new Set([...core.members, ...zone.data]);
  const sections = pick(lines, zone.section);
  const placed = new Set([...zone.header, ...zone.unit, ...zone.section]);
  const body: Body = { rows: [], sections, skipped: [], notes: [], behind: [] };
  const last = lastMember(draft);
  for (let at = Math.min(core.first, ...zone.data); at <= last; at++) {
    const line = lines[at];
    if (line === undefined || placed.has(at)) continue;
    if (repeatsHeader(line, header)) body.skipped.push(line);
    else if (members.has(at)) sortMember(draft, line, body);
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
  const { core, sample } = draft;
  const measured = line.cells.some((cell) => isNumeric(countsOf(core, cell.column)));
  if (!measured && groupLabel(line, core, sample.merges)) body.sections.push(line);
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
  return members[last] ?? core.last;
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
