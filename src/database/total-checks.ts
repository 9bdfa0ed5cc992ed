import { type CheckResult, MOST_CELLS } from "../model/check.ts";
import { judgeSum, type Verdict } from "../model/interval.ts";
import type { PublishedTotal, TotalFigure } from "../model/published-total.ts";
import { type AddendsRow, addendsOf, addendsSql, figureOf } from "./addends.ts";
import { type CheckedLoad, columnNamed } from "./checked-load.ts";
import type { Executor } from "./database.ts";
import { literal } from "./identifier.ts";
import { describeSum, unitOf } from "./sum-checks.ts";
import { type NamedTotal, totalsToCheck } from "./total-rows.ts";

/** Units of a column: what its data and its totals were rounded to. */
interface Units {
  readonly data: number;
  readonly total: number;
}

interface Judged {
  readonly figure: TotalFigure;
  readonly verdict: Verdict;
  readonly whole: AddendsRow;
  readonly parts: AddendsRow;
}

/**
 * Asserts the totals that the publisher prints against the rows in the table: one result a total row.
 */
export async function checkTotals(
  executor: Executor,
  checked: CheckedLoad,
): Promise<readonly CheckResult[]> {
  const totals = await totalsToCheck(executor, checked);
  const columns = [...new Set(totals.flatMap((one) => one.figures.map(({ column }) => column)))];
  if (columns.length === 0) return [];
  const sums = await sumsOf(executor, checked, totals, columns);
  const units = new Map<string, Units>();
  for (const name of columns) {
    const figure = figureOf(columnNamed(checked, name), checked.marks);
    units.set(name, {
      data: await unitOf(executor, figure, checked, "b._kind = 'data'"),
      total: await unitOf(executor, figure, checked, "b._kind = 'total'"),
    });
  }
  const judged = totals.map((total, at) => ({
    total,
    figures: total.figures.flatMap((figure) => judge(figure, at, sums, units) ?? []),
  }));
  const isCertain = certainty(judged.flatMap((one) => one.figures));
  return judged.map(({ total, figures }) => resultOf(total, figures, isCertain, checked));
}

type Sums = ReadonlyMap<string, AddendsRow>;

const sumKey = (at: number, side: string, column: string, period: string | null): string =>
  `${at} ${side} ${column} ${period ?? ""}`;

/** The figures of every total and of its parts, added up by the server. */
async function sumsOf(
  executor: Executor,
  checked: CheckedLoad,
  totals: readonly PublishedTotal[],
  columns: readonly string[],
): Promise<Sums> {
  const { load, table, loadId, marks } = checked;
  const spans = totals.flatMap(({ part, row, of }, at) => [
    { at, side: "whole", part, first: row, last: row },
    ...of.map(([first, last]) => ({ at, side: "parts", part, first, last })),
  ]);
  const period = load.contract.layout === "unpivot" ? "b._period" : "null::text";
  const added = columns.map((name) => {
    const figure = figureOf(columnNamed(checked, name), marks);
    return `${literal(name)}, ${addendsSql(figure)}`;
  });
  // json_build_object takes 100 arguments.
  const objects = chunks(added, 40).map((some) => `json_build_object(${some.join(", ")})`);
  const rows = await executor.rows<{
    at: number;
    side: string;
    period: string | null;
    sums: readonly Readonly<Record<string, AddendsRow>>[];
  }>(
    `select s.at, s.side, ${period} as period, json_build_array(${objects.join(", ")}) as sums
       from unnest($2::int[], $3::text[], $4::int[], $5::bigint[], $6::bigint[])
              as s(at, side, part, first, last)
       join ${table} b on b._load_id = $1 and b._part = s.part and b._row between s.first and s.last
      group by 1, 2, 3`,
    [
      loadId,
      spans.map((one) => one.at),
      spans.map((one) => one.side),
      spans.map((one) => one.part),
      spans.map((one) => one.first),
      spans.map((one) => one.last),
    ],
  );
  return new Map(
    rows.flatMap((row) =>
      row.sums.flatMap((object) =>
        Object.entries(object).map(
          ([column, sum]) => [sumKey(row.at, row.side, column, row.period), sum] as const,
        ),
      ),
    ),
  );
}

function chunks<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_none, at) =>
    items.slice(at * size, (at + 1) * size),
  );
}

/** Null where nothing stands on one of the sides. */
function judge(
  figure: TotalFigure,
  at: number,
  sums: Sums,
  units: ReadonlyMap<string, Units>,
): Judged | null {
  const { column, period } = figure;
  const whole = sums.get(sumKey(at, "whole", column, period));
  const parts = sums.get(sumKey(at, "parts", column, period));
  if (whole === undefined || parts === undefined) return null;
  const { data = 0, total = 0 } = units.get(column) ?? {};
  const verdict = judgeSum(addendsOf(whole, total), addendsOf(parts, data));
  return { figure, verdict, whole, parts };
}

/** So many sums of whole numbers that hold leave no room for rounding. */
const LEAST_EXACT = 20;
/** How much less than its groups a total of people may be who are in several of them. */
const COUNTED_TWICE = 0.02;

/**
 * Whether a figure that was only expected to be a sum misses it for certain. Whole numbers that were rounded
 * each for itself are off by half a unit a row; a total of people is less than its groups where people are in
 * two of them, by little, or in several totals of a column.
 */
function certainty(judged: readonly Judged[]): (one: Judged) => boolean {
  const known = judged.filter(({ whole, parts }) => whole.sum !== 0 && parts.marked === 0);
  const isSame = ({ whole, parts }: Judged): boolean => whole.sum === parts.sum;
  const same = known.filter(isSame).length;
  const exact = same >= LEAST_EXACT && same >= known.length * 0.95;
  return (one) => {
    if (one.figure.seen) return true;
    const { whole, parts, verdict, figure } = one;
    const rounding = (parts.numbers + 1) / 2;
    if (!exact && verdict.difference <= rounding) return false;
    if (whole.sum > parts.sum) return true;
    const alike = known.filter((other) => other !== one && other.figure.column === figure.column);
    return alike.every(isSame) && verdict.difference > Math.abs(whole.sum) * COUNTED_TWICE;
  };
}

function resultOf(
  { part, row, of, way, since, label, before }: NamedTotal,
  judged: readonly Judged[],
  isCertain: (one: Judged) => boolean,
  { load }: CheckedLoad,
): CheckResult {
  const broken = judged.filter((one) => one.verdict.status === "broken" && isCertain(one));
  const passed = judged.filter((one) => one.verdict.status === "passed").length;
  const held = judged.flatMap(({ figure, verdict }) =>
    verdict.status === "passed" && figure.period === null ? [figure.column] : [],
  );
  // What could not be told this time, or was broken, the next release is asked again.
  const asked = [...new Set(broken.length > 0 ? before : [...held, ...before])];
  const open = judged.length - broken.length - passed;
  const cells = broken.slice(0, MOST_CELLS).map(({ figure, verdict, whole }) => {
    const place = { part, row, column: figure.column, period: figure.period };
    return `${load.cite(place)} ${describeSum(whole, verdict)}`;
  });
  const several = new Set(load.totals.map((one) => one.part)).size > 1;
  const spans = of.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
  return {
    name: several ? `total ${part}:${row}` : `total ${row}`,
    severity: load.totals_policy,
    status: broken.length > 0 ? "broken" : passed > 0 ? "passed" : "undecided",
    detail: {
      kind: "total",
      expected: `row ${row}${label === "" ? "" : ` (${label})`} is the sum of rows ${spans.slice(0, 20).join(", ")}${spans.length > 20 ? " …" : ""}${since === null ? "" : `, as in ${since}`}`,
      found: `${passed} figures hold, ${broken.length} do not, ${open} cannot be told`,
      count: broken.length,
      cells,
      ...(label === "" || asked.length === 0 ? {} : { total: { label, way, columns: asked } }),
    },
  };
}
