import type { ContractColumn } from "../../model/manifest/manifest.ts";
import { hasMarkers, markerName } from "../../model/marks/marked-columns.ts";
import type { Addends, Interval } from "../../model/period/interval.ts";
import { identifier, literal } from "../identifier.ts";

/** What the marks of a source can stand for, by token. */
export type Marks = ReadonlyMap<string, Interval>;

/** A figure as SQL: its number, its mark, and the ends of what it can be. `b` is the row. */
export interface Figure {
  readonly number: string;
  readonly mark: string;
  readonly low: string;
  readonly high: string;
}

/** The mark beside a column, or NULL where the column has none. */
export function markOf(column: ContractColumn): string {
  return hasMarkers(column) ? `b.${identifier(markerName(column.name))}` : "null::text";
}

export function figureOf(column: ContractColumn, marks: Marks): Figure {
  const number = `b.${identifier(column.name)}::numeric`;
  const mark = markOf(column);
  return { number, mark, low: endOf(mark, marks, "low"), high: endOf(mark, marks, "high") };
}

/** Zero where there is no mark; 'Infinity' where nothing bounds it. */
function endOf(mark: string, marks: Marks, side: keyof Interval): string {
  const whens = [...marks].map(([token, interval]) => {
    const end = interval[side];
    return `when ${mark} = ${literal(token)} then ${Number.isFinite(end) ? end : "'Infinity'"}::numeric`;
  });
  const other = side === "low" ? "0" : "'Infinity'::numeric";
  return `case when ${mark} is null then 0 ${whens.join(" ")} else ${other} end`;
}

/** Adds up the figures of a group of rows, as JSON that `addendsOf` reads. */
export function addendsSql({ number, mark, low, high }: Figure): string {
  const marked = `count(${mark}) filter (where ${number} is null)`;
  return `json_build_object(
    'numbers', count(${number}), 'sum', coalesce(sum(${number}), 0), 'marked', ${marked},
    'low', coalesce(sum(${low}) filter (where ${number} is null), 0),
    'high', coalesce(sum(${high}) filter (where ${number} is null), 0)::text,
    'blank', count(*) - count(${number}) - ${marked},
    'negative', coalesce(bool_or(${number} < 0), false),
    'least', min(${number}), 'most', max(${number}))`;
}

export interface AddendsRow {
  readonly numbers: number;
  readonly sum: number;
  readonly marked: number;
  readonly low: number;
  readonly high: string;
  readonly blank: number;
  readonly negative: boolean;
  /** Null where there is no number. */
  readonly least: number | null;
  readonly most: number | null;
}

export function addendsOf(row: AddendsRow, unit: number): Addends {
  const { numbers, sum, marked, blank, negative } = row;
  return {
    numbers,
    sum,
    marked,
    blank,
    negative,
    unit,
    marks: { low: row.low, high: Number(row.high) },
  };
}

/** What all numbers of a column have in common, as JSON: see `roundingUnit`. */
export function commonSql({ number }: Figure): string {
  const multiple = (unit: number): string =>
    `when coalesce(bool_and(mod(${number}, ${unit}) = 0), false) then ${unit}`;
  return `json_build_object(
    'numbers', count(nullif(${number}, 0)),
    'decimals', coalesce(max(scale(trim_scale(${number}))), 0),
    'divisor', case ${[1000, 500, 100, 50, 10, 5].map(multiple).join(" ")} else 1 end)`;
}
