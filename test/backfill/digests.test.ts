import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { exportSources } from "../../src/pipeline/projections/exports.ts";
import { monthOf, Series, SeriesServer, type SeriesTable } from "../support/series.ts";
import { worldOf } from "../support/world.ts";

/** Digests where a table changes its shape, and on the way to Parquet. */
describe("digests of loads", () => {
  let server: SeriesServer;
  let series: Series;
  beforeAll(async () => {
    server = await SeriesServer.start();
  });
  afterEach(() => series.close());
  afterAll(() => server.close());

  /** A month whose referrals have halves, so that their column becomes numeric. */
  const halves = (table: SeriesTable): SeriesTable => ({
    ...table,
    rows: table.rows.map((row) => row.map((cell, at) => (at === 3 ? Number(cell) + 0.5 : cell))),
  });
  const digests = () =>
    series.rows<{ period: string; data: string; type: string; held: string }>(
      `select l.period, l.digest->>'data' as data, l.digest->'columns'->3->>'type' as type, h.digest as held
         from ops.load l join ops.load_period h using (load_id) order by l.period`,
    );
  const twoMonths = async (): Promise<void> => {
    series = await Series.make(server);
    await series.publish("2025-01", { Activity: monthOf(1) });
    await series.load("2025-01");
    await series.publish("2025-02", { Activity: halves(monthOf(2)) });
  };

  test("a column that is widened: earlier loads are hashed anew, and the warehouse agrees", async () => {
    await twoMonths();
    const [before] = await digests();
    expect(before?.type).toBe("bigint");
    expect((await series.load("2025-02"))[0]?.status).toBe("loaded");
    const [after, second] = await digests();
    expect([after?.type, second?.type]).toEqual(["numeric", "numeric"]);
    expect(after?.data).not.toBe(before?.data);
    expect(after?.held).toBe(after?.data);
    const { code, stdout } = await series.home.run("verify", "--deep");
    expect([code, stdout]).toEqual([0, expect.stringMatching(/they agree/)]);
  });

  test("numbers have the digits in an export that the loads were committed with, else those that are seen", async () => {
    series = await Series.make(server);
    const name = "data/exports/trusts_activity.parquet";
    const exported = async (): Promise<string | undefined> => {
      await series.home.remove(name);
      expect((await series.home.run("export")).code).toBe(0);
      return (await series.home.snapshot("data/exports"))[name];
    };
    await series.publish("2025-01", { Activity: halves(monthOf(1)) });
    await series.load("2025-01");
    const [kept] = await series.rows<{ digits: object }>("select digits from ops.load_period");
    expect(kept?.digits).toEqual({ referrals: { whole: 4, fraction: 1 } });
    const byLedger = await exported();
    await series.rows("update ops.load_period set digits = null");
    expect(await exported()).toBe(byLedger);
    await series.rows(
      `update ops.load_period set digits = '{"referrals": {"whole": 9, "fraction": 3}}'`,
    );
    expect(await exported()).not.toBe(byLedger);
  });

  test("a column is not widened over a load that is no longer what was loaded", async () => {
    await twoMonths();
    await series.rows(
      "update bronze.trusts_activity set referrals = referrals + 1 where org_code = 'R03'",
    );
    const [source] = await series.load("2025-02");
    expect(source?.status).toBe("quarantined");
    expect(source?.reason).toMatch(/CONSERVATION_BROKEN: .* is no longer what was loaded/);
    expect(await digests()).toHaveLength(1);
  });

  test("an export whose rows are not those that were loaded fails, and the old file stays", async () => {
    series = await Series.make(server);
    await series.publish("2025-01", { Activity: monthOf(1) });
    await series.load("2025-01");
    const before = await series.home.snapshot("data/exports");
    await series.rows(
      "update bronze.trusts_activity set referrals = referrals + 1 where org_code = 'R03'",
    );
    await series.rows("delete from ops.export where source = 'trusts_activity'");
    const world = await worldOf(series.home);
    try {
      const [report] = await exportSources(world, { sources: [], deep: false });
      expect(report?.status).toBe("failed");
      expect(report?.reason).toMatch(/EXPORT_FAILED: the digest of the rows read back is/);
    } finally {
      await world.close();
    }
    const name = "data/exports/trusts_activity.parquet";
    expect((await series.home.snapshot("data/exports"))[name]).toBe(before[name]);
  });

  test("texts with quotes, commas and line ends, and numbers of any size, are the same in the Parquet file", async () => {
    series = await Series.make(server);
    const wide = "12345678901234567890123456789012345678901234.5";
    await series.home.write(
      "inbox/odd-2025-01.csv",
      [
        "Code,Words,Day,Size,Seen",
        `a,"one ""two"", three",2025-01-01,${wide},2025-01-01 10:00:00`,
        'b,"two\nlines",2025-01-02,-0.001,2025-01-02 11:30:00',
        "c,,,5,",
        'd,"""",2025-01-03,7,2025-01-03 23:59:59',
      ].join("\n"),
    );
    const { exports } = await series.backfill();
    expect(exports.map((one) => [one.status, one.rows])).toEqual([["written", 4]]);
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    const read = await connection.runAndReadAll(
      `select code, words, size::varchar as size from '${series.home.path}/data/exports/trusts_odd.parquet' order by code`,
    );
    expect(read.getRowsJS()).toEqual([
      ["a", 'one "two", three', wide],
      ["b", "two\nlines", "-0.001"],
      ["c", null, "5"],
      ["d", '"', "7"],
    ]);
    connection.closeSync();
    instance.closeSync();
    expect((await series.home.run("verify", "--deep")).code).toBe(0);
  });
});
