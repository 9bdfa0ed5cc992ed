import { isWords } from "../lines/cell-class.ts";
import type { Line } from "../lines/line.ts";
import { totalElsewhere, totalWord } from "../lines/words.ts";
import { byBlocks } from "./block-totals.ts";
import { beyondChance } from "./chance.ts";
import { byGeography } from "./geography-totals.ts";
import { headsAmong } from "./heads.ts";
import { likeTotals } from "./like-totals.ts";
import { byMissingKey } from "./nameless-totals.ts";
import { byOfWhich } from "./of-which.ts";
import { byOutline } from "./outline-totals.ts";
import { patternsOf, takeByLabels } from "./patterns.ts";
import { type Run, runOf } from "./runs.ts";
import {
  agreement,
  agrees,
  columnSums,
  LEAST_SHARE,
  type Matrix,
  matrix,
  nearlyAgrees,
} from "./sums.ts";
import { MOST_LINES, type Search, textAt, textsOf } from "./total-search.ts";
import { type UnprovenTotal, unprovenTotals } from "./unproven-totals.ts";
import { byYear } from "./year-totals.ts";

export interface FoundTotals {
  /** With why. */
  readonly totals: ReadonlyMap<Line, string>;
  /** Lines whose label is a word of totals, whatever they were taken for; none where most lines have one. */
  readonly called: ReadonlySet<Line>;
  /** Totals that nothing but how their labels stand says to be any. */
  readonly unproven: readonly UnprovenTotal[];
}

/**
 * The lines among `lines` that are totals of others, each with why. Words count where the column says
 * other things too; sums count without words: of the lines after, of the lines before, of all the
 * finer lines of a column of levels, of a block of finer lines, or of the lines that an outline or a register
 * puts below it. `keys` are columns of labels, `measures` columns of numbers, `labels` lines with a label alone.
 */
export function findTotals(
  lines: readonly Line[],
  keys: readonly number[],
  measures: readonly number[],
  labels: readonly Line[],
): FoundTotals {
  const search: Search = {
    ...{ lines, keys, measures, values: matrix(lines, measures), texts: new Map() },
    ...{ totals: new Map(), called: new Set(), byLabels: new Set() },
  };
  byLevel(search);
  byWord(search);
  byBlankKey(search);
  byBlocks(search);
  byGeography(search);
  byOutline(search);
  byMissingKey(search);
  byYear(search);
  if (lines.length <= MOST_LINES) bySum(search);
  byOfWhich(search, labels);
  wholeOfParts(search);
  groupHeads(search);
  likeTotals(search);
  const totals = new Map<Line, string>();
  for (const [at, why] of search.totals) {
    const line = lines[at];
    if (line !== undefined) totals.set(line, why);
  }
  const called = new Set([...search.called].flatMap((at) => lines[at] ?? []));
  if (totals.size === lines.length) return { totals: new Map(), called, unproven: [] };
  return { totals, called, unproven: unprovenTotals(search) };
}

const CERTAIN = /^[([]?(?:grand |sub-?\s?)?(?:totals?|all)[:.)\]]*$/i;

const isCertain = (text: string): boolean => CERTAIN.test(text) || totalElsewhere(text);

/**
 * Labels that say so. "Total" is certain; "Total A", "All B" need the sum to agree, or to be one of a
 * few labels that come again and again. Where most rows would be totals, none is by words: each row of
 * such a table is a breakdown of its own.
 */
function byWord(search: Search): void {
  const said = new Map<number, string>();
  const called = new Set<number>();
  for (const key of search.keys) {
    const texts = textsOf(search, key);
    const count = new Map<string, number>();
    for (const text of texts) count.set(text, (count.get(text) ?? 0) + 1);
    if (count.size < 2) continue;
    const words = new Set([...count.keys()].filter(totalWord));
    for (const [at, text] of texts.entries()) {
      if (!words.has(text) || (!isCertain(text) && isOrdinary(search, at))) continue;
      called.add(at);
      if (saysTotal(search, at, key, count)) said.set(at, `"${text.slice(0, 40)}" says so`);
    }
  }
  const most = search.lines.length * 0.5;
  if (called.size <= most) for (const at of called) search.called.add(at);
  if (said.size > most) return;
  for (const [at, why] of said) search.totals.set(at, why);
}

/** Of a row whose text is a word of totals, and no ordinary name. */
function saysTotal(
  search: Search,
  at: number,
  key: number,
  count: ReadonlyMap<string, number>,
): boolean {
  const text = textAt(search, at, key);
  if (search.totals.has(at)) return false;
  if (isCertain(text)) return true;
  const level = count.size <= 50 && (count.get(text) ?? 0) >= 3;
  return level || runOf(search.values, at, true) !== null || nearEdge(search, at);
}

/** Of four keys or more none is blank, a dash or a word of totals but one: a name that begins with "Total". */
function isOrdinary(search: Search, at: number): boolean {
  const { keys } = search;
  const texts = keys.map((key) => textAt(search, at, key));
  const own = texts.filter((text) => /[\p{L}\d]/u.test(text) && !totalWord(text));
  return keys.length >= 4 && own.length >= keys.length - 1;
}

/** The first or last row, and nearly the sum of all others. */
function nearEdge(search: Search, at: number): boolean {
  const { values } = search;
  if (!isEdge(search, at)) return false;
  const others = othersOf(search, at);
  return nearlyAgrees(values[at] ?? [], columnSums(values, others), others.length);
}

/**
 * A row whose second key is blank, and that is the sum of the rows with the same first key: the year
 * among its quarters. Counts only if it holds for most such rows.
 */
function byBlankKey(search: Search): void {
  const [first, second] = search.keys;
  if (first === undefined || second === undefined) return;
  const parts = new Map<string, number[]>();
  const wholes = new Map<string, number[]>();
  for (const at of search.lines.keys()) {
    if (search.totals.has(at)) continue;
    const key = textAt(search, at, first);
    const side = textAt(search, at, second) === "" ? wholes : parts;
    const rows = side.get(key);
    if (rows === undefined) side.set(key, [at]);
    else rows.push(at);
  }
  const tried = [...wholes].filter(
    ([key, rows]) => rows.length === 1 && (parts.get(key)?.length ?? 0) > 1,
  );
  const found = tried.flatMap(([key, [at = -1]]) => {
    const rows = parts.get(key) ?? [];
    return agrees(search.values[at] ?? [], columnSums(search.values, rows), rows.length)
      ? [at]
      : [];
  });
  if (found.length < 2 || found.length < tried.length * 0.6) return;
  for (const at of found) search.totals.set(at, "it is the sum of the rows with the same label");
}

/** Digits in which the sum of a level agrees with that of the finest; all levels count where each agrees in full. */
const LEVEL_DIGITS = 6;

/** A column of levels: the sums of its groups agree, so the coarser groups are totals of the finest. */
function byLevel(search: Search): void {
  if (search.lines.length < 6) return;
  for (const key of search.keys) {
    const groups = new Map<string, number[]>();
    for (const [at, text] of textsOf(search, key).entries()) {
      const group = groups.get(text);
      if (group === undefined) groups.set(text, [at]);
      else group.push(at);
      if (groups.size > 12) break;
    }
    if (groups.size >= 2 && groups.size <= 12) settleLevels(search, [...groups.values()]);
  }
}

function settleLevels(search: Search, groups: readonly (readonly number[])[]): void {
  const [finest, ...others] = [...groups].sort((a, b) => b.length - a.length);
  if (finest === undefined) return;
  const whole = columnSums(search.values, finest);
  const coarser = others.map((group) => {
    const sums = columnSums(search.values, group);
    return { group, sums, ...agreement(sums, whole, finest.length) };
  });
  const few = coarser.every(({ group }) => group.length * 2 <= finest.length);
  const exact = few && coarser.every(({ same, counted }) => same > 0 && same === counted);
  const together = coarser.reduce((all, { digits }) => all + digits, 0);
  for (const { group, sums, same, counted, digits } of coarser) {
    if (group.length * 2 > finest.length) continue;
    const certain = same >= Math.max(1, counted * LEAST_SHARE) && digits >= LEVEL_DIGITS;
    const alike = exact && together >= LEVEL_DIGITS;
    if (!certain && !alike && !agrees(sums, whole, finest.length)) continue;
    for (const at of group) search.totals.set(at, "its level adds up to the finest level");
  }
}

/**
 * Sums without words. Where words mark the totals of a table, only its first and last two rows are
 * tried: a row that happens to be the sum of its neighbours is no total.
 */
function bySum(search: Search): void {
  const worded = search.totals.size >= 3;
  const { lines, values, totals } = search;
  const runs = new Map<number, Run>();
  for (const [at, line] of lines.entries()) {
    if (totals.has(at) || !line.cells.some(isWords)) continue;
    if (worded && at > 1 && at < lines.length - 2) continue;
    const run = runOf(values, at, false);
    if (run !== null) runs.set(at, run);
    else if (nearEdge(search, at)) totals.set(at, "it is nearly the sum of all other rows");
    else if (isEdge(search, at) && sumAmongAverages(values, at, othersOf(search, at)))
      totals.set(at, "its counts are the sum of all other rows");
  }
  for (const [at, run] of beyondChance(values, runs)) totals.set(at, reasonOf(run));
}

function reasonOf({ parts, step }: Run): string {
  return `it is the sum of the ${parts} rows ${step === 1 ? "below" : "above"}`;
}

/** First or last row, beside sub-totals: the sum of all rows that are no totals. */
function wholeOfParts(search: Search): void {
  const { lines, values, totals } = search;
  if (totals.size === 0) return;
  for (const at of [0, values.length - 1]) {
    if (totals.has(at) || lines[at]?.cells.some(isWords) !== true) continue;
    const parts = othersOf(search, at).filter((other) => !totals.has(other));
    if (parts.length <= 2) continue;
    const words = search.keys.some((key) => totalWord(textAt(search, at, key)));
    const isSum = agrees(values[at] ?? [], columnSums(values, parts), parts.length, words);
    if (isSum || sumAmongAverages(values, at, parts))
      totals.set(at, "it is the sum of all rows that are no totals");
  }
}

const isEdge = ({ values }: Search, at: number): boolean => at === 0 || at === values.length - 1;

const othersOf = ({ values }: Search, at: number): readonly number[] =>
  [...values.keys()].filter((other) => other !== at);

/** A row whose counts are the sum of at least four others, and whose averages lie among theirs. */
function sumAmongAverages(values: Matrix, at: number, others: readonly number[]): boolean {
  if (others.length < 4) return false;
  const total = values[at] ?? [];
  const { same, digits } = agreement(total, columnSums(values, others), others.length);
  if (same === 0 || digits < 4.5) return false;
  return total.every((value, column) => {
    if (Number.isNaN(value)) return true;
    const parts = others
      .map((other) => values[other]?.[column] ?? Number.NaN)
      .filter((part) => !Number.isNaN(part));
    const sum = parts.reduce((all, part) => all + part, 0);
    return (
      Math.abs(sum - value) <= 2 || (value >= Math.min(...parts) && value <= Math.max(...parts))
    );
  });
}

/**
 * Rows with the label of a group and none of the finest level, among rows that have only that one. A branch that
 * ends at a coarser level is no group: it is a total only if its label calls it one, or it is the sum of finer rows.
 */
function groupHeads(search: Search): void {
  const patterns = patternsOf(search);
  const usual = [...patterns].sort((a, b) => b[1].length - a[1].length)[0];
  if (usual === undefined || search.lines.length < 6) return;
  const [pattern, rows] = usual;
  if (rows.length < search.lines.length * 0.5) return;
  for (const [other, heads] of patterns) {
    const opens = [...other].some((sign, at) => sign === "1" && pattern[at] === "0");
    const apart = [...other].every((sign, at) => sign === "0" || pattern[at] === "0");
    if (!opens || !apart || heads.length * 2 > rows.length) continue;
    for (const at of headsAmong(search, heads))
      takeByLabels(search, at, "it opens a group whose rows follow");
  }
}
