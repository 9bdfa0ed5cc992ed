import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { BackfillReport } from "../../src/model/report.ts";
import { gridXlsx } from "../support/grid.ts";
import type { Home } from "../support/home.ts";
import { type Question, SeriesServer } from "../support/series.ts";

const CONFIG = "publications:\n  beds:\n    name: Beds\n    folder: inbox\n";
const MANIFEST = "manifests/canonical/beds/beds_canonical.yaml";

let server: SeriesServer;
beforeAll(async () => {
  server = await SeriesServer.start();
});
afterAll(() => server.close());
let home: Home;
let client: pg.Client | null = null;

afterEach(async () => {
  await client?.end();
  client = null;
  await home.close();
});

async function rows(sql: string): Promise<unknown[]> {
  if (client === null) {
    client = new pg.Client({ connectionString: await home.address() });
    await client.connect();
  }
  return (await client.query(sql)).rows;
}

const backfill = (...args: string[]): Promise<BackfillReport> => home.json("backfill", ...args);

/** Months 2025-01 up to the release; the figure of a month tells the issue that it is from. */
const figure = (month: number, issue: number): number => month * 100 + issue;
const months = (release: number): readonly number[] =>
  Array.from({ length: release }, (_, at) => at + 1);
const series = (release: number, issue = release): string =>
  [
    "Month,Site,Beds",
    ...months(release).flatMap((month) => [
      `2025-0${month},North,${figure(month, issue)}`,
      `2025-0${month},South,1`,
    ]),
  ].join("\n");
const wide = (release: number, issue = release): Buffer =>
  gridXlsx([
    {
      name: "Series",
      rows: [
        ["Site", ...months(release).map((month) => `2025-0${month}`)],
        ["North", ...months(release).map((month) => figure(month, issue))],
        ["South", ...months(release).map(() => 1)],
      ],
    },
  ]);
const SHAPES = [
  ["rows that say their month", "csv", series, "beds", "beds"],
  ["months in columns", "xlsx", wide, "beds_series", "value"],
] as const;

const ORDERS = [
  [4, 5, 6],
  [6, 5, 4],
  [5, 6, 4],
];

describe.each(SHAPES)("a cumulative source, %s", (_what, ending, content, source, column) => {
  const write = (release: number, issue = release): Promise<void> =>
    home.write(`inbox/beds-2025-0${release}.${ending}`, content(release, issue));
  const months = (): Promise<unknown[]> =>
    rows(`select period, sum(${column})::int as n from silver.${source} group by 1 order by 1`);
  const expected = (last: number, issue: number): unknown[] =>
    Array.from({ length: last }, (_, at) => ({
      period: `2025-0${at + 1}`,
      n: figure(at + 1, issue) + 1,
    }));

  test.each(ORDERS)(
    "releases %i, %i, %i, in that order: each month once, from the latest",
    async (...order) => {
      home = await server.makeHome(CONFIG);
      for (const release of order) {
        await write(release);
        expect((await backfill()).exit).toBe(0);
        const latest = Math.max(...order.slice(0, order.indexOf(release) + 1));
        expect(await months()).toEqual(expected(latest, latest));
      }
      const before = await months();
      expect(before).toEqual(expected(6, 6));
      // A re-issue of an earlier release changes nothing that a later one says.
      await write(5, 9);
      expect((await backfill()).releases.find((one) => one.period === "2025-05")?.status).toBe(
        "loaded",
      );
      expect(await months()).toEqual(before);
      // One of the latest release counts, for every month that it repeats.
      await write(6, 8);
      await backfill();
      expect(await months()).toEqual(expected(6, 8));
      expect(
        await rows(
          `select document->>'coverage' as coverage from ops.contract order by version desc limit 1`,
        ),
      ).toEqual([{ coverage: "cumulative" }]);
      const [exported] = await rows(
        `select x.rows::int as rows, (select count(*)::int from silver.${source}) as silver from ops.export x`,
      );
      expect(exported).toEqual({ rows: 12, silver: 12 });
    },
  );

  test("a release that ends before its own month waits, and names the release whose content it holds", async () => {
    home = await server.makeHome(CONFIG);
    for (const release of [3, 4, 5]) await write(release);
    await home.write(`inbox/beds-2025-06.${ending}`, content(5, 5));
    // Rehearsed in one plan, where nothing is in the database yet, the answer is the same.
    const plan = await home.json<{ open_decisions: unknown[] }>("plan");
    expect(plan.open_decisions).toMatchObject([{ kind: "period_missing", waiting: ["2025-06"] }]);
    const { releases } = await backfill();
    expect(releases.map((one) => one.status)).toEqual(["loaded", "loaded", "loaded", "held"]);
    const [question, ...others] = await home.json<Question[]>("review");
    expect(others).toEqual([]);
    expect(question?.drift).toMatchObject({
      kind: "period_missing",
      before: "2025-06",
      after: "2025-05",
      evidence: `beds-2025-06.${ending} ends at 2025-05, expected 2025-06: 2025-03 at 2025-03, 2025-04 at 2025-04, 2025-05 at 2025-05; holds the same content as release 2025-05`,
    });
    expect((await home.run("approve", question?.id ?? "", "--by", "Ada")).code).toBe(0);
    expect(await rows("select period from ops.load where is_current order by 1")).toHaveLength(4);
    expect(await months()).toEqual(expected(5, 5));
    // What was let in once is no habit, and no answer to the next.
    await home.write(`inbox/beds-2025-07.${ending}`, content(5, 7));
    expect((await backfill()).releases.at(-1)?.status).toBe("held");
    const [next] = await home.json<Question[]>("review");
    expect(next?.drift.evidence).toMatch(
      /ends at 2025-05, expected 2025-07: .*2025-06 at 2025-05$/,
    );
  });

  test("a latest release that no longer repeats a month leaves it to the one before", async () => {
    home = await server.makeHome(CONFIG);
    await write(5);
    await backfill();
    const later =
      ending === "csv"
        ? series(6)
            .split("\n")
            .filter((line) => !/^2025-0[12]/.test(line))
            .join("\n")
        : gridXlsx([
            {
              name: "Series",
              rows: [
                ["Site", "2025-03", "2025-04", "2025-05", "2025-06"],
                ["North", ...[3, 4, 5, 6].map((month) => figure(month, 6))],
                ["South", 1, 1, 1, 1],
              ],
            },
          ]);
    await home.write(`inbox/beds-2025-06.${ending}`, later);
    expect((await backfill()).exit).toBe(0);
    expect(await months()).toEqual([...expected(2, 5), ...expected(6, 6).slice(2)]);
  });
});

test("a series whose first release had one month waits at the second, and is summed once after a person's word", async () => {
  home = await server.makeHome(CONFIG);
  await home.write("inbox/beds-2025-01.csv", series(1));
  await home.write("inbox/beds-2025-02.csv", series(2));
  const first = await backfill();
  expect(first.releases.map((one) => one.status)).toEqual(["loaded", "held"]);
  expect(first.releases[1]?.sources[0]?.reason).toContain(
    'coverage_changed: "Month" of beds-2025-02.csv holds 2 periods, 2025-01 to 2025-02: set coverage: cumulative and time: [month]',
  );
  const sums = "select period, sum(beds)::int as n from silver.beds group by 1 order by 1";
  expect(await rows(sums)).toEqual([{ period: "2025-01", n: 102 }]);
  const manifest = await home.read(MANIFEST);
  const edited = manifest
    .replace("coverage: period", "coverage: cumulative")
    .replace("time: []", "time: [month]");
  await home.write(MANIFEST, edited);
  expect((await backfill()).exit).toBe(0);
  expect(await rows(sums)).toEqual([
    { period: "2025-01", n: 103 },
    { period: "2025-02", n: 203 },
  ]);
});

test("what a person writes of coverage and of columns is in silver at once, though no row is loaded again", async () => {
  home = await server.makeHome(CONFIG);
  await home.write("inbox/beds-2025-02.csv", series(2));
  await home.write("inbox/beds-2025-03.csv", series(3));
  await backfill();
  const count = "select count(*)::int as n from silver.beds";
  expect(await rows(count)).toEqual([{ n: 6 }]);
  const manifest = await home.read(MANIFEST);
  await home.write(
    MANIFEST,
    manifest
      .replace("coverage: cumulative", "coverage: period")
      .replace("title: beds", "title: Beds open"),
  );
  await backfill("-p", "beds", "--period", "2024-01");
  expect(await rows(count)).toEqual([{ n: 10 }]);
  expect(await rows("select obj_description('silver.beds'::regclass) as said")).toEqual([
    { said: expect.stringMatching(/^Beds open/) as unknown },
  ]);
});

describe("what appears in April only", () => {
  const book = (april: boolean): Buffer =>
    gridXlsx([
      {
        name: "Monthly",
        rows: [
          ["Code", "Site", "Beds", ...(april ? ["Yearly target"] : [])],
          ...["A", "B", "C"].map((code, at) => [
            code,
            `Site ${code}`,
            10 + at,
            ...(april ? [100 + at] : []),
          ]),
        ],
      },
      ...(april
        ? [
            {
              name: "Yearly",
              rows: [
                ["Group", "Wards"],
                ["X", 1],
                ["Y", 2],
                ["Z", 3],
              ],
            },
          ]
        : []),
    ]);
  const states = ({ releases }: BackfillReport): readonly string[] =>
    releases.map((one) => one.status);

  test("is drift in May, until a person says that it is optional; then its absence is none, and April fills it", async () => {
    home = await server.makeHome(CONFIG);
    await home.write("inbox/beds-2025-04.xlsx", book(true));
    await home.write("inbox/beds-2025-05.xlsx", book(false));
    const first = await backfill();
    expect(states(first)).toEqual(["loaded", "held"]);
    expect(first.exit).toBe(4);
    const manifest = await home.read(MANIFEST);
    const edited = manifest
      .replace(/^( +)- name: yearly_target\n/m, "$1- name: yearly_target\n$1  optional: true\n")
      .replace(/^( +)- code: beds_yearly\n/m, "$1- code: beds_yearly\n$1  optional: true\n");
    await home.write(MANIFEST, edited);
    const decided = await backfill();
    expect(states(decided)).toEqual(["unchanged", "loaded"]);
    expect(decided.exit).toBe(0);
    await home.write("inbox/beds-2025-06.xlsx", book(false));
    await home.write("inbox/beds-2026-04.xlsx", book(true));
    const later = await backfill();
    expect(states(later)).toEqual(["unchanged", "unchanged", "loaded", "loaded"]);
    expect(later.exit).toBe(0);
    expect(
      await rows(
        "select period, count(yearly_target)::int as n, count(*)::int as rows from silver.beds_monthly group by 1 order by 1",
      ),
    ).toEqual([
      { period: "2025-04", n: 3, rows: 3 },
      { period: "2025-05", n: 0, rows: 3 },
      { period: "2025-06", n: 0, rows: 3 },
      { period: "2026-04", n: 3, rows: 3 },
    ]);
    expect(
      await rows(
        "select period, sum(wards)::int as n from silver.beds_yearly group by 1 order by 1",
      ),
    ).toEqual([
      { period: "2025-04", n: 6 },
      { period: "2026-04", n: 6 },
    ]);
    expect(
      await rows(
        "select period, kind from ops.drift where period in ('2025-06', '2026-04') order by 1, 2",
      ),
    ).toEqual([
      { period: "2026-04", kind: "column_back" },
      { period: "2026-04", kind: "source_back" },
    ]);
  });
});
