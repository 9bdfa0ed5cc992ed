import {
  type CheckResult,
  MOST_CELLS,
  type TotalTally,
  type Unasked,
} from "../../model/manifest/check.ts";
import type { CheckedLoad } from "./checked-load.ts";
import { describeSum } from "./sum-checks.ts";
import { type Judged, unaskedOf } from "./total-figures.ts";
import { isOnlyCalled, type NamedTotal } from "./total-rows.ts";
import type { FigurePlace, TotalSums } from "./total-sums.ts";

/** What the rows in the table say of one total. */
interface Seen {
  readonly figures: readonly Judged[];
  readonly isCertain: (one: Judged) => boolean;
  /** Its place among the totals of `sums`. */
  readonly at: number;
  readonly sums: TotalSums;
}

/** Ranges of rows that a result names. */
const MOST_SPANS = 20;

/** Null where the row of the total has no figure. */
export function resultOf(
  total: NamedTotal,
  { figures, isCertain, at, sums }: Seen,
  { load }: CheckedLoad,
): CheckResult | null {
  const { part, row, way, label, before } = total;
  const cite = (place: FigurePlace): string => load.cite({ part, row, ...place });
  const asked = figures.map(({ figure }) => figure);
  const unasked = unaskedOf(at, asked, sums, load.contract.columns, cite);
  if (figures.length + unasked.length === 0) return null;
  const broken = figures.filter((one) => one.verdict.status === "broken" && isCertain(one));
  const passed = figures.filter((one) => one.verdict.status === "passed");
  const untold = figures.filter((one) => !broken.includes(one) && !passed.includes(one));
  const tally = {
    held: passed.length,
    broken: broken.length,
    untold: untold.length,
    unasked: unasked.reduce((sum, one) => sum + one.count, 0),
  };
  const isCalled = isOnlyCalled(total);
  const isOpen = broken.length === 0 && (passed.length === 0 || isCalled);
  const named = isOpen ? untold.filter(isOff) : broken;
  const passes = passed.length > 0 && !(isCalled && untold.length > 0);
  const held = passed.flatMap(({ figure, whole }) =>
    figure.period === null && whole.sum !== 0 ? [figure.column] : [],
  );
  // What could not be told this time, or was broken, the next release is asked again.
  const again = [...new Set(broken.length > 0 ? before : [...held, ...before])];
  const several = new Set(load.totals.map((one) => one.part)).size > 1;
  return {
    name: several ? `total ${part}:${row}` : `total ${row}`,
    severity: load.totals_policy,
    status: broken.length > 0 ? "broken" : passes ? "passed" : "undecided",
    detail: {
      kind: "total",
      expected: expectedOf(total),
      found: foundOf(tally, unasked),
      count: broken.length,
      cells: named.slice(0, MOST_CELLS).map((one) => `${cite(one.figure)} ${saysOf(one)}`),
      ...(label === "" || way === null || again.length === 0
        ? {}
        : { total: { label, way, columns: again } }),
      figures: tally,
      ...(unasked.length === 0 ? {} : { unasked }),
    },
  };
}

/** It differs from its rows, or there are none to compare it with; not: a mark could make it true. */
function isOff({ whole, parts, verdict }: Judged): boolean {
  if (parts === null || verdict.status === "broken") return true;
  return whole.marked + parts.marked === 0 && whole.sum !== parts.sum;
}

function expectedOf({ row, of, since, label, figures, is_data, taken }: NamedTotal): string {
  const spans = of.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
  const name = `row ${row}${label === "" ? "" : ` (${label})`}${is_data ? ", loaded as data," : ""}`;
  const called =
    taken === true ? "is taken for a total by where its label stands" : "is called a total";
  if (spans.length === 0) return `${name} ${called}`;
  const rows = `${spans.slice(0, MOST_SPANS).join(", ")}${spans.length > MOST_SPANS ? " …" : ""}`;
  const only = isOnlyCalled({ figures }) ? `${called}, of` : "is the sum of";
  return `${name} ${only} rows ${rows}${since === null ? "" : `, as in ${since}`}`;
}

function foundOf(tally: TotalTally, unasked: readonly Unasked[]): string {
  const { held, broken, untold } = tally;
  const told = `${held} figures hold, ${broken} do not, ${untold} cannot be told`;
  const why = unasked.map((one) => `${one.count} ${one.why}${one.may_add ? cellsOf(one) : ""}`);
  return `${told}, ${tally.unasked} not asked${why.length === 0 ? "" : ` (${why.join("; ")})`}`;
}

/** Where a person may want to look. */
function cellsOf({ count, cells }: Unasked): string {
  const more = count > cells.length ? ` and ${count - cells.length} more` : "";
  return `: ${cells.join(", ")}${more}`;
}

function saysOf({ whole, verdict, parts }: Judged): string {
  if (parts === null) return `says ${whole.sum}`;
  if (verdict.status === "broken") return describeSum(whole, verdict);
  return `says ${whole.sum}, its parts add up to ${parts.sum}, and some are blank`;
}

/** Of rows that are called totals, or taken for them, and add up nowhere, one result. */
export function merged(results: readonly CheckResult[]): CheckResult {
  const [first] = results;
  const tally = { held: 0, broken: 0, untold: 0, unasked: 0 };
  for (const { detail } of results) {
    tally.untold += detail.figures?.untold ?? 0;
    tally.unasked += detail.figures?.unasked ?? 0;
  }
  return {
    name: "other rows called totals",
    severity: first?.severity ?? "warn",
    status: "undecided",
    detail: {
      kind: "total",
      expected: `${results.length} more rows are called totals or taken for them`,
      found: foundOf(tally, []),
      count: 0,
      cells: results.flatMap((one) => one.detail.cells).slice(0, MOST_CELLS),
      figures: tally,
    },
  };
}
