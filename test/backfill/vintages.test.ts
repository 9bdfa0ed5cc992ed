import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { RevertReport } from "../../src/pipeline/vintages/revert.ts";
import { JANUARY, Series, SeriesServer } from "../support/series.ts";

type Row = readonly [code: string, name: string, number: string | number];

const csv = (...rows: readonly Row[]): string =>
  ["Code,Name,Number", ...rows.map((row) => row.join(","))].join("\n");
const A = csv(["001", "North", 10], ["002", "South", 20]);
const B = csv(["001", "North", 11], ["002", "South", 20]);
const C = csv(["001", "North", 12], ["002", "South", 20], ["003", "West", 30]);

let server: SeriesServer;
let series: Series;
beforeAll(async () => {
  server = await SeriesServer.start();
});
afterEach(() => series.close());
afterAll(() => server.close());

/** Loads each content in turn as an issue of January. */
async function issued(...contents: readonly string[]): Promise<void> {
  series = await Series.make(server);
  await series.issue(...contents);
}

const north = async (): Promise<unknown> =>
  (await series.rows("select number::int as n from silver.trusts where code = '001'"))[0];
const vintages = (): Promise<object[]> =>
  series.rows(
    "select vintage, is_current as current, reverted_at is not null as reverted from ops.load order by 1",
  );
const revert = (...args: readonly string[]): Promise<RevertReport> =>
  series.home.json<RevertReport>(
    ...["revert", "trusts", "--period", "2025-01", "--reason", "wrong month", "--by", "Ada"],
    ...args,
  );

describe("the view of every vintage", () => {
  test("shows each issue with its number, and which is current since when", async () => {
    await issued(A, B);
    expect(
      await series.rows(
        `select period, vintage, is_current, loaded_at <= now() as loaded, superseded_at is null as stands,
                period_start::text, release_period, code, number::int as n
           from silver.trusts_vintages where code = '001' order by vintage`,
      ),
    ).toEqual([
      {
        period: "2025-01",
        vintage: 1,
        is_current: false,
        loaded: true,
        stands: false,
        period_start: "2025-01-01",
        release_period: "2025-01",
        code: "001",
        n: 10,
      },
      {
        period: "2025-01",
        vintage: 2,
        is_current: true,
        loaded: true,
        stands: true,
        period_start: "2025-01-01",
        release_period: "2025-01",
        code: "001",
        n: 11,
      },
    ]);
    const [comment] = await series.rows<{ text: string }>(
      "select obj_description('silver.trusts_vintages'::regclass) as text",
    );
    expect(comment?.text).toContain("every vintage of every release");
  });

  test("is made again around a widening, with its grants; what depends on it stops the widening", async () => {
    await issued(A);
    await series.rows(
      "do $$ begin create role reader; exception when duplicate_object then null; end $$",
    );
    await series.rows("grant select on silver.trusts_vintages to reader");
    await series.home.write("inbox/trusts-2025-02.csv", csv(["001", "North", 1.5]));
    expect((await series.backfill()).exit).toBe(0);
    expect(
      await series.rows("select has_table_privilege('reader', 'silver.trusts_vintages', 'select')"),
    ).toEqual([{ has_table_privilege: true }]);
    expect(
      await series.rows(
        "select number::text as n from silver.trusts_vintages order by period, code",
      ),
    ).toEqual([{ n: "10" }, { n: "20" }, { n: "1.5" }]);
    await series.rows("create view public.mine as select name from silver.trusts_vintages");
    await series.home.write("inbox/trusts-2025-03.csv", csv(["001", "North", "many"]));
    const report = await series.backfill("--period", "2025-03");
    expect(report.exit).toBe(4);
    await series.rows("drop view public.mine; drop owned by reader");
  });

  test("comes with the next load where an older program made none, and grows with the table", async () => {
    await issued(A);
    await series.rows("drop view silver.trusts_vintages");
    await series.home.write(JANUARY, B);
    expect((await series.backfill()).exit).toBe(0);
    await series.home.write(
      "inbox/trusts-2025-02.csv",
      "Code,Name,Number,Vintage\n001,North,10,old\n002,South,20,new\n",
    );
    expect((await series.backfill()).exit).toBe(0);
    expect(
      await series.rows(
        "select vintage, _vintage from silver.trusts_vintages where code = '001' order by period, vintage",
      ),
    ).toEqual([
      { vintage: 1, _vintage: null },
      { vintage: 2, _vintage: null },
      { vintage: 1, _vintage: "old" },
    ]);
  });

  test("never meets a source of its name: a sheet called Vintages becomes a table of another", async () => {
    series = await Series.make(server);
    const table = {
      headers: ["Code", "Number"],
      rows: [
        ["A", 1],
        ["B", 2],
      ],
    } as const;
    await series.home.write("inbox/trusts-2025-01.csv", A);
    await series.publish("2025-01", { Vintages: { ...table, headers: ["Wine", "Bottles"] } });
    expect((await series.backfill()).exit).toBe(0);
    expect(await series.rows("select code from ops.source order by 1")).toEqual([
      { code: "trusts" },
      { code: "trusts_vintages_table" },
    ]);
  });
});

describe("revert", () => {
  test("makes the vintage before current again, and a backfill over the same files leaves it", async () => {
    await issued(A, B);
    const before = await series.home.read("data/exports/trusts.md");
    expect(await revert()).toMatchObject({
      by: "Ada",
      reason: "wrong month",
      sources: [{ source: "trusts", from: 2, to: 1, nothing: "" }],
    });
    expect(await north()).toEqual({ n: 10 });
    expect(await vintages()).toEqual([
      { vintage: 1, current: true, reverted: false },
      { vintage: 2, current: false, reverted: true },
    ]);
    expect(
      await series.rows("select reverted_by, reverted_note from ops.load where vintage = 2"),
    ).toEqual([{ reverted_by: "Ada", reverted_note: "wrong month" }]);
    expect(await series.home.read("data/exports/trusts.md")).not.toBe(before);
    const state = await series.home.read("data/state/state.json");
    expect(JSON.parse(state).publications.trusts["2025-01"].sources.trusts.vintage).toBe(1);
    expect(Object.values(await series.home.snapshot("data/logs")).join("")).toContain(
      Buffer.from('"source.reverted"').toString("hex"),
    );
    const all = ["data/exports", "data/state", "manifests"];
    const files = await series.home.snapshot(...all);
    for (const args of [[], ["--force"]]) {
      const report = await series.backfill(...args);
      expect([report.exit, report.releases[0]?.status]).toEqual([0, "unchanged"]);
      expect(await north()).toEqual({ n: 10 });
      expect(await series.home.snapshot(...all)).toEqual(files);
    }
    const [release] = (await series.backfill("--reprocess", "all")).releases;
    expect(await north()).toEqual({ n: 10 });
    expect(release?.sources[0]?.reason).toMatch(
      /^trusts: vintage 2 was reverted by Ada on \d{4}-\d\d-\d\d: wrong month$/,
    );
  });

  test("again does nothing; another vintage goes by number, and forward too", async () => {
    await issued(A, B, C);
    await revert();
    expect((await revert()).sources[0]?.nothing).toContain("vintage 3 was reverted");
    expect((await revert("--to", "1")).sources).toMatchObject([{ from: 2, to: 1 }]);
    expect((await revert("--to", "1")).sources[0]?.nothing).toBe("vintage 1 is current");
    expect(await north()).toEqual({ n: 10 });
    expect((await revert("--to", "3")).sources).toMatchObject([{ from: 1, to: 3 }]);
    expect(await vintages()).toEqual([
      { vintage: 1, current: false, reverted: false },
      { vintage: 2, current: false, reverted: true },
      { vintage: 3, current: true, reverted: false },
    ]);
    expect(await series.rows("select superseded_at from ops.load where is_current")).toEqual([
      { superseded_at: null },
    ]);
  });

  test("what was never seen becomes a new vintage and current; the reverted content stays out", async () => {
    await issued(A, B);
    await revert();
    await series.home.write(JANUARY, C);
    await series.backfill();
    expect(await north()).toEqual({ n: 12 });
    // The reverted content in other bytes, and once more after the new one.
    await series.home.write(JANUARY, `\ufeff${B.replaceAll("\n", "\r\n")}\r\n`);
    const [release] = (await series.backfill()).releases;
    expect(release?.sources[0]?.reason).toContain("vintage 2 was reverted by Ada");
    // And with its rows in another order.
    const [head = "", ...lines] = B.split("\n");
    await series.home.write(JANUARY, [head, ...lines.toReversed()].join("\n"));
    const [turned] = (await series.backfill()).releases;
    expect(turned?.sources[0]?.reason).toContain("vintage 2 was reverted by Ada");
    expect(await north()).toEqual({ n: 12 });
    expect(await vintages()).toHaveLength(3);
  });

  test("what was reverted stays out in other bytes too where an earlier vintage held the same", async () => {
    const turned = (content: string): string => {
      const [head = "", ...lines] = content.split("\n");
      return [head, ...lines.toReversed()].join("\n");
    };
    await issued(A, B, turned(A));
    await revert();
    await series.home.write(JANUARY, A);
    const [release] = (await series.backfill()).releases;
    expect(release?.sources[0]?.reason).toContain("vintage 3 was reverted by Ada");
    expect(await north()).toEqual({ n: 11 });
    expect(await vintages()).toHaveLength(3);
  });

  test("what is held no longer waits once the reverted content is there again", async () => {
    await issued(A, B);
    await revert();
    await series.home.write(JANUARY, B.replace("Number", "Number (thousands)"));
    expect((await series.backfill()).releases[0]?.status).toBe("held");
    expect(await series.questions()).toHaveLength(1);
    await series.home.write(JANUARY, B);
    expect((await series.backfill()).exit).toBe(0);
    expect(await series.questions()).toEqual([]);
    expect(await series.rows("select status, reason from ops.outcome")).toEqual([
      { status: "loaded", reason: "" },
    ]);
  });

  test("the reverted content stays out when its columns are read otherwise, too", async () => {
    await issued(A, B);
    await revert();
    const path = "manifests/canonical/trusts/trusts_canonical.yaml";
    const manifest = await series.home.read(path);
    await series.home.write(
      path,
      manifest.replace(/type: bigint/, "type: numeric\n        type_by: person"),
    );
    const report = await series.backfill();
    expect(report.exit).toBe(0);
    expect(await north()).toEqual({ n: 10 });
    expect(await vintages()).toHaveLength(2);
  });

  test("of a publication: what its last run brought, and nothing that was loaded before", async () => {
    series = await Series.make(server);
    const table = (n: number) => ({
      headers: ["Code", "Number"],
      rows: ["A", "B", "C"].map((code, at) => [code, n + at] as const),
    });
    const other = (n: number) => ({ ...table(n), headers: ["Site", "Beds"] });
    for (const [waits, beds] of [
      [10, 50],
      [20, 60],
      [30, 60],
    ] as const) {
      await series.publish("2025-01", { Waits: table(waits), Beds: other(beds) });
      expect((await series.backfill()).exit).toBe(0);
    }
    const back = (): Promise<RevertReport> =>
      series.home.json<RevertReport>(
        ...["revert", "--pub", "trusts", "--period", "2025-01", "--reason", "withdrawn"],
      );
    expect((await back()).sources).toMatchObject([{ source: "trusts_waits", from: 3, to: 2 }]);
    expect((await back()).sources).toMatchObject([{ source: "trusts_waits", from: null }]);
    expect(
      await series.rows("select source, vintage from ops.load where is_current order by 1"),
    ).toEqual([
      { source: "trusts_beds", vintage: 2 },
      { source: "trusts_waits", vintage: 2 },
    ]);
  });

  test("refuses what there is not, and while a run works on the release", async () => {
    await issued(A);
    const said = ["--period", "2025-01", "--reason", "because"];
    expect((await series.home.run("revert", "trusts", ...said)).stdout).toContain("none before it");
    for (const [args, code, words] of [
      [["revert", "trusts", ...said, "--to", "7"], 2, "has the vintages 1, not 7"],
      [["revert", "nobody", ...said], 2, "SOURCE_UNKNOWN"],
      [["revert", "--pub", "nobody", ...said], 2, "nothing of nobody is loaded"],
      [["revert", "trusts", "--period", "2024-01", "--reason", "x"], 2, "nothing of trusts"],
      [["revert", ...said], 2, "name a source, or a publication"],
      [["revert", "trusts", "--period", "2025-01"], 2, "--reason"],
      [["revert", "trusts", "--period", "2025-01", "--reason", " "], 2, "the reason is empty"],
    ] as const) {
      const ran = await series.home.run(...args);
      expect([ran.code, ran.stderr]).toEqual([code, expect.stringContaining(words)]);
    }
    await series.rows(
      "select pg_advisory_lock(hashtextextended('canonry.release.trusts.2025-01', 0))",
    );
    expect((await series.home.run("revert", "trusts", ...said)).code).toBe(8);
  });
});
