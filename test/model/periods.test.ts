import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  comparePeriods,
  contains,
  dayPeriod,
  financialQuarter,
  financialYear,
  monthPeriod,
  nextPeriod,
  type Period,
  parsePeriod,
  periodsBetween,
  quarterPeriod,
  rangePeriod,
  weekPeriod,
  yearPeriod,
} from "../../src/model/period.ts";
import { configPeriod, readPeriods } from "../../src/model/read-periods.ts";

const best = (text: string): string | undefined =>
  readPeriods(text).toSorted((a, b) => b.score - a.score)[0]?.period;

describe("periods in names and titles", () => {
  test.each([
    ["GPAD_Regional_Summary_November_2025.xlsx", "2025-11"], // the "mar" of "summary" is no month
    ["PCNW%20November%202025", "2025-11"], // %20 is a blank, not the year 2020
    ["2024-25", "FY2024-25"],
    ["FY2011-12", "FY2011-12"],
    ["q4_2025", "2025-Q4"],
    ["FY25-Q1", "FY2024-25-Q1"],
    ["Beds-Open-Overnight-Q3-2024-25-revised", "FY2024-25-Q3"],
    ["waiting-lists-2024-25-January", "2025-01"],
    ["Mar-25 [8]", "2025-03"],
    ["30th November 2025", "2025-11-30"],
    ["2025-11-01T00:00:00", "2025-11-01"],
    ["week 7 2025", "2025-W07"],
    ["October to December 2025", "2025-Q4"],
    ["Apr 2024 to Mar 2025", "FY2024-25"],
    ["Dec 2024 - Feb 2025", "2024-12..2025-02"],
    ["31/12/2024", "2024-12-31"],
    ["nov25", "2025-11"],
    ["2025 Jan", "2025-01"],
    ["202511", "2025-11"],
  ])("%s is %s", (text, period) => {
    expect(best(text)).toBe(period);
  });

  test.each(["decision_2024", "primary_2025", "summary 2025", "marital status 2024"])(
    "%s names no month",
    (text) => {
      for (const found of readPeriods(text)) expect(parsePeriod(found.period)?.kind).toBe("year");
    },
  );

  test.each([
    ["janaury 2025", "2025-01"],
    ["febuary 2024", "2024-02"],
  ])("%s is a guess, and says so", (text, period) => {
    expect(readPeriods(text)).toMatchObject([{ period, guessed: true }]);
    expect(readPeriods(text)[0]?.score).toBeLessThan(0.6);
  });

  test("several periods are all found, in order, with the words they were read in", () => {
    expect(
      readPeriods("AE-Sep-24-revised-13.11.2025").map(({ period, text }) => [period, text]),
    ).toEqual([
      ["2024-09", "Sep-24"],
      ["2025-11-13", "13.11.2025"],
    ]);
  });

  test("a month without a year is no period, and neither is an impossible day", () => {
    expect(readPeriods("April")).toEqual([]);
    expect(readPeriods("may be revised")).toEqual([]);
    expect(parsePeriod("2025-02-30")).toBeNull();
    expect(parsePeriod("2025-13")).toBeNull();
    expect(parsePeriod("2025-W54")).toBeNull();
    expect(parsePeriod("FY2024-26")).toBeNull();
  });
});

describe("periods in configuration", () => {
  test.each([
    ["nov25", "2025-11"],
    ["2025-11", "2025-11"],
    ["2011-12", "2011-12"],
    ["2024-25", "FY2024-25"],
    ["q3 2025", "2025-Q3"],
    ["2025", "2025"],
  ])("%s", (text, period) => expect(configPeriod(text)).toBe(period));

  test.each(["summary", "", "november", "2025-11 and 2025-12", "report 2025"])(
    "%j is none",
    (text) => {
      expect(configPeriod(text)).toBeNull();
    },
  );
});

const year = fc.integer({ min: 1900, max: 2150 });
const single: fc.Arbitrary<Period> = fc.oneof(
  year.map(yearPeriod),
  year.map(financialYear),
  fc.tuple(year, fc.integer({ min: 1, max: 12 })).map(([y, m]) => monthPeriod(y, m)),
  fc.tuple(year, fc.integer({ min: 1, max: 4 })).map(([y, q]) => quarterPeriod(y, q)),
  fc.tuple(year, fc.integer({ min: 1, max: 4 })).map(([y, q]) => financialQuarter(y, q)),
  fc.tuple(year, fc.integer({ min: 1, max: 52 })).map(([y, w]) => weekPeriod(y, w) as Period),
  fc
    .tuple(year, fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
    .map(([y, m, d]) => dayPeriod(y, m, d) as Period),
);
const anyPeriod = fc.oneof(
  single,
  fc.tuple(single, fc.integer({ min: 1, max: 20 })).map(([first, steps]) => {
    let last = first;
    for (let step = 0; step < steps; step++) last = nextPeriod(last) ?? last;
    return rangePeriod(first, last) ?? first;
  }),
);

describe("laws of periods", () => {
  test("parse after format is identity", () => {
    fc.assert(
      fc.property(anyPeriod, (period) => {
        expect(parsePeriod(period.text)).toEqual(period);
      }),
    );
  });

  // Up to 2011 a month such as 2011-12 may as well be a financial year: it scores low.
  test("a period is found in its own canonical text", () => {
    fc.assert(
      fc.property(
        single.filter((one) => one.start >= "2013"),
        (period) => {
          expect(best(`data_${period.text}_final.csv`)).toBe(period.text);
        },
      ),
    );
  });

  test("the next period begins on the day after the end", () => {
    fc.assert(
      fc.property(single, (period) => {
        const next = nextPeriod(period);
        expect(next?.kind).toBe(period.kind);
        const end = new Date(`${period.end}T00:00:00Z`);
        end.setUTCDate(end.getUTCDate() + 1);
        expect(next?.start).toBe(end.toISOString().slice(0, 10));
        expect(comparePeriods(period, next as Period)).toBe(-1);
      }),
    );
  });

  test("between two periods stand all steps from one to the other", () => {
    fc.assert(
      fc.property(single, fc.integer({ min: 0, max: 30 }), (first, steps) => {
        let last = first;
        for (let step = 0; step < steps; step++) last = nextPeriod(last) as Period;
        expect(periodsBetween(first, last)).toHaveLength(steps + 1);
      }),
    );
  });

  test("a year contains its months, a financial year its quarters", () => {
    expect(contains(yearPeriod(2025), monthPeriod(2025, 11))).toBe(true);
    expect(contains(financialYear(2024), financialQuarter(2024, 4))).toBe(true);
    expect(contains(monthPeriod(2025, 11), yearPeriod(2025))).toBe(false);
  });
});
