import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { BackfillReport } from "../../src/model/report.ts";
import type { Home } from "../support/home.ts";
import { rowsAt } from "../support/rows-at.ts";
import { SeriesServer } from "../support/series.ts";

const CONFIG = "publications:\n  care: {name: Care, folder: inbox}\n";

const table = (name: string, first: number): string =>
  `Code,${name}\n${Array.from({ length: 6 }, (_, at) => `00${at},${first + at}`).join("\n")}\n`;

describe("what went wrong in loaders that people used", () => {
  let server: SeriesServer;
  beforeAll(async () => {
    server = await SeriesServer.start();
  });
  afterAll(() => server.close());
  let home: Home;

  beforeEach(async () => {
    home = await server.makeHome(CONFIG);
  });
  afterEach(() => home.close());

  const rows = async <Row extends object>(sql: string): Promise<Row[]> =>
    rowsAt<Row>(await home.address(), sql);
  const backfill = (): Promise<BackfillReport> => home.json("backfill");
  const columns = (): Promise<object[]> =>
    rows("select column_name from information_schema.columns where table_name = 'care' order by 1");

  test("a reload that fails leaves the old period as it was, its table's columns too", async () => {
    await home.write("inbox/care-2025-01.csv", table("Beds", 10));
    await backfill();
    const before = [await rows("select * from bronze.care order by _row"), await columns()];
    // A new column, and a key that comes twice: the column is added inside the transaction that fails.
    await home.write("inbox/care-2025-01.csv", "Code,Beds,Staff\n000,1,7\n000,2,8\n001,3,9\n");
    const report = await backfill();
    expect(report.exit).toBe(4);
    expect(report.releases[0]?.status).toBe("held");
    expect([await rows("select * from bronze.care order by _row"), await columns()]).toEqual(
      before,
    );
    expect(await rows("select vintage, is_current from ops.load")).toEqual([
      { vintage: 1, is_current: true },
    ]);
  });

  test("the key of a load has no date, no path and no run in it", async () => {
    await home.write("inbox/care-2025-01.csv", table("Beds", 10));
    await backfill();
    await home.remove("inbox");
    await home.write("inbox/January/2025-01 care, published again.csv", table("Beds", 10));
    const report = await backfill();
    expect(report.releases[0]).toMatchObject({ status: "unchanged", exit: 0 });
    expect(await rows("select count(*)::int as n from bronze.care")).toEqual([{ n: 6 }]);
    expect(await rows("select vintage from ops.load")).toEqual([{ vintage: 1 }]);
  });

  test("part of a release fails: partial, each source has its own status, and only what failed is tried again", async () => {
    const names = ["Beds", "Staff", "Visits", "Calls"];
    for (const name of names) {
      for (const month of ["2025-01", "2025-02"])
        await home.write(`inbox/${name.toLowerCase()}-${month}.csv`, table(name, 10));
    }
    await home.write(
      "inbox/visits-2025-02.csv",
      table("Visits", 10).replace("002,12", "002,see the note below"),
    );
    const report = await backfill();
    expect(report.releases.map((one) => one.status)).toEqual(["loaded", "partial"]);
    expect(report.exit).not.toBe(0);
    const statuses = report.releases[1]?.sources.map((one) => one.status);
    expect(statuses?.toSorted()).toEqual(["held", "loaded", "loaded", "loaded"]);
    const loads = (): Promise<object[]> =>
      rows(
        "select source, vintage, load_id::int from ops.load where period = '2025-02' order by 1",
      );
    const first = await loads();
    expect(first).toHaveLength(3);
    await home.write("inbox/visits-2025-02.csv", table("Visits", 10));
    expect((await backfill()).releases[1]?.status).toBe("loaded");
    const second = await loads();
    expect(second).toHaveLength(4);
    expect(second).toEqual(expect.arrayContaining(first));
  });

  test("a run that loaded nothing does not exit 0", async () => {
    await home.write("inbox/care-2025-01.csv", "<!DOCTYPE html><html><body>Log in");
    const ran = await home.run("backfill");
    expect(ran.code, ran.stdout).toBe(6);
  });

  test("an export that failed does not exit 0, and the load stands", async () => {
    await home.write("inbox/care-2025-01.csv", table("Beds", 10));
    await home.write("data/exports", "in the way");
    const ran = await home.run("backfill");
    expect(ran.code, ran.stdout).toBe(7);
    expect(await rows("select rows_data::int as n from ops.load")).toEqual([{ n: 6 }]);
    await home.remove("data/exports");
    expect((await backfill()).exit).toBe(0);
  });

  test("rows of a region = header + blank + totals + loaded, proven and stored with the load", async () => {
    const text = `Care by place\n\nPlace,Beds,Staff\nNorth,10,1\nSouth,20,2\nEast,30,3\nTotal,60,6\n\nNote: figures are provisional.\n`;
    await home.write("inbox/care-2025-01.csv", text);
    expect((await backfill()).exit).toBe(0);
    const [load] = await rows<{ rows: Record<string, number>; range: string }>(
      "select conservation #> '{parts,0,rows}' as rows, range from ops.load join ops.part using (load_id)",
    );
    expect(load).toEqual({
      range: "A3:C7",
      rows: expect.objectContaining({ header: 1, data: 3, total: 1 }),
    });
    // The title above and the note below are no rows of the region; of those in it none is left over.
    expect(Object.values(load?.rows ?? {}).reduce((sum, count) => sum + count, 0)).toBe(5);
  });
});
