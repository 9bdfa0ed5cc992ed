import { isWords, isYear, type SampleCell } from "../lines/cell-class.ts";
import { cellAt, type Line } from "../lines/line.ts";
import {
  capitalToken,
  captionText,
  noteText,
  seriesText,
  totalWord,
  unitText,
} from "../lines/words.ts";
import type { BlockLines } from "./block-labels.ts";
import {
  againstNumbers,
  type ColumnCount,
  type Core,
  countCell,
  countsOf,
  isNumeric,
  isWordy,
  numericColumns,
} from "./column-count.ts";
import { hasFigures } from "./figures.ts";
import { isLoneCode } from "./lone-code.ts";
import { rowLike } from "./row-like.ts";

function newCore(index: number): Core {
  return { first: index, last: index, members: [], columns: new Map() };
}

function add(core: Core, line: Line, index: number): void {
  core.members.push(index);
  core.last = index;
  for (const cell of line.cells) {
    const count = countsOf(core, cell.column);
    countCell(count, cell);
    core.columns.set(cell.column, count);
  }
}

/** Whether a line with figures fits the columns of a core. */
export function fits(core: Core, line: Line): boolean {
  let shared = 0;
  let conflicts = 0;
  let known = 0;
  for (const cell of line.cells) {
    const count = countsOf(core, cell.column);
    if (count.all === 0) continue;
    known++;
    if (cell === line.cells[0] && isTotalLabel(core, cell)) continue;
    if (conflict(count, cell, core.members.length)) conflicts++;
    else if (isNumeric(count) && !isWords(cell)) shared++;
  }
  if (known === 0) return false;
  return shared > 0 && conflicts <= Math.max(known * 0.34, core.members.length < 3 ? 1 : 0);
}

/** "Total" where years or ages stand, left of all else. */
function isTotalLabel(core: Core, cell: SampleCell): boolean {
  return cell.column === Math.min(...core.columns.keys()) && totalWord(cell.text);
}

function conflict(count: ColumnCount, cell: SampleCell, members: number): boolean {
  if (isNumeric(count)) return isWords(cell);
  return members >= 2 && isWordy(count) && cell.class === "number" && !isYear(cell);
}

/**
 * The cores of a pane, top to bottom. A core goes on over blank rows, labels of groups and notes as
 * long as what follows fits its columns, and ends where a header-like line, the labels of another block or
 * other columns begin.
 */
export function findCores(lines: readonly Line[], blocks: BlockLines): Core[] {
  const cores: Core[] = [];
  let core: Core | null = null;
  let header = false;
  for (const [index, line] of lines.entries()) {
    if (blocks.headers.has(index) || blocks.labels.has(index)) {
      header = true;
      continue;
    }
    const inside = core !== null && !header && core.last === index - 1;
    if (hasFigures(lines, index, inside)) {
      if (core === null || header || !goesOn(core, lines, index)) {
        core = newCore(index);
        cores.push(core);
      }
      add(core, line, index);
      header = false;
    } else if (core !== null && !header) {
      if (
        standsWithCore(core, lines, index) ||
        tokenRow(core, lines, index) ||
        lastLabel(core, lines, index) ||
        loneCode(core, lines, index) ||
        (rowLike(core, lines, index) && closeTo(core, lines, index))
      )
        add(core, line, index);
      else if (opensTable(core, lines, index)) header = true;
    }
  }
  return cores;
}

/** No blank row, and nothing but labels of groups, between the last row and this line. */
function closeTo(core: Core, lines: readonly Line[], index: number): boolean {
  const between = lines.slice(core.last + 1, index);
  if (blankBetween(lines, core.last, index) > 0) return false;
  return between.every((line) => line.cells.length === 1);
}

/** A code by itself right below a row. */
function loneCode(core: Core, lines: readonly Line[], index: number): boolean {
  const line = lines[index];
  return line?.gap === 0 && core.last === index - 1 && isLoneCode(lines, core, line);
}

/** A line without figures that belongs to the rows: its measures are empty or tokens. */
function standsWithCore(core: Core, lines: readonly Line[], index: number): boolean {
  const line = lines[index];
  if (line === undefined || line.prose > 1 || line.cells.length < 2) return false;
  const opens = line.cells[0]?.text ?? "";
  if (noteText(opens) && line.cells.length <= 2) return false;
  if (againstNumbers(line, core) > 0) return false;
  if (line.cells.some((cell) => countsOf(core, cell.column).all === 0)) return false;
  return blankBetween(lines, core.last, index) === 0;
}

/** A row of letters such as F and S, or of one word in capitals beside tokens, where numbers stand, in the middle of rows of figures. */
function tokenRow(core: Core, lines: readonly Line[], index: number): boolean {
  const line = lines[index];
  const next = lines[index + 1];
  const [label, ...rest] = line?.cells ?? [];
  if (line === undefined || next === undefined || label === undefined || rest.length === 0)
    return false;
  if (line.gap > 0 || next.gap > 0 || core.last !== index - 1) return false;
  const labels = countsOf(core, label.column);
  if (labels.words + labels.times < labels.all * 0.5 || next.numbers === 0 || !fits(core, next))
    return false;
  const words = rest.filter(isWords);
  return (
    words.every(({ text }) => text.length <= 3 && !text.includes(" ")) || standsInPlace(words, rest)
  );
}

/** One word in capitals, in several cells or beside tokens. */
function standsInPlace(words: readonly SampleCell[], cells: readonly SampleCell[]): boolean {
  const [word] = words;
  if (word === undefined || cells.length < 2 || !capitalToken(word.text)) return false;
  return (
    words.every(({ text }) => text === word.text) && cells.every((cell) => cell.class !== "period")
  );
}

/** A labelled row of words right below the figures, where the block ends: its values are words. */
function lastLabel(core: Core, lines: readonly Line[], index: number): boolean {
  const line = lines[index];
  const next = lines[index + 1];
  const [label, ...rest] = line?.cells ?? [];
  if (line === undefined || label === undefined || rest.length === 0) return false;
  if (line.gap > 0 || core.last !== index - 1 || (next !== undefined && next.gap === 0))
    return false;
  if (next !== undefined && next.numbers > 0 && next.gap <= 1) return false;
  if (noteText(label.text) || line.prose > 0 || core.members.length < 3) return false;
  return (
    isWordy(countsOf(core, label.column)) &&
    line.cells.every((cell) => countsOf(core, cell.column).all > 0)
  );
}

/** Whether a line without figures, below a core, is the header of another table. */
function opensTable(core: Core, lines: readonly Line[], index: number): boolean {
  const line = lines[index];
  if (line === undefined) return false;
  if (repeatsAbove(lines, core, index)) return core.last !== index - 1 || line.gap > 0;
  const measures = numericColumns(core).length;
  if (line.gap > 0 && (captionText(line.cells[0]?.text ?? "") || namesNext(lines, index)))
    return headerFollows(core, lines, index);
  if (
    line.cells.every(
      (cell) =>
        !isNumeric(countsOf(core, cell.column)) || seriesText(cell.text) || unitText(cell.text),
    )
  )
    return false;
  const against = againstNumbers(line, core);
  if (line.cells.length < 2) return false;
  return against >= Math.min(2, measures) || against >= line.cells.length * 0.5;
}

/** Whether the line, or one of the three below it without a blank row of more than two, names the figures below it. */
function headerFollows(core: Core, lines: readonly Line[], index: number): boolean {
  for (let at = index; at <= index + 3; at++) {
    const line = lines[at];
    if (line === undefined || (at > index && line.gap > 2)) return false;
    if (repeatsAbove(lines, core, at)) return true;
    if (namesNext(lines, at)) return true;
    if (line.numbers > 0) return line.sequence;
  }
  return false;
}

/**
 * A line of words over the figures of the next one, at least two and not fewer than half of them. Lines of
 * one cell may stand between: the label of a section, or the rest of the name of an only column.
 */
function namesNext(lines: readonly Line[], index: number): boolean {
  const line = lines[index];
  let at = index + 1;
  while (at <= index + 4 && lines[at]?.cells.length === 1 && lines[at]?.words === 1) at++;
  const next = lines[at];
  if (line === undefined || next === undefined) return false;
  if (lines.slice(index + 1, at + 1).some((one) => one.gap > 0)) return false;
  if (line.numbers > 0 || line.words < 2 || next.numbers === 0) return false;
  const over = line.cells.filter((cell) =>
    next.cells.some(
      (other) => other.column === cell.column && isWords(cell) && other.class === "number",
    ),
  ).length;
  return over >= Math.min(2, next.numbers) && over >= next.numbers * 0.5;
}

/** Whether the line is the header of the core again: the same texts stood right above its figures. */
function repeatsAbove(lines: readonly Line[], core: Core, index: number): boolean {
  const line = lines[index];
  if (line === undefined || line.cells.length < 2) return false;
  const text = line.cells.map((cell) => cell.text).join("|");
  for (let at = core.first - 1; at >= Math.max(0, core.first - 6); at--) {
    const above = lines[at];
    if (above !== undefined && above.cells.map((cell) => cell.text).join("|") === text) return true;
  }
  return false;
}

function goesOn(core: Core, lines: readonly Line[], index: number): boolean {
  const line = lines[index];
  if (line === undefined) return false;
  if (line.afterElided) return true;
  if (!fits(core, line) && !besideAlike(core, lines, index)) return false;
  const away = blankBetween(lines, core.last, index);
  return away <= 12 && !(away > 2 && isStray(core, lines, index));
}

/** A line by itself, far below, without the label that all rows have: somebody's check of the figures. */
function isStray(core: Core, lines: readonly Line[], index: number): boolean {
  const line = lines[index];
  const next = lines[index + 1];
  const left = Math.min(...core.columns.keys());
  if (line === undefined || line.words > 0 || cellAt(line, left) !== undefined) return false;
  return (
    countsOf(core, left).all === core.members.length &&
    (next === undefined || next.gap > 0 || next.numbers === 0)
  );
}

/**
 * Right below a row with the same labels filled, though the figures stand in other columns: where most
 * figures are missing two rows need not share one.
 */
function besideAlike(core: Core, lines: readonly Line[], index: number): boolean {
  const line = lines[index];
  const before = lines[index - 1];
  if (line === undefined || before === undefined || line.gap > 0 || core.last !== index - 1)
    return false;
  const [label] = line.cells;
  if (label === undefined || !isWordy(countsOf(core, label.column))) return false;
  const words = line.cells.filter(isWords);
  const wordsBefore = before.cells.filter(isWords);
  return (
    words.length === wordsBefore.length &&
    words.every((cell, at) => cell.column === wordsBefore[at]?.column)
  );
}

/** Blank rows between two lines. */
export function blankBetween(lines: readonly Line[], from: number, to: number): number {
  let blank = 0;
  for (let at = from + 1; at <= to; at++) blank += lines[at]?.gap ?? 0;
  return blank;
}
