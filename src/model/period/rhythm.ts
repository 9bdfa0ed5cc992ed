import type { Frequency } from "../publication.ts";
import type { Period, PeriodKind } from "./period.ts";

/** Periods that can follow each other. */
export type SlotKind = Exclude<PeriodKind, "range">;

export interface Rhythm {
  readonly basis: "configured" | "inferred";
  readonly kind: SlotKind;
  readonly step: number;
}

/**
 * Days after the end of a period until its release counts as late, where `periods.lag_days` does not
 * say: a fortnight for weeks and days, two months for months, a quarter for quarters, half a year for
 * years. Wide on purpose: an alarm that is always on is none.
 */
export const DEFAULT_LAG_DAYS: Readonly<Record<SlotKind, number>> = {
  day: 14,
  week: 14,
  month: 60,
  quarter: 90,
  financial_quarter: 90,
  year: 180,
  financial_year: 180,
};

/** Every third month is a quarter's rhythm, and has a quarter's lag. */
export function defaultLag({ kind, step }: Rhythm): number {
  if (kind === "month" && step >= 12) return DEFAULT_LAG_DAYS.year;
  return kind === "month" && step >= 3 ? DEFAULT_LAG_DAYS.quarter : DEFAULT_LAG_DAYS[kind];
}

/** Kinds in which a publication of a frequency may name its periods, and the step between two. */
const CONFIGURED: Readonly<
  Record<Frequency, readonly (readonly [kind: SlotKind, step: number])[]>
> = {
  weekly: [["week", 1]],
  monthly: [["month", 1]],
  quarterly: [
    ["quarter", 1],
    ["financial_quarter", 1],
    ["month", 3],
  ],
  annual: [
    ["year", 1],
    ["financial_year", 1],
    ["quarter", 4],
    ["financial_quarter", 4],
    ["month", 12],
  ],
};

/** Releases before a rhythm is inferred from them. */
const ENOUGH = 3;

/** The configured rhythm, or the one that the periods show; else why there is none. */
export function rhythmOf(
  frequency: Frequency | null,
  periods: readonly Period[],
): Rhythm | { readonly remark: string } {
  if (frequency === null) return inferred(periods);
  if (periods.every(({ kind }) => kind === "range")) {
    const why = periods.length === 0 ? "no period is known yet" : "its periods are ranges";
    return { remark: `${why}: nothing is expected` };
  }
  const choices = CONFIGURED[frequency];
  const [usual = ["month", 1] as const] = choices;
  const [kind, step] = mostUsed(choices, periods) ?? usual;
  return { basis: "configured", kind, step };
}

function mostUsed(
  choices: readonly (readonly [SlotKind, number])[],
  periods: readonly Period[],
): readonly [SlotKind, number] | undefined {
  const uses = (kind: SlotKind): number => periods.filter((one) => one.kind === kind).length;
  return choices.filter(([kind]) => uses(kind) > 0).toSorted((a, b) => uses(b[0]) - uses(a[0]))[0];
}

/** Regular: at least half of the steps between known periods are the shortest one, the others multiples of it. */
function inferred(periods: readonly Period[]): Rhythm | { remark: string } {
  if (periods.length < ENOUGH) {
    return {
      remark: `no frequency is configured, and ${periods.length} periods are too few to see one: nothing is expected`,
    };
  }
  const kinds = [...new Set(periods.map((one) => one.kind))];
  const [only] = kinds;
  const tried: readonly SlotKind[] =
    kinds.length > 1 || only === undefined || only === "range"
      ? []
      : only === "day"
        ? ["day", "week", "month", "quarter", "year"]
        : [only];
  for (const kind of tried) {
    const step = stepOf(kind, periods);
    if (step !== null && (only !== "day" || step === 1)) return { basis: "inferred", kind, step };
  }
  return {
    remark: "no frequency is configured, and its periods are not regular: nothing is expected",
  };
}

function stepOf(kind: SlotKind, periods: readonly Period[]): number | null {
  const ordinals = [...new Set(periods.map((one) => ordinalOf(kind, one.end)))].sort(
    (a, b) => a - b,
  );
  if (ordinals.length < Math.max(ENOUGH, periods.length)) return null;
  const steps = ordinals.slice(1).map((one, at) => one - (ordinals[at] ?? 0));
  const step = Math.min(...steps);
  const usual = steps.filter((one) => one === step).length;
  return usual * 2 >= steps.length && steps.every((one) => one % step === 0) ? step : null;
}

const DAY_MS = 86_400_000;

/** Number of the period of a kind that holds a day; the next one has the next number. */
function ordinalOf(kind: SlotKind, day: string): number {
  const [year = 0, month = 1] = day.split("-").map(Number);
  const days = Date.parse(`${day}T00:00:00Z`) / DAY_MS;
  switch (kind) {
    case "day":
      return days;
    case "week":
      // 1970-01-05 was a Monday.
      return Math.floor((days - 4) / 7);
    case "month":
      return year * 12 + month - 1;
    case "quarter":
    case "financial_quarter":
      return year * 4 + Math.ceil(month / 3) - 1;
    case "year":
      return year;
    case "financial_year":
      return month >= 4 ? year : year - 1;
  }
}
