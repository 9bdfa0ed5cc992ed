import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type GridCell, gridXlsx } from "../support/grid.ts";
import { Series, SeriesServer } from "../support/series.ts";

const server = SeriesServer.start();
beforeAll(() => server);
afterAll(async () => (await server).close());

let series: Series;
afterEach(() => series.close());

const csv = (...lines: readonly string[]): string => `${lines.join("\n")}\n`;

async function publish(period: string, content: string): Promise<void> {
  await series.home.write(`inbox/trusts-${period}.csv`, content);
}

/** Ten areas, with these cells in place of their counts. */
function areas(cells: Readonly<Record<number, string>>, ...notes: readonly string[]): string {
  const lines = Array.from(
    { length: 10 },
    (_, at) => `Area ${"ABCDEFGHIJ"[at] ?? ""},${cells[at] ?? String(20 + at * 3)},${7 + at}`,
  );
  return csv("Area,Patients,Visits", ...lines, ...(notes.length === 0 ? [] : ["", ...notes]));
}

const marks = (): Promise<object[]> =>
  series.rows(
    'select token, meaning, kind, said_by, said_in, load_id from ops.marker order by token collate "C"',
  );

describe("a value, its mark and its meaning", () => {
  test("suppressed, missing, zero, not applicable, provisional and empty stay apart", async () => {
    series = await Series.make(await server);
    const cells = { 0: "[c]", 1: "..", 2: "[low]", 3: "[z]", 4: "[p]", 5: "0", 6: "", 7: "<5" };
    await publish("2025-01", areas(cells));
    expect((await series.backfill()).exit).toBe(0);
    expect(
      await series.rows(
        `select patients::text, patients_marker as marker, patients_meaning as meaning,
                (select kind from ops.marker where token = patients_marker) as kind
           from silver.trusts order by area limit 9`,
      ),
    ).toEqual([
      { patients: null, marker: "[c]", meaning: "confidential", kind: "suppressed" },
      { patients: null, marker: "..", meaning: "not available", kind: "missing" },
      { patients: null, marker: "[low]", meaning: "rounds to zero", kind: "zero" },
      { patients: null, marker: "[z]", meaning: "not applicable", kind: "not_applicable" },
      { patients: null, marker: "[p]", meaning: "provisional", kind: "provisional" },
      { patients: "0", marker: null, meaning: null, kind: null },
      { patients: null, marker: null, meaning: null, kind: null },
      {
        patients: null,
        marker: "<5",
        meaning: "bounded: the exact number is withheld",
        kind: "bounded",
      },
      { patients: "44", marker: null, meaning: null, kind: null },
    ]);
    const unknown = await series.rows(
      `select patients_marker from bronze.trusts where patients_marker is not null
       except select token from ops.marker`,
    );
    expect(unknown).toEqual([]);
  });

  test("a number and its mark in one cell are both kept, cited and verified, in rows and in wide tables", async () => {
    series = await Series.make(await server);
    const marked: Readonly<Record<number, string>> = {
      0: "12 [p]",
      1: "1,234*",
      2: "13r",
      3: "[c]",
    };
    const area = (at: number): string => `Area ${"ABCDEFGHIJ"[at] ?? ""}`;
    const ten = Array.from({ length: 10 }, (_, at) => at);
    const book = (first: string): Buffer =>
      gridXlsx([
        {
          name: "Activity",
          rows: [
            ["Area", "Patients"],
            ...ten.map((at) => [area(at), (at === 0 ? first : marked[at]) ?? 20 + at]),
          ],
        },
        {
          name: "History",
          rows: [
            ["Area", "2023", "2024", "2025"],
            ...ten.map((at) => [area(at), 5 + at, 7 + at, marked[at] ?? 9]),
          ],
        },
      ]);
    await series.home.write("inbox/trusts-2025-01.xlsx", book("12 [p]"));
    expect((await series.backfill()).exit).toBe(0);
    const kept = [
      { n: "12", marker: "[p]", meaning: "provisional" },
      { n: "1234", marker: "*", meaning: "unknown" },
      { n: "13", marker: "r", meaning: "revised" },
      { n: null, marker: "[c]", meaning: "confidential" },
    ];
    const rowsOf = (column: string, from: string): Promise<object[]> =>
      series.rows(
        `select ${column}::text as n, ${column}_marker as marker, ${column}_meaning as meaning from ${from} order by area limit 4`,
      );
    expect(await rowsOf("patients", "silver.trusts_activity")).toEqual(kept);
    expect(await rowsOf("value", "silver.trusts_history where data_period = '2025'")).toEqual(kept);
    for (const [source, column, cell] of [
      ["trusts_activity", "patients", "Activity!B2"],
      ["trusts_history", "value", "History!D2"],
    ]) {
      const where = `area=Area A${source === "trusts_history" ? " and data_period=2025" : ""}`;
      const ran = await series.home.run("explain", source ?? "", "--where", where, "--short");
      expect(ran.stdout).toMatch(`${column} = 12, marked [p]: provisional | ${cell}`);
      expect(ran.stdout).toMatch(/agrees$/m);
    }
    const verified = await series.home.run("verify", "--deep");
    expect(verified.code).toBe(0);
    await series.home.write("inbox/trusts-2025-01.xlsx", book("12"));
    await series.backfill();
    const diff = await series.home.run("diff", "--pub", "trusts", "--period", "2025-01");
    expect(diff.stdout).toContain("patients: 12 [p] -> 12");
  });

  test("shares that are written out have the scale of their column, those with a mark are told, cited and verified", async () => {
    series = await Series.make(await server);
    const written = [
      "95%",
      "12.5%",
      "100%*",
      "<1%",
      "50%[c]",
      "12.5% r",
      "33%",
      "41%",
      "77%",
      "8%",
    ];
    const sheet = (name: string, cells: readonly GridCell[]) => ({
      name,
      rows: [["Area", "Share"], ...cells.map((cell, at): GridCell[] => [`Area ${at}`, cell])],
    });
    const shown = written.map((cell, at) => (at === 0 || at > 5 ? { percent: at / 10 } : cell));
    const book = gridXlsx([sheet("Written", written), sheet("Shown", shown)]);
    await series.home.write("inbox/trusts-2025-01.xlsx", book);
    const { exit, releases } = await series.backfill();
    expect(exit).toBe(0);
    expect(releases[0]?.remarks).toEqual(
      ["Written", "Shown"].map(
        (name) =>
          `trusts-2025-01.xlsx ${name}: column B: 3 cells hold a share with a mark (B4 holds "100%*"), which is kept whole as a mark, without a value`,
      ),
    );
    const rowsOf = (source: string): Promise<object[]> =>
      series.rows(
        `select share::text as n, share_marker as marker from silver.trusts_${source} order by area limit 6`,
      );
    const both = (first: string, second: string): object[] => [
      { n: first, marker: null },
      { n: second, marker: null },
      ...["100%*", "<1%", "50%[c]", "12.5% r"].map((marker) => ({ n: null, marker })),
    ];
    expect(await rowsOf("written")).toEqual(both("95", "12.5"));
    expect(await rowsOf("shown")).toEqual(both("0", "0.125"));
    for (const [source, area] of [
      ["written", "Area 2"],
      ["shown", "Area 2"],
      ["shown", "Area 1"],
    ]) {
      const where = `area=${area ?? ""}`;
      const ran = await series.home.run(
        "explain",
        `trusts_${source ?? ""}`,
        "--where",
        where,
        "--short",
      );
      expect(ran.stdout).toMatch(/agrees$/m);
      expect(ran.code).toBe(0);
    }
    expect((await series.home.run("verify", "--deep")).code).toBe(0);
    for (const [source, other] of [
      ["written", "0.125"],
      ["shown", "12.5"],
    ]) {
      const name = `trusts_${source ?? ""}`;
      await series.rows(`update bronze.${name} set share = ${other ?? ""} where area = 'Area 1'`);
      const ran = await series.home.run("explain", name, "--where", "area=Area 1", "--short");
      expect(ran.stdout).toMatch(/differs$/m);
    }
  });

  test("a code among the numbers of a known measure waits for a person, and a first time is told", async () => {
    series = await Series.make(await server);
    await publish("2025-01", areas({}));
    await series.backfill();
    await publish("2025-02", areas({ 4: "000" }));
    expect((await series.backfill()).exit).toBe(4);
    const [question] = await series.questions();
    expect(question?.drift).toMatchObject({
      kind: "column_retyped",
      evidence: 'patients was bigint; this release holds text: B6 holds "000"',
    });
    await series.close();
    series = await Series.make(await server);
    await publish("2025-01", areas({ 4: "000" }));
    expect((await series.backfill()).releases[0]?.remarks).toEqual([
      'trusts-2025-01.csv: column B is text and no number, since B6 holds "000"',
    ]);
  });

  test.each([
    ["date", (at: number) => `2024-03-${10 + at}`, { 7: "not yet" }, 'text: B9 holds "not yet"'],
    ["date", (at: number) => `2024-03-${10 + at}`, { 4: "[x]" }, 'text: B6 holds "[x]"'],
    [
      "timestamp",
      (at: number) => `2024-03-${10 + at} 09:30`,
      { 2: "noon", 5: "45" },
      'text: B4 holds "noon", B7 holds "45"',
    ],
    [
      "boolean",
      (at: number) => (at % 2 === 0 ? "Yes" : "No"),
      { 6: "maybe" },
      'text: B8 holds "maybe"',
    ],
    [
      "bigint",
      (at: number) => String(20 + at * 3),
      Object.fromEntries(
        Array.from({ length: 10 }, (_, at) => [at, at === 3 ? "2024-03-01" : `${at + 1}2kg`]),
      ),
      'text: B2 holds "12kg", B5 holds "2024-03-01"',
    ],
    [
      "numeric",
      (at: number) => `${at}.5`,
      Object.fromEntries(Array.from({ length: 10 }, (_, at) => [at, `2024-03-${10 + at}`])),
      'date: B2 holds "2024-03-10"',
    ],
  ])(
    "a %s that its column no longer holds waits, with its cells",
    async (type, usual, others, told) => {
      series = await Series.make(await server);
      const table = (cells: Readonly<Record<number, string>>): string =>
        csv(
          "Area,Seen,Visits",
          ...Array.from(
            { length: 10 },
            (_, at) => `Area ${"ABCDEFGHIJ"[at] ?? ""},${cells[at] ?? usual(at)},${7 + at}`,
          ),
        );
      await publish("2025-01", table({}));
      await publish("2025-02", table(others));
      expect((await series.backfill()).exit).toBe(4);
      const listed = await series.home.json<{ what: string; reason: string }[]>(
        "quarantine",
        "list",
      );
      expect(listed.map(({ what, reason }) => [what, reason])).toEqual([
        ["region", `column_retyped: seen was ${type}; this release holds ${told}`],
      ]);
    },
  );

  test("no table holds the meanings, no export carries them, the page of the source has them", async () => {
    series = await Series.make(await server);
    await publish("2025-01", areas({ 0: "*" }, "* = suppressed: counts under 5"));
    await series.backfill();
    expect(
      await series.rows(
        "select 1 from information_schema.columns where table_schema = 'bronze' and column_name like '%meaning'",
      ),
    ).toEqual([]);
    const pack = await series.home.read("data/exports/datapackage.json");
    expect(pack).toContain("patients_marker");
    expect(pack).not.toContain("patients_meaning");
    expect(await series.home.read("data/exports/trusts.md")).toContain(
      "| `*` | suppressed: counts under 5 | suppressed | publisher: file, row 13 |",
    );
  });

  test("a view that nobody asks for meanings does not look them up", async () => {
    series = await Series.make(await server);
    await publish("2025-01", areas({ 0: "*" }));
    await series.backfill();
    const plan = async (columns: string): Promise<string> =>
      JSON.stringify(await series.rows(`explain select ${columns} from silver.trusts`));
    expect(await plan("area, patients, patients_marker")).not.toContain("marker_source_token_pk");
    expect(await plan("count(*)")).not.toContain("marker m");
    expect(await plan("patients_meaning")).toContain("marker m");
  });

  test("the publisher's notes of another sheet say what a mark means, and where", async () => {
    series = await Series.make(await server);
    const rows = Array.from({ length: 8 }, (_, at) => [`Area ${at}`, at === 3 ? "[x]" : 10 + at]);
    const book = gridXlsx([
      { name: "Table 1", rows: [["Patients by area"], [], ["Area", "Patients"], ...rows] },
      { name: "Notes", rows: [["Notes"], ["Shorthand", "Meaning"], ["[x]", "data not supplied"]] },
    ]);
    await series.home.write("inbox/trusts-2025-01.xlsx", book);
    await series.backfill();
    expect(await marks()).toMatchObject([
      {
        token: "[x]",
        meaning: "data not supplied",
        kind: "missing",
        said_by: "publisher",
        said_in: "Notes, row 3",
      },
    ]);
  });

  test("the later notes count, notes before a convention, a person before all; nothing drifts", async () => {
    series = await Series.make(await server);
    const of = async (): Promise<unknown> =>
      (await marks()).map((one) => Object.values(one).slice(1, 4));
    await publish("2025-02", areas({ 0: "*" }, "* = suppressed: counts under 5"));
    await series.backfill();
    // An older release that explains it otherwise, and a later one that says nothing.
    await publish("2025-01", areas({ 0: "*" }, "* = not collected"));
    await publish("2025-03", areas({ 1: "*" }));
    await series.backfill();
    expect(await of()).toEqual([["suppressed: counts under 5", "suppressed", "publisher"]]);
    await publish("2025-04", areas({ 2: "*" }, "* = rounds to zero"));
    expect((await series.backfill()).releases.at(-1)?.reason).toBe("1 loaded");
    expect(await of()).toEqual([["rounds to zero", "zero", "publisher"]]);
    expect(await series.drift("2025-04")).toEqual([]);
    const path = "manifests/canonical/trusts/trusts_canonical.yaml";
    const manifest = await series.manifest();
    const said = manifest.replace(
      /^( +)coverage: /m,
      '$1marker_meanings: { "*": "not asked" }\n$1coverage: ',
    );
    expect(said).not.toBe(manifest);
    await series.home.write(path, said);
    await series.backfill();
    expect(await of()).toEqual([["not asked", "not_applicable", "person"]]);
    await publish("2025-05", areas({ 2: "*" }, "* = suppressed"));
    await series.backfill();
    expect(await of()).toEqual([["not asked", "not_applicable", "person"]]);
    expect(
      await series.rows(
        "select distinct patients_meaning as m from silver.trusts where patients is null",
      ),
    ).toEqual([{ m: "not asked" }]);
    await series.home.write(
      path,
      (await series.manifest()).replace(/^ +marker_meanings:.*\n(?: +"\*":.*\n)?/m, ""),
    );
    await series.backfill();
    expect(await of()).toEqual([["suppressed", "suppressed", "publisher"]]);
  });

  test("each row has the meaning of its own notes, and a re-issue of other notes is a vintage", async () => {
    series = await Series.make(await server);
    const meanings = (): Promise<object[]> =>
      series.rows(
        "select period, patients_meaning as meaning from silver.trusts where patients is null order by 1",
      );
    await publish("2025-01", areas({ 0: "*" }, "* = not collected"));
    await publish("2025-02", areas({ 0: "*" }, "* = rounds to zero"));
    await publish("2025-03", areas({ 0: "*" }));
    await series.backfill();
    expect(await meanings()).toEqual([
      { period: "2025-01", meaning: "not collected" },
      { period: "2025-02", meaning: "rounds to zero" },
      { period: "2025-03", meaning: "rounds to zero" },
    ]);
    expect(await series.home.read("data/exports/trusts.md")).toContain(
      "| `*` | not collected | missing | publisher: file, row 13 | 2025-01 |",
    );
    const cite = async (period: string): Promise<unknown> => {
      const request = ["explain", "trusts", "--period", period, "--where", "area=Area A", "--json"];
      const { citations } = JSON.parse((await series.home.run(...request)).stdout);
      return citations[0].meaning;
    };
    expect(await cite("2025-01")).toMatchObject({
      meaning: "not collected",
      said_in: "file, row 13",
    });
    const elsewhere = { kind: "zero", said_in: "file, row 13, release 2025-02" };
    expect(await cite("2025-03")).toMatchObject(elsewhere);
    await publish("2025-01", areas({ 0: "*" }, "* = confidential"));
    await series.backfill();
    expect(await series.rows("select vintage from ops.load where period = '2025-01'")).toHaveLength(
      2,
    );
    expect((await meanings())[0]).toEqual({ period: "2025-01", meaning: "confidential" });
    const told = await series.home.run("diff", "--pub", "trusts", "--period", "2025-01");
    expect(told.stdout).toContain("* means: not collected -> confidential");
    await series.home.run(
      "revert",
      "--pub",
      "trusts",
      "--period",
      "2025-01",
      "--by",
      "Ada",
      "--reason",
      "x",
    );
    expect((await meanings())[0]).toEqual({ period: "2025-01", meaning: "not collected" });
    expect((await series.home.run("verify", "--deep")).code).toBe(0);
  });

  test("the view keeps the order of its columns while marks and columns come", async () => {
    series = await Series.make(await server);
    const columns = async (): Promise<string> =>
      (
        await series.rows<{ name: string }>(
          `select column_name as name from information_schema.columns where table_schema = 'silver'
              and table_name = 'trusts' and column_name !~ '^(_|period)' order by ordinal_position`,
        )
      )
        .map((row) => row.name)
        .join(" ");
    await publish("2025-01", areas({}));
    await series.backfill();
    expect(await columns()).toBe("area patients visits");
    await series.rows("create view public.mine as select area, visits from silver.trusts");
    await publish("2025-02", areas({ 0: "*" }));
    await series.backfill();
    expect(await columns()).toBe("area patients visits patients_marker patients_meaning");
    const more = areas({ 0: "*" })
      .replaceAll(/^(Area,.*)$/gm, "$1,Beds")
      .replaceAll(/^(Area .*,)(\d+)$/gm, "$1$2,$2");
    await publish("2025-03", more);
    expect((await series.backfill()).exit).toBe(0);
    expect(await columns()).toBe("area patients visits patients_marker patients_meaning beds");
    // A view as an older version made it gets its meanings with the next load, at its end.
    await series.rows("drop view public.mine");
    const [old] = await series.rows<{ sql: string }>(
      "select pg_get_viewdef('silver.trusts'::regclass) as sql",
    );
    const without = (old?.sql ?? "").replace(/CASE\s+WHEN[\s\S]*?END AS patients_meaning,\s*/, "");
    await series.rows("drop view silver.trusts");
    await series.rows(`create view silver.trusts as ${without}`);
    expect(await columns()).toBe("area patients visits patients_marker beds");
    await publish("2025-04", more);
    expect((await series.backfill()).exit).toBe(0);
    expect(await columns()).toBe("area patients visits patients_marker beds patients_meaning");
  });

  test("headers that are called as marks and meanings are get names of their own", async () => {
    series = await Series.make(await server);
    await publish(
      "2025-01",
      csv("Area,Beds,Beds marker,Beds meaning", "A,*,x1,1", "B,5,x2,2", "C,7,x3,3", "D,9,x4,4"),
    );
    expect((await series.backfill()).exit).toBe(0);
    expect(await series.rows("select * from silver.trusts order by area limit 1")).toMatchObject([
      {
        beds: null,
        beds_marker: "*",
        beds_marker_value: "x1",
        beds_meaning: "suppressed",
        beds_meaning_value: 1,
      },
    ]);
    const path = "manifests/canonical/trusts/trusts_canonical.yaml";
    await series.home.write(
      path,
      (await series.manifest()).replace("name: beds_meaning_value", "name: beds_meaning"),
    );
    const ran = await series.home.run("backfill");
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(
      /MANIFEST_INVALID: two columns of trusts would be called beds_meaning/,
    );
  });
});

describe("what a table holds is what was published", () => {
  test("counts of 64 bits and decimals are exact in the database", async () => {
    series = await Series.make(await server);
    await publish(
      "2025-01",
      csv(
        "Code,Pence,Rate",
        "007,9223372036854775807,0.1",
        "010,-9223372036854775808,123456789012345678.123456789",
        '100,"9,007,199,254,740,993",1E-7',
      ),
    );
    expect((await series.backfill()).exit).toBe(0);
    expect(
      await series.rows("select code, pence::text, rate::text from silver.trusts order by 1"),
    ).toEqual([
      { code: "007", pence: "9223372036854775807", rate: "0.1" },
      { code: "010", pence: "-9223372036854775808", rate: "123456789012345678.123456789" },
      { code: "100", pence: "9007199254740993", rate: "0.0000001" },
    ]);
  });

  test("a dimension keeps every code, marks among them", async () => {
    series = await Series.make(await server);
    const codes = [
      "A",
      "B",
      "C",
      "X",
      "Z",
      "Unknown",
      "Not known",
      "*",
      "-",
      "[c]",
      "NA",
      "NULL",
      "None",
    ];
    await publish(
      "2025-01",
      csv("Ethnic category,Patients", ...codes.map((code, at) => `${code},${100 + at}`)),
    );
    expect((await series.backfill()).exit).toBe(0);
    const rows = await series.rows<{ code: string }>(
      "select ethnic_category as code from silver.trusts order by patients",
    );
    expect(rows.map((row) => row.code)).toEqual(codes);
    expect(await marks()).toEqual([]);
  });

  test("one text in a hundred thousand values waits for a person; approved, the row is set aside", async () => {
    series = await Series.make(await server);
    const lines = Array.from(
      { length: 100_000 },
      (_, at) => `${at + 1},North,${at === 54_321 ? "about twelve" : at % 83}`,
    );
    await publish("2025-01", csv("Id,Area,Patients", ...lines));
    const report = await series.backfill();
    expect(report.exit).toBe(4);
    expect(report.releases[0]?.sources[0]?.reason).toContain(
      'record 54323, column 3 (Patients) "about twelve"',
    );
    expect(await series.rows("select count(*)::int as n from ops.load")).toEqual([{ n: 0 }]);
    const [question] = await series.questions();
    expect((await series.answer("approve", question?.id ?? "")).code).toBe(0);
    expect(
      await series.rows(
        "select count(*)::int as n, min(patients)::int as least from silver.trusts",
      ),
    ).toEqual([{ n: 99_999, least: 0 }]);
    expect(await series.rows("select row, cell, raw from ops.quarantine")).toEqual([
      { row: 54323, cell: "C54323", raw: ["54322", "North", "about twelve"] },
    ]);
  });

  test("a type widens in the tenth period, and the nine before keep their values", async () => {
    series = await Series.make(await server);
    const month = (n: number, count: string, day: string): [string, string] => [
      `2025-${String(n).padStart(2, "0")}`,
      csv("Code,Census day,Patients", `A,${day},${count}`, `B,${day},7`, `C,${day},9`),
    ];
    for (let n = 1; n <= 9; n++) await publish(...month(n, String(n), `0${n}/01/2025`));
    await publish(...month(10, "40000.5", "10/01/2025"));
    const report = await series.backfill();
    expect(report.exit).toBe(0);
    expect(await series.drift("2025-10")).toContain("column_retyped");
    const rows = await series.rows<{ n: string }>(
      "select patients::text as n from silver.trusts where code = 'A' order by period",
    );
    expect(rows.map((row) => row.n)).toEqual([
      "1",
      "2",
      "3",
      "4",
      "5",
      "6",
      "7",
      "8",
      "9",
      "40000.5",
    ]);
    const days = await series.rows<{ day: string }>(
      "select census_day::text as day from silver.trusts where code = 'A' order by period limit 2",
    );
    expect(days.map((row) => row.day)).toEqual(["2025-01-01", "2025-01-02"]);
  });

  test("provisional and final figures of one period are two vintages", async () => {
    series = await Series.make(await server);
    await publish("2025-01", areas({}, "Figures are provisional"));
    await series.backfill();
    await publish("2025-01", areas({ 0: "21" }, "Figures are final"));
    await series.backfill();
    expect(await series.rows("select vintage, is_current from ops.load order by 1")).toEqual([
      { vintage: 1, is_current: false },
      { vintage: 2, is_current: true },
    ]);
  });

  test("a column that is empty from top to bottom is an alarm: in the report, the status and the drift", async () => {
    series = await Series.make(await server);
    const ghost = (cells: (at: number) => string): string =>
      csv(
        "Area,Patients,Deaths",
        ...Array.from({ length: 6 }, (_, at) => `Area ${at},${10 + at},${cells(at)}`),
      );
    await publish(
      "2025-01",
      ghost((at) => String(at)),
    );
    await publish(
      "2025-02",
      ghost(() => ""),
    );
    const report = await series.backfill();
    const [, february] = report.releases;
    expect(february?.reason).toBe("1 loaded, column deaths is empty");
    expect(february?.remarks.join()).toContain(
      'trusts: column deaths is empty: "Deaths" has no value in this release',
    );
    const status = await series.home.run("status", "--list");
    expect(status.stdout).toContain("column deaths is empty");
    expect(await series.drift("2025-02")).toEqual(["column_empty"]);
    // Nothing but marks is not nothing.
    await publish(
      "2025-03",
      ghost(() => "*"),
    );
    expect((await series.backfill()).releases.at(-1)?.reason).not.toContain("empty");
  });

  test("a header over nothing in the first release makes no column, and is told", async () => {
    series = await Series.make(await server);
    await publish("2025-01", csv("Area,Patients,Deaths", "A,1,", "B,2,", "C,3,", "D,4,"));
    const [release] = (await series.backfill()).releases;
    expect(release?.reason).toBe("1 loaded, column deaths is empty");
    expect(
      await series.rows("select 1 from information_schema.columns where column_name = 'deaths'"),
    ).toEqual([]);
  });
});
