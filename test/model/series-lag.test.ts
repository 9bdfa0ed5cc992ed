import { describe, expect, test } from "vitest";
import type { Ruling } from "../../src/model/manifest/drift.ts";
import type { Region, SourceContract } from "../../src/model/manifest/manifest.ts";
import { parsePeriod } from "../../src/model/period/period.ts";
import { newestPeriod } from "../../src/model/period/series-lag.ts";
import type { RegionRow } from "../../src/model/region-row.ts";
import { newestData } from "../../src/stages/canonicalize/newest-data.ts";
import { seriesDrift } from "../../src/stages/canonicalize/series-drift.ts";

/** Releases of a series with the newest data period of each, oldest first; the last is the one that is judged. */
type Ends = readonly (readonly [release: string, newest: string])[];

const CONTRACT = { code: "beds", coverage: "cumulative" } as SourceContract;
const REGION = { file: "beds.csv", member: null, fingerprint: "f" } as Region;

function asked(ends: Ends, rulings: readonly Ruling[] = [], contract = CONTRACT): unknown {
  const [period, newest] = ends.at(-1) ?? ["", ""];
  const earlier = ends
    .slice(0, -1)
    .map(([release, last]) => ({ period: release, newest: last, content: [release] }))
    .toReversed();
  const sight = { contract, regions: [REGION], period, newest, earlier, rulings };
  return seriesDrift(sight).map(({ before, after }) => `${before ?? ""} ${after ?? ""}`);
}

const months = (...lags: readonly number[]): Ends =>
  lags.map((lag, at) => [month(at), month(at - lag)] as const);
const month = (at: number): string => new Date(Date.UTC(2024, at, 1)).toISOString().slice(0, 7);

const letIn = (before: string, after: string): Ruling => ({
  id: "0",
  verdict: "approved",
  kind: "period_missing",
  source: "beds",
  before,
  after,
  by: "Ada",
  on: "2025-01-01",
});

describe("the newest data period of a release", () => {
  test.each<readonly [string, Ends, readonly string[]]>([
    ["its own in three releases, and then not", months(0, 0, 0, 1), ["2024-04 2024-03"]],
    ["two behind in three releases, then three", months(2, 2, 2, 3), ["2024-02 2024-01"]],
    ["an old file by far", months(0, 0, 0, 3), ["2024-04 2024-01"]],
    ["as ever", months(1, 1, 1, 1), []],
    ["newer than ever", months(2, 2, 2, 1), []],
    ["two releases make no habit", months(0, 0, 1), []],
    ["a first release", months(1), []],
    ["a lag that varies", months(0, 1, 0, 0, 0, 2), []],
    ["a release is missing between", [...months(0, 0, 0), ["2024-08", "2024-08"]], []],
    [
      "a yearly table in monthly releases",
      ["2024-04", "2024-05", "2024-06", "2024-07"].map((one) => [one, "2024-03"] as const),
      [],
    ],
    [
      "a quarterly table in monthly releases",
      [
        ["2024-03", "2024-Q1"],
        ["2024-04", "2024-Q1"],
        ["2024-05", "2024-Q1"],
        ["2024-06", "2024-Q2"],
        ["2024-07", "2024-Q2"],
      ].map(([release = "", newest = ""]) => [release, newest] as const),
      [],
    ],
    [
      "quarters whose last month is not there",
      [
        ["2024-Q1", "2024-03"],
        ["2024-Q2", "2024-06"],
        ["2024-Q3", "2024-09"],
        ["2024-Q4", "2024-11"],
      ].map(([release = "", newest = ""]) => [release, newest] as const),
      ["2024-12 2024-11"],
    ],
    [
      "weeks end as they fall",
      [
        ["2024-01", "2024-W04"],
        ["2024-02", "2024-W09"],
        ["2024-03", "2024-W12"],
        ["2024-04", "2024-W17"],
      ].map(([release = "", newest = ""]) => [release, newest] as const),
      [],
    ],
    [
      "weeks of the month before",
      [
        ["2024-01", "2024-W04"],
        ["2024-02", "2024-W09"],
        ["2024-03", "2024-W12"],
        ["2024-04", "2024-W12"],
      ].map(([release = "", newest = ""]) => [release, newest] as const),
      ["2024-04 2024-W12"],
    ],
  ])("%s", (_what, ends, questions) => {
    expect(asked(ends)).toEqual(questions);
  });

  test("a release that a person let in is no habit; two in a row are the new one, and end the old", () => {
    const rulings = [letIn("2024-04", "2024-03")];
    expect(asked(months(0, 0, 0, 1), rulings)).toEqual(["2024-04 2024-03"]);
    expect(asked(months(0, 0, 0, 1, 0, 1), rulings)).toEqual(["2024-06 2024-05"]);
    expect(asked(months(0, 0, 0, 1, 0, 1))).toEqual([]);
    expect(asked(months(0, 0, 0, 1, 1), rulings)).toEqual([]);
    expect(asked(months(0, 0, 0, 1, 2), rulings)).toEqual(["2024-05 2024-03"]);
  });

  test("a source of which each release holds its own period is none", () => {
    const contract = { ...CONTRACT, coverage: "period" } as const;
    expect(asked(months(0, 0, 0, 1), [], contract)).toEqual([]);
  });

  test("is the last to begin of those that are no longer than the release", () => {
    const february = parsePeriod("2025-02");
    expect(february).not.toBeNull();
    if (february === null) return;
    const periods = ["2024-12", "FY2024-25", "2025-01", "2025-Q1", "2025"];
    expect(newestPeriod(periods, february)).toBe("2025-01");
    expect(newestPeriod(["FY2024-25"], february)).toBeNull();
    expect(newestPeriod(["2025-02", "2025-02-01"], february)).toBe("2025-02-01");
  });

  test("is read from the rows where two columns make it, or one has too many values to be kept", async () => {
    const column = (header: string): object => ({ header: [header], name: header, role: "time" });
    const contract = (...time: readonly string[]): SourceContract => {
      const columns = ["year", "month"].map((name) => ({ name, headers: [name] }));
      return { ...CONTRACT, layout: "rows", time, columns } as unknown as SourceContract;
    };
    const region = { ...REGION, columns: ["year", "month"].map(column) } as unknown as Region;
    const cells = [
      ["2024", "November"],
      ["2025", "January"],
      ["2024", "December"],
    ];
    const rows = cells.map((texts) => ({ kind: "data", cells: texts.map((text) => ({ text })) }));
    async function* rowsOf(): AsyncIterable<readonly RegionRow[]> {
      yield rows as unknown as readonly RegionRow[];
    }
    expect(await newestData(contract("year", "month"), [region], "2025-02", rowsOf)).toBe(
      "2025-01",
    );
    expect(await newestData(contract("year"), [region], "FY2024-25", rowsOf)).toBe("2025");
  });
});
