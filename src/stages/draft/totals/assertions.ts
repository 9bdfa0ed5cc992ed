import type { RowRange } from "../../../model/manifest/manifest.ts";
import { rangesOf } from "../../../model/row-ranges.ts";
import { columnLetter } from "../../../model/sheet.ts";
import type { Line } from "../lines/line.ts";
import { calledTotals } from "./called-totals.ts";
import { agrees, exactColumns, type Matrix, matrix } from "./sums.ts";
import type { FoundTotals } from "./totals.ts";
import { type Sum, type Way, waysOf } from "./ways.ts";

/** A published total that its rows were seen to add up to, or should. */
export interface FoundAssertion {
  readonly row: number;
  readonly of: readonly RowRange[];
  /** 0-based columns of the sheet in which they do. */
  readonly columns: readonly number[];
  /** Columns in which they do not, and should. */
  readonly expected: readonly number[];
  /** Columns in which nothing but its label says so. */
  readonly said: readonly number[];
  /** Not even that: it was taken for a total by how its labels stand. */
  readonly taken?: true;
}

export interface Audit {
  readonly assertions: readonly FoundAssertion[];
  /** Columns that nearly add up where others do exactly: for a person to look at. */
  readonly complaints: readonly string[];
}

/** How far off a sum may be and still be meant as one. */
const NEARLY = 0.02;
const MOST_COMPLAINTS = 5;

/**
 * What the totals of a table are sums of: the rows below or above up to the next total, all rows, or all other
 * totals. A column is asserted where the sum is exact; one that holds a mark among its parts is not.
 */
export function auditTotals(
  lines: readonly Line[],
  { totals, called, unproven }: FoundTotals,
  measures: readonly number[],
): Audit {
  const values = matrix(lines, measures);
  const isTotal = lines.map((line) => totals.has(line));
  const wholes = [...lines.keys()].filter((at) => isTotal[at] === true);
  const sums = waysOf(values, isTotal, wholes);
  const held = wholes.flatMap((at) => bestOf(at, sums(at), values) ?? []);
  const usual = usualKind(held, wholes);
  const missed = wholes.flatMap((at) => {
    if (usual === null || held.some((one) => one.at === at)) return [];
    const way = sums(at).find((one) => one.kind === usual);
    return way === undefined || !lacksRows(values[at] ?? [], way)
      ? []
      : [{ ...way, at, exact: [] }];
  });
  const assertions: FoundAssertion[] = [];
  const complaints: string[] = [];
  for (const one of [...held, ...missed].sort((a, b) => a.at - b.at)) {
    const line = lines[one.at];
    const total = values[one.at] ?? [];
    if (line === undefined) continue;
    const expected = expectedColumns(one, held, values);
    if (one.exact.length + expected.length === 0) continue;
    assertions.push({
      row: line.row,
      of: rangesOf(one.rows.flatMap((at) => lines[at]?.row ?? [])),
      columns: placesOf(one.exact, measures),
      expected: placesOf(expected, measures),
      said: [],
    });
    complaints.push(...nearMisses(line.row, total, one, values, measures));
  }
  const asserted = new Set(assertions.map((one) => one.row));
  const names = new Set([...lines.entries()].flatMap(([at, one]) => (called.has(one) ? [at] : [])));
  const open = [...names].filter((at) => !asserted.has(lines[at]?.row ?? 0));
  const wholesOf = { values, isTotal, called: names, held, waysOf: sums };
  for (const one of calledTotals(open, wholesOf)) {
    assertions.push({
      row: lines[one.at]?.row ?? 0,
      of: rangesOf(one.rows.flatMap((at) => lines[at]?.row ?? [])),
      columns: [],
      expected: placesOf(one.expected, measures),
      said: placesOf(one.said, measures),
    });
  }
  for (const one of unproven) {
    const row = lines[one.at]?.row ?? 0;
    if (asserted.has(row)) continue;
    assertions.push({
      ...{ row, of: rangesOf(one.rows.flatMap((at) => lines[at]?.row ?? [])) },
      ...{ columns: [], expected: [], said: placesOf(one.columns, measures), taken: true },
    });
  }
  assertions.sort((a, b) => a.row - b.row);
  return { assertions, complaints: complaints.slice(0, MOST_COMPLAINTS) };
}

/** The way in which a total holds in most columns; null if it holds in too few to be one. */
function bestOf(at: number, ways: readonly Way[], values: Matrix): Held | null {
  const total = values[at] ?? [];
  const best = ways
    .map((way) => ({ ...way, at, exact: exactColumns(total, way.sums, way.rows.length) }))
    .sort((a, b) => b.exact.length - a.exact.length)[0];
  return best !== undefined && agrees(total, best.sums, best.rows.length, true) ? best : null;
}

/** Columns of the sheet. */
function placesOf(columns: readonly number[], measures: readonly number[]): readonly number[] {
  return columns.flatMap((column) => measures[column] ?? []);
}

/** More than its rows in every column: rows of finer groups among them would come to more. */
function lacksRows(total: readonly number[], { sums }: Sum): boolean {
  return total.every((value, column) => Number.isNaN(value) || value >= (sums[column] ?? 0));
}

/** So many totals must hold in one way before one that holds in none is missed there. */
const LEAST_HELD = 3;

/** The way in which nearly all totals of a table are sums: one that is none is a break. */
function usualKind(held: readonly Held[], wholes: readonly number[]): Way["kind"] | null {
  for (const kind of ["below", "above"] as const) {
    const alike = held.filter((one) => one.kind === kind).length;
    if (alike >= LEAST_HELD && alike >= (wholes.length - 1) * 0.8) return kind;
  }
  return null;
}

/**
 * Columns that are sums in other totals of the table; or counts, whole in every part, that come to more than
 * their parts beside two columns that hold. To less they may well come: people who are in two groups are
 * counted once in the total.
 */
function expectedColumns(one: Held, held: readonly Held[], values: Matrix): readonly number[] {
  const total = values[one.at] ?? [];
  return total.flatMap((value, column) => {
    if (Number.isNaN(value) || one.exact.includes(column)) return [];
    const others = held.filter((other) => other !== one && other.kind === one.kind);
    const proven = others.filter((other) => other.exact.includes(column)).length;
    if (proven >= 2 && proven >= others.length * 0.8) return [column];
    const parts = one.rows.map((at) => values[at]?.[column] ?? Number.NaN);
    const whole = [value, ...parts].every(Number.isInteger);
    const sum = one.sums[column] ?? 0;
    return one.exact.length >= 2 && whole && value > sum && sum > 0 ? [column] : [];
  });
}

/** A way in which a total holds, and the columns in which it does. */
interface Held extends Way {
  readonly at: number;
  readonly exact: readonly number[];
}

/** Counts that are whole in every part, and add up to nearly what is published, beside two that do exactly. */
function nearMisses(
  row: number,
  total: readonly number[],
  best: Held,
  values: Matrix,
  measures: readonly number[],
): string[] {
  if (best.exact.length < 2) return [];
  return total.flatMap((value, column) => {
    const sum = best.sums[column] ?? Number.NaN;
    const off = Math.abs(value - sum);
    const whole = [value, ...best.rows.map((at) => values[at]?.[column] ?? Number.NaN)];
    if (best.exact.includes(column) || !whole.every(Number.isInteger)) return [];
    if (!(off > 0 && off <= Math.abs(value) * NEARLY)) return [];
    const letter = columnLetter(measures[column] ?? 0);
    return [
      `row ${row} says ${value} in ${letter}, and its ${best.rows.length} rows add up to ${sum}`,
    ];
  });
}
