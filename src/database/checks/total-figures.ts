import { MOST_CELLS, type Unasked } from "../../model/manifest/check.ts";
import type { ContractColumn } from "../../model/manifest/manifest.ts";
import type { TotalFigure } from "../../model/manifest/published-total.ts";
import { judgeSum, type Verdict } from "../../model/period/interval.ts";
import { type AddendsRow, addendsOf } from "./addends.ts";
import type { FigurePlace, TotalSums } from "./total-sums.ts";

/** Units of a column: what its data and its totals were rounded to. */
export interface Units {
  readonly data: number;
  readonly total: number;
}

/** A figure that was compared with its rows; `parts` is null where no row is known to be one. */
export interface Judged {
  readonly figure: TotalFigure;
  readonly verdict: Verdict;
  readonly whole: AddendsRow;
  readonly parts: AddendsRow | null;
}

/** Null where the load has no such row. */
export function judge(
  figure: TotalFigure,
  at: number,
  sums: TotalSums,
  units: ReadonlyMap<string, Units>,
): Judged | null {
  const whole = sums.whole(at, figure);
  const parts = sums.parts(at, figure);
  if (whole === null) return null;
  const { data = 0, total = 0 } = units.get(figure.column) ?? {};
  const verdict = judgeSum(addendsOf(whole, total), addendsOf(parts ?? NOTHING, data));
  return parts === null
    ? { figure, verdict: { ...verdict, status: "undecided" }, whole, parts }
    : { figure, verdict, whole, parts };
}

const NOTHING: AddendsRow = {
  ...{ numbers: 0, sum: 0, marked: 0, low: 0, high: "0", blank: 0 },
  ...{ negative: false, least: null, most: null },
};

/** With the figures that nobody asked and that are the sum of their rows all the same, zeros for the most part. */
export function withEqual(
  asked: readonly TotalFigure[],
  at: number,
  sums: TotalSums,
): readonly TotalFigure[] {
  const equal = sums.placesOf(at).filter((place) => {
    const [whole, parts] = [sums.whole(at, place), sums.parts(at, place)];
    if (whole === null || parts === null || whole.marked + parts.marked > 0) return false;
    return whole.numbers > 0 && parts.numbers > 0 && whole.sum === parts.sum;
  });
  const more = equal.filter((place) => !isAsked(asked, place));
  return [...asked, ...more.map((place) => ({ ...place, because: "said" as const }))];
}

function isAsked(asked: readonly TotalFigure[], { column, period }: FigurePlace): boolean {
  return asked.some((one) => one.column === column && one.period === period);
}

/** Figures in the row of a total that nothing says to be sums: by why not, where they stand. */
export function unaskedOf(
  at: number,
  asked: readonly TotalFigure[],
  sums: TotalSums,
  columns: readonly ContractColumn[],
  cite: (place: FigurePlace) => string,
): readonly Unasked[] {
  const found = new Map<Reason, string[]>();
  for (const place of sums.placesOf(at)) {
    if (isAsked(asked, place)) continue;
    const unit = columns.find((one) => one.name === place.column)?.unit;
    const reason = whyNot(sums.whole(at, place), sums.parts(at, place), unit);
    if (reason === null) continue;
    const cells = found.get(reason);
    if (cells === undefined) found.set(reason, [cite(place)]);
    else cells.push(cite(place));
  }
  return [...found].map(([reason, cells]) => ({
    ...reason,
    count: cells.length,
    cells: cells.slice(0, MOST_CELLS),
  }));
}

type Reason = Pick<Unasked, "why" | "may_add">;

const MARK: Reason = { why: "a mark stands there", may_add: true };
const NO_ROWS: Reason = { why: "nothing says which rows it adds up", may_add: false };
const SHARE: Reason = { why: "a share", may_add: false };
const MARKS: Reason = { why: "marks among its rows", may_add: true };
const EMPTY: Reason = { why: "its rows have no figures", may_add: false };
const AVERAGE: Reason = { why: "among its rows, as an average is", may_add: false };
const LESS: Reason = {
  why: "less than its rows add up to, as of people who are in several of them",
  may_add: true,
};
const MORE: Reason = {
  why: "more than its rows add up to, and too little else holds",
  may_add: true,
};

/** Null where there is no figure. */
function whyNot(
  whole: AddendsRow | null,
  parts: AddendsRow | null,
  unit: string | undefined,
): Reason | null {
  if (whole === null || whole.numbers + whole.marked === 0) return null;
  if (whole.marked > 0) return MARK;
  if (parts === null) return NO_ROWS;
  if (unit === "%") return SHARE;
  if (parts.marked > 0) return MARKS;
  const { least, most } = parts;
  if (least === null || most === null) return EMPTY;
  if (whole.sum >= least && whole.sum <= most) return AVERAGE;
  return whole.sum < parts.sum ? LESS : MORE;
}
