import { describe, expect, test } from "vitest";
import { parsePeriod } from "../../src/model/period/period.ts";
import type { PublicationConfig } from "../../src/model/publication.ts";
import { localPathOf } from "../../src/stages/acquire/apply.ts";
import { fillTemplate, wantedLinks } from "../../src/stages/acquire/links.ts";
import { placeFile } from "../../src/stages/acquire/place-file.ts";
import { PUBLICATION } from "../support/publication.ts";

describe("the period of a file", () => {
  test.each([
    ["waits-2025-11.xlsx", "2025-11"],
    ["2024-05/data.csv", "2024-05"],
    ["2024-05/Monthly-AE-May-2024.csv", "2024-05"],
    ["2024-08/waiting-lists-2024-25-August.xlsx", "2024-08"],
    ["FY2024-25/Q3 2024-25.xlsx", "FY2024-25-Q3"],
    ["AE-Sep-24-revised-13.11.2025.csv", "2024-09"], // the day says when it was made
  ])("%s is of %s", (path, period) => expect(placeFile(path)).toEqual({ period }));

  test.each([
    ["data.csv", /neither its name nor its folder/],
    ["2024-06/waits-may-2024.csv", /its name speaks of 2024-05, its folder of 2024-06/],
    ["compare may 2024 with june 2024.csv", /speaks of/],
  ])("%s is refused", (path, reason) => {
    expect(placeFile(path)).toEqual({ reason: expect.stringMatching(reason) });
  });
});

describe("links", () => {
  test("patterns choose the files of a folder; exclude wins", () => {
    const files = ["a-2025-01.csv", "a-2025-01.xlsx", "notes-2025-01.csv"];
    const chosen = {
      ...PUBLICATION,
      folder: "inbox",
      files: { include: ["*.csv"], exclude: ["notes*"] },
    };
    expect(wantedLinks(chosen, files, "2025-06-01").wanted).toEqual([
      { period: "2025-01", url: "inbox/a-2025-01.csv", origin: "folder" },
    ]);
  });

  test("a file without a period is told, not dropped", () => {
    const { unplaced } = wantedLinks(
      { ...PUBLICATION, folder: "inbox" },
      ["data.csv"],
      "2025-06-01",
    );
    expect(unplaced).toEqual([
      { url: "inbox/data.csv", reason: expect.stringContaining("neither") },
    ]);
  });

  test("a schedule gives the periods that are due, by their lag", () => {
    const scheduled = {
      ...PUBLICATION,
      url: "https://example.org/{yyyy}/{mm}/waits-{month}-{yy}.csv",
      periods: { from: "2025-01", lag_days: 40 },
    };
    expect(wantedLinks(scheduled, [], "2025-04-09").wanted).toEqual([
      {
        period: "2025-01",
        url: "https://example.org/2025/01/waits-january-25.csv",
        origin: "scheduled",
      },
      {
        period: "2025-02",
        url: "https://example.org/2025/02/waits-february-25.csv",
        origin: "scheduled",
      },
    ]);
  });

  test.each([
    ["{q} {fy}", "FY2024-25-Q4", "4 2024-25"],
    ["{Mon}-{yyyy}", "2025-09", "Sep-2025"],
    ["w{ww}", "2025-W07", "w07"],
  ])("%s of %s is %s", (template, period, text) => {
    const parsed = parsePeriod(period);
    expect(parsed === null ? null : fillTemplate(template, parsed)).toBe(text);
  });

  test("paths and file: are local, http is not, anything else is refused", () => {
    expect(localPathOf("inbox/a.csv")).toBe("inbox/a.csv");
    expect(localPathOf("file:///tmp/a%20b.csv")).toBe("/tmp/a b.csv");
    expect(localPathOf("https://example.org/a.csv")).toBeNull();
    expect(() => localPathOf("data:text/csv,1")).toThrow(/data:/);
  });
});

describe("the files of a folder", () => {
  const files = ["2025-01/a.csv", "2025-01/a.CSV.bak", "2025-02/old/b[1].csv", "2025-03/c+d.csv"];
  const urls = (include: readonly string[], exclude: readonly string[] = []): readonly string[] =>
    wantedLinks(
      { ...PUBLICATION, folder: "inbox//", files: { include, exclude } },
      files,
      "2025-06-01",
    ).wanted.map((link) => link.url);

  test.each([
    [[], [], files],
    [["*.csv"], [], ["2025-01/a.csv", "2025-02/old/b[1].csv", "2025-03/c+d.csv"]],
    [["*.CSV"], ["2025-03/*"], ["2025-01/a.csv", "2025-02/old/b[1].csv"]],
    [["2025-02/*"], [], ["2025-02/old/b[1].csv"]],
    [["b[1].csv", "c+d.csv"], [], ["2025-02/old/b[1].csv", "2025-03/c+d.csv"]],
    [["a.csv", "x?csv"], [], ["2025-01/a.csv"]], // a whole name, and only * stands for others
    [["*"], ["*"], []],
  ])("include %j, exclude %j", (include, exclude, chosen) => {
    expect(urls(include, exclude)).toEqual(chosen.map((path) => `inbox/${path}`));
  });

  test("an excluded file without a period is not complained of", () => {
    const chosen = { ...PUBLICATION, folder: "inbox", files: { include: [], exclude: ["notes*"] } };
    expect(wantedLinks(chosen, ["notes.txt"], "2025-06-01")).toEqual({ wanted: [], unplaced: [] });
  });

  test("a conflict is told with its reason, and hides no other file", () => {
    const found = wantedLinks(
      { ...PUBLICATION, folder: "inbox" },
      ["2025-11/waits-2025-10.csv", "2025-11/waits.csv"],
      "2026-06-01",
    );
    expect(found.wanted.map((link) => link.url)).toEqual(["inbox/2025-11/waits.csv"]);
    expect(found.unplaced).toEqual([
      {
        url: "inbox/2025-11/waits-2025-10.csv",
        reason: "its name speaks of 2025-10, its folder of 2025-11",
      },
    ]);
  });
});

describe("what a person stated wins over what names say", () => {
  const stated = (url: string, period = "2025-10"): PublicationConfig => ({
    ...PUBLICATION,
    folder: "inbox",
    urls: [{ period, url }],
  });

  test("a file without a period, named with one, is no longer complained of", () => {
    expect(wantedLinks(stated("inbox/data.csv"), ["data.csv"], "2026-06-01")).toEqual({
      wanted: [{ period: "2025-10", url: "inbox/data.csv", origin: "explicit" }],
      unplaced: [],
    });
  });

  test("a file is not also of the period that its name states", () => {
    const found = wantedLinks(stated("./inbox/a-2025-11.csv"), ["a-2025-11.csv"], "2026-06-01");
    expect(found.wanted.map((link) => link.period)).toEqual(["2025-10"]);
  });

  test("one address of one period is one link", () => {
    const url = "https://example.org/{yyyy}-{mm}.csv";
    const found = wantedLinks(
      {
        ...PUBLICATION,
        url,
        periods: { from: "2025-10", to: "2025-11", lag_days: 0 },
        urls: [
          { period: "2025-10", url: "https://example.org/2025-10.csv" },
          { period: "2025-10", url: "https://example.org/2025-10.csv" },
        ],
      },
      [],
      "2026-06-01",
    );
    expect(found.wanted.map((link) => [link.period, link.origin])).toEqual([
      ["2025-10", "explicit"],
      ["2025-11", "scheduled"],
    ]);
  });
});

describe("a schedule", () => {
  const due = (
    periods: NonNullable<PublicationConfig["periods"]>,
    today: string,
  ): readonly string[] =>
    wantedLinks(
      { ...PUBLICATION, url: "https://example.org/{yyyy}{mm}{dd}", periods },
      [],
      today,
    ).wanted.map((link) => link.period);

  test("the last day of the lag is the first on which a release is wanted", () => {
    const periods = { from: "2025-01", lag_days: 40 };
    expect(due(periods, "2025-03-11")).toEqual([]);
    expect(due(periods, "2025-03-12")).toEqual(["2025-01"]);
  });

  test("without a lag a period is due on its last day", () => {
    expect(due({ from: "2025-02", lag_days: 0 }, "2025-02-27")).toEqual([]);
    expect(due({ from: "2025-02", lag_days: 0 }, "2025-02-28")).toEqual(["2025-02"]);
  });

  test("it ends where it is said to end, and begins where it is said to begin", () => {
    expect(due({ from: "2025-01", to: "2025-02", lag_days: 0 }, "2030-01-01")).toEqual([
      "2025-01",
      "2025-02",
    ]);
    expect(due({ from: "2025-03", to: "2025-02", lag_days: 0 }, "2030-01-01")).toEqual([]);
    expect(due({ from: "2031-01", lag_days: 0 }, "2030-01-01")).toEqual([]);
  });

  test.each([
    ["2025-Q3", "2026-01-02", ["2025-Q3", "2025-Q4"]],
    ["FY2024-25-Q4", "2025-07-01", ["FY2024-25-Q4", "FY2025-26-Q1"]],
    ["FY2023-24", "2025-04-01", ["FY2023-24", "FY2024-25"]],
    ["2025-W52", "2026-01-11", ["2025-W52", "2026-W01", "2026-W02"]],
    ["2025-12-30", "2026-01-01", ["2025-12-30", "2025-12-31", "2026-01-01"]],
    ["2023", "2025-06-01", ["2023", "2024"]],
  ])("from %s until %s", (from, today, periods) => {
    expect(due({ from, lag_days: 0 }, today)).toEqual(periods);
  });
});

describe("templates", () => {
  test.each([
    ["{yyyy}{mm}{dd} {yy}", "2025-Q3", "20250701 25"],
    ["{month} {Month} {mon} {Mon}", "2025-05", "may May may May"],
    ["{q}", "2025-11", "4"],
    ["{fy}", "2025-03", "2024-25"],
    ["{fy}", "2025-04", "2025-26"],
    ["{fy}", "2099-12", "2099-00"],
    ["{yyyy}-w{ww}", "2026-W01", "2026-w01"], // begins on 29 December 2025
    ["{nothing} {}", "2025-11", "{nothing} {}"],
  ])("%s of %s is %s", (template, period, text) => {
    const parsed = parsePeriod(period);
    expect(parsed === null ? null : fillTemplate(template, parsed)).toBe(text);
  });
});

describe("schemes", () => {
  test.each([
    ["/tmp/a.csv", "/tmp/a.csv"],
    ["../a b%20c.csv", "../a b%20c.csv"],
    ["file:inbox/a%20b.csv", "inbox/a b.csv"],
    ["FILE:///tmp/a.csv", "/tmp/a.csv"],
    ["http://example.org/a", null],
    ["HTTPS://example.org/a", null],
  ])("%s", (url, path) => expect(localPathOf(url)).toBe(path));

  test.each([
    "data:text/csv,1",
    "DATA:text/csv,1",
    "ftp://example.org/a",
    "javascript:1",
    "s3://bucket/a",
    "file://another-host/a.csv",
    "file:///a%2Fb.csv",
    "file:a%.csv",
  ])("%s is refused", (url) => {
    expect(() => localPathOf(url)).toThrow(expect.objectContaining({ code: "URL_SCHEME" }));
  });
});
