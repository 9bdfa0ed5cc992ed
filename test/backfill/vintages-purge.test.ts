import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { PurgeReport } from "../../src/pipeline/vintages/purge.ts";
import { PROJECT } from "../support/home.ts";
import { JANUARY, Series, SeriesServer } from "../support/series.ts";

/** A figure, and a name, that stand nowhere else. */
const FIGURE = "918273645";
const NAME = "Zanzibar Annexe";

/** Twelve sites of two kinds, with figures for some; the draft then knows the kinds and the sum. */
const csv = (kind: string, ...figures: readonly (string | number)[]): string =>
  [
    "Code,Kind,Number",
    ...Array.from({ length: 12 }, (_none, at) =>
      [`S${at + 10}`, at % 2 === 0 ? "Acute" : kind, figures[at] ?? 0].join(","),
    ),
  ].join("\n");
const A = csv("Community", 10, 20);
const B = csv(NAME, 0, FIGURE);
const C = csv("Community", 12, 20);

let server: SeriesServer;
let series: Series;
beforeAll(async () => {
  server = await SeriesServer.start();
});
afterEach(() => series.close());
afterAll(() => server.close());

async function issued(...contents: readonly string[]): Promise<void> {
  series = await Series.make(server);
  await series.issue(...contents);
}

const PURGE = ["purge", "trusts", "--period", "2025-01", "--vintage", "2"] as const;
const WHY = ["--reason", "small numbers", "--by", "Ada"] as const;
const purge = (...args: readonly string[]): Promise<PurgeReport> =>
  series.home.json<PurgeReport>(...PURGE, ...WHY, "--yes", ...args);

/** Every place in which the planted figure or name stands: files below the home, and rows of every table. */
async function found(): Promise<readonly string[]> {
  const needles = [FIGURE, NAME].map((text) => Buffer.from(text).toString("hex"));
  const files = Object.entries(await series.home.snapshot(""))
    .filter(([, hex]) => needles.some((needle) => hex.includes(needle)))
    .map(([path]) => path);
  const tables = await series.rows<{ name: string }>(
    "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('ops', 'bronze') order by 1",
  );
  expect(tables.length).toBeGreaterThan(15);
  const rows: string[] = [];
  for (const { name } of tables) {
    const [row] = await series.rows<{ n: number }>(
      `select count(*)::int as n from ${name} t where t::text like '%${FIGURE}%' or t::text like '%${NAME}%'`,
    );
    if ((row?.n ?? 0) > 0) rows.push(name);
  }
  return [...files, ...rows];
}

const vintages = (): Promise<object[]> =>
  series.rows("select vintage, is_current as current from ops.load order by 1");

describe("purge", () => {
  test("a vintage goes from every table and every file, and what was before it is as it was", async () => {
    await issued(A);
    const exports = await series.home.snapshot("data/exports");
    await series.issue(B);
    const before = await found();
    expect(before).toEqual(
      expect.arrayContaining(["bronze.trusts", "ops.generation", "ops.load", JANUARY]),
    );
    const report = await purge();
    expect(report.scope).toMatchObject({
      loads: [{ source: "trusts", period: "2025-01", vintage: 2, rows: 12 }],
      artifacts: [{ file_name: "trusts-2025-01.csv", used_by: [] }],
      quarantined: 0,
      links: [JANUARY],
    });
    expect(report.current).toEqual({ trusts: 1 });
    expect(report.backups).toEqual([]);
    await series.home.remove("inbox");
    expect(await found()).toEqual([]);
    expect(await series.home.snapshot("data/exports")).toEqual(exports);
    expect(await vintages()).toEqual([{ vintage: 1, current: true }]);
    expect(
      await series.rows(
        'select source, vintage, rows, reason, "by", cardinality(artifacts) as files from ops.tombstone',
      ),
    ).toMatchObject([
      { source: "trusts", vintage: 2, reason: "small numbers", by: "Ada", files: 1 },
    ]);
    const state = JSON.parse(await series.home.read("data/state/state.json"));
    expect(state.publications.trusts["2025-01"].sources.trusts.vintage).toBe(1);
  });

  test("a backfill over the same files loads nothing, however it is asked; the next vintage is 3", async () => {
    await issued(A, B);
    await purge();
    for (const args of [[], ["--force"], ["--reprocess", "all"], []]) {
      const report = await series.backfill(...args);
      expect([report.exit, report.releases[0]?.status]).toEqual([0, "unchanged"]);
      expect(await vintages()).toEqual([{ vintage: 1, current: true }]);
    }
    const [release] = (await series.backfill("--force")).releases;
    expect(release?.reason).toMatch(/purged by Ada.*: small numbers/);
    // The same bytes under another name are dropped; the same content in other bytes is not loaded.
    await series.home.remove(JANUARY);
    await series.home.write("inbox/trusts-final-2025-01.csv", B);
    expect((await series.backfill()).exit).toBe(0);
    expect(await series.rows("select distinct status from ops.link")).toContainEqual({
      status: "purged",
    });
    expect((await found()).filter((one) => !one.startsWith("inbox/"))).toEqual([]);
    await series.home.write(
      "inbox/trusts-final-2025-01.csv",
      `\ufeff${B.replaceAll("\n", "\r\n")}`,
    );
    const again = (await series.backfill()).releases[0];
    expect(again?.sources[0]?.reason).toMatch(
      /^trusts: vintage 2 was purged by Ada on \d{4}-\d\d-\d\d: small numbers$/,
    );
    expect(await vintages()).toHaveLength(1);
    await series.home.write("inbox/trusts-final-2025-01.csv", C);
    expect((await series.backfill()).exit).toBe(0);
    expect(await vintages()).toEqual([
      { vintage: 1, current: false },
      { vintage: 3, current: true },
    ]);
  });

  test("the only vintage: the release waits for another file, its export goes, and nothing fails", async () => {
    await issued(B);
    const only = ["purge", "trusts", "--period", "2025-01", "--vintage", "1", ...WHY] as const;
    const report = await series.home.json<PurgeReport>(...only, "--yes");
    expect(report.current).toEqual({ trusts: null });
    expect(await series.home.snapshot("data/exports")).toEqual({});
    for (const args of [[], ["--force"]]) {
      const after = await series.backfill(...args);
      expect([after.exit, after.releases[0]?.status]).toEqual([0, "not_published"]);
    }
    expect((await series.home.run("status")).stdout).not.toMatch(/failed/);
    expect((await series.home.run("doctor")).code).toBe(0);
    await series.home.write("inbox/trusts-2025-02.csv", A);
    expect((await series.backfill()).exit).toBe(0);
    expect(Object.keys(await series.home.snapshot("data/exports"))).toContain(
      "data/exports/trusts.parquet",
    );
    await series.issue(C);
    expect(await series.rows("select period, vintage from ops.load order by 1")).toEqual([
      { period: "2025-01", vintage: 2 },
      { period: "2025-02", vintage: 1 },
    ]);
  });

  test("the same rows in another order stay out and leave no file; what came so before goes with it", async () => {
    const [head = "", ...lines] = B.split("\n");
    const turned = [head, ...lines.toReversed()].join("\n");
    await issued(A, B, turned);
    expect(await series.rows("select vintage from ops.load order by 1")).toHaveLength(2);
    expect((await purge()).scope.artifacts).toHaveLength(2);
    expect(await found()).toEqual([JANUARY]);
    await series.issue([head, ...lines.slice(3), ...lines.slice(0, 3)].join("\n"));
    expect(await series.rows("select vintage, is_current from ops.load")).toEqual([
      { vintage: 1, is_current: true },
    ]);
    const [release] = (await series.backfill("--reprocess", "all")).releases;
    expect(release?.sources[0]?.reason).toContain("vintage 2 was purged by Ada");
  });

  test("every file that brought the content goes with it: delivered twice, and again once it was reverted", async () => {
    const other = B.replaceAll("\n", "\r\n");
    await issued(A);
    await series.home.write("inbox/copy-trusts-2025-01.csv", other);
    await series.issue(B);
    const revert = ["revert", "trusts", "--period", "2025-01", ...WHY] as const;
    expect((await series.home.run(...revert)).code).toBe(0);
    await series.home.remove("inbox/copy-trusts-2025-01.csv");
    await series.issue(`\ufeff${B}`);
    const report = await purge();
    expect(report.scope.artifacts).toHaveLength(3);
    await series.home.remove("inbox");
    expect(await found()).toEqual([]);
  });

  test("again does nothing; a dry run says what would go, and nothing goes without --yes", async () => {
    await issued(A, B);
    await series.home.write("data/backups/2025-01-31.dump", "x");
    const all = ["data", "manifests"] as const;
    const before = [await found(), await series.home.snapshot(...all)];
    const dry = await series.home.run(...PURGE, ...WHY, "--dry-run");
    expect(dry.code).toBe(0);
    expect(dry.stdout).toMatch(/would go: trusts 2025-01 vintage 2, 12 rows\n/);
    expect(dry.stdout).toMatch(/would go: the file trusts-2025-01.csv, [0-9a-f]{64}\n/);
    expect(dry.stdout).toContain("data/backups/2025-01-31.dump: made before; nobody knows");
    expect(dry.stdout).toContain(`${JANUARY}: not ours to remove`);
    const unasked = await series.home.run(...PURGE, ...WHY);
    expect([unasked.code, unasked.stderr]).toEqual([2, expect.stringContaining("--yes")]);
    expect([await found(), await series.home.snapshot(...all)]).toEqual(before);
    expect((await purge()).scope.loads).toHaveLength(1);
    const files = await series.home.snapshot("data/exports", "data/state", "data/acquire");
    const again = await series.home.run(...PURGE, ...WHY, "--yes");
    expect(again.stdout).toMatch(
      /purged before, by Ada on [\d-]+: small numbers\nNothing to do.\n/,
    );
    expect(await series.home.snapshot("data/exports", "data/state", "data/acquire")).toEqual(files);
    const unknown = await series.home.run(
      ...["purge", "trusts", "--period", "2025-01", "--vintage", "9", ...WHY, "--yes"],
    );
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("VINTAGE_UNKNOWN")]);
  });

  test("a file that another load came from stays, and it is told; with the publication all of it goes", async () => {
    series = await Series.make(server);
    const table = (header: string, rows: readonly (readonly [string, string | number])[]) => ({
      headers: ["Code", header],
      rows,
    });
    const beds = (n: number) =>
      table("Beds", [
        ["A", n],
        ["B", 2],
        ["C", 3],
      ]);
    const waits = (n: number) =>
      table("Waits", [
        ["A", n],
        ["B", 5],
        ["C", 6],
      ]);
    await series.publish("2025-01", {
      Beds: beds(1),
      Waits: { ...waits(4), headers: ["Site", "Waits"] },
    });
    await series.backfill();
    const plant = {
      Beds: beds(7),
      Waits: { ...waits(Number(FIGURE)), headers: ["Site", "Waits"] },
    };
    await series.publish("2025-01", plant);
    expect((await series.backfill()).exit).toBe(0);
    const said = ["--period", "2025-01", "--vintage", "2", ...WHY, "--yes"] as const;
    const one = await series.home.run("purge", "trusts_waits", ...said);
    expect(one.stdout).toContain("trusts_beds 2025-01 vintage 2 came from it");
    const after = await series.backfill("--reprocess", "all");
    expect([after.exit, after.releases[0]?.status]).toEqual([0, "unchanged"]);
    const rest = await series.home.json<PurgeReport>("purge", "--pub", "trusts", ...said);
    expect(rest.scope.loads).toMatchObject([{ source: "trusts_beds" }]);
    expect(rest.before).toMatchObject([{ source: "trusts_waits", by: "Ada" }]);
    await series.home.remove("inbox");
    expect(await found()).toEqual([]);
    expect(await series.rows("select source, vintage from ops.load order by 1")).toEqual([
      { source: "trusts_beds", vintage: 1 },
      { source: "trusts_waits", vintage: 1 },
    ]);
  });

  test.each([
    ["before-commit", "purge"],
    ["after-commit", "purge"],
    ["after-commit", "backfill"],
    ["before-files", "purge"],
    ["before-files", "backfill"],
    ["after-files", "purge"],
  ] as const)("killed %s: the next %s finishes it", async (moment, next) => {
    await issued(A);
    const exports = await series.home.snapshot("data/exports");
    await series.issue(B);
    const script = join(PROJECT, "test/support/purge-and-die.mjs");
    const ran = await series.home.spawn([script, moment], { CANONRY_HOME: series.home.path });
    expect(ran.signal).toBe("SIGKILL");
    if (moment !== "before-commit" && moment !== "after-files") {
      const doctor = await series.home.run("doctor");
      expect(doctor.stdout).toMatch(/bytes of what was purged/);
    }
    if (next === "purge") await purge();
    else expect((await series.backfill()).exit).toBe(0);
    await series.home.remove("inbox");
    expect(await found()).toEqual([]);
    expect(await series.home.snapshot("data/exports")).toEqual(exports);
    expect(await series.rows("select count(*)::int as n from ops.tombstone")).toEqual([{ n: 1 }]);
    expect((await series.home.run("doctor")).code).toBe(0);
  });
});
