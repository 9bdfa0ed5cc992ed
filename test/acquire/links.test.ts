import { describe, expect, test } from "vitest";
import { parsePeriod } from "../../src/model/period.ts";
import type { PublicationConfig } from "../../src/model/publication.ts";
import { localPathOf } from "../../src/stages/acquire/apply.ts";
import { fillTemplate, wantedLinks } from "../../src/stages/acquire/links.ts";
import { placeFile } from "../../src/stages/acquire/place-file.ts";

const PUBLICATION: PublicationConfig = {
  code: "waits",
  name: "Waits",
  canonical_manifest: "manifests/canonical/waits/waits_canonical.yaml",
  urls: [],
  files: { include: [], exclude: [] },
  drift: "evolve",
  recheck_days: 35,
};

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
