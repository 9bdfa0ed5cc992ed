import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { DiffCounts, RowChange } from "../../src/model/vintage-diff.ts";
import { Series, SeriesServer } from "../support/series.ts";

interface Diff {
  readonly publication: string;
  readonly period: string;
  readonly sources: readonly {
    readonly source: string;
    readonly from: number;
    readonly to: number;
    readonly rows: readonly RowChange[];
    readonly counts: DiffCounts;
  }[];
}

let server: SeriesServer;
let series: Series;
beforeAll(async () => {
  server = await SeriesServer.start();
});
afterEach(() => series.close());
afterAll(() => server.close());

async function issued(...contents: readonly string[]): Promise<void> {
  series = await Series.make(server);
  await series.issue(...contents);
}

const DIFF = ["diff", "--pub", "trusts", "--period", "2025-01"] as const;
const diff = (...args: readonly string[]): Promise<Diff> =>
  series.home.json<Diff>(...DIFF, ...args);

const HEAD = "Code,Name,Beds,Rate";
const A = `${HEAD}\n001,North,10,1.5\n002,South,20,2.5\n003,West,*,3.5\n004,East,9007199254740993,4\n005,Isle,1,1\n`;
const B = `${HEAD}\n001,North,10,1.50\n002,South,*,2.25\n003,West,7,3.5\n004,East,9007199254740995,4\n006,Moor,2,2\n`;

describe("what changed between two vintages of a release", () => {
  test("rows that came or went, cells from and to and by how much, marks, to the last digit", async () => {
    await issued(A, B);
    const { sources } = await diff();
    expect(sources).toMatchObject([{ source: "trusts", from: 1, to: 2 }]);
    const [{ rows, counts } = { rows: [], counts: null }] = sources;
    const none = { from_marker: null, to_marker: null };
    expect(rows).toEqual([
      {
        change: "changed",
        kind: "data",
        period: null,
        key: { code: "002", name: "South" },
        row_from: 3,
        row_to: 3,
        cells: [
          { column: "beds", from: "20", from_marker: null, to: null, to_marker: "*", by: null },
          { column: "rate", from: "2.5", to: "2.25", by: "-0.25", ...none },
        ],
      },
      {
        change: "changed",
        kind: "data",
        period: null,
        key: { code: "003", name: "West" },
        row_from: 4,
        row_to: 4,
        cells: [
          { column: "beds", from: null, from_marker: "*", to: "7", to_marker: null, by: null },
        ],
      },
      {
        change: "changed",
        kind: "data",
        period: null,
        key: { code: "004", name: "East" },
        row_from: 5,
        row_to: 5,
        cells: [
          { column: "beds", from: "9007199254740993", to: "9007199254740995", by: "2", ...none },
        ],
      },
      expect.objectContaining({
        change: "added",
        key: { code: "006", name: "Moor" },
        row_from: null,
        row_to: 6,
      }),
      expect.objectContaining({
        change: "removed",
        key: { code: "005", name: "Isle" },
        row_from: 6,
        row_to: null,
      }),
    ]);
    expect(rows[3]?.cells.map((cell) => [cell.column, cell.from, cell.to])).toEqual([
      ["beds", null, "2"],
      ["rate", null, "2"],
    ]);
    expect(counts).toEqual({
      added: 1,
      removed: 1,
      changed: 3,
      columns: [
        { column: "beds", changed: 3, number_came: 1, number_went: 1 },
        { column: "rate", changed: 1, number_came: 0, number_went: 0 },
      ],
    });
    const { stdout } = await series.home.run(...DIFF);
    expect(stdout.trimEnd().split("\n")).toEqual([
      "trusts 2025-01: vintage 1 -> 2",
      "  ~ code 002, name South",
      "      beds: 20 -> *",
      "      rate: 2.5 -> 2.25 (-0.25)",
      "  ~ code 003, name West",
      "      beds: * -> 7",
      "  ~ code 004, name East",
      "      beds: 9007199254740993 -> 9007199254740995 (+2)",
      "  + code 006, name Moor: beds 2, rate 2",
      "  - code 005, name Isle: beds 1, rate 1",
      "3 rows changed, 1 added, 1 removed",
      "column  cells  now a number  now none",
      "------  -----  ------------  --------",
      "beds        3             1         1",
      "rate        1             0         0",
    ]);
  });

  test("provisional and final figures of one period are two vintages, and the two can be compared", async () => {
    series = await Series.make(server);
    await series.home.write("inbox/trusts-provisional-2025-01.csv", A);
    expect((await series.backfill()).exit).toBe(0);
    await series.home.write("inbox/trusts-final-2025-01.csv", B);
    expect((await series.backfill()).exit).toBe(0);
    expect(await series.rows("select vintage, is_current from ops.load order by 1")).toEqual([
      { vintage: 1, is_current: false },
      { vintage: 2, is_current: true },
    ]);
    expect((await diff()).sources[0]?.counts).toMatchObject({ added: 1, removed: 1, changed: 3 });
  });

  test("without a grain rows are a multiset; one that comes once less is gone once", async () => {
    const rows = ["North,1", "North,1", "South,2"];
    await issued(
      `Name,Beds\n${rows.join("\n")}\n`,
      `Name,Beds\n${rows.slice(1).join("\n")}\nWest,3\n`,
    );
    expect(await series.rows("select document->'grain' as grain from ops.contract")).toEqual([
      { grain: [] },
    ]);
    const [source] = (await diff()).sources;
    expect(source?.rows.map((row) => [row.change, row.key, row.cells.length])).toEqual([
      ["added", {}, 2],
      ["removed", {}, 2],
    ]);
    expect(source?.counts).toEqual({ added: 1, removed: 1, changed: 0, columns: [] });
  });

  test("a person sees the first 50 and the counts, JSON has every row", async () => {
    const long = (more: number): string =>
      `Code,Beds\n${Array.from({ length: 1234 }, (_none, at) => `R${at},${at + more}`).join("\n")}\n`;
    await issued(long(0), long(1));
    const { stdout } = await series.home.run(...DIFF);
    expect(stdout).toContain("and 1,184 more rows: --json has them all");
    expect(stdout).toContain("1,234 rows changed, 0 added, 0 removed");
    expect(stdout.split("\n").length).toBeLessThan(120);
    const [source] = (await diff()).sources;
    expect(source?.rows).toHaveLength(1234);
    expect(new Set(source?.rows.map((row) => row.cells[0]?.by))).toEqual(new Set(["1"]));
  });

  test("any two by number, one source alone, and after going back the other way round", async () => {
    await issued(A, B, A.replace("North,10", "North,11"));
    expect((await diff()).sources).toMatchObject([{ from: 2, to: 3 }]);
    expect((await diff("--to", "2")).sources).toMatchObject([{ from: 1, to: 2 }]);
    const [own] = (await diff("--source", "trusts", "--from", "1", "--to", "3")).sources;
    expect(own?.counts).toMatchObject({ added: 0, removed: 0, changed: 1 });
    await series.home.run("revert", "trusts", "--period", "2025-01", "--reason", "withdrawn");
    expect((await diff()).sources).toMatchObject([{ from: 3, to: 2 }]);
  });

  test("says what there is not, and which form an option belongs to", async () => {
    await issued(A);
    expect((await series.home.run(...DIFF)).stdout).toContain("Nothing to compare");
    expect(await diff()).toEqual({ publication: "trusts", period: "2025-01", sources: [] });
    for (const [args, words] of [
      [[...DIFF, "--source", "trusts", "--from", "4", "--json"], "has the vintages 1, not 4"],
      [[...DIFF, "--source", "nobody"], "nothing of nobody is loaded"],
      [["diff", "--pub", "trusts", "--period", "2024-01"], "nothing of trusts is loaded"],
      [["diff", "--pub", "trusts", "--source", "trusts"], "--source goes with --period"],
    ] as const) {
      const ran = await series.home.run(...args);
      expect([ran.code, ran.stdout, ran.stderr]).toEqual([2, "", expect.stringContaining(words)]);
    }
  });
});
