import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CALENDAR_STATUSES,
  type CalendarFacts,
  calendarOf,
  type KnownRelease,
} from "../../src/model/period/calendar.ts";
import { parsePeriod, periodOfDay, periodsBetween } from "../../src/model/period/period.ts";

const check = (property: fc.IProperty<never[]> | fc.IPropertyWithHooks<never>): void => {
  fc.assert(property as fc.IProperty<unknown>, { numRuns: 300 });
};

const release = (period: string, more: Partial<KnownRelease> = {}): KnownRelease => ({
  period,
  status: "loaded",
  arrived: "2030-01-01",
  gone: false,
  ...more,
});
const facts = (more: Partial<CalendarFacts>): CalendarFacts => ({
  frequency: "monthly",
  lag_days: null,
  from: null,
  to: null,
  releases: [],
  today: "2025-06-15",
  ...more,
});
const statuses = (more: Partial<CalendarFacts>): Readonly<Record<string, string>> =>
  Object.fromEntries(calendarOf(facts(more)).cells.map((one) => [one.period, one.status]));
const span = (first: string, last: string): readonly string[] => {
  const [from, to] = [parsePeriod(first), parsePeriod(last)];
  return from === null || to === null ? [] : periodsBetween(from, to).map((one) => one.text);
};

describe("what is expected of a period", () => {
  test("a missing month in the middle is overdue, one within its lag is expected", () => {
    const releases = ["2025-01", "2025-03"].map((period) => release(period));
    expect(statuses({ releases })).toEqual({
      "2025-01": "loaded",
      "2025-02": "overdue",
      "2025-03": "loaded",
      "2025-04": "expected",
      "2025-05": "expected",
      "2025-06": "expected",
    });
  });

  test("overdue begins the day after the day it is expected, by the lag that was configured", () => {
    const releases = [release("2025-03")];
    const april = (today: string): string | undefined =>
      statuses({ releases, lag_days: 40, today })["2025-04"];
    expect(april("2025-06-09")).toBe("expected");
    expect(april("2025-06-10")).toBe("overdue");
  });

  test("without a configured lag the default of its rhythm counts, and is told", () => {
    const lag = (frequency: CalendarFacts["frequency"], period: string): number | null =>
      calendarOf(facts({ frequency, releases: [release(period)] })).lag_days;
    expect(lag("weekly", "2025-W07")).toBe(14);
    expect(lag("monthly", "2025-01")).toBe(60);
    expect(lag("quarterly", "2025-Q1")).toBe(90);
    expect(lag("quarterly", "2025-03")).toBe(90);
    expect(lag("annual", "FY2023-24")).toBe(180);
    expect(lag("annual", "2023-09")).toBe(180);
  });

  test("looked for and not there: not published within its lag, overdue after it", () => {
    const releases = [
      release("2025-03"),
      release("2025-04", { status: "not_published", arrived: null }),
    ];
    expect(statuses({ releases })["2025-04"]).toBe("not_published");
    expect(statuses({ releases, today: "2025-07-15" })["2025-04"]).toBe("overdue");
    const later = [...releases, release("2025-05")];
    expect(statuses({ releases: later })["2025-04"]).toBe("overdue");
  });

  test("what is gone is withdrawn, loaded or not", () => {
    const releases = [
      release("2025-03", { gone: true }),
      release("2025-04", { gone: true, status: "failed" }),
    ];
    const found = statuses({ releases });
    expect([found["2025-03"], found["2025-04"]]).toEqual(["withdrawn", "withdrawn"]);
  });

  test("early: before its period ended, or before the day that the configuration names", () => {
    const early = (arrived: string, lag: number | null): boolean | undefined =>
      calendarOf(facts({ lag_days: lag, releases: [release("2025-03", { arrived })] })).cells[0]
        ?.early;
    expect(early("2025-03-31", null)).toBe(true);
    expect(early("2025-04-01", null)).toBe(false);
    expect(early("2025-05-09", 40)).toBe(true);
    expect(early("2025-05-10", 40)).toBe(false);
  });

  test.each(["partial", "held", "quarantined", "failed"])(
    "%s is said as the ledger says it",
    (status) => {
      expect(statuses({ releases: [release("2024-03", { status })] })["2024-03"]).toBe(status);
    },
  );

  test("the schedule begins and ends where it was said to", () => {
    const found = statuses({ from: "2025-01", to: "2025-03", lag_days: 40 });
    expect(found).toEqual({ "2025-01": "overdue", "2025-02": "overdue", "2025-03": "overdue" });
  });

  test("weeks, quarters, financial quarters, years, and month ends named by their day", () => {
    expect(
      statuses({ frequency: "weekly", releases: [release("2025-W20")], today: "2025-05-28" }),
    ).toEqual({
      "2025-W20": "loaded",
      "2025-W21": "expected",
      "2025-W22": "expected",
    });
    expect(
      statuses({
        frequency: "quarterly",
        releases: [release("FY2024-25-Q2"), release("FY2024-25-Q4")],
      }),
    ).toMatchObject({ "FY2024-25-Q3": "overdue", "FY2025-26-Q1": "expected" });
    expect(
      statuses({ frequency: "quarterly", releases: [release("2024-09"), release("2025-03")] }),
    ).toEqual({
      "2024-09": "loaded",
      "2024-12": "overdue",
      "2025-03": "loaded",
      "2025-06": "expected",
    });
    expect(
      statuses({ frequency: "annual", releases: [release("FY2021-22"), release("FY2023-24")] }),
    ).toMatchObject({
      "FY2022-23": "overdue",
      "FY2024-25": "expected",
    });
    expect(statuses({ releases: [release("2025-01-31"), release("2025-03-31")] })).toMatchObject({
      "2025-01-31": "loaded",
      "2025-02": "overdue",
      "2025-03-31": "loaded",
    });
  });

  test("a release of several months fills them", () => {
    const found = statuses({
      releases: [release("2024-11"), release("2024-12..2025-02"), release("2025-03")],
    });
    expect(Object.values(found)).not.toContain("overdue");
  });
});

describe("where nobody configured a frequency", () => {
  test.each([
    ["month", 1, ["2025-01", "2025-02", "2025-04"]],
    ["month", 3, ["2024-03", "2024-06", "2024-09", "2025-03"]],
    ["week", 1, ["2025-W01", "2025-W02", "2025-W03"]],
    ["week", 1, ["2025-01-05", "2025-01-12", "2025-01-19"]],
    ["month", 1, ["2025-01-31", "2025-02-28", "2025-03-31"]],
    ["financial_year", 1, ["FY2021-22", "FY2022-23", "FY2023-24"]],
    ["day", 1, ["2025-01-05", "2025-01-06", "2025-01-07"]],
  ] as const)("%s, step %i is seen in %s", (kind, step, periods) => {
    const calendar = calendarOf(
      facts({ frequency: null, releases: periods.map((one) => release(one)) }),
    );
    expect(calendar).toMatchObject({ basis: "inferred", kind, step });
  });

  test.each([
    ["too few", ["2025-01", "2025-02"]],
    ["not regular", ["2025-01", "2025-02", "2025-09", "2026-05"]],
    ["not regular", ["2025-01", "2025-Q2", "2026"]],
  ] as const)("%s: nothing is expected, and it says so: %s", (why, periods) => {
    const calendar = calendarOf(
      facts({ frequency: null, releases: periods.map((one) => release(one)), today: "2030-01-01" }),
    );
    expect(calendar.basis).toBe("none");
    expect(calendar.remark).toContain(why);
    expect(calendar.cells.map((one) => one.status)).toEqual(periods.map(() => "loaded"));
  });
});

const DAYS = fc.integer({ min: 0, max: 4000 });
const day = (n: number): string =>
  new Date(Date.UTC(2020, 0, 1) + n * 86_400_000).toISOString().slice(0, 10);
const KINDS = [
  ["weekly", "week"],
  ["monthly", "month"],
  ["quarterly", "quarter"],
  ["quarterly", "financial_quarter"],
  ["annual", "year"],
  ["annual", "financial_year"],
] as const;
const anyFacts = fc
  .record({
    of: fc.constantFrom(...KINDS),
    days: fc.array(DAYS, { minLength: 1, maxLength: 12 }),
    states: fc.array(fc.constantFrom("loaded", "partial", "failed", "not_published", null), {
      minLength: 12,
      maxLength: 12,
    }),
    lag: fc.option(fc.integer({ min: 0, max: 200 })),
    today: DAYS,
  })
  .map(({ of: [frequency, kind], days, states, lag, today }): CalendarFacts => {
    const periods = [...new Set(days.flatMap((n) => periodOfDay(kind, day(n))?.text ?? []))];
    const releases = periods.map((one, at) =>
      release(one, {
        status: states[at] ?? null,
        arrived: states[at] === null ? null : "2031-01-01",
      }),
    );
    return facts({ frequency, lag_days: lag, releases, today: day(today) });
  });

describe("laws", () => {
  test("each known period stands once, in order, with a status of the list", () => {
    check(
      fc.property(anyFacts, (some) => {
        const texts = calendarOf(some).cells.map((one) => one.period);
        expect(new Set(texts).size).toBe(texts.length);
        expect(texts).toEqual(expect.arrayContaining(some.releases.map((one) => one.period)));
        const starts = texts.map((text) => parsePeriod(text)?.start ?? "");
        expect(starts).toEqual(starts.toSorted());
        for (const one of calendarOf(some).cells) expect(CALENDAR_STATUSES).toContain(one.status);
      }) as never,
    );
  });

  test("overdue means that its day has passed or a later one is there, and never that it is there", () => {
    check(
      fc.property(anyFacts, (some) => {
        const { cells } = calendarOf(some);
        const there = cells.filter((one) => one.status === "loaded" || one.status === "partial");
        const last =
          there
            .map((one) => parsePeriod(one.period)?.end ?? "")
            .toSorted()
            .at(-1) ?? "";
        for (const one of cells) {
          if (!["overdue", "expected", "not_published"].includes(one.status)) continue;
          const late = (one.due ?? "") < some.today || (parsePeriod(one.period)?.end ?? "") < last;
          expect(one.status === "overdue").toBe(late);
        }
      }) as never,
    );
  });

  test("time only adds periods, and only makes what is awaited overdue", () => {
    check(
      fc.property(anyFacts, fc.integer({ min: 0, max: 500 }), (some, days) => {
        const later = day((Date.parse(some.today) - Date.UTC(2020, 0, 1)) / 86_400_000 + days);
        const after = new Map(
          calendarOf({ ...some, today: later }).cells.map((one) => [one.period, one.status]),
        );
        for (const one of calendarOf(some).cells) {
          const now = after.get(one.period);
          const awaited = one.status === "expected" || one.status === "not_published";
          expect(awaited ? [one.status, "overdue"] : [one.status]).toContain(now);
        }
      }) as never,
    );
  });

  test("of a full run without some in the middle, exactly those are overdue", () => {
    const run = span("2022-01", "2024-12");
    check(
      fc.property(fc.subarray([...run.slice(1, -1)]), (missing) => {
        const releases = run.filter((one) => !missing.includes(one)).map((one) => release(one));
        const found = statuses({ releases, today: "2025-01-10" });
        const overdue = Object.keys(found).filter((one) => found[one] === "overdue");
        expect(overdue).toEqual(run.filter((one) => missing.includes(one)));
      }) as never,
    );
  });
});
