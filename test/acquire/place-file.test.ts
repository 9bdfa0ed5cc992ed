import { describe, expect, test } from "vitest";
import { placeFile } from "../../src/stages/acquire/place-file.ts";

describe("a name that states its period", () => {
  test.each([
    ["waits_Nov25.xlsx", "2025-11"],
    ["Monthly-AE-November-2025-REVISED-v3_final.xls", "2025-11"],
    ["AE%20May%202024.csv", "2024-05"],
    ["waits-2024-25.csv", "FY2024-25"],
    ["waits Q2 2024.csv", "2024-Q2"],
    ["waits-2025-W07.csv", "2025-W07"],
    ["waits-2025-11-30.csv", "2025-11-30"],
    ["waits-2025.csv", "2025"],
    ["waits April 2024 to March 2025.xlsx", "FY2024-25"],
    ["waits 2025-11 (2025-11).csv", "2025-11"], // said twice, one period
  ])("%s is of %s", (path, period) => expect(placeFile(path)).toEqual({ period }));

  test("the ending is no part of it", () => {
    expect(placeFile("waits-2025-11.2025")).toEqual(placeFile("waits-2025-11"));
  });

  test("a day next to a month says when the file was made", () => {
    expect(placeFile("AE-October-2025-published-13.11.2025.csv")).toEqual({ period: "2025-10" });
  });

  test("letters inside other words are no months", () => {
    expect(placeFile("summary-marital-decile-2024.csv")).toEqual({ period: "2024" });
  });
});

describe("name and folders", () => {
  test.each([
    ["2025-11/table.csv", "2025-11"],
    ["November 2025/v2/table.csv", "2025-11"], // the nearest folder that names one
    ["2024/2025-11/table.csv", "2025-11"],
    ["2024/2024-05/table.csv", "2024-05"],
    ["2025-11/waits-2025.csv", "2025-11"], // the narrower of two that agree
    ["2025/waits-2025-11.csv", "2025-11"],
    ["FY2024-25/waits-Jan-2025.csv", "2025-01"],
    ["2025-11/waits-2025-11-30.csv", "2025-11-30"],
    ["old/archive/waits-2025-11.csv", "2025-11"],
  ])("%s is of %s", (path, period) => expect(placeFile(path)).toEqual({ period }));
});

describe("refused, with the reason", () => {
  test.each([
    ["table.csv", "neither its name nor its folder names a period"],
    ["a/b/table.csv", "neither its name nor its folder names a period"],
    ["2025-11/waits-2025-10.csv", "its name speaks of 2025-10, its folder of 2025-11"],
    ["FY2024-25/waits-May-2025.csv", "its name speaks of 2025-05, its folder of FY2024-25"],
    ["waits May 2024 and June 2025 v May 2023.csv", /^its name speaks of .* and of .*2023-05/],
    ["May 2024 against May 2025/table.csv", "its folder speaks of 2024-05 and of 2025-05"],
  ])("%s", (path, reason) => {
    const placed = placeFile(path);
    expect(placed).toEqual({
      reason: typeof reason === "string" ? reason : expect.stringMatching(reason),
    });
  });

  test("a folder of two periods does not hinder a name of one", () => {
    expect(placeFile("May 2024 against May 2025/waits-2024-05.csv")).toEqual({ period: "2024-05" });
  });
});
