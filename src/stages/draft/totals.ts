import { isWords } from "./cell-class.ts";
import { cellAt, type Line } from "./line.ts";
import { totalWord } from "./words.ts";

const LOOK_AHEAD = 400;
const MOST_LINES = 20_000;

/**
 * The lines among `lines` that are totals of others, each with why. Words count where the column says
 * other things too; sums count without words: of the lines after, of the lines before, or of all the
 * finer lines of a column of levels. `keys` are columns of labels, `measures` columns of numbers.
 */
export function findTotals(
  lines: readonly Line[],
  keys: readonly number[],
  measures: readonly number[],
): Map<Line, string> {
  const totals = new Map<Line, string>();
  const values = matrix(lines, measures);
  byLevel(lines, keys, values, totals);
  byWord(lines, keys, values, totals);
  byBlankKey(lines, keys, values, totals);
  if (lines.length <= MOST_LINES) bySum(lines, values, totals);
  return totals;
}

type Matrix = readonly (readonly number[])[];

/** Numbers of each line in the columns that can add up; NaN where there is none. */
function matrix(lines: readonly Line[], measures: readonly number[]): Matrix {
  const wanted = new Set(measures);
  const place = new Map(measures.map((column, at) => [column, at]));
  return lines.map((line) => {
    const row = new Array<number>(measures.length).fill(Number.NaN);
    for (const cell of line.cells) {
      const at = place.get(cell.column);
      if (at !== undefined && wanted.has(cell.column)) row[at] = cell.value;
    }
    return row;
  });
}

function byWord(
  lines: readonly Line[],
  keys: readonly number[],
  values: Matrix,
  totals: Map<Line, string>,
): void {
  for (const key of keys) {
    const texts = lines.map((line) => cellAt(line, key));
    const distinct = new Set(texts.map((cell) => cell?.text ?? ""));
    if (distinct.size < 2) continue;
    const count = new Map<string, number>();
    for (const cell of texts) count.set(cell?.text ?? "", (count.get(cell?.text ?? "") ?? 0) + 1);
    for (const [at, line] of lines.entries()) {
      const cell = texts[at];
      if (cell === undefined || totals.has(line) || !totalWord(cell.text)) continue;
      const certain = /^[([]?(?:grand |sub-?\s?)?(?:totals?|all)[:.)\]]*$/i.test(cell.text);
      const level = (count.get(cell.text) ?? 0) >= 2;
      if (!certain && !level && sumOf(values, at) === null) continue;
      totals.set(line, `"${cell.text.slice(0, 40)}" says so`);
    }
  }
}

/**
 * A row whose second key is blank, and that is the sum of the rows with the same first key: the year
 * among its quarters. Counts only if it holds for most such rows.
 */
function byBlankKey(
  lines: readonly Line[],
  keys: readonly number[],
  values: Matrix,
  totals: Map<Line, string>,
): void {
  const [first, second] = keys;
  if (first === undefined || second === undefined) return;
  const parts = new Map<string, number[]>();
  const wholes = new Map<string, number[]>();
  for (const [at, line] of lines.entries()) {
    if (totals.has(line)) continue;
    const key = cellAt(line, first)?.text ?? "";
    const side = cellAt(line, second) === undefined ? wholes : parts;
    side.set(key, [...(side.get(key) ?? []), at]);
  }
  const found: number[] = [];
  let tried = 0;
  for (const [key, [at, ...more]] of wholes) {
    const rows = parts.get(key) ?? [];
    if (at === undefined || more.length > 0 || rows.length < 2) continue;
    tried++;
    if (agree(values[at] ?? [], columnSums(values, rows), rows.length)) found.push(at);
  }
  if (found.length < 2 || found.length < tried * 0.6) return;
  for (const at of found) {
    const line = lines[at];
    if (line !== undefined) totals.set(line, "it is the sum of the rows with the same label");
  }
}

/** A column of levels: the sums of its groups agree, so the coarser groups are totals of the finest. */
function byLevel(
  lines: readonly Line[],
  keys: readonly number[],
  values: Matrix,
  totals: Map<Line, string>,
): void {
  if (lines.length < 6) return;
  for (const key of keys) {
    const groups = new Map<string, number[]>();
    for (const [at, line] of lines.entries()) {
      const text = cellAt(line, key)?.text ?? "";
      const group = groups.get(text);
      if (group === undefined) groups.set(text, [at]);
      else group.push(at);
      if (groups.size > 12) break;
    }
    if (groups.size < 2 || groups.size > 12) continue;
    settleLevels(lines, groups, values, totals);
  }
}

function settleLevels(
  lines: readonly Line[],
  groups: ReadonlyMap<string, readonly number[]>,
  values: Matrix,
  totals: Map<Line, string>,
): void {
  const ordered = [...groups.values()].sort((a, b) => b.length - a.length);
  const [finest, ...coarser] = ordered;
  if (finest === undefined) return;
  const whole = columnSums(values, finest);
  for (const group of coarser) {
    if (group.length * 2 > finest.length) continue;
    if (!agree(columnSums(values, group), whole, finest.length)) continue;
    for (const at of group) {
      const line = lines[at];
      if (line !== undefined) totals.set(line, "its level adds up to the finest level");
    }
  }
}

function columnSums(values: Matrix, rows: readonly number[]): number[] {
  const width = values[0]?.length ?? 0;
  const sums = new Array<number>(width).fill(0);
  for (const at of rows) {
    for (let column = 0; column < width; column++) {
      const value = values[at]?.[column] ?? Number.NaN;
      if (!Number.isNaN(value)) sums[column] = (sums[column] ?? 0) + value;
    }
  }
  return sums;
}

/** Whether sums agree in enough columns, with enough digits, that it cannot be chance. */
function agree(total: readonly number[], sums: readonly number[], parts: number): boolean {
  let digits = 0;
  let same = 0;
  let counted = 0;
  for (const [at, sum] of sums.entries()) {
    const value = total[at] ?? Number.NaN;
    if (Number.isNaN(value) || (value === 0 && sum === 0)) continue;
    counted++;
    const slack = Number.isInteger(value) ? Math.min(2, parts * 0.02) : Math.abs(value) * 1e-6;
    if (Math.abs(value - sum) > slack + 1e-9) continue;
    same++;
    digits += Math.log10(Math.abs(value) + 1);
  }
  return same >= 1 && same >= counted * 0.5 && digits >= (same >= 2 ? 4 : 3.5);
}

function bySum(lines: readonly Line[], values: Matrix, totals: Map<Line, string>): void {
  for (const [at, line] of lines.entries()) {
    if (totals.has(line)) continue;
    const reason = sumOf(values, at);
    if (reason !== null && labelled(line)) totals.set(line, reason);
  }
}

function labelled(line: Line): boolean {
  return line.cells.some(isWords);
}

/** Whether line `at` is the sum of at least two lines right after it, or right before it. */
function sumOf(values: Matrix, at: number): string | null {
  const total = values[at];
  if (total === undefined) return null;
  for (const step of [1, -1] as const) {
    const parts = partsOf(values, total, at, step);
    if (parts >= 3) return `it is the sum of the ${parts} rows ${step === 1 ? "below" : "above"}`;
  }
  return null;
}

function partsOf(values: Matrix, total: readonly number[], at: number, step: 1 | -1): number {
  const sums = new Array<number>(total.length).fill(0);
  let parts = 0;
  for (let other = at + step; parts < LOOK_AHEAD; other += step) {
    const row = values[other];
    if (row === undefined) return 0;
    parts++;
    for (const [column, value] of row.entries()) {
      if (!Number.isNaN(value)) sums[column] = (sums[column] ?? 0) + value;
    }
    if (parts >= 2 && agree(total, sums, parts)) return parts;
    if (exceeds(sums, total)) return 0;
  }
  return 0;
}

/** Sums of counts only grow: beyond twice the total in most columns there is nothing to find. */
function exceeds(sums: readonly number[], total: readonly number[]): boolean {
  let beyond = 0;
  let counted = 0;
  for (const [column, value] of total.entries()) {
    if (Number.isNaN(value) || value <= 0) continue;
    counted++;
    if ((sums[column] ?? 0) > value * 2 + 10) beyond++;
  }
  return counted > 0 && beyond >= counted * 0.7;
}
