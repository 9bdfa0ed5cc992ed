import { type Check, type Finding, MOST_CELLS } from "../../model/manifest/check.ts";
import { judgeSum, roundingUnit, type Verdict } from "../../model/period/interval.ts";
import type { Executor } from "../database.ts";
import { identifier } from "../identifier.ts";
import {
  type AddendsRow,
  addendsOf,
  addendsSql,
  commonSql,
  type Figure,
  figureOf,
} from "./addends.ts";
import { type CheckedLoad, columnNamed } from "./checked-load.ts";

type CheckOf<Kind extends Check["kind"]> = Extract<Check, { readonly kind: Kind }>;
type Common = Parameters<typeof roundingUnit>[0];

/** What the numbers of a column were rounded to, over the rows of the load that a condition keeps. */
export async function unitOf(
  executor: Executor,
  figure: Figure,
  { table, loadId }: CheckedLoad,
  condition = "true",
): Promise<number> {
  const [row] = await executor.rows<{ common: Common }>(
    `select ${commonSql(figure)} as common from ${table} b
      where b._load_id = $1 and ${condition}`,
    [loadId],
  );
  return row === undefined ? 0 : roundingUnit(row.common);
}

/** "6,601 where its parts add up to 6,600": the ends where they differ. */
export function describeSum(
  whole: Pick<AddendsRow, "sum">,
  { parts, difference }: Verdict,
): string {
  const ends =
    parts.low === parts.high
      ? plain(parts.low)
      : `${plain(parts.low)} to ${Number.isFinite(parts.high) ? plain(parts.high) : "any"}`;
  return `says ${plain(whole.sum)}, its parts add up to ${ends} (${plain(difference)} apart)`;
}

/** Without the digits that a double adds. */
function plain(value: number): string {
  return String(Number(value.toPrecision(12)));
}

/**
 * In each row one column is the sum of others. Judged by the server, since every row is a sum: the ends of
 * each figure as `judgeSum` has them.
 */
export async function sumOfParts(
  executor: Executor,
  check: CheckOf<"sum_of_parts">,
  checked: CheckedLoad,
): Promise<Finding> {
  const { table, loadId, load, marks } = checked;
  const { total, columns, tolerance = 0 } = check;
  const figures: { readonly figure: Figure; readonly unit: number }[] = [];
  for (const name of [total, ...columns]) {
    const figure = figureOf(columnNamed(checked, name), marks);
    const unit = await unitOf(executor, figure, checked, "b._kind = 'data'");
    figures.push({ figure, unit });
  }
  const ends = figures.map(({ figure, unit }) => ({
    low: `coalesce(${figure.number} - ${unit / 2}, ${figure.low})`,
    high: `coalesce(${figure.number} + ${unit / 2}, ${figure.high})`,
    known: `(${figure.number} is not null)`,
    blank: `(${figure.number} is null and ${figure.mark} is null)`,
  }));
  const [whole, ...parts] = ends;
  if (whole === undefined) throw new RangeError("a sum without a total");
  const low = parts.map((one) => one.low).join(" + ");
  const high = parts.map((one) => one.high).join(" + ");
  const [tally] = await executor.rows<{
    broken: number;
    undecided: number;
    cells:
      | readonly {
          part: number;
          row: number;
          period: string | null;
          sum: number;
          low: number;
          high: string;
        }[]
      | null;
  }>(
    `with sums as (
       select b._part as part, b._row as row, b._period as period,
              ${figures[0]?.figure.number} as sum, (${low}) - ${tolerance} as low, (${high}) + ${tolerance} as high,
              ${whole.low} as whole_low, ${whole.high} as whole_high,
              ${ends.map((one) => one.known).join(" and ")} as known,
              ${whole.blank} as unsaid, ${parts.map((one) => one.blank).join(" or ")} as gaps
         from ${table} b where b._load_id = $1 and b._kind = 'data'),
     judged as (
       select *, case
           when unsaid then 'undecided'
           when low - whole_high > noise then 'broken'
           when whole_low - high > noise then case when gaps then 'undecided' else 'broken' end
           when known or (high < 'Infinity' and whole_high < 'Infinity') then 'passed'
           else 'undecided' end as status
         from (select *, greatest(abs(whole_low), 1) * 1e-9 as noise from sums) s)
     select count(*) filter (where status = 'broken') as broken,
            count(*) filter (where status = 'undecided') as undecided,
            (select json_agg(c) from (
               select part, row, period, sum, low, high::text as high from judged
                where status = 'broken' order by part, row limit ${MOST_CELLS}) c) as cells
       from judged`,
    [loadId],
  );
  const { broken = 0, undecided = 0, cells = null } = tally ?? {};
  const words = (cells ?? []).map((one) => {
    const reach = { low: one.low, high: Number(one.high) };
    const difference = Math.max(one.low - one.sum, one.sum - reach.high, 0);
    const verdict: Verdict = { status: "broken", difference, parts: reach, whole: reach };
    return `${load.cite({ ...one, column: total })} ${describeSum(one, verdict)}`;
  });
  return summed(`${total} = ${columns.join(" + ")} in every row`, broken, undecided, words);
}

/** Broken where one sum is, else undecided where one could not be told. */
export function summed(
  expected: string,
  broken: number,
  undecided: number,
  cells: readonly string[],
): Finding {
  const open = undecided > 0 ? `, ${undecided} cannot be told` : "";
  return {
    status: broken > 0 ? "broken" : undecided > 0 ? "undecided" : "passed",
    expected,
    found: `${broken} sums do not hold${open}`,
    count: broken,
    cells: cells.slice(0, MOST_CELLS),
  };
}

interface RowsOfKey {
  readonly by: string | null;
  readonly whole: AddendsRow;
  readonly parts: AddendsRow;
  readonly part: number | null;
  readonly row: number | null;
  readonly period: string | null;
}

/** The row of a key is the sum of the others, total rows left aside unless the key is there. */
export async function sumOfRows(
  executor: Executor,
  check: CheckOf<"sum_of_rows">,
  checked: CheckedLoad,
): Promise<Finding> {
  const { table, loadId, load, marks } = checked;
  const { columns, key, whole, by = [], tolerance = 0 } = check;
  const isWhole = `b.${identifier(key)}::text = $2`;
  const groups = by.map((name) => `b.${identifier(name)}`);
  const cells: string[] = [];
  const found = { broken: 0, undecided: 0, tried: 0 };
  for (const name of columns) {
    const figure = figureOf(columnNamed(checked, name), marks);
    const unit = await unitOf(executor, figure, checked);
    const rows = await executor.rows<RowsOfKey>(
      `with sides as (
         select ${isWhole} as is_whole, ${groups.length === 0 ? "null" : `concat_ws(', ', ${groups.join(", ")})`} as by,
                min(b._part) as part, min(b._row) as row, min(b._period) as period,
                ${addendsSql(figure)} as addends
           from ${table} b
          where b._load_id = $1 and (b._kind = 'data' or ${isWhole})
          group by 1${groups.length === 0 ? "" : `, ${groups.join(", ")}`})
       select w.by, w.part, w.row, w.period, w.addends as whole, p.addends as parts
         from sides w join sides p on not p.is_whole and p.by is not distinct from w.by
        where w.is_whole order by w.part, w.row`,
      [loadId, whole],
    );
    for (const one of rows) {
      const verdict = judgeSum(addendsOf(one.whole, unit), addendsOf(one.parts, unit), tolerance);
      found.tried++;
      if (verdict.status === "passed") continue;
      found[verdict.status]++;
      if (verdict.status !== "broken") continue;
      const at = { part: one.part ?? 1, row: one.row ?? 0, period: one.period, column: name };
      cells.push(`${load.cite(at)} ${describeSum(one.whole, verdict)}`);
    }
  }
  const expected = `${columns.join(", ")} of ${whole} = the sum of the other rows${by.length === 0 ? "" : ` of each ${by.join(" + ")}`}`;
  if (found.tried === 0)
    return {
      status: "undecided",
      expected,
      found: `no row whose ${key} is ${whole}`,
      count: 0,
      cells,
    };
  return summed(expected, found.broken, found.undecided, cells);
}
