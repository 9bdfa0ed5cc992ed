import type { Core } from "../cores/column-count.ts";
import { isTimely, isWords } from "../lines/cell-class.ts";
import { cellAt, type Line } from "../lines/line.ts";
import type { HeaderZone } from "./header-walk.ts";

/** What databases of time series print above the first time, each on a line behind such a label. */
const TERM =
  /^(?:(?:series |data ?set |table )?(?:titles?|names?|descriptions?|id|ids|identifiers?|types?|keys?|codes?|start|end)|series|cdid|mnemonics?|pre-?units?|units?(?: of measure(?:ment)?)?|frequency|data type|(?:seasonal )?adjustments?(?: method)?|collection month|no\.? (?:of )?obs(?:ervations)?\.?|number of obs(?:ervations)?|(?:data )?sources?|source (?:data ?set|series) ?(?:id|name)?|(?:first |last |next |latest )?(?:publication|release|update)s?(?: date)?|date (?:of )?(?:publication|release|update)d?|last updated|(?:important )?notes?|multipliers?|scales?|magnitude|currency|base (?:year|period)|(?:start|end) date|(?:first|last) (?:obs(?:ervation)?|period))\s*:?$/i;

const TITLE = /^(?:series )?(?:titles?|names?)\s*:?$/i;
const DESCRIPTION = /^(?:series |data ?set )?descriptions?\s*:?$/i;
const UNIT = /^(?:pre-?)?units?(?: of measure(?:ment)?)?\s*:?$/i;

/** So many of these labels make a block. */
const LEAST_TERMS = 3;
/** Rows below a block that are looked at. */
const ROWS_BELOW = 20;

/** Lines that describe time series above their first time: indexes into the lines of a pane. */
export interface SeriesBlock {
  /** The names of the series, and what tells apart those of one name. */
  readonly header: readonly number[];
  readonly metadata: readonly number[];
  /** The first time. */
  readonly first: number;
}

/**
 * Lines above rows of times, each behind its own label where those have their times, blank rows among them: what
 * a database says of its series. Their names are the line of titles, or one right above without a label.
 */
export function seriesBlock(lines: readonly Line[]): SeriesBlock | null {
  const first = lines.findIndex((_, at) => isTerm(lines[at - 1]) && opensTimes(lines, at));
  const left = lines[first]?.cells[0]?.column;
  if (left === undefined) return null;
  let top = first;
  while (isTerm(lines[top - 1]) && lines[top - 1]?.cells[0]?.column === left) top--;
  const block = Array.from({ length: first - top }, (_, at) => top + at);
  if (block.length < LEAST_TERMS) return null;
  const names = namesOf(lines, block, left);
  if (names === null) return null;
  const apart = tellingApart(lines, block, names, left);
  const header = apart === null ? [names] : [names, apart].sort((a, b) => a - b);
  return { header, metadata: block.filter((at) => !header.includes(at)), first };
}

/** The zone of the core that begins below a block; between the two stand times alone, and rows without figures. */
export function zoneBelow(lines: readonly Line[], block: SeriesBlock, core: Core): HeaderZone {
  const between = Array.from({ length: core.first - block.first }, (_, at) => block.first + at);
  const isAlone = (at: number): boolean => lines[at]?.cells.length === 1;
  return {
    header: [...block.header],
    unit: [...block.metadata],
    section: [],
    data: between.filter((at) => !isAlone(at)),
    ahead: between.filter(isAlone),
    corner: [],
  };
}

/** Whether a line of such a block gives units. */
export function givesUnits({ cells: [label] }: Line): boolean {
  return label !== undefined && UNIT.test(label.text);
}

/** Whether a line has nothing but dates behind such a label: of what was published, of no figure. */
export function givesDates(line: Line): boolean {
  const [, ...values] = line.cells;
  return isTerm(line) && values.length > 0 && values.every((cell) => isTimely(cell));
}

function isTerm(line: Line | undefined): boolean {
  const [label] = line?.cells ?? [];
  return label !== undefined && isWords(label) && TERM.test(label.text);
}

/** Times under the label of the line above, at least two, down to a blank row or a line of one cell. */
function opensTimes(lines: readonly Line[], at: number): boolean {
  const left = lines[at - 1]?.cells[0]?.column;
  const below = lines.slice(at, at + ROWS_BELOW);
  const end = below.findIndex(
    ({ cells: [label] }) => label === undefined || label.column !== left || !isTimely(label),
  );
  const next = below[end];
  if (end === 0 || end === 1) return false;
  return next === undefined || next.gap > 0 || next.cells.length === 1;
}

function namesOf(lines: readonly Line[], block: readonly number[], left: number): number | null {
  const top = block[0] ?? 0;
  const above = lines[top - 1];
  const labelled = (label: RegExp): number | undefined =>
    block.find((at) => {
      const [cell, ...others] = lines[at]?.cells ?? [];
      return cell !== undefined && label.test(cell.text) && others.length > 0;
    });
  const titles = labelled(TITLE);
  if (titles !== undefined) return titles;
  const isBare = lines[top]?.gap === 0 && above?.cells.every((cell) => isWords(cell)) === true;
  if (isBare && (above.cells[0]?.column ?? left) > left) return top - 1;
  return labelled(DESCRIPTION) ?? null;
}

/** The first line of words that tells apart series of the same name; null where none is needed, or does. */
function tellingApart(
  lines: readonly Line[],
  block: readonly number[],
  names: number,
  left: number,
): number | null {
  const cells = lines[names]?.cells.filter(({ column }) => column > left) ?? [];
  const columns = cells.map(({ column }) => column);
  const differ = (header: readonly number[]): boolean => {
    const paths = columns.map((column) => header.map((at) => textAt(lines[at], column)).join("|"));
    return new Set(paths).size === paths.length;
  };
  if (differ([names])) return null;
  const worded = block.filter((at) => lines[at]?.cells.every((cell) => isWords(cell)));
  return worded.find((at) => at !== names && differ([names, at])) ?? null;
}

function textAt(line: Line | undefined, column: number): string {
  return line === undefined ? "" : (cellAt(line, column)?.text ?? "");
}
