import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { BackfillReport } from "../../src/model/report.ts";
import { type Home, makeHome } from "../support/home.ts";
import { SeriesServer } from "../support/series.ts";

const CONFIG = `publications:
  counts:
    name: Counts
    folder: inbox
`;

const csv = (rows: readonly (readonly [string, string, string | number])[]): string =>
  ["Code,Name,Number", ...rows.map((row) => row.join(","))].join("\n");

const A = csv([
  ["001", "North", 10],
  ["002", "South", 20],
]);
const B = csv([
  ["001", "North", 11],
  ["002", "South", 20],
]);

describe("loaded once and only once", () => {
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

  const rows = async (sql: string): Promise<unknown[]> => {
    if (client === null) {
      client = new pg.Client({ connectionString: await home.address() });
      await client.connect();
    }
    return (await client.query(sql)).rows;
  };
  const backfill = (...args: string[]): Promise<BackfillReport> => home.json("backfill", ...args);
  const north = async (): Promise<unknown> =>
    (await rows("select number::int as n from silver.counts where code = '001'"))[0];

  test("content that goes A, B, A again ends with A current", async () => {
    home = await server.makeHome(CONFIG);
    for (const [content, n] of [
      [A, 10],
      [B, 11],
      [A, 10],
    ] as const) {
      await home.write("inbox/counts-2025-01.csv", content);
      expect((await backfill()).releases[0]?.status).toBe("loaded");
      expect(await north()).toEqual({ n });
    }
    expect(await rows("select vintage, is_current from ops.load order by 1")).toEqual([
      { vintage: 1, is_current: false },
      { vintage: 2, is_current: false },
      { vintage: 3, is_current: true },
    ]);
  });

  test("the same content in other bytes is no new vintage", async () => {
    home = await server.makeHome(CONFIG);
    await home.write("inbox/counts-2025-01.csv", A);
    await backfill();
    await home.write("inbox/counts-2025-01.csv", `\ufeff${A.replaceAll("\n", "\r\n")}\r\n`);
    const [release] = (await backfill()).releases;
    expect(release).toMatchObject({ status: "unchanged", exit: 0 });
    expect(release?.sources[0]?.reason).toContain("holds the same content");
    expect(await rows("select count(*)::int as n from ops.load")).toEqual([{ n: 1 }]);
  });

  test("two files of one period that add up are two parts of one load", async () => {
    home = await server.makeHome(CONFIG);
    await home.write(
      "inbox/2025-01/north/counts.csv",
      csv([
        ["001", "North", 10],
        ["003", "Far north", 1],
        ["004", "Hills", 2],
      ]),
    );
    await home.write(
      "inbox/2025-01/south/counts.csv",
      csv([
        ["002", "South", 20],
        ["005", "Coast", 3],
      ]),
    );
    expect((await backfill()).exit).toBe(0);
    expect(await rows("select count(*)::int as n from silver.counts")).toEqual([{ n: 5 }]);
    expect(await rows("select count(*)::int as n from ops.part")).toEqual([{ n: 2 }]);
  });

  test("a column that goes holds the source with exit 4, and the old period stays; optional lets it pass", async () => {
    home = await server.makeHome(CONFIG);
    await home.write("inbox/counts-2025-01.csv", A);
    await home.write("inbox/counts-2025-02.csv", "Code,Name\n001,North\n002,South\n");
    const report = await backfill();
    expect(report.exit).toBe(4);
    expect(report.releases.map((one) => one.status)).toEqual(["loaded", "held"]);
    expect(report.releases[1]?.sources[0]?.reason).toContain("Number");
    expect(await rows("select count(*)::int as n from silver.counts")).toEqual([{ n: 2 }]);
    // Again: the same answer, nothing recorded twice.
    expect((await backfill()).exit).toBe(4);
    const path = "manifests/canonical/counts/counts_canonical.yaml";
    const manifest = await home.read(path);
    const edited = manifest.replace(
      /( +)- name: number\n/,
      "$1- name: number # may be missing\n$1  optional: true\n",
    );
    expect(edited).not.toBe(manifest);
    await home.write(path, edited);
    const decided = await backfill();
    expect(decided.releases.map((one) => one.status)).toEqual(["unchanged", "loaded"]);
    const kept = await home.read(path);
    expect(kept).toContain("# may be missing");
    expect(kept).toMatch(/by: person/);
  });

  test("a new column is added, and the rows of before keep NULL", async () => {
    home = await server.makeHome(CONFIG);
    await home.write("inbox/counts-2025-01.csv", A);
    await home.write(
      "inbox/counts-2025-02.csv",
      "Code,Name,Number,Beds\n001,North,1,5\n002,South,2,6\n",
    );
    expect((await backfill()).exit).toBe(0);
    expect(
      await rows("select period, count(beds)::int as n from silver.counts group by 1 order by 1"),
    ).toEqual([
      { period: "2025-01", n: 0 },
      { period: "2025-02", n: 2 },
    ]);
  });

  test("40000 after 12, 1.5 after integers, text after numbers", async () => {
    home = await server.makeHome(CONFIG);
    await home.write("inbox/counts-2025-01.csv", A);
    await home.write(
      "inbox/counts-2025-02.csv",
      csv([
        ["001", "North", 40000000000],
        ["002", "South", 1],
      ]),
    );
    await home.write(
      "inbox/counts-2025-03.csv",
      csv([
        ["001", "North", 1.5],
        ["002", "South", 2],
      ]),
    );
    await home.write(
      "inbox/counts-2025-04.csv",
      csv([
        ["001", "North", "many"],
        ["002", "South", "few"],
      ]),
    );
    const report = await backfill();
    expect(report.releases.map((one) => one.status)).toEqual([
      "loaded",
      "loaded",
      "loaded",
      "held",
    ]);
    expect(
      await rows("select number::text from silver.counts where code = '001' order by period"),
    ).toEqual([{ number: "10" }, { number: "40000000000" }, { number: "1.5" }]);
  });

  test("a release that another run works on is left to it: exit 8", async () => {
    home = await server.makeHome(CONFIG);
    await home.write("inbox/counts-2025-01.csv", A);
    await rows("select pg_advisory_lock(hashtextextended('canonry.release.counts.2025-01', 0))");
    const report = await backfill();
    expect(report.exit).toBe(8);
    expect(report.releases[0]?.reason).toContain("LOCK_HELD");
    await rows("select pg_advisory_unlock_all()");
    expect((await backfill()).exit).toBe(0);
  });

  test("behind a release that another run works on none is loaded, as behind one that failed", async () => {
    home = await server.makeHome(CONFIG);
    await home.write("inbox/counts-2025-01.csv", A);
    await backfill();
    for (const month of [2, 3]) await home.write(`inbox/counts-2025-0${month}.csv`, A);
    await rows("select pg_advisory_lock(hashtextextended('canonry.release.counts.2025-02', 0))");
    const { exit, releases } = await backfill();
    expect(exit).toBe(8);
    expect(releases.map(({ status, reason }) => [status, reason.split(" · ")[0]])).toEqual([
      ["unchanged", expect.any(String)],
      ["failed", "LOCK_HELD: another run works on it"],
      ["failed", expect.stringContaining("LOCK_HELD: it comes after 2025-02")],
    ]);
    expect(await rows("select period from ops.load")).toEqual([{ period: "2025-01" }]);
    await rows("select pg_advisory_unlock_all()");
    expect((await backfill()).exit).toBe(0);
  });

  test("two runners at once load each release once", async () => {
    home = await server.makeHome(CONFIG);
    for (let month = 1; month <= 9; month++) await home.write(`inbox/counts-2025-0${month}.csv`, A);
    const runs = await Promise.all([home.command("backfill"), home.command("backfill")]);
    for (const run of runs) expect([0, 8]).toContain(run.code);
    await backfill();
    expect(await rows("select count(*)::int as n, max(vintage) as vintage from ops.load")).toEqual([
      { n: 9, vintage: 1 },
    ]);
  });

  test("a clone with its manifests and an empty database rebuilds the same tables", async () => {
    home = await makeHome(CONFIG);
    await home.write("inbox/counts-2025-01.csv", A);
    await backfill();
    const path = "manifests/canonical/counts/counts_canonical.yaml";
    const renamed = (await home.read(path)).replace("title: Counts", "title: Numbers of counts");
    await home.run("db", "stop");
    await home.remove("data");
    await home.write(path, renamed);
    const report = await backfill();
    expect(report.exit).toBe(0);
    expect(report.repaired.map((one) => one.reason)).toEqual([
      "the database does not know the publication",
      "it was not what the database says",
    ]);
    expect(await north()).toEqual({ n: 10 });
  });

  test("a line in publications.yaml puts right what was seen wrong: the release is read again", async () => {
    home = await server.makeHome(CONFIG);
    const file = "Beds,,\nCode,Name,Number\n001,North,10\n002,South,20\n,,\nx,y,5\n";
    await home.write("inbox/counts-2025-01.csv", file);
    await backfill();
    const wrong = await rows("select count(*)::int as n from bronze.counts");
    expect(wrong).toEqual([{ n: 3 }]);
    const guide = "    tables:\n      - {file: counts-*.csv, range: A2:C4, header_rows: 1}\n";
    await home.write("config/publications.yaml", CONFIG + guide);
    const report = await backfill();
    expect(report.releases[0]).toMatchObject({ status: "loaded" });
    expect(await rows("select code, number::int as n from silver.counts order by code")).toEqual([
      { code: "001", n: 10 },
      { code: "002", n: 20 },
    ]);
    expect((await backfill()).releases[0]).toMatchObject({ status: "unchanged" });
  });

  test("a file that says nothing of its period is named, and exits 6", async () => {
    home = await server.makeHome(CONFIG);
    await home.write("inbox/counts.csv", A);
    const ran = await home.run("backfill");
    expect(ran.code).toBe(6);
    expect(ran.stdout + ran.stderr).toContain("inbox/counts.csv");
  });
});
