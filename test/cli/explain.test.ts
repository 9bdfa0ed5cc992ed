import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Citation, Cited } from "../../src/inquiry/cite/index.ts";
import { type GridRow, gridCsv, gridXlsx } from "../support/grid.ts";
import { changed, monthOf, Series, SeriesServer } from "../support/series.ts";
import { rawZip } from "../support/zip.ts";

const server = SeriesServer.start();
beforeAll(() => server);
afterAll(async () => (await server).close());

let series: Series;
afterEach(() => series.close());

async function load(name: string, content: string | Buffer): Promise<void> {
  series = await Series.make(await server);
  await series.home.write(`inbox/${name}`, content);
  const report = await series.backfill();
  expect(report.exit, JSON.stringify(report.releases)).toBe(0);
}

/** Every value that matches, all of them checked against their cells. */
async function cited(source: string, ...args: readonly string[]): Promise<readonly Citation[]> {
  const { citations } = await series.home.json<Cited>("explain", source, ...args);
  expect(citations.map((one) => one.check.status)).not.toContain("differs");
  return citations;
}

const brief = (one: Citation | undefined): readonly unknown[] => [
  one?.column,
  one?.value ?? one?.marker ?? null,
  one?.cell,
  one?.check.says,
];

const AREAS = ["Ashby", "Barrow", "Calder", "Derwent", "Eden", "Fylde"];

/** Areas with two counts, one of them suppressed. */
const table = (from: number): GridRow[] => [
  ["Area", "Admissions", "Beds"],
  ...AREAS.map((area, at): GridRow => [area, at === 2 ? "*" : from + at * 11, 5 + at]),
];

describe("a value is cited with its cell", () => {
  test("in a workbook, with everything that it comes from", async () => {
    const rows = [
      ["Table 3: care by area"],
      [],
      ...table(1200),
      [],
      ["* = suppressed: counts under 5"],
    ];
    await load("trusts-2025-01.xlsx", gridXlsx([{ name: "Table 3", rows }]));
    const source = "trusts_table_3";
    const [first] = await cited(source, "--where", "area=Barrow", "--column", "admissions");
    expect(first).toMatchObject({
      column: "admissions",
      value: "1211",
      marker: null,
      key: { area: "Barrow" },
      kind: "data",
      cell: "Table 3!B5",
      row: 5,
      header: "Admissions",
      file_name: "trusts-2025-01.xlsx",
      publication: "trusts",
      release: "2025-01",
      period: "2025-01",
      vintage: 1,
      is_current: true,
      load_id: "1",
      contract_version: 1,
      links: ["inbox/trusts-2025-01.xlsx"],
      check: { status: "agrees", cell: "1211", says: "checked: the cell holds 1211" },
    });
    const [part] = await series.rows<{ artifact: string; run_id: string }>(
      "select p.artifact, l.run_id from ops.part p join ops.load l using (load_id)",
    );
    expect(first).toMatchObject(part ?? {});
    const marked = await cited(source, "--where", "admissions=*");
    expect(marked.map(brief)).toEqual([
      ["admissions", "*", "Table 3!B6", "checked: the cell holds *"],
      ["beds", "7", "Table 3!C6", "checked: the cell holds 7"],
    ]);
    expect(marked[0]?.meaning).toMatchObject({
      kind: "suppressed",
      said_by: "publisher",
      said_in: "Table 3, row 11",
    });
    const long = await series.home.run("explain", source, "--where", "area=Calder");
    expect(long.stdout).toContain(
      "admissions = NULL, marked *: suppressed: counts under 5 (2025-01 area=Calder)",
    );
    const short = await series.home.run("explain", source, "--load", "1", "--row", "5", "--short");
    const lines = short.stdout.trim().split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(
      /^admissions = 1211 \| Table 3!B5 \| sha256 [0-9a-f]{64} \| inbox\/trusts-2025-01\.xlsx \| trusts 2025-01 vintage 1 \| load 1 \| run \S+ \| manifest 1 \| agrees$/,
    );
  });

  test("in a table that begins in column D", async () => {
    const rows = table(100).map((row): GridRow => [null, null, null, ...row]);
    await load(
      "trusts-2025-01.xlsx",
      gridXlsx([{ name: "Beds", rows: [[null, null, null, "Care by area"], [], ...rows] }]),
    );
    const [first] = await cited("trusts_beds", "--where", "area=Eden", "--column", "admissions");
    expect(brief(first)).toEqual(["admissions", "144", "Beds!E8", "checked: the cell holds 144"]);
  });

  test("in tables that stand side by side", async () => {
    const [left, right] = [table(100), table(900)];
    const rows = left.map((row, at): GridRow => [...row, null, null, ...(right[at] ?? [])]);
    await load("trusts-2025-01.xlsx", gridXlsx([{ name: "S", rows }]));
    const [one] = await cited("trusts_s", "--where", "area=Barrow", "--column", "admissions");
    const [two] = await cited(
      "trusts_s_table_2",
      "--where",
      "area=Barrow",
      "--column",
      "admissions",
    );
    expect([brief(one), brief(two)]).toEqual([
      ["admissions", "111", "S!B3", "checked: the cell holds 111"],
      ["admissions", "911", "S!G3", "checked: the cell holds 911"],
    ]);
  });

  test("in a table of periods in columns: the cell is that of the period", async () => {
    const months = ["Jan 2025", "Feb 2025", "Mar 2025", "Apr 2025"];
    const rows = [
      ["Area", ...months],
      ...AREAS.map((area, at): GridRow => [area, ...months.map((_month, m) => 100 * (m + 1) + at)]),
    ];
    await load("trusts-2025-04.xlsx", gridXlsx([{ name: "Trend", rows }]));
    const all = await cited("trusts_trend", "--where", "area=Calder");
    expect(all.map((one) => [one.period, ...brief(one)])).toEqual([
      ["2025-01", "value", "102", "Trend!B4", "checked: the cell holds 102"],
      ["2025-02", "value", "202", "Trend!C4", "checked: the cell holds 202"],
      ["2025-03", "value", "302", "Trend!D4", "checked: the cell holds 302"],
      ["2025-04", "value", "402", "Trend!E4", "checked: the cell holds 402"],
    ]);
    const [march] = await cited("trusts_trend", "--period", "2025-03", "--where", "area=Calder");
    expect(march).toMatchObject({ cell: "Trend!D4", header: "Mar 2025", release: "2025-04" });
    const quarter = await cited("trusts_trend", "--period", "2025-Q1", "--where", "area=Calder");
    expect(quarter.map((one) => one.period)).toEqual(["2025-01", "2025-02", "2025-03"]);
  });

  test("in a CSV with a preamble and quoted line breaks: the line of the file, and the record", async () => {
    const lines = [
      "Care by area,,",
      "Published in January,,",
      ",,",
      "Area,Admissions,Remark",
      'Ashby,"1,200","one\nand two\nand three"',
      "Barrow,1300,plain",
      'Calder,*,"a\r\nb"',
      "Derwent,1500,plain",
      "Eden,1600,plain",
    ];
    await load("trusts-2025-01.csv", `${lines.join("\n")}\n`);
    const all = await cited("trusts", "--where", "remark=plain");
    expect(all.map(brief)).toEqual([
      [
        "admissions",
        "1300",
        "trusts-2025-01.csv:8 (record 6), column 2 (Admissions)",
        "checked: the cell holds 1300",
      ],
      [
        "admissions",
        "1500",
        "trusts-2025-01.csv:11 (record 8), column 2 (Admissions)",
        "checked: the cell holds 1500",
      ],
      [
        "admissions",
        "1600",
        "trusts-2025-01.csv:12 (record 9), column 2 (Admissions)",
        "checked: the cell holds 1600",
      ],
    ]);
    const file = lines.join("\n").split(/\r\n|\n/);
    for (const one of all) {
      const line = Number(/:(\d+) /.exec(one.cell ?? "")?.[1]);
      expect(file[line - 1]).toContain(one.value);
    }
    const [first] = await cited("trusts", "--where", "admissions=1200");
    expect(brief(first)).toEqual([
      "admissions",
      "1200",
      "trusts-2025-01.csv:5, column 2 (Admissions)",
      "checked: the cell holds 1,200",
    ]);
  });

  test("in members of a ZIP, a CSV and a workbook", async () => {
    const zip = rawZip([
      { name: "data/north.csv", content: gridCsv({ rows: table(100) }) },
      {
        name: "data/book.xlsx",
        content: gridXlsx([{ name: "South", rows: [["South"], [], ...table(500)] }]),
      },
    ]);
    await load("trusts-2025-01.zip", zip);
    const [csv] = await cited("trusts_north", "--where", "area=Ashby", "--column", "admissions");
    const [book] = await cited("trusts_south", "--where", "area=Ashby", "--column", "admissions");
    expect([brief(csv), brief(book)]).toEqual([
      [
        "admissions",
        "100",
        "data/north.csv:2, column 2 (Admissions)",
        "checked: the cell holds 100",
      ],
      ["admissions", "500", "data/book.xlsx/South!B4", "checked: the cell holds 500"],
    ]);
    expect(book).toMatchObject({ file_name: "trusts-2025-01.zip", member: "data/book.xlsx" });
  });

  test("labels that stand once for a group, sections and totals say their own row", async () => {
    const rows: GridRow[] = [
      ["Region", "Area", "Admissions"],
      ["North", "Ashby", 10],
      [null, "Barrow", 20],
      [null, "Calder", 30],
      ["South", "Derwent", 40],
      [null, "Eden", 50],
      [null, "Fylde", 60],
      ["Total", null, 210],
    ];
    await load("trusts-2025-01.xlsx", gridXlsx([{ name: "S", rows }]));
    const all = await cited(
      "trusts_s",
      "--where",
      "area=Eden",
      "--column",
      "region",
      "area",
      "admissions",
    );
    expect(all.map(brief)).toEqual([
      ["region", "South", "S!A5", "checked: the cell holds South"],
      ["area", "Eden", "S!B6", "checked: the cell holds Eden"],
      ["admissions", "50", "S!C6", "checked: the cell holds 50"],
    ]);
    const [total] = await cited("trusts_s", "--load", "1", "--row", "8");
    expect(total).toMatchObject({
      kind: "total",
      value: "210",
      cell: "S!C8",
      check: { status: "agrees" },
    });
  });

  test("the label of a section says the row it stands in", async () => {
    const rows: GridRow[] = [
      ["Area", "Admissions", "Beds"],
      ["Adults", null, null],
      ...AREAS.map((area, at): GridRow => [area, 10 + at, 5 + at]),
      ["Children", null, null],
      ...AREAS.map((area, at): GridRow => [area, 70 + at, 3 + at]),
    ];
    await load("trusts-2025-01.xlsx", gridXlsx([{ name: "S", rows }]));
    const [label] = await cited(
      "trusts_s",
      "--where",
      "area=Eden and section=Children",
      "--column",
      "section",
    );
    expect(brief(label)).toEqual([
      "section",
      "Children",
      "S, row 9",
      "checked: the cell holds Children",
    ]);
  });
});

describe("what cannot be cited says so", () => {
  const rows = [["Care"], [], ...table(1200)];

  test("a cell that holds something else is exit 6, after it was shown", async () => {
    await load("trusts-2025-01.xlsx", gridXlsx([{ name: "S", rows }]));
    await series.rows("update bronze.trusts_s set admissions = 1212 where area = 'Barrow'");
    const ran = await series.home.run("explain", "trusts_s", "--where", "area=Barrow");
    expect(ran.code).toBe(6);
    expect(ran.stdout).toContain("the cell holds 1211, the table has 1212");
    expect(ran.stderr).toContain("CITATION_BROKEN: trusts_s.admissions: S!B5");
    await series.rows("update bronze.trusts_s set admissions_marker = null where area = 'Calder'");
    expect(
      (await series.home.run("explain", "trusts_s", "--where", "area=Calder")).stdout,
    ).toContain("the cell holds *, the table has nothing");
    await series.rows("update bronze.trusts_s set _row = 40 where area = 'Ashby'");
    expect((await series.home.run("explain", "trusts_s", "--where", "area=Ashby")).code).toBe(6);
  });

  test("an artifact that is gone is named, one with other bytes is exit 6", async () => {
    await load("trusts-2025-01.xlsx", gridXlsx([{ name: "S", rows }]));
    const [part] = await series.rows<{ artifact: string }>("select artifact from ops.part");
    const sha = part?.artifact ?? "";
    const path = `data/acquire/${sha.slice(0, 2)}/${sha}`;
    await series.home.remove(path);
    const [gone] = await cited("trusts_s", "--where", "area=Ashby");
    expect(gone).toMatchObject({
      cell: "S!B4",
      check: { status: "gone", says: "not checked: the artifact is gone from the store" },
    });
    await series.home.write(
      path,
      gridXlsx([{ name: "S", rows: [["Care 2"], [], ...table(1200)] }]),
    );
    const ran = await series.home.run("explain", "trusts_s", "--where", "area=Ashby");
    expect(ran.code).toBe(6);
    expect(ran.stderr).toContain("CITATION_BROKEN: the stored bytes have the sha256");
  });

  test("a load that was made before cells were kept says so", async () => {
    await load("trusts-2025-01.xlsx", gridXlsx([{ name: "S", rows }]));
    await series.rows("update ops.load set conservation = conservation #- '{parts,0,place}'");
    const [old] = await cited("trusts_s", "--where", "area=Ashby");
    expect(old).toMatchObject({ value: "1200", cell: null, check: { status: "unplaced" } });
  });

  test("a superseded vintage is cited from its own file, after a column was widened", async () => {
    await load("trusts-2025-01.xlsx", gridXlsx([{ name: "S", rows }]));
    await series.home.write(
      "inbox/trusts-2025-01.xlsx",
      gridXlsx([{ name: "S", rows: [["Care"], [], ...table(1200.5)] }]),
    );
    await series.backfill();
    const [old] = await cited("trusts_s", "--load", "1", "--row", "4", "--column", "admissions");
    const [now] = await cited("trusts_s", "--where", "area=Ashby", "--column", "admissions");
    expect(old).toMatchObject({
      value: "1200",
      vintage: 1,
      is_current: false,
      check: { status: "agrees" },
    });
    expect(now).toMatchObject({
      value: "1200.5",
      vintage: 2,
      is_current: true,
      check: { status: "agrees" },
    });
  });

  test("a filter is a filter and never SQL; what is unknown is named", async () => {
    await load("trusts-2025-01.xlsx", gridXlsx([{ name: "S", rows }]));
    const run = async (...args: readonly string[]): Promise<readonly [number | null, string]> => {
      const ran = await series.home.run("explain", "trusts_s", ...args);
      return [ran.code, ran.stdout + ran.stderr];
    };
    for (const [args, code, text] of [
      [["--where", "area=' or 1=1"], 2, "FILTER_INVALID"],
      [["--where", "area=Ashby' or '1'='1"], 0, "No current row of trusts_s matches"],
      [["--where", "area=x; drop table ops.load"], 0, "No current row"],
      [["--where", "area > 5"], 2, "FILTER_INVALID"],
      [
        ["--where", "are=Ashby"],
        2,
        "COLUMN_UNKNOWN: trusts_s has no column are; it has period, area, admissions, beds",
      ],
      [["--where", "beds=many"], 2, 'FILTER_INVALID: "many" is no bigint for beds'],
      [["--where", "area=Ashby", "--column", "bed"], 2, "COLUMN_UNKNOWN"],
      [["--load", "77", "--row", "4"], 2, "LOAD_UNKNOWN"],
      [["--load", "1"], 2, "USAGE"],
      [["--column", "beds"], 2, "USAGE: --column is about cited rows: give --where"],
      [["--short"], 2, "USAGE: --short is about cited rows"],
      [["--from", "2025-01"], 2, "unknown option '--from'"],
      [["--where", "beds=5.0 and admissions=1,200"], 0, "beds = 5"],
      [["--where", "admissions_marker=*"], 0, "Calder"],
      [["--period", "2025-02", "--where", "area=Ashby"], 0, "No current row"],
    ] as const) {
      const [exit, said] = await run(...args);
      expect([args, exit], said).toEqual([args, code]);
      expect(said).toContain(text);
    }
    expect(await series.rows("select count(*)::int as n from ops.load")).toEqual([{ n: 1 }]);
    expect((await run())[1]).toContain("trusts_s: Care");
  });

  test("a row that was set aside is named by its entry in quarantine", async () => {
    series = await Series.make(await server, "    quarantine: { rows: 1 }\n");
    await series.publishAll({
      "2025-01": { Activity: monthOf(1) },
      "2025-02": { Activity: changed(monthOf(2), 3, 3, "see the notes") },
    });
    const [entry] = await series.rows<{ id: string; load: string; row: number }>(
      `select quarantine_id::text as id, load_id::text as load, row::int as row
         from ops.quarantine where what = 'row'`,
    );
    const { id = "", load: number = "", row = 0 } = entry ?? {};
    const args = ["explain", "trusts_activity", "--load", number, "--row", String(row)] as const;
    const ran = await series.home.run(...args);
    expect([ran.code, ran.stdout.trim()]).toEqual([
      0,
      expect.stringMatching(
        new RegExp(
          `^Row ${row} \\(D${row}\\) was set aside, .*"see the notes".*: \`canonry quarantine show ${id}\`\\.$`,
        ),
      ),
    ]);
    expect((await series.home.run(...args, "--short")).stdout).toBe(ran.stdout);
    const other = await series.home.run("explain", "trusts_activity", "--load", "1", "--row", "99");
    expect(other.stdout).toContain("Load 1 of trusts_activity has no row 99.");
  });

  test("a published total is no row of the view, and how it is cited is said", async () => {
    const total = AREAS.reduce((sum, _area, at) => sum + 10 + at, 0);
    const areas = AREAS.map((area, at): GridRow => [area, 10 + at]);
    const table = [["Area", "Beds"], ...areas, ["Total", total]];
    await load("trusts-2025-01.xlsx", gridXlsx([{ name: "S", rows: table }]));
    const ran = await series.home.run("explain", "trusts_s", "--where", "area=Total");
    expect(ran.code).toBe(0);
    const command = "explain trusts_s --load 1 --row 8";
    expect(ran.stdout.trim()).toBe(
      `Row 8 is a published total of 2025-01, and no row of the view: cite it by \`canonry ${command}\`.`,
    );
    expect((await series.home.run(...command.split(" "))).stdout).toContain(`beds = ${total}`);
    const elsewhere = ["--where", "area=Total", "--period", "2025-02"];
    expect((await series.home.run("explain", "trusts_s", ...elsewhere)).stdout).toContain(
      "No current row of trusts_s matches.",
    );
  });

  test("of a source without measures every column is cited", async () => {
    const towns = AREAS.map((area): GridRow => [area, `${area} House`, "North"]);
    const rows = [["Area", "Office", "Region"], ...towns];
    await load("trusts-2025-01.xlsx", gridXlsx([{ name: "S", rows }]));
    const ran = await series.home.run("explain", "trusts_s", "--where", "area=Eden", "--short");
    const lines = ran.stdout.trim().split("\n");
    expect(lines.map((line) => line.split(" | ").slice(0, 2))).toEqual([
      ["area = Eden", "S!A6"],
      ["office = Eden House", "S!B6"],
      ["region = North", "S!C6"],
    ]);
  });

  test("at most 20 rows, and how many more there are", async () => {
    const many = Array.from({ length: 50 }, (_, at): GridRow => [`Area ${at}`, "North", at]);
    await load(
      "trusts-2025-01.xlsx",
      gridXlsx([{ name: "S", rows: [["Area", "Region", "Beds"], ...many] }]),
    );
    const found = await series.home.json<Cited>("explain", "trusts_s", "--where", "region=North");
    expect(found).toMatchObject({ matched: 50, rows: 20 });
    expect(found.citations).toHaveLength(20);
    const ran = await series.home.run("explain", "trusts_s", "--where", "region=North", "--short");
    expect(ran.stdout.trim().split("\n")).toHaveLength(21);
    expect(ran.stdout).toContain("30 more rows match.");
  });
});
