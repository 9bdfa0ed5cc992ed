import { isTimely, isWords, type SampleCell } from "../lines/cell-class.ts";
import { cellAt, type Line, pick } from "../lines/line.ts";
import { documentationText, noteText } from "../lines/words.ts";
import type { Core } from "./column-count.ts";
import { codeShape, isLoneCode } from "./lone-code.ts";
import { holdsFigureTexts, namesTwice } from "./text-header.ts";

/** So few lines of two cells describe a table; more of them are one. */
const MOST_PAIRS = 10;

interface TextTable {
  /** Lines that name its columns, from the top. */
  readonly header: readonly number[];
  readonly core: Core;
}

/**
 * Lines without figures that make a grid of words: at least three lines of two or more filled columns.
 * `free` are the indexes of lines that no table of figures claims, ascending; `lastFigures` is the last line
 * that one claims, or -1.
 */
export function textCores(
  lines: readonly Line[],
  free: readonly number[],
  isFile: boolean,
  lastFigures: number,
): readonly TextTable[] {
  const found: TextTable[] = [];
  for (const run of runsOf(lines, free, isFile)) {
    const made = textCore(lines, run, isFile);
    if (made !== null) found.push(made);
  }
  const lastTable = found
    .filter(({ core }) => core.columns.size > 2)
    .reduce((last, { header }) => Math.max(last, ...header), lastFigures);
  return found.filter((one) => topOf(one) > lastTable || !isPairsBlock(lines, one));
}

function topOf({ header: [top = -1] }: TextTable): number {
  return top;
}

/** Few lines of a name and what it is, as they stand above a table to describe it. */
function isPairsBlock(lines: readonly Line[], { header, core: { members } }: TextTable): boolean {
  return (
    members.length < MOST_PAIRS &&
    [...header, ...members].every((at) => (lines[at]?.cells.length ?? 0) <= 2)
  );
}

function runsOf(lines: readonly Line[], free: readonly number[], isFile: boolean): number[][] {
  const runs: number[][] = [];
  let before = -2;
  for (const at of free) {
    const line = lines[at];
    const run = runs.at(-1);
    if (line === undefined) continue;
    if (line.cells.length < 2) {
      if (!isFile || run === undefined || at !== before + 1 || !isRecord(lines, run, at)) continue;
      run.push(at);
      before = at;
      continue;
    }
    if (run !== undefined && at === before + 1 && (line.gap === 0 || goesOn(lines, run, line)))
      run.push(at);
    else runs.push([at]);
    before = at;
  }
  return runs;
}

/** A record of a file with one value, under a name: between whole records, or a code as all have at the end. */
function isRecord(lines: readonly Line[], run: readonly number[], at: number): boolean {
  const [line, next] = [lines[at], lines[at + 1]];
  const [cell] = line?.cells ?? [];
  const header = lines[run[0] ?? -1];
  if (line === undefined || cell === undefined || header === undefined || line.gap > 0)
    return false;
  if (line.prose > 0 || noteText(cell.text) || cellAt(header, cell.column) === undefined)
    return false;
  const goesOn = next?.gap === 0 && next.cells.length >= 2;
  return goesOn
    ? run.length > 1 || hasShape(next, cell)
    : isLoneCode(lines, { members: run }, line);
}

function hasShape(line: Line, cell: SampleCell): boolean {
  const other = cellAt(line, cell.column);
  return other !== undefined && codeShape(other.text) === codeShape(cell.text);
}

/** After one blank row a grid goes on if the line fills the same columns, and is not its header again. */
function goesOn(lines: readonly Line[], run: readonly number[], line: Line): boolean {
  const [first] = run;
  const header = first === undefined ? undefined : lines[first];
  if (header === undefined || run.length < 3 || line.gap > 1) return false;
  const columns = new Set(header.cells.map((cell) => cell.column));
  const inside = line.cells.every((cell) => columns.has(cell.column));
  const repeats = line.cells.some((cell) => header.cells.some((one) => one.text === cell.text));
  return inside && !repeats && line.cells.length >= header.cells.length * 0.7;
}

function textCore(
  lines: readonly Line[],
  run: readonly number[],
  isFile: boolean,
): TextTable | null {
  const header = run.slice(0, namesTwice(pick(lines, run)) ? 2 : 1);
  const rest = run.slice(header.length);
  const [head] = header;
  const first = head === undefined ? undefined : lines[head];
  if (head === undefined || first === undefined || rest.length < (isFile ? 1 : 2)) return null;
  const named = first.cells.every(
    (cell) => isWords(cell) || cell.class === "marker" || first.sequence || isTimely(cell),
  );
  if (named && !first.sequence && first.timely > 0 && !namesTimes(first, pick(lines, rest)))
    return null;
  if (!named && !numbersOverWords(lines, first, rest)) return null;
  if (noteText(first.cells[0]?.text ?? "") && !isFile) return null;
  const width = Math.max(...pick(lines, header).map(({ cells }) => cells.length));
  const fit = rest.filter(
    (at) => (lines[at]?.cells.length ?? 0) >= Math.min(2, width * 0.5),
  ).length;
  if (fit < rest.length * 0.7) return null;
  if (isPairs(lines, run)) return null;
  if (!isFile && run.every((at) => isTimes(lines[at]))) return null;
  if (!isFile && (isDocumentation(first) || isProse(lines, rest))) return null;
  if (!isFile && width < 3 && rest.length < MOST_PAIRS) return null;
  const core: Core = {
    first: rest[0] ?? head,
    last: rest.at(-1) ?? head,
    members: [...rest],
    columns: new Map(),
  };
  for (const at of rest) {
    for (const cell of lines[at]?.cells ?? []) {
      const count = core.columns.get(cell.column) ?? {
        numbers: 0,
        markers: 0,
        words: 0,
        times: 0,
        all: 0,
      };
      count.all++;
      if (cell.class === "number") count.numbers++;
      else if (cell.class === "marker") count.markers++;
      else if (isWords(cell)) count.words++;
      else count.times++;
      core.columns.set(cell.column, count);
    }
  }
  return { header, core };
}

/** Words and times, two of these or more, over texts with digits in them. */
function namesTimes(first: Line, rows: readonly Line[]): boolean {
  return first.timely >= 2 && first.words > 0 && holdsFigureTexts(rows);
}

/** Numbers that only go up, at least three, above rows without a number: they name the columns. */
function numbersOverWords(lines: readonly Line[], first: Line, rest: readonly number[]): boolean {
  if (first.numbers < 3 || first.numbers < first.cells.length || rest.length < 3) return false;
  const rising = first.cells.every(
    (cell, at) => at === 0 || cell.value > (first.cells[at - 1]?.value ?? cell.value),
  );
  return rising && rest.every((at) => lines[at]?.numbers === 0);
}

export function isDocumentation(header: Line): boolean {
  const words = header.cells.filter((cell) => documentationText(cell.text)).length;
  return words >= Math.max(1, header.cells.length * 0.5);
}

/** "Title: | ...", "Contact: | ...": the block above a table, not a table. */
function isPairs(lines: readonly Line[], run: readonly number[]): boolean {
  const labels = run.filter((at) => lines[at]?.cells[0]?.text.endsWith(":") === true).length;
  return labels >= run.length * 0.5;
}

/** Nothing but times: links to the sheets of a workbook. */
function isTimes(line: Line | undefined): boolean {
  return line !== undefined && line.timely === line.cells.length;
}

function isProse(lines: readonly Line[], rows: readonly number[]): boolean {
  const prose = rows.filter((at) => (lines[at]?.prose ?? 0) > 0).length;
  return prose > rows.length * 0.3;
}
