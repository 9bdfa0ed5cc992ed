import type { RowRange } from "../../../model/manifest/manifest.ts";
import { countRows, joinRanges, rangesOf } from "../../../model/row-ranges.ts";
import { columnLetter } from "../../../model/sheet.ts";
import { type Core, countsOf, isFigures } from "../cores/column-count.ts";
import { cellAt, type Line, pick } from "../lines/line.ts";
import { lineText } from "../lines/notes.ts";
import { noteText } from "../lines/words.ts";
import { auditTotals } from "../totals/assertions.ts";
import { findTotals } from "../totals/totals.ts";
import { settleLabels } from "./bare-rows.ts";
import { type Body, bodyOf, partUnits } from "./body.ts";
import { type ColumnsFound, findColumns } from "./columns.ts";
import { judge } from "./confidence.ts";
import type { Draft } from "./draft.ts";
import type { FoundColumn, FoundTable } from "./found.ts";
import { lastRowRemarks } from "./last-rows.ts";
import { shareRows } from "./share-rows.ts";
import { yearsAbove } from "./years-above.ts";

/** Makes the table of a core and its header. Null if nothing is left of it. */
export function makeTable(draft: Draft): FoundTable | null {
  const { lines, zone, pane } = draft;
  const header = pick(lines, zone.header);
  const below = bodyOf(draft, header);
  const [units, labels] = partUnits(pick(lines, zone.unit), below.sections);
  const body = { ...below, sections: [...labels, ...below.sections] };
  const found = columnsFound(draft, body, header, units);
  if (found.columns.length === 0 || body.rows.length === 0) return null;
  const { keys, measures } = split(
    draft.core,
    found.columns.map((column) => column.index),
  );
  const wholes = findTotals(body.rows, keys, measures, body.sections);
  const { totals } = wholes;
  const audit = auditTotals(body.rows, wholes, measures);
  const totalRows = rangesOf([...totals.keys()].map((line) => line.row));
  const dataRows = dataRowsOf(draft, body.rows, totals);
  const bottom = body.rows.at(-1)?.row ?? 0;
  const { columns, ...settled } = settleLabels(
    namedColumns(draft, body.rows, totals, found.columns),
    { core: draft.core, lines: body.rows, totals: new Set(totals.keys()), sections: body.sections },
    draft.sample,
  );
  const all = [...header, ...units, ...body.sections, ...body.rows];
  const remarks = [...bodyRemarks(draft, body, totals), ...rowRemarks(body, keys, measures)];
  const table: FoundTable = {
    pane,
    top: Math.min(...all.map((line) => line.row)),
    left: Math.min(
      ...columns.map((column) => column.index),
      ...body.sections.flatMap((line) => line.cells[0]?.column ?? []),
    ),
    bottom,
    columns,
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
      ...settled.reasons,
      ...reasonsOf(totals),
      ...audit.complaints,
      ...hiddenReasons(draft, body, columns),
    ],
  };
  if (countRows(dataRows) === 0 && totals.size === 0) return null;
  return judge(table, body.rows, header, draft, settled.doubt);
}

function columnsFound(
  { core, lines, zone, sample }: Draft,
  { rows, sections }: Body,
  header: readonly Line[],
  units: readonly Line[],
): ColumnsFound {
  const corner = pick(lines, zone.corner);
  const found = findColumns(core, rows, sections, header, units, sample.merges, corner);
  const told = corner.map(
    (line) =>
      `row ${line.row} holds ${JSON.stringify(lineText(line).slice(0, 60))} alone above the last columns, which are named: it is taken to be of all figures`,
  );
  return { ...found, reasons: [...found.reasons, ...told] };
}

/** Rows that are no totals, with those that were left out between them. */
function dataRowsOf(
  { sample }: Draft,
  rows: readonly Line[],
  totals: ReadonlyMap<Line, string>,
): RowRange[] {
  const [first, bottom] = [rows[0]?.row ?? 0, rows.at(-1)?.row ?? 0];
  const plain = rows.filter((line) => !totals.has(line)).map((line) => line.row);
  const elided = sample.elided.filter((run) => run.first >= first && run.last <= bottom);
  return joinRanges([
    ...rangesOf(plain),
    ...elided.map((run): [number, number] => [run.first, run.last]),
  ]);
}

/** Columns without those that have no name and stand in totals alone. */
function namedColumns(
  draft: Draft,
  rows: readonly Line[],
  totals: ReadonlyMap<Line, string>,
  columns: readonly FoundColumn[],
): readonly FoundColumn[] {
  return columns.filter(
    ({ index, header }) => header.length > 0 || !standsInTotals(draft, rows, totals, index),
  );
}

/** Without a name, with figures in totals and nothing in any other row: stray cells make no column. */
function standsInTotals(
  { zone, sample }: Draft,
  rows: readonly Line[],
  totals: ReadonlyMap<Line, string>,
  column: number,
): boolean {
  if (zone.header.length === 0 || sample.elided.length > 0 || totals.size === rows.length)
    return false;
  const cells = rows.flatMap((line) => {
    const cell = cellAt(line, column);
    return cell === undefined ? [] : [{ line, cell }];
  });
  return (
    cells.length > 0 && cells.every(({ line, cell }) => cell.class === "number" && totals.has(line))
  );
}

function reasonsOf(totals: ReadonlyMap<Line, string>): string[] {
  const shown = [...totals].slice(0, 3).map(([line, why]) => `row ${line.row} is a total: ${why}`);
  return totals.size > 3 ? [...shown, `${totals.size} rows are totals`] : shown;
}

/** Labels and rows that may be taken for something else than they are. */
function bodyRemarks(
  draft: Draft,
  body: Body,
  totals: ReadonlyMap<Line, string>,
): readonly string[] {
  const first = body.rows[0]?.row ?? 0;
  const isFile = draft.sample.name === null;
  const [label] = body.sections.filter((line) => isFile || line.row > first);
  const inMiddle = isFile || body.sections.every((line) => line.row > first);
  const behind = isFile ? loneBehind(draft, body) : null;
  const plain = body.rows.filter((line) => !totals.has(line));
  const apart = plain.filter((line) => standsApart(draft.core, line));
  return [
    ...lastRowRemarks(draft.lines, draft.core, plain),
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

/** Rows whose figures are of another kind, or whose labels do not say what they are of. */
function rowRemarks(
  { rows }: Body,
  keys: readonly number[],
  measures: readonly number[],
): readonly string[] {
  return [...yearsAbove(rows, keys), ...shareRows(rows, measures)];
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
