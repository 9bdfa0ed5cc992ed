import type { RowRange } from "../../../model/manifest.ts";
import { rangesOf } from "../../../model/row-ranges.ts";
import { columnLetter } from "../../../model/sheet.ts";
import type { Line } from "../lines/line.ts";
import { addRow, agrees, exactColumns, type Matrix, matrix } from "./sums.ts";

/** A published total that its rows were seen to add up to. */
export interface FoundAssertion {
  readonly row: number;
  readonly of: readonly RowRange[];
  /** 0-based columns of the sheet. */
  readonly columns: readonly number[];
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
  totals: ReadonlySet<Line>,
  measures: readonly number[],
): Audit {
  const values = matrix(lines, measures);
  const isTotal = lines.map((line) => totals.has(line));
  const rows = [...lines.keys()];
  const plain = rows.filter((at) => isTotal[at] === false);
  const wholes = rows.filter((at) => isTotal[at] === true);
  const assertions: FoundAssertion[] = [];
  const complaints: string[] = [];
  const everyRow = sumOf(values, plain);
  const everyTotal = sumOf(values, wholes);
  for (const at of wholes) {
    const total = values[at] ?? [];
    const others = {
      rows: wholes.filter((one) => one !== at),
      sums: minus(everyTotal.sums, total),
    };
    const ways = [
      sumOf(values, run(isTotal, at, 1)),
      sumOf(values, run(isTotal, at, -1)),
      everyRow,
      ...(wholes.length > 2 && wholes.length <= 200 ? [others] : []),
    ].filter((way) => way.rows.length >= 2);
    const best = ways
      .map((way) => ({ ...way, exact: exactColumns(total, way.sums, way.rows.length) }))
      .sort((a, b) => b.exact.length - a.exact.length)[0];
    if (best === undefined || !agrees(total, best.sums, best.rows.length, true)) continue;
    const line = lines[at];
    if (line === undefined) continue;
    assertions.push({
      row: line.row,
      of: rangesOf(best.rows.flatMap((one) => lines[one]?.row ?? [])),
      columns: best.exact.flatMap((column) => measures[column] ?? []),
    });
    complaints.push(...nearMisses(line.row, total, best, values, measures));
  }
  return { assertions, complaints: complaints.slice(0, MOST_COMPLAINTS) };
}

interface Way {
  readonly rows: readonly number[];
  readonly sums: readonly number[];
}

function sumOf(values: Matrix, rows: readonly number[]): Way {
  const sums = new Array<number>(values[0]?.length ?? 0).fill(0);
  for (const at of rows) addRow(sums, values[at]);
  return { rows, sums };
}

function minus(sums: readonly number[], row: readonly number[]): number[] {
  return sums.map((sum, at) => {
    const value = row[at] ?? Number.NaN;
    return Number.isNaN(value) ? sum : sum - value;
  });
}

/** The rows next to a total, up to the next one. */
function run(isTotal: readonly boolean[], at: number, step: 1 | -1): number[] {
  const rows: number[] = [];
  for (let one = at + step; isTotal[one] === false; one += step) rows.push(one);
  return rows.sort((a, b) => a - b);
}

/** Counts that are whole in every part, and add up to nearly what is published, beside two that do exactly. */
function nearMisses(
  row: number,
  total: readonly number[],
  best: Way & { readonly exact: readonly number[] },
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
