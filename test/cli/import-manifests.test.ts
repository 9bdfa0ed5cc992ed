import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { readYaml } from "../../src/formats/yaml.ts";
import { LIMITS } from "../../src/model/limits.ts";
import type { CanonicalManifest } from "../../src/model/manifest/manifest.ts";
import type { BackfillReport } from "../../src/model/report.ts";
import type { ImportReport } from "../../src/pipeline/manifests/import-manifests.ts";
import { gridXlsx } from "../support/grid.ts";
import type { Home } from "../support/home.ts";
import { type MadeSource, periodManifest } from "../support/period-manifest.ts";
import { SeriesServer } from "../support/series.ts";

const CONFIG =
  "publications:\n  clinics:\n    name: Clinics\n    folder: inbox\n  beds:\n    name: Beds\n    folder: beds\n";
const PATH = "manifests/canonical/clinics/clinics_canonical.yaml";

const WAITS: MadeSource = {
  code: "clinic_waiting_list",
  name: "Waiting list by clinic",
  file: "Clinics Aug25.xlsx",
  sheet: "Table 1",
  columns: [
    ["Clinic code", "site_code"],
    ["Clinic name", "site_name"],
    ["Waiting up to 13 weeks", "waiting_short_count", "integer"],
    ["Waiting over 13 weeks", "waiting_long_count", "integer"],
  ],
};
/** A header was changed, and a column came. */
const WAITS_LATER: MadeSource = {
  ...WAITS,
  file: "Clinics Nov25.xlsx",
  columns: [
    ["Clinic code", "site_code"],
    ["Clinic name", "site_name"],
    ["Waiting up to 12 weeks", "waiting_short_count", "integer"],
    ["Waiting over 13 weeks", "waiting_long_count", "double precision"],
    ["Closed in month", "closed_count", "integer"],
  ],
};
const SERIES: MadeSource = {
  code: "clinic_staff_history",
  name: "Staff over time",
  file: "Clinics Aug25.xlsx",
  sheet: "Table 2",
  columns: [
    ["Role", "staff_role"],
    ["2022-23", "staff_2022_23", "integer"],
    ["2023-24", "staff_2023_24", "integer"],
    ["2024-25", "staff_2024_25", "integer"],
  ],
};
/** As most manifests of a first load have it. */
const UNTOLD: MadeSource = {
  code: "clinic_notes_by_region",
  file: "Clinics Aug25.xlsx",
  sheet: "Table 3",
};

/** Clinics A, B and C over two months; the series repeats its history. */
function workbook(month: "Aug" | "Nov"): Buffer {
  const late = month === "Nov";
  const counts = [11, 22, 33];
  return gridXlsx([
    {
      name: "Table 1",
      rows: [
        [
          "Clinic code",
          "Clinic name",
          late ? "Waiting up to 12 weeks" : "Waiting up to 13 weeks",
          "Waiting over 13 weeks",
          ...(late ? ["Closed in month"] : []),
        ],
        ...counts.map((n, at) => [`C0${at}`, `Clinic ${at}`, n, n * 2, ...(late ? [n + 1] : [])]),
      ],
    },
    {
      name: "Table 2",
      rows: [
        ["Role", "2022-23", "2023-24", "2024-25", ...(late ? ["2025-26"] : [])],
        ...["Nurse", "Doctor", "Clerk"].map((role, at) => [
          role,
          4 + at,
          5 + at,
          6 + at,
          ...(late ? [7 + at] : []),
        ]),
      ],
    },
    {
      name: "Table 3",
      rows: [
        ["Region", "Letters sent"],
        ...["North", "South", "East"].map((one, at) => [one, 100 + at]),
      ],
    },
  ]);
}

let server: SeriesServer;
beforeAll(async () => {
  server = await SeriesServer.start();
});
afterAll(() => server.close());
const homes: Home[] = [];
afterEach(async () => {
  for (const home of homes.splice(0)) await home.close();
});

async function homeWith(files: Readonly<Record<string, string>>): Promise<Home> {
  const home = await server.makeHome(CONFIG);
  homes.push(home);
  await home.write("inbox/.keep", "");
  await home.write("beds/.keep", "");
  for (const [name, text] of Object.entries(files)) await home.write(`old/${name}`, text);
  return home;
}

const twoMonths = (): Promise<Home> =>
  homeWith({
    "clinics/clinics_aug25_canonical.yaml": periodManifest("2025-08", [WAITS, SERIES, UNTOLD]),
    "clinics/clinics_nov25_canonical.yaml": periodManifest("2025-11", [
      WAITS_LATER,
      SERIES,
      UNTOLD,
    ]),
    "README.md": "not a manifest",
  });

const manifestOf = async (home: Home): Promise<CanonicalManifest> =>
  readYaml(await home.read(PATH), { file: PATH, limits: LIMITS, code: "MANIFEST_INVALID" })
    .value as CanonicalManifest;

describe("import-manifests", () => {
  test("one manifest out of several: a column a name, with every header, since when, and what may be absent", async () => {
    const home = await twoMonths();
    const ran = await home.run("import-manifests", "old");
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    expect(ran.stdout).toMatch(/^clinics +written +2 +2025-08 to 2025-11 +3 +9 /m);
    const manifest = await manifestOf(home);
    expect(manifest.sources.map((one) => one.code)).toEqual([
      "clinic_waiting_list",
      "clinic_staff_history",
      "clinic_notes_by_region",
    ]);
    const [waits] = manifest.sources;
    expect(waits).toMatchObject({
      title: "Waiting list by clinic",
      first_period: "2025-08",
      provisional: true,
    });
    expect(waits?.match).toEqual({ sheets: ["Table 1"], files: ["clinics"], number: 1 });
    expect(waits?.columns.map((one) => [one.name, one.headers, one.first_period])).toEqual([
      ["site_code", ["Clinic code"], "2025-08"],
      ["site_name", ["Clinic name"], "2025-08"],
      ["waiting_short_count", ["Waiting up to 13 weeks", "Waiting up to 12 weeks"], "2025-08"],
      ["waiting_long_count", ["Waiting over 13 weeks"], "2025-08"],
      ["closed_count", ["Closed in month"], "2025-11"],
    ]);
    expect(ran.stdout).toMatch(
      /clinics_nov25_canonical.yaml:\d+: clinic_waiting_list: waiting_long_count is numeric here and bigint in /,
    );
  });

  test("the first release is matched to what was imported: codes and names stay, the data settle the rest", async () => {
    const home = await twoMonths();
    expect((await home.run("import-manifests", "old")).code).toBe(0);
    await home.write("inbox/Clinics Aug25.xlsx", workbook("Aug"));
    await home.write("inbox/Clinics Nov25.xlsx", workbook("Nov"));
    const report = await home.json<BackfillReport>("backfill");
    expect(report.releases.map((one) => [one.period, one.status, one.reason])).toEqual([
      ["2025-08", "loaded", "3 loaded"],
      ["2025-11", "loaded", "3 loaded"],
    ]);
    expect(report.exit).toBe(0);
    const manifest = await manifestOf(home);
    expect(
      manifest.sources.map((one) => [one.code, one.provisional, one.layout, one.coverage]),
    ).toEqual([
      ["clinic_waiting_list", undefined, "rows", "period"],
      ["clinic_staff_history", undefined, "unpivot", "cumulative"],
      ["clinic_notes_by_region", undefined, "rows", "period"],
    ]);
    expect(manifest.sources[0]?.columns[2]).toMatchObject({
      name: "waiting_short_count",
      type: "bigint",
      role: "measure",
      description: "The waiting_short_count.",
      said_by: "canonical",
    });
    const url = await home.address();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const rows = async (sql: string): Promise<unknown[]> => (await client.query(sql)).rows;
    try {
      expect(
        await rows(
          "select period, sum(waiting_short_count)::int a, sum(waiting_long_count)::int b, sum(closed_count)::int c from silver.clinic_waiting_list group by 1 order by 1",
        ),
      ).toEqual([
        { period: "2025-08", a: 66, b: 132, c: null },
        { period: "2025-11", a: 66, b: 132, c: 69 },
      ]);
      // The series repeats its history: each year once, from the latest issue.
      expect(
        await rows(
          "select period, sum(value)::int n from silver.clinic_staff_history group by 1 order by 1",
        ),
      ).toEqual([
        { period: "FY2022-23", n: 15 },
        { period: "FY2023-24", n: 18 },
        { period: "FY2024-25", n: 21 },
        { period: "FY2025-26", n: 24 },
      ]);
      expect(await rows("select code from ops.source order by 1")).toEqual([
        { code: "clinic_notes_by_region" },
        { code: "clinic_staff_history" },
        { code: "clinic_waiting_list" },
      ]);
    } finally {
      await client.end();
    }
    // Imported again: what a release settled stays; nothing is to be done.
    const again = await home.json<ImportReport>("import-manifests", "old");
    expect(again.publications.map((one) => one.status)).toEqual(["unchanged"]);
    expect((await home.json<BackfillReport>("backfill")).releases.map((one) => one.status)).toEqual(
      ["unchanged", "unchanged"],
    );
  });

  test("a release without an imported source that it should have is held; one that may be absent is not missed", async () => {
    const home = await homeWith({
      "clinics_aug25_canonical.yaml": periodManifest("2025-08", [WAITS, SERIES]),
      "clinics_nov25_canonical.yaml": periodManifest("2025-11", [WAITS_LATER]),
    });
    const ran = await home.run("import-manifests", "old");
    expect(ran.stdout).toContain("clinic_staff_history: not in 2025-11: it may be absent");
    await home.write(
      "inbox/Clinics Aug25.xlsx",
      gridXlsx([
        {
          name: "Table 2",
          rows: [
            ["Role", "2023-24", "2024-25"],
            ["Nurse", 5, 6],
            ["Doctor", 6, 7],
            ["Clerk", 7, 8],
          ],
        },
      ]),
    );
    const report = await home.json<BackfillReport>("backfill");
    expect(report.releases[0]?.sources.map((one) => [one.source, one.status])).toEqual([
      ["clinic_staff_history", "loaded"],
      ["clinic_waiting_list", "held"],
    ]);
  });

  test("--dry-run writes nothing; a manifest that says something else is refused, and --force adds", async () => {
    const home = await twoMonths();
    const dry = await home.json<ImportReport>("import-manifests", "old", "--dry-run");
    expect(dry.publications.map((one) => one.status)).toEqual(["planned"]);
    expect(await home.snapshot("manifests")).toEqual({});
    await home.write("inbox/clinics-2025-07.csv", "Town,Doors\nA,1\nB,2\n");
    expect((await home.run("backfill")).code).toBe(0);
    const before = await home.read(PATH);
    const refused = await home.run("import-manifests", "old");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain("MANIFEST_EXISTS: clinics has a manifest of version 1");
    expect(await home.read(PATH)).toBe(before);
    expect((await home.run("import-manifests", "old", "--force")).code).toBe(0);
    const manifest = await manifestOf(home);
    expect(manifest.version).toBe(2);
    expect(manifest.sources.map((one) => one.code)).toEqual([
      "clinics",
      "clinic_waiting_list",
      "clinic_staff_history",
      "clinic_notes_by_region",
    ]);
    expect(manifest.history.at(-1)).toMatchObject({ by: "import" });
    const { repaired } = await home.json<BackfillReport>("backfill");
    expect(repaired.map((one) => one.reason)).toContain(
      "the file is at version 2, the database at 1",
    );
  });

  test("what cannot be reconciled is left out, with file and line, and exits 3", async () => {
    const other: MadeSource = {
      code: "clinic_other",
      file: "o.csv",
      columns: [
        ["Town", "town"],
        ["Doors", "doors", "money"],
      ],
    };
    const home = await homeWith({
      "clinics_aug25_canonical.yaml": periodManifest("2025-08", [
        WAITS,
        { ...other, more: { priority: 3 } },
        { code: "a_one", table: "tbl_shared", file: "a.csv", columns: [["A", "a"]] },
        { code: "a_two", table: "tbl_shared", file: "b.csv", columns: [["B", "b"]] },
        { code: "Bad Code", file: "c.csv" },
        { code: "cover_sheet", enabled: false, file: "d.xlsx", sheet: "Cover" },
        {
          code: "twins",
          file: "t.csv",
          columns: [
            ["Age 0 to 4", "age"],
            ["Age 5 to 9", "age"],
            ["Sex", "sex"],
          ],
        },
      ]),
      "clinics_sep25_canonical.yaml": periodManifest("2025-09", [
        {
          ...WAITS,
          columns: [
            ["Clinic code", "organisation"],
            ["Clinic name", "site_name"],
          ],
        },
        { ...other, columns: [["Street", "street"]] },
      ]),
      "clinics_oct25_canonical.yaml": "sources: [*nothing]\n",
      "clinics_nov25_canonical.yaml": "manifest: {}\n",
      "nobody_aug25_canonical.yaml": periodManifest("2025-08", [other]),
      "notes.yaml": "a: 1\n",
    });
    const report = await home.json<ImportReport>("import-manifests", "old");
    const told = (kind: string): readonly string[] =>
      report.findings
        .filter((one) => one.kind === kind)
        .map((one) => `${one.file} ${one.source ?? ""}: ${one.message}`);
    expect(told("conflict")).toEqual([
      expect.stringMatching(
        /^clinics_aug25.* clinic_waiting_list: "Clinic code" is site_code here and organisation in clinics_sep25_canonical.yaml:\d+: left out/,
      ),
      expect.stringMatching(
        /^clinics_aug25.* a_one: the table tbl_shared is also that of a_two \(clinics_aug25_canonical.yaml:\d+\)/,
      ),
      expect.stringMatching(/^clinics_aug25.* a_two: the table tbl_shared is also that of a_one/),
      expect.stringMatching(/^clinics_aug25.* : "Bad Code" is no code of a source/),
      expect.stringMatching(
        /^clinics_aug25.* twins: "Age 0 to 4" and "Age 5 to 9" \(line \d+\) are both age/,
      ),
      expect.stringMatching(
        /^clinics_aug25.* twins: "Age 5 to 9" and "Age 0 to 4" \(line \d+\) are both age/,
      ),
      "clinics_nov25_canonical.yaml : it has no list of sources",
      "clinics_oct25_canonical.yaml : not read: an alias",
      expect.stringMatching(
        /^clinics_sep25.* clinic_waiting_list: "Clinic code" is organisation here and site_code in /,
      ),
      expect.stringMatching(
        /^clinics_sep25.* clinic_other: no column in common with clinics_aug25_canonical.yaml:\d+: two tables of one code/,
      ),
      expect.stringMatching(/^nobody_aug25.* : no publication is called nobody/),
    ]);
    const notes = told("note");
    for (const words of [
      "clinic_other: the key priority is unknown: left",
      "clinic_other: the type money is unknown: the data decide",
      "cover_sheet: it was not loaded there: left out",
      "waiting_short_count is not in 2025-09: it may be absent",
      "notes.yaml : no <publication>_<period>_canonical.yaml: passed over",
    ])
      expect(
        notes.some((one) => one.includes(words)),
        words,
      ).toBe(true);
    const yaml = (await home.read("old/clinics_aug25_canonical.yaml")).split("\n");
    for (const one of report.findings.filter(
      (found) => found.source === "twins" && found.kind === "conflict",
    ))
      expect(yaml[one.line - 1]).toContain(/"(Age [^"]+)"/.exec(one.message)?.[1]);
    const manifest = await manifestOf(home);
    expect(manifest.sources.map((one) => one.code)).toEqual(["clinic_waiting_list", "twins"]);
    expect((await home.run("import-manifests", "old", "--dry-run")).code).toBe(3);
  });

  test("two publications do not share a code; --pub says whose the manifests are; an empty folder is an error", async () => {
    const home = await homeWith({
      "clinics_aug25_canonical.yaml": periodManifest("2025-08", [WAITS]),
      "beds_aug25_canonical.yaml": periodManifest("2025-08", [WAITS]),
    });
    const report = await home.json<ImportReport>("import-manifests", "old");
    expect(report.findings.map((one) => one.message)).toEqual([
      "beds has a source of that code: left out",
    ]);
    await home.write("mi/mi_clinics_aug25_canonical.yaml", periodManifest("2025-08", [SERIES]));
    const named = await home.json<ImportReport>(
      "import-manifests",
      "mi",
      "--pub",
      "clinics",
      "--force",
    );
    expect(named.publications).toMatchObject([{ publication: "clinics", sources: 1, columns: 4 }]);
    await home.write("none/a.txt", "");
    const none = await home.run("import-manifests", "none");
    expect(none.code).toBe(2);
    expect(none.stderr).toContain("FILE_MISSING: no <publication>_<period>_canonical.yaml in ");
  });
});
