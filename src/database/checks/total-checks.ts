import type { CheckResult } from "../../model/manifest/check.ts";
import type { SourceContract } from "../../model/manifest/manifest.ts";
import type { Executor } from "../database.ts";
import { figureOf } from "./addends.ts";
import { type CheckedLoad, columnNamed } from "./checked-load.ts";
import { unitOf } from "./sum-checks.ts";
import { type Judged, judge, type Units, withEqual } from "./total-figures.ts";
import { merged, resultOf } from "./total-results.ts";
import { adds, isOnlyCalled, type NamedTotal, totalsToCheck } from "./total-rows.ts";
import { sumsOf } from "./total-sums.ts";

/** The column that holds the figures of an unpivoted table. */
const VALUE = "value";
/** Rows of a load that are only called totals and add up nowhere: so many are told each for itself. */
const MOST_CALLED = 20;

/**
 * Asserts the totals that the publisher prints against the rows in the table: one result a total row that has
 * figures.
 */
export async function checkTotals(
  executor: Executor,
  checked: CheckedLoad,
): Promise<readonly CheckResult[]> {
  const totals = await totalsToCheck(executor, checked);
  const columns = figureColumns(checked.load.contract);
  if (totals.length === 0 || columns.length === 0) return [];
  const sums = await sumsOf(executor, checked, totals, columns);
  const units = await unitsOf(executor, checked, totals);
  const judged = totals.map((total, at) => {
    const asked = withEqual(total.figures, at, sums);
    return { total, at, figures: asked.flatMap((one) => judge(one, at, sums, units) ?? []) };
  });
  const isCertain = certainty(judged.flatMap((one) => one.figures));
  const open: CheckResult[] = [];
  const results: CheckResult[] = [];
  for (const { total, at, figures } of judged) {
    const result = resultOf(total, { figures, isCertain, at, sums }, checked);
    if (result === null) continue;
    const isOpen = isOnlyCalled(total) && result.status === "undecided";
    (isOpen && open.push(result) > MOST_CALLED ? [] : results).push(result);
  }
  const more = open.slice(MOST_CALLED);
  return more.length === 0 ? results : [...results, merged(more)];
}

/** Measures beside an unpivoted column stand in a row once for each of its periods: they are none of its figures. */
function figureColumns({ columns, layout }: SourceContract): readonly string[] {
  const measures = columns.filter(adds).map(({ name }) => name);
  return layout === "unpivot" ? measures.filter((name) => name === VALUE) : measures;
}

async function unitsOf(
  executor: Executor,
  checked: CheckedLoad,
  totals: readonly NamedTotal[],
): Promise<ReadonlyMap<string, Units>> {
  const compared = totals.filter((one) => one.of.length > 0);
  const names = new Set(compared.flatMap((one) => one.figures.map(({ column }) => column)));
  const units = new Map<string, Units>();
  for (const name of names) {
    const figure = figureOf(columnNamed(checked, name), checked.marks);
    units.set(name, {
      data: await unitOf(executor, figure, checked, "b._kind = 'data'"),
      total: await unitOf(executor, figure, checked, "b._kind = 'total'"),
    });
  }
  return units;
}

/** So many sums of whole numbers that hold leave no room for rounding. */
const LEAST_EXACT = 20;
/** How much less than its groups a total of people may be who are in several of them. */
const COUNTED_TWICE = 0.02;

/**
 * Whether a figure that was only expected to be a sum misses it for certain; one that is only called so never does. Whole numbers that were rounded
 * each for itself are off by half a unit a row; a total of people is less than its groups where people are in
 * two of them, by little, or in several totals of a column.
 */
function certainty(judged: readonly Judged[]): (one: Judged) => boolean {
  const known = judged.filter(
    ({ figure, whole, parts }) =>
      figure.because !== "said" && whole.sum !== 0 && parts?.marked === 0,
  );
  const isSame = ({ whole, parts }: Judged): boolean => whole.sum === parts?.sum;
  const same = known.filter(isSame).length;
  const exact = same >= LEAST_EXACT && same >= known.length * 0.95;
  return (one) => {
    const { whole, parts, verdict, figure } = one;
    if (figure.because === "seen") return true;
    if (figure.because === "said" || parts === null) return false;
    const rounding = (parts.numbers + 1) / 2;
    if (!exact && verdict.difference <= rounding) return false;
    if (whole.sum > parts.sum) return true;
    const alike = known.filter((other) => other !== one && other.figure.column === figure.column);
    return alike.every(isSame) && verdict.difference > Math.abs(whole.sum) * COUNTED_TWICE;
  };
}
