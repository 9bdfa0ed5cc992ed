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
} from "../../src/model/period/period.ts";
import { configPeriod, readPeriods } from "../../src/model/period/read-periods.ts";

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
    ["1 March to 10 July 2020", "2020-03-01..2020-07-10"],
    ["deaths-1-march-to-22may-2020-328", "2020-03-01..2020-05-22"],
    ["deaths-1-march-26-june-2020", "2020-03-01..2020-06-26"], // 26 is no year
    ["2 to 8 November 2020", "2020-11-02..2020-11-08"],
    ["20 March 2020 to 7 June 2020", "2020-03-20..2020-06-07"],
    ["Homelessness: 2019 to 2020", "FY2019-20"],
    ["2011 to 2016", "2011..2016"],
    ["totals (2001-2017)", "2001..2017"],
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
    ["Setpember_2024", "2024-09"],
  ])("%s is a guess, and says so", (text, period) => {
    expect(readPeriods(text)).toMatchObject([{ period, guessed: true }]);
    expect(readPeriods(text)[0]?.score).toBeLessThan(0.6);
  });

  test("FY25 is the financial year that ends in 2025, in every way to write it", () => {
    for (const text of ["FY25", "FY2025", "fy 25", "FY24-25", "2024/25"]) {
      expect(best(text)).toBe("FY2024-25");
    }
    for (const text of ["FY25-Q1", "Q1 FY25", "Q1 2024-25"])
      expect(best(text)).toBe("FY2024-25-Q1");
    expect(configPeriod("FY25-Q1")).toBe("FY2024-25-Q1");
    expect(parsePeriod("FY2024-25-Q1")).toMatchObject({ start: "2024-04-01", end: "2024-06-30" });
  });

  test("a month that is spelt right is no guess and scores more than a misspelt one", () => {
    const [right] = readPeriods("January 2025");
    const [wrong] = readPeriods("janaury 2025");
    expect(right?.guessed).toBe(false);
    expect(right?.score).toBeGreaterThan(wrong?.score ?? 1);
  });

  test("a bare year scores less than a month", () => {
    expect(readPeriods("decision_2024")).toMatchObject([{ period: "2024", score: 0.3 }]);
    expect(readPeriods("November 2025")).toMatchObject([{ period: "2025-11", score: 1 }]);
  });

  test("candidates that disagree are all there with their scores, for others to weigh", () => {
    const found = readPeriods("Published 11 December 2025: data for November 2025, FY2025-26");
    expect(found.map((one) => one.period)).toEqual(["2025-12-11", "2025-11", "FY2025-26"]);
    for (const { score } of found) expect(score).toBeGreaterThan(0.9);
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
    ["2025-Q3", "2025-Q3"],
    [" 2025-11 ", "2025-11"],
    ["November 2025", "2025-11"],
    ["2025-11..2026-02", "2025-11..2026-02"],
    ["2025", "2025"],
  ])("%s", (text, period) => expect(configPeriod(text)).toBe(period));

  test.each([
    "summary",
    "",
    "november",
    "2025-11 and 2025-12",
    "report 2025",
    "janaury 2025",
    "2025-13",
    "latest",
  ])("%j is none", (text) => {
    expect(configPeriod(text)).toBeNull();
  });
});

const year = fc.integer({ min: 1800, max: 2199 });
const month = fc.integer({ min: 1, max: 12 });
const quarter = fc.integer({ min: 1, max: 4 });
const isThere = (period: Period | null): period is Period => period !== null;
const kinds: Readonly<Record<string, fc.Arbitrary<Period>>> = {
  year: year.map(yearPeriod),
  financial_year: year.map(financialYear),
  month: fc.tuple(year, month).map(([y, m]) => monthPeriod(y, m)),
  quarter: fc.tuple(year, quarter).map(([y, q]) => quarterPeriod(y, q)),
  financial_quarter: fc.tuple(year, quarter).map(([y, q]) => financialQuarter(y, q)),
  week: fc
    .tuple(year, fc.integer({ min: 1, max: 53 }))
    .map(([y, w]) => weekPeriod(y, w))
    .filter(isThere),
  day: fc
    .tuple(year, month, fc.integer({ min: 1, max: 31 }))
    .map(([y, m, d]) => dayPeriod(y, m, d))
    .filter(isThere),
};
const single = fc.oneof(...Object.values(kinds));

describe.each(Object.entries(kinds))("every %s", (kind, periods) => {
  test("is parsed from its own text", () => {
    fc.assert(
      fc.property(periods, (period) => {
        expect(period.kind).toBe(kind);
        expect(parsePeriod(period.text)).toEqual(period);
        expect(configPeriod(period.text)).toBe(period.text);
      }),
    );
  });

  test("makes ranges that are parsed from their own text", () => {
    fc.assert(
      fc.property(periods, periods, (a, b) => {
        const [first, last] = comparePeriods(a, b) <= 0 ? [a, b] : [b, a];
        const range = rangePeriod(first, last);
        expect(range).toMatchObject({ start: first.start, end: last.end });
        expect(parsePeriod(range?.text ?? "")).toEqual(range);
        expect(a.text === b.text ? null : rangePeriod(last, first)).toBeNull();
      }),
    );
  });
});

describe("laws of periods", () => {
  // In the first years of a century a month such as 2011-12 may as well be a financial year.
  test("a period is found in its own canonical text", () => {
    fc.assert(
      fc.property(
        single.filter((one) => one.start >= "2013" && one.end < "2100"),
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

  test("there are none between two kinds, backwards, or of ranges", () => {
    expect(periodsBetween(monthPeriod(2024, 11), quarterPeriod(2025, 1))).toEqual([]);
    expect(periodsBetween(monthPeriod(2025, 2), monthPeriod(2025, 1))).toEqual([]);
    const range = rangePeriod(monthPeriod(2025, 1), monthPeriod(2025, 2)) as Period;
    expect(periodsBetween(range, range)).toEqual([]);
    expect(nextPeriod(range)).toBeNull();
  });

  test.each([
    ["2025-12", "2026-01"],
    ["2025-Q4", "2026-Q1"],
    ["FY1999-00", "FY2000-01"],
    ["FY2025-26-Q3", "FY2025-26-Q4"],
    ["FY2025-26-Q4", "FY2026-27-Q1"],
    ["2020-W53", "2021-W01"],
    ["2024-02-28", "2024-02-29"],
  ])("after %s comes %s", (text, next) => {
    expect(nextPeriod(parsePeriod(text) as Period)?.text).toBe(next);
  });

  test("months that make a quarter or a year have one text", () => {
    const range = (from: string, to: string): string | undefined =>
      rangePeriod(parsePeriod(from) as Period, parsePeriod(to) as Period)?.text;
    expect(range("2025-07", "2025-09")).toBe("2025-Q3");
    expect(range("2025-01", "2025-12")).toBe("2025");
    expect(range("2025-04", "2026-03")).toBe("FY2025-26");
    expect(parsePeriod("2025-07..2025-09")).toBeNull();
    expect(parsePeriod("2025-01..2025-Q1")).toBeNull();
    expect(parsePeriod("2025-01..2025-02..2025-05")).toBeNull();
  });

  test("whatever the text, what is read in it is canonical", () => {
    const words = ["FY", "2024", "25", "Q3", "nov", "w7", "-", "/", "_", " to ", ".", "%20", "31"];
    const text = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.array(fc.constantFrom(...words), { maxLength: 9 }).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (one) => {
        for (const { period, score } of readPeriods(one)) {
          expect(parsePeriod(period)?.text).toBe(period);
          expect(score).toBeGreaterThan(0);
          expect(score).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test("a year contains its months, a financial year its quarters", () => {
    expect(contains(yearPeriod(2025), monthPeriod(2025, 11))).toBe(true);
    expect(contains(financialYear(2024), financialQuarter(2024, 4))).toBe(true);
    expect(contains(monthPeriod(2025, 11), yearPeriod(2025))).toBe(false);
  });
});
