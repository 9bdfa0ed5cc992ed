import { countRows } from "../../../model/row-ranges.ts";
import { codeShape } from "../cores/lone-code.ts";
import { holdsFigures } from "../cores/text-header.ts";
import { doubledNames } from "../header/doubled-names.ts";
import { wordsOfRow } from "../header/mark-rows.ts";
import { shiftedLabel } from "../header/shifted-labels.ts";
import { cellAt, type Line } from "../lines/line.ts";
import { captionText, formOf } from "../lines/words.ts";
import { doubtfulNames, sharedNames } from "./doubtful-names.ts";
import type { Draft } from "./draft.ts";
import type { FoundTable } from "./found.ts";

/** Below this a table is held back with its reasons. */
export const LEAST_CONFIDENCE = 0.6;

interface Doubt {
  readonly weight: number;
  readonly reason: string;
}

/** Confidence is one minus the doubts; each doubt is a reason that a person can check. */
export function judge(
  table: FoundTable,
  rows: readonly Line[],
  header: readonly Line[],
  draft: Draft,
  bareRows: string | null,
): FoundTable {
  const doubts: Doubt[] = [bareRows, ...enoughAgainst(table, rows, header, draft)].flatMap(
    (reason) => (reason === null ? [] : [{ weight: 0.45, reason }]),
  );
  if (header.length === 0) {
    const labelled = draft.sample.name === null || isList(table);
    const firm = rows.length >= 3 && table.columns.length >= 2 && labelled;
    doubts.push({ weight: firm ? 0.3 : 0.5, reason: "no row names the columns" });
  }
  const figures = table.columns.filter((column) => column.numeric);
  const nameless = figures.filter((column) => column.header.length === 0);
  if (header.length > 0 && nameless.length > 0) {
    const share = nameless.length / Math.max(1, figures.length);
    doubts.push({
      weight: 0.15 + 0.35 * share,
      reason: `${nameless.length} columns of figures have no header`,
    });
  }
  if (rows.length + countRows(table.dataRows) <= 2 && header.length === 0) {
    doubts.push({ weight: 0.3, reason: "a single row of figures" });
  }
  if (draft.sample.remarks.some((remark) => remark.includes("odd rows"))) {
    doubts.push({ weight: 0.5, reason: "too many rows are unlike the others" });
  }
  const weight = doubts.reduce((sum, doubt) => sum + doubt.weight, 0);
  const confidence = Math.max(0, Math.round((1 - weight) * 100) / 100);
  return {
    ...table,
    confidence,
    quarantined: confidence < LEAST_CONFIDENCE,
    reasons: [...doubts.map((doubt) => doubt.reason), ...sharedNames(table), ...table.reasons],
  };
}

/** What speaks against a table, or null: each is enough to hold it back. */
function enoughAgainst(
  table: FoundTable,
  rows: readonly Line[],
  header: readonly Line[],
  draft: Draft,
): readonly (string | null)[] {
  const word = wordsOfRow(draft.core, header);
  return [
    unreadLabels(table, header, draft),
    shiftedLabel(table.columns, header, draft.sample.merges),
    doubledNames(table.columns),
    word === null
      ? null
      : `row ${header.at(-1)?.row} holds ${JSON.stringify(word)} over all figures, below a row that names them: it may be a row`,
    oddHeader(table, rows, header, draft),
    doubtfulNames(draft, rows, header),
    isPair(table, rows, header, draft)
      ? "a label and its value, not a name of columns, stand above the only row"
      : null,
    isLeftOver(table, rows) ? "no row has a label, and no cell more than a zero" : null,
  ];
}

/** A label and one figure a row. */
function isList({ columns }: FoundTable): boolean {
  return columns.length === 2 && columns.filter(({ numeric }) => numeric).length === 1;
}

/** So many lines without a merged cell are rarely all names. */
const MANY_HEADER_LINES = 5;

/** What speaks against the header: too many lines, too few names, or a row like all others. */
function oddHeader(
  table: FoundTable,
  rows: readonly Line[],
  header: readonly Line[],
  draft: Draft,
): string | null {
  const top = header[0]?.row ?? 0;
  const bottom = header.at(-1)?.row ?? 0;
  const merged = draft.sample.merges.some((one) => one.top >= top && one.top <= bottom);
  if (header.length >= MANY_HEADER_LINES && !merged)
    return `${header.length} rows seem to name the columns`;
  if (header.length === 0 || table.columns.some((column) => column.numeric)) return null;
  const nameless = table.columns.filter((column) => column.header.length === 0).length;
  if (nameless > 1 && nameless >= table.columns.length * 0.4)
    return `${nameless} of ${table.columns.length} columns of words have no header`;
  const twice = nameOfMore(table, rows);
  if (twice !== null) return `more than one column of texts with digits is named ${twice}`;
  return header.length === 1 && likeRows(header[0], rows)
    ? "the row that would name the columns looks like the others"
    : null;
}

/** A name that comes again over texts with digits in them: what tells its columns apart may be taken for a row. */
function nameOfMore({ columns }: FoundTable, rows: readonly Line[]): string | null {
  const named = columns
    .filter(({ index, header }) => header.length > 0 && holdsFigures(rows, index))
    .map(({ header }) => header.join(" "));
  const twice = named.find((name, at) => named.indexOf(name) < at);
  return twice === undefined ? null : JSON.stringify(twice.slice(0, 60));
}

/** Merged labels this close above a header may be of it. */
const CLOSE_ABOVE = 3;

/** Labels merged over several columns each, that stand above an only header row whose names come again. */
function unreadLabels(table: FoundTable, header: readonly Line[], draft: Draft): string | null {
  const [line] = header;
  if (line === undefined || header.length > 1) return null;
  const columns = new Set(table.columns.map(({ index }) => index));
  const names = line.cells.filter(({ column }) => columns.has(column)).map(({ text }) => text);
  if (names.length - new Set(names).size < names.length * 0.3) return null;
  const labels = draft.sample.merges.filter(
    (one) =>
      one.bottom < line.row &&
      line.row - one.bottom <= CLOSE_ABOVE &&
      one.right > one.left &&
      one.left > table.left &&
      columns.has(one.left) &&
      draft.lines.some(
        ({ row, cells }) => row === one.top && cells.some(({ column }) => column === one.left),
      ),
  );
  return labels.length < 2
    ? null
    : `the ${labels.length} merged labels above row ${line.row} are not read, and the names below them come again`;
}

/** A cell with digits in it, such as a telephone number or a code, in the same form as most cells below it. */
function likeRows(header: Line | undefined, rows: readonly Line[]): boolean {
  if (header === undefined || rows.length < 2) return false;
  return header.cells.some((cell) => {
    const shape = shapeOf(cell.text);
    if (shape === null) return false;
    const alike = rows.filter((row) => {
      const below = cellAt(row, cell.column);
      return below !== undefined && shape(below.text) === shape(cell.text);
    }).length;
    return alike * 2 >= rows.length;
  });
}

/** How texts are compared with one that has digits; null: it may be a name. */
function shapeOf(text: string): ((text: string) => string) | null {
  if (/^(?=.*\p{L})\S*\d{4}\S*$/u.test(text)) return codeShape;
  return captionText(text) || /9.*9/.test(formOf(text)) ? formOf : null;
}

const DAY_LABEL = /\b(?:dated?|publi(?:shed|cation)|released?|updated?)\b/i;

/** One row of a label and a value below more of the same, as on a cover: the one above it names no column. */
function isPair(
  table: FoundTable,
  rows: readonly Line[],
  [header, ...others]: readonly Line[],
  { lines }: Draft,
): boolean {
  if (rows.length !== 1 || table.columns.length !== 2 || header === undefined) return false;
  const [label, value, more] = header.cells;
  if (others.length > 0 || label === undefined || value === undefined || more !== undefined)
    return false;
  if (value.class === "date" && DAY_LABEL.test(label.text)) return true;
  const above = lines[lines.findIndex(({ row }) => row === header.row) - 1];
  return (
    header.gap === 0 &&
    above?.cells.length === 2 &&
    above.cells.every(({ column }, at) => column === header.cells[at]?.column) &&
    above.words > 0
  );
}

/** Nothing but zeros and errors, and no row with a label: what is left of somebody's check. */
function isLeftOver(table: FoundTable, rows: readonly Line[]): boolean {
  return (
    rows.length > 1 &&
    table.columns.every((column) => column.numeric) &&
    rows.every(({ cells }) =>
      cells.every(
        (cell) => cell.class === "error" || (cell.class === "number" && cell.value === 0),
      ),
    )
  );
}
