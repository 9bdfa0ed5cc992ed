import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { BackfillReport } from "../../src/model/report.ts";
import type { GridCell } from "../support/grid.ts";
import { changed, Series, SeriesServer, type SeriesTable } from "../support/series.ts";

const REGIONS = [
  "North East",
  "North West",
  "Midlands",
  "East",
  "London",
  "South East",
  "South West",
];

/** Regions below England, which is their sum in every column. */
function england(month: number, measures: number, whole = "England"): SeriesTable {
  const names = ["Patients", "Visits", "Admissions"].slice(0, measures);
  const rows = REGIONS.map((region, at): GridCell[] => [
    region,
    ...names.map((_name, of) => 1_000 * (of + 1) + at * 137 + month * 11 + ((at * 7) % 5)),
  ]);
  const sums = names.map((_name, of) =>
    rows.reduce((sum, row) => sum + Number(row[of + 1] ?? 0), 0),
  );
  return { headers: ["Region", ...names], rows: [[whole, ...sums], ...rows] };
}

/** Totals that the publisher prints are checks of the rows that were loaded. */
describe("published totals", () => {
  let server: SeriesServer;
  let series: Series;
  beforeAll(async () => {
    server = await SeriesServer.start();
  });
  afterEach(() => series.close());
  afterAll(() => server.close());

  const months = async (
    tables: readonly SeriesTable[],
    config = "",
  ): Promise<BackfillReport["releases"]> => {
    series = await Series.make(server, config);
    const sheets = tables.map((Regions, at) => [`2025-0${at + 1}`, { Regions }] as const);
    return (await series.publishAll(Object.fromEntries(sheets))).releases;
  };

  const results = (period: string) =>
    series.rows<{ name: string; status: string; cells: string[]; expected: string }>(
      `select name, status, detail->'cells' as cells, detail->>'expected' as expected
         from ops.check_result join ops.load using (load_id)
        where period = '${period}' and is_current order by name`,
    );

  test("one that holds is kept with the load", async () => {
    await months([england(1, 3)]);
    expect(await results("2025-01")).toEqual([
      {
        name: "total 4",
        status: "passed",
        cells: [],
        expected: "row 4 (England) is the sum of rows 5-11",
      },
    ]);
  });

  test.each([
    ["raised", 700],
    ["lowered", -700],
  ])("one figure of a region %s: the break is told with its cell and how far", async (_way, by) => {
    const february = england(2, 3);
    const was = Number(february.rows[3]?.[2]);
    const [, release] = await months([england(1, 3), changed(february, 3, 2, was + by)]);
    expect(release?.status).toBe("loaded");
    const [total] = await results("2025-02");
    expect(total).toMatchObject({ name: "total 4", status: "broken" });
    expect(total?.cells[0]).toMatch(/^Regions!C4 says \d+, its parts add up to \d+ \(700 apart\)$/);
    const remark = release?.remarks.find((text) => text.includes("total 4"));
    expect(remark).toContain("Regions!C4");
  });

  test("a table of one figure, whose whole is then no longer seen as one, is told by what it was", async () => {
    const february = england(2, 1);
    const was = Number(february.rows[2]?.[1]);
    const [january, release] = await months([england(1, 1), changed(february, 2, 1, was + 900)]);
    expect(january?.sources[0]).toMatchObject({ rows_data: 7, rows_total: 1 });
    const [total] = await results("2025-02");
    expect(total).toMatchObject({ name: "total 4", status: "broken" });
    expect(total?.expected).toContain("(England)");
    expect(total?.cells[0]).toContain("Regions!B4");
    expect(release?.remarks.join()).toContain("(900 apart)");
  });

  test("a column that nothing says to be a sum is counted apart, with why and its cell", async () => {
    const january = england(1, 3);
    const was = Number(january.rows[3]?.[2]);
    const [release] = await months([changed(january, 3, 2, was + 700)]);
    const [check] = release?.sources[0]?.checks ?? [];
    expect(check).toMatchObject({
      ...{ name: "total 4", status: "passed" },
      detail: {
        figures: { held: 2, broken: 0, untold: 0, unasked: 1 },
        unasked: [{ count: 1, cells: ["Regions!C4"] }],
        found: expect.stringContaining(
          "2 figures hold, 0 do not, 0 cannot be told, 1 not asked (1 less than its rows add up to",
        ) as string,
      },
    });
    const [{ figures } = {}] = await series.rows<{ figures: unknown }>(
      "select detail->'figures' as figures from ops.check_result",
    );
    expect(figures).toEqual(check?.detail.figures);
  });

  test.each([
    ["Total", -900, "broken", "row 4 (Total) is the sum of rows 5-11"],
    ["Total", 900, "undecided", "row 4 (Total) is called a total, of rows 5-11"],
    ["All regions", -900, "broken", "row 4 (All regions), loaded as data, is the sum of rows 5-11"],
  ])("a first release whose %s is %i off is told: %s", async (whole, by, status, expected) => {
    const table = england(1, 1, whole);
    const was = Number(table.rows[2]?.[1]);
    const [release] = await months([changed(table, 2, 1, was + by)]);
    expect(await results("2025-01")).toMatchObject([{ name: "total 4", status, expected }]);
    const remark = release?.remarks.find((text) => text.includes(expected));
    expect(remark).toMatch(/Regions!B4 says \d+, its parts add up to \d+ \(900 apart\)/);
  });

  test("a row that only the place of its label makes a total, and that is not the sum of its rows, is told", async () => {
    const groups: readonly (readonly [string, readonly number[]])[] = [
      ["Income tax", [2_400, 600]],
      ["Excise", [210, 110, 150, 97]],
      ["Fines", [30, 12]],
      ["Levies", [40, 51, 22, 58, 30]],
    ];
    const rows = groups.flatMap(([group, parts]): GridCell[][] => [
      [group, null, group === "Fines" ? 77 : parts.reduce((sum, one) => sum + one, 0)],
      ...parts.map((one, at): GridCell[] => [null, `${group} ${"abcde"[at] ?? ""}`, one]),
    ]);
    const [release] = await months([
      { headers: ["Group", "Tax", "Receipts"], rows: [...rows, ["Customs", "Customs", 990]] },
    ]);
    const expected = "row 12 (Fines) is taken for a total by where its label stands, of rows 13-14";
    expect(await results("2025-01")).toContainEqual({
      ...{ name: "total 12", status: "undecided", expected },
      cells: ["Regions!C12 says 77, its parts add up to 42 (35 apart)"],
    });
    expect(release?.status).toBe("loaded");
    expect(release?.remarks).toEqual([expect.stringContaining(expected)]);
  });

  test("totals: quarantine holds for the only total of a first release", async () => {
    const table = changed(england(1, 1, "Total"), 2, 1, 200);
    const [release] = await months([table], "    totals: quarantine\n");
    expect(release?.status).toBe("quarantined");
    expect(release?.sources[0]?.reason).toMatch(/^CHECK_BROKEN.*Regions!B4/);
  });

  test("a measure beside an unpivoted column is no figure of a total, as often as its row comes", async () => {
    const years = ["2020", "2021", "2022", "2023", "2024"];
    const { rows } = england(1, 1, "Total");
    const wide = rows.map(([name = null, patients], at): GridCell[] => [
      name,
      ...years.map((_year, of) => Number(patients) + of * (at === 0 ? 70 : 10)),
      at === 0 ? 280 : 40,
    ]);
    await months([{ headers: ["Region", ...years, "Change"], rows: wide }]);
    const found = await series.rows<{ layout: string; figures: unknown }>(
      `select c.document->>'layout' as layout, r.detail->'figures' as figures
         from ops.check_result r, ops.contract c`,
    );
    const figures = { held: 5, broken: 0, untold: 0, unasked: 0 };
    expect(found).toEqual([{ layout: "unpivot", figures }]);
  });

  test("averages under the name of a total are not asked, and nobody is told to look", async () => {
    const { headers, rows } = england(1, 1, "Total");
    const means = rows.map(([name = null], at): GridCell[] => [
      name,
      at === 0 ? 3.4 : 2.6 + at / 5,
    ]);
    const [release] = await months([{ headers, rows: means }]);
    const [check] = release?.sources[0]?.checks ?? [];
    expect(check).toMatchObject({
      status: "undecided",
      detail: { figures: { untold: 0, unasked: 1 } },
    });
    expect(release?.remarks).toEqual([]);
  });

  test("totals: quarantine keeps the table out, and the period as it was", async () => {
    const february = england(2, 3);
    const releases = await months(
      [england(1, 3), changed(february, 3, 2, 9_999)],
      "    totals: quarantine\n",
    );
    expect(releases.map((one) => one.status)).toEqual(["loaded", "quarantined"]);
    expect(releases[1]?.sources[0]?.reason).toMatch(/^CHECK_BROKEN.*Regions!C4/);
    expect(await results("2025-02")).toEqual([]);
  });

  /** A month whose total was made with the real figure of a region, which shows a mark. */
  const withheld = (month: number, mark: string, real: number): SeriesTable => {
    const table = england(month, 3);
    const row = table.rows[2] ?? [];
    const total = (table.rows[0] ?? []).map((cell, at) =>
      at === 1 ? Number(cell) - Number(row[1]) + real : cell,
    );
    return changed({ ...table, rows: [total, ...table.rows.slice(1)] }, 2, 1, mark);
  };

  test.each([
    ["<5", 3, "passed"],
    ["<5", 400, "broken"],
    ["*", 400, "passed"],
  ] as const)("%s in place of %i: the column is %s by its interval", async (mark, real, status) => {
    await months([england(1, 3), withheld(2, mark, real)]);
    const [result] = await results("2025-02");
    expect(result?.status).toBe(status);
    if (status === "broken") expect(result?.cells[0]).toContain("Regions!B4");
  });

  test.each([
    ["could not be told", () => withheld(2, "*", 400)],
    ["did not hold", () => changed(england(2, 3), 2, 1, 9_999)],
  ])("a column that %s in one month is asked again in the next", async (_what, february) => {
    const march = england(3, 3);
    const was = Number(march.rows[2]?.[1]);
    await months([england(1, 3), february(), changed(march, 2, 1, was + 5_000)]);
    const [result] = await results("2025-03");
    expect(result?.status).toBe("broken");
    expect(result?.cells[0]).toContain("Regions!B4");
  });

  test("what a person says of a mark bounds it", async () => {
    await months([england(1, 3)]);
    const manifest = await series.manifest();
    const said = manifest.replace(
      /^( +)coverage: /m,
      '$1marker_meanings: { "*": "fewer than 5" }\n$1coverage: ',
    );
    expect(said).not.toBe(manifest);
    await series.home.write("manifests/canonical/trusts/trusts_canonical.yaml", said);
    await series.publish("2025-02", { Regions: withheld(2, "*", 400) });
    await series.backfill();
    const [result] = await results("2025-02");
    expect(result?.status).toBe("broken");
    expect(result?.cells[0]).toContain("Regions!B4");
  });
});
