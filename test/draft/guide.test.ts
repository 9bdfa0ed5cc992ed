import { describe, expect, test } from "vitest";
import { LIMITS } from "../../src/model/limits.ts";
import type { TableGuide } from "../../src/model/publication.ts";
import { bytesOf } from "../../src/model/storage/bytes.ts";
import { type FileSeen, readFile } from "../../src/stages/draft/index.ts";

/** Two header rows of figures, which no finder tells from data, beside a block of working. */
const ROWS = [
  "Beds by ward,,,,workings,",
  "Ward,1,2,,9,9",
  "Ward,10,20,,9,9",
  "North,5,6,,9,9",
  "South,7,[c],,9,9",
  "Source: return",
];
const seen = (
  guides: readonly TableGuide[],
  rows = ROWS,
  file = "beds-2025-01.csv",
): Promise<FileSeen> =>
  readFile({ sha256: "0".repeat(64), file }, bytesOf(file, Buffer.from(`${rows.join("\n")}\n`)), {
    limits: LIMITS,
    guides,
  });

describe("what a person says of a sheet holds before the finder", () => {
  test("range and header rows; what stands outside are notes", async () => {
    const { regions, sheets } = await seen([{ range: "A2:C5", header_rows: 2 }]);
    expect(regions).toHaveLength(1);
    expect(regions[0]).toMatchObject({
      range: "A2:C5",
      header_rows: [2, 3],
      data_rows: [[4, 5]],
      title: "Beds by ward",
      quarantined: false,
    });
    expect(regions[0]?.columns.map((column) => column.header)).toEqual([
      ["Ward"],
      ["1", "10"],
      ["2", "20"],
    ]);
    expect(regions[0]?.columns[2]?.markers).toEqual({ "[c]": 1 });
    expect(regions[0]?.reasons[0]).toContain("publications.yaml");
    const claims: Readonly<Record<string, number>> = sheets[0]?.claims ?? {};
    expect(Object.values(claims).reduce((sum, cells) => sum + cells, 0)).toBe(sheets[0]?.cells);
  });

  test("a range without an end stays right next month, when there are more rows", async () => {
    const guide = { range: "A2:C", header_rows: 2 };
    const more = [...ROWS.slice(0, 5), "West,1,2,,9,9", "East,3,4,,9,9"];
    const { regions } = await seen([guide], more, "beds-2025-02.csv");
    expect(regions[0]).toMatchObject({ range: "A2:C7", data_rows: [[4, 7]] });
  });

  test("only a range: the finder looks within", async () => {
    const { regions } = await seen([{ range: "A3:C5" }]);
    expect(regions.map((region) => region.range)).toEqual(["A3:C5"]);
  });

  test("skip: no table, and nothing is held back", async () => {
    const { regions, sheets } = await seen([{ file: "beds-*.csv", skip: true }]);
    expect(regions).toEqual([]);
    expect(sheets[0]).toMatchObject({ quarantined: false });
    expect(sheets[0]?.reasons.join()).toContain("skip");
  });

  test("a range where no table is holds the sheet back", async () => {
    const { regions, sheets } = await seen([{ range: "H20:K30", header_rows: 1 }]);
    expect(regions).toEqual([]);
    expect(sheets[0]).toMatchObject({ quarantined: true });
  });

  test("a guide for other files or sheets says nothing here; the first that is like the sheet counts", async () => {
    const others = [
      { file: "staff-*", skip: true },
      { sheet: "*", skip: true },
    ];
    const free = await seen(others);
    expect(free).toEqual(await seen([]));
    const { regions } = await seen([{ file: "BEDS*", range: "A3:C5" }, { skip: true }]);
    expect(regions).toHaveLength(1);
  });

  test("unpivot: false keeps columns headed by periods as columns", async () => {
    const wide = ["Ward,2021,2022,2023", "North,5,6,7", "South,8,9,1", "West,2,3,4"];
    const roles = async (guides: readonly TableGuide[]): Promise<unknown> =>
      (await seen(guides, wide)).regions[0]?.columns.map((column) => column.role);
    expect(await roles([])).toEqual(["dimension", "period", "period", "period"]);
    expect(await roles([{ unpivot: false }])).toEqual([
      "dimension",
      "measure",
      "measure",
      "measure",
    ]);
  });

  test("unpivot: true makes rows of two columns headed by periods; of a table without any it holds the sheet back", async () => {
    const two = ["Ward,2021,2022", "North,5,6", "South,8,9", "West,2,3"];
    const roles = async (guides: readonly TableGuide[]): Promise<unknown> =>
      (await seen(guides, two)).regions[0]?.columns.map((column) => column.period ?? column.role);
    expect(await roles([])).toEqual(["dimension", "measure", "measure"]);
    expect(await roles([{ unpivot: true }])).toEqual(["dimension", "2021", "2022"]);
    const none = ["Ward,Beds,Staff", "North,5,6", "South,8,9", "West,2,3"];
    const [region] = (await seen([{ unpivot: true }], none)).regions;
    expect(region).toMatchObject({ quarantined: true });
    expect(region?.reasons[0]).toContain("unpivot");
  });

  test("what a person says of a table counts before stray texts that might be set aside", async () => {
    const figures = Array.from({ length: 60 }, (_none, at) => `Ward ${at},${at + 5},${at + 70}`);
    const rows = ["Ward,Beds,Staff", ...figures, "Last,about seven,9"];
    const [free] = (await seen([], rows)).regions;
    expect(free).toMatchObject({ quarantined: true, stray_cells: 1 });
    const [told] = (await seen([{ unpivot: true }], rows)).regions;
    expect(told).toMatchObject({ quarantined: true });
    expect(told).not.toHaveProperty("stray_cells");
  });
});
