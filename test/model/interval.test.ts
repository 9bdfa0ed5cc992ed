import { describe, expect, test } from "vitest";
import {
  type Addends,
  judgeSum,
  markInterval,
  roundingUnit,
} from "../../src/model/period/interval.ts";

const ANY = { low: 0, high: Infinity };

test.each([
  ["<5", null, { low: 0, high: 5 }],
  ["≤ 2", null, { low: 0, high: 2 }],
  [">95", null, { low: 95, high: Infinity }],
  ["52+", null, { low: 52, high: Infinity }],
  ["[c]", "suppressed: fewer than 5", { low: 0, high: 5 }],
  ["*", "Less than five patients", { low: 0, high: 5 }],
  ["*", "a number between 1 and 7", { low: 1, high: 7 }],
  ["*", "values 1-4 are suppressed", { low: 1, high: 4 }],
  ["*", "suppressed", ANY],
  ["..", null, ANY],
])("%s (%s)", (token, meaning, interval) => {
  expect(markInterval(token, meaning)).toEqual(interval);
});

test.each([
  ["whole numbers are exact", { numbers: 9, decimals: 0, divisor: 1 }, 0],
  ["rounded to 5", { numbers: 9, decimals: 0, divisor: 5 }, 5],
  ["rounded to 10", { numbers: 9, decimals: 0, divisor: 10 }, 10],
  ["one number shows no rounding", { numbers: 1, decimals: 0, divisor: 10 }, 0],
  ["one decimal", { numbers: 9, decimals: 1, divisor: 1 }, 0.1],
  ["a double is not rounded", { numbers: 9, decimals: 15, divisor: 1 }, 0],
])("%s", (_words, facts, unit) => {
  expect(roundingUnit(facts)).toBe(unit);
});

describe("a published total against its rows", () => {
  const side = (sum: number, more: Partial<Addends> = {}): Addends => ({
    numbers: 3,
    sum,
    marks: { low: 0, high: 0 },
    marked: 0,
    blank: 0,
    negative: false,
    unit: 0,
    ...more,
  });
  const one = (sum: number, more: Partial<Addends> = {}): Addends =>
    side(sum, { numbers: 1, ...more });
  const masked = (high: number): Partial<Addends> => ({ marked: 1, marks: { low: 0, high } });

  test.each([
    ["equal", one(100), side(100), "passed", 0],
    ["one apart", one(101), side(100), "broken", 1],
    ["a mark below five explains four", one(104), side(100, masked(5)), "passed", 0],
    ["and not nine", one(109), side(100, masked(5)), "broken", 4],
    ["a mark without bound decides nothing", one(150), side(100, masked(Infinity)), "undecided", 0],
    ["but is never below zero", one(99), side(100, masked(Infinity)), "broken", 1],
    [
      "unless there are numbers below zero",
      one(99),
      side(100, { ...masked(Infinity), negative: true }),
      "undecided",
      0,
    ],
    [
      "rounded to 5, three rows and the total: 10 apart can be",
      one(110, { unit: 5 }),
      side(100, { unit: 5 }),
      "passed",
      0,
    ],
    ["and 15 cannot", one(115, { unit: 5 }), side(100, { unit: 5 }), "broken", 5],
    ["an exact total of rounded rows", one(107), side(100, { unit: 5 }), "passed", 0],
    ["a blank may hold what is missing", one(120), side(100, { blank: 1 }), "undecided", 0],
    ["and cannot take away", one(80), side(100, { blank: 1 }), "broken", 20],
    [
      "a total that is withheld",
      one(0, { numbers: 0, ...masked(Infinity) }),
      side(100),
      "undecided",
      0,
    ],
    ["a total that is not there", one(0, { numbers: 0, blank: 1 }), side(100), "undecided", 0],
    ["doubles that differ in the last digit", one(0.3), side(0.1 + 0.2), "passed", 0],
  ] as const)("%s", (_words, whole, parts, status, difference) => {
    const verdict = judgeSum(whole, parts);
    expect([verdict.status, Math.round(verdict.difference)]).toEqual([status, difference]);
  });
});
