import { readFile, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { listBackups } from "../../../src/inquiry/backups.ts";
import { cite } from "../../../src/inquiry/cite/index.ts";
import { explain } from "../../../src/inquiry/explain.ts";
import { verify } from "../../../src/inquiry/verify/index.ts";
import { diffVintages } from "../../../src/inquiry/vintage-diff.ts";
import { CanonryError } from "../../../src/model/errors.ts";
import type { BackfillReport } from "../../../src/model/report.ts";
import type { RetentionKind } from "../../../src/model/retention.ts";
import { backfill } from "../../../src/pipeline/backfill.ts";
import { type CleanupReport, cleanup, retainNeeds } from "../../../src/pipeline/upkeep/cleanup.ts";
import { purge } from "../../../src/pipeline/vintages/purge.ts";
import { revert } from "../../../src/pipeline/vintages/revert.ts";
import type { World } from "../../../src/pipeline/world.ts";
import { apply, plan, survey } from "../../../src/upkeep/retain/index.ts";
import { made, proven, verified } from "../../support/backups.ts";
import { monthOf, Series, SeriesServer } from "../../support/series.ts";
import { EVERYTHING, worldOf } from "../../support/world.ts";

const csv = (...numbers: readonly (number | string)[]): string =>
  ["Code,Name,Number", ...numbers.map((number, at) => `00${at},Trust ${"ABC"[at]},${number}`)].join(
    "\n",
  );
const FILE = "inbox/trusts-2025-01.csv";
const SAID = { by: "Ada", reason: "because", watch: EVERYTHING.watch };
const PLACE = { source: "trusts", period: "2025-01" };
const WHOLE = { publications: [], periods: [], deep: true };
const DAY_MS = 86_400_000;

let server: SeriesServer;
let series: Series;
let world: World;
beforeAll(async () => {
  server = await SeriesServer.start();
});
afterEach(async () => {
  await world.close();
  await series.close();
});
afterAll(() => server.close());

/** A home with these retention settings, where each content in turn was an issue of January. */
async function issued(retention: string, ...contents: readonly string[]): Promise<void> {
  series = await Series.make(server);
  await series.home.write("config/settings.yaml", `retention: {${retention}}\n`);
  world = await worldOf(series.home);
  for (const content of contents) {
    await series.home.write(FILE, content);
    expect((await load()).exit).toBe(0);
  }
}

const load = (more: Partial<typeof EVERYTHING> = {}): Promise<BackfillReport> =>
  backfill(world, { ...EVERYTHING, ...more });
const clean = (dryRun = false): Promise<CleanupReport> =>
  cleanup(world, { dryRun, watch: EVERYTHING.watch });
const gone = ({ items }: CleanupReport): readonly string[] =>
  items.filter((one) => one.fate !== "keep").map((one) => `${one.fate} ${one.key}`);
const keptBecause = ({ items }: CleanupReport, key: string): string | undefined =>
  items.find((one) => one.fate === "keep" && one.key.includes(key))?.reason;
const vintages = (): Promise<object[]> =>
  series.rows(
    `select l.vintage, l.is_current as current, l.expired_by as by,
            (select count(*)::int from bronze.trusts where _load_id = l.load_id) as rows
       from ops.load l order by vintage`,
  );
const planOf = async (...kinds: RetentionKind[]) => {
  const needs = retainNeeds(world);
  return { needs, planned: plan(await survey(needs, new Set(kinds))) };
};

/** A file whose last write is some days ago by the machine's clock. */
async function old(path: string, days: number, text = "{}\n"): Promise<void> {
  await series.home.write(path, text);
  const time = new Date(Date.now() - days * DAY_MS);
  await utimes(join(series.home.path, path), time, time);
}

const there = (path: string): Promise<boolean> =>
  stat(join(series.home.path, path)).then(
    () => true,
    () => false,
  );

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}

const dayAgo = (days: number): string =>
  new Date(Date.now() - days * DAY_MS).toISOString().slice(0, 10);

/** A run of the ledger, and its folder. */
async function run(id: string, status: string, days: number, period = "2020-01"): Promise<void> {
  await series.rows(
    `insert into ops.run (run_id, backfill_id, publication, period, status, host, pid, started_at, finished_at)
     values ('${id}', 'b-${id}', 'trusts', '${period}', '${status}', 'h', 1, now() - interval '${days} days',
             ${status === "running" ? "null" : `now() - interval '${days} days'`})`,
  );
  await old(`tmp/manifests/${id}/draft.yaml`, days);
}

describe("a cleanup", () => {
  test("previews each item with its reason, changes nothing then, does it, and finds nothing more", async () => {
    await issued("vintages_keep: 1", csv(10), csv(11), csv(12));
    const month = dayAgo(40).slice(0, 7);
    await old(`data/logs/events/${dayAgo(40)}/r1.jsonl`, 40, '{"a":1}\n{"b":2}\n');
    await run("r-loaded", "loaded", 0);
    await run("r-failed", "failed", 20);
    await run("r-young", "failed", 3);
    await old("tmp/scratch/left/rows", 3);
    await utimes(join(series.home.path, "tmp/scratch/left"), 0, 0);
    await series.home.write("data/exports/lost.parquet", "x");
    const before = await series.home.snapshot("data", "tmp", "manifests");
    const preview = await clean(true);
    expect(gone(preview)).toEqual([
      `archive data/logs/events/${dayAgo(40)}/r1.jsonl`,
      "remove tmp/manifests/r-failed/",
      "remove tmp/manifests/r-loaded/",
      "remove tmp/scratch/left",
      "expire trusts 2025-01 vintage 1",
    ]);
    for (const one of preview.items) {
      expect(one.reason).not.toBe("");
      expect(one.size_bytes).toBeGreaterThanOrEqual(0);
    }
    expect(keptBecause(preview, "r-young")).toContain("kept for 14 days");
    expect(keptBecause(preview, "lost.parquet")).toContain("it may be the only copy");
    expect(keptBecause(preview, "vintage 2")).toBe("among the last 1 superseded");
    expect(await series.home.snapshot("data", "tmp", "manifests")).toEqual(before);
    expect(await vintages()).toHaveLength(3);

    const done = await clean();
    expect(gone(done)).toEqual(gone(preview));
    expect([done.left, done.failed]).toEqual([[], []]);
    expect(done.freed_bytes).toBe(preview.freed_bytes);
    expect(await there(`data/archive/logs/${month}.jsonl.gz`)).toBe(true);
    expect(await there(`data/logs/events/${dayAgo(40)}`)).toBe(false);
    expect(await there("tmp/manifests/r-young/draft.yaml")).toBe(true);
    expect(await there("tmp/manifests/r-failed")).toBe(false);
    expect(gone(await clean(true))).toEqual([]);
    expect(gone(await clean())).toEqual([]);
    const [event] = Object.entries(await series.home.snapshot("data/logs"))
      .map(([, hex]) => Buffer.from(hex, "hex").toString())
      .filter((text) => text.includes("retention.done"));
    expect(event?.match(/"retention.done"/g)).toHaveLength(5);
  });

  test("leaves what is at work: a live run among old ones, its log, its scratch", async () => {
    await issued("", csv(10));
    await run("r-live", "running", 400, "2021-01");
    await run("r-cut-short", "running", 400, "2021-02");
    for (const id of ["r-live", "b-r-live", "r-old"])
      await old(`data/logs/events/${dayAgo(400)}/${id}.jsonl`, 400);
    await series.rows(
      "select pg_advisory_lock(hashtextextended('canonry.release.trusts.2021-01', 0))",
    );
    const report = await clean();
    expect(gone(report)).toEqual([`archive data/logs/events/${dayAgo(400)}/r-old.jsonl`]);
    expect(keptBecause(report, "manifests/r-live")).toBe("its run is at work");
    expect(keptBecause(report, "/b-r-live.jsonl")).toBe("its run is at work");
    // It was ended first, and whoever wants to look into it has his days.
    expect(keptBecause(report, "r-cut-short")).toContain("interrupted: kept for 14 days");
    await series.rows("select pg_advisory_unlock_all()");
    expect(await there("tmp/manifests/r-live/draft.yaml")).toBe(true);
  });

  test("does exactly its plan: what changed meanwhile is left, and said", async () => {
    await issued("vintages_keep: 0", csv(10), csv(11));
    await run("r-alive", "failed", 20, "2021-01");
    await run("r-opened", "failed", 20);
    await run("r-gone", "failed", 20);
    const log = `data/logs/events/${dayAgo(40)}/r1.jsonl`;
    await old(log, 40);
    const { needs, planned } = await planOf("log", "working_files", "vintage");
    expect(planned.todo).toHaveLength(5);
    await series.rows(
      "update ops.run set status = 'running', finished_at = null where run_id = 'r-alive'",
    );
    await series.rows(
      "select pg_advisory_lock(hashtextextended('canonry.release.trusts.2021-01', 0))",
    );
    await series.home.write("tmp/manifests/r-opened/notes.txt", "mine");
    await series.home.remove("tmp/manifests/r-gone");
    await old(log, 39, "{}\n{}\n");
    await revert(world, { choice: PLACE, to: 1, ...SAID });
    const outcome = await apply(needs, planned);
    await series.rows("select pg_advisory_unlock_all()");
    expect([outcome.done, outcome.failed]).toEqual([[], []]);
    expect(Object.fromEntries(outcome.left.map((one) => [one.key, one.reason]))).toEqual({
      [log]: "it changed since it was planned",
      "tmp/manifests/r-alive/": "its run is at work",
      "tmp/manifests/r-opened/": expect.stringContaining("kept for 14 days"),
      "tmp/manifests/r-gone/": "it is gone already",
      "trusts 2025-01 vintage 1": "it is gone already",
    });
    expect(await vintages()).toEqual([
      { vintage: 1, current: true, by: null, rows: 1 },
      { vintage: 2, current: false, by: null, rows: 1 },
    ]);
  });

  test("one at a time: a second is told LOCK_HELD, by exit 8; a backfill goes on beside it", async () => {
    await issued("", csv(10));
    await series.rows("select pg_advisory_lock(hashtextextended('canonry.cleanup', 0))");
    await expect(clean()).rejects.toMatchObject({ code: "LOCK_HELD" });
    expect((await series.home.run("cleanup")).code).toBe(8);
    expect((await series.home.run("cleanup", "--dry-run")).code).toBe(0);
    expect((await load()).exit).toBe(0);
    await series.rows("select pg_advisory_unlock_all()");
    await series.home.write(FILE, csv(11));
    const [cleaned, loaded] = await Promise.all([clean(), load()]);
    expect([cleaned.failed, loaded.exit]).toEqual([[], 0]);
    expect((await verify(world, WHOLE)).differences).toEqual([]);
  });

  test("counts by the clock of the database: with the machine's a year ahead nothing goes", async () => {
    await issued("vintages_days: 1", csv(10), csv(11));
    await run("r-failed", "failed", 1);
    await series.home.write(`data/logs/events/${dayAgo(-365)}/r1.jsonl`, "{}\n");
    const ahead = { ...world, now: () => new Date(Date.now() + 365 * DAY_MS) };
    const report = await cleanup(ahead, { dryRun: false, watch: EVERYTHING.watch });
    expect(gone(report)).toEqual([]);
    expect(await there("tmp/manifests/r-failed/draft.yaml")).toBe(true);
  });

  test("an archive that is damaged is told with exit 7, and the rest is done", async () => {
    await issued("", csv(10));
    const month = dayAgo(40).slice(0, 7);
    await old(`data/logs/events/${dayAgo(40)}/r1.jsonl`, 40);
    await series.home.write(`data/archive/logs/${month}.jsonl.gz`, "no archive");
    await run("r-loaded", "loaded", 0);
    const ran = await series.home.run("cleanup");
    expect(ran.code).toBe(7);
    expect(ran.stdout).toMatch(/not done: data\/archive\/logs\/.*LOG_ARCHIVE_DAMAGED/);
    expect(ran.stdout).toMatch(/tmp\/manifests\/r-loaded\/ +removed/);
    expect(await there(`data/logs/events/${dayAgo(40)}/r1.jsonl`)).toBe(true);
    expect(
      await readFile(join(series.home.path, `data/archive/logs/${month}.jsonl.gz`), "utf8"),
    ).toBe("no archive");
  });
});

describe("a vintage that expired", () => {
  const expired = (): Promise<object[]> =>
    series.rows("select vintage from ops.load where expired_at is not null order by 1");

  test("leaves the table, stays in the ledger, and every command says so", async () => {
    await issued("vintages_keep: 0", csv(10, 20), csv(11, 20));
    expect(gone(await clean())).toEqual(["expire trusts 2025-01 vintage 1"]);
    expect(await vintages()).toEqual([
      { vintage: 1, current: false, by: "retention.vintages_keep 0", rows: 0 },
      { vintage: 2, current: true, by: null, rows: 2 },
    ]);
    expect(await series.rows("select distinct vintage from silver.trusts_vintages")).toEqual([
      { vintage: 2 },
    ]);
    const [kept] = await series.rows<{ digest: object; rows: number; parts: number }>(
      `select digest, rows_data::int as rows, (select count(*)::int from ops.part p where p.load_id = l.load_id) as parts
         from ops.load l where vintage = 1`,
    );
    expect(kept).toMatchObject({ digest: { data: expect.any(String) }, rows: 2, parts: 1 });
    const trail = await explain(world.database, "trusts", []);
    expect(trail.loads.map((one) => one.expired)).toEqual([
      null,
      expect.stringMatching(/^on \d{4}-\d\d-\d\d by retention.vintages_keep 0$/),
    ]);
    expect((await series.home.run("explain", "trusts")).stdout).toMatch(
      /2025-01 vintage 1 \(expired\)[\s\S]*its rows left the table on .* by retention[\s\S]*sha256/,
    );
    const is = { code: "VINTAGE_EXPIRED" };
    const untold = (): void => expect.fail("nothing is told");
    const visitor = { begin: untold, row: untold, end: untold };
    const pair = { publication: "trusts", period: "2025-01", from: null, to: null };
    for (const source of [null, "trusts"])
      await expect(
        diffVintages(world.database, { ...pair, source }, visitor),
      ).rejects.toMatchObject(is);
    const load_id = trail.loads[1]?.load_id ?? "";
    const needs = { ...world, limits: world.config.settings.limits };
    const row = { source: "trusts", periods: [], columns: [], load: { id: load_id, row: 2 } };
    await expect(cite(needs, row)).rejects.toMatchObject(is);
    expect((await verify(world, WHOLE)).differences).toEqual([]);
    await series.rows(
      `insert into bronze.trusts (_load_id, _part, _row, _kind) values (${load_id}, 1, 2, 'data')`,
    );
    expect((await verify(world, WHOLE)).differences).toMatchObject([
      { kind: "rows_unknown", detail: expect.stringContaining("it was expired") },
    ]);
  });

  test("comes back under its number by a revert, to the last digit what it was", async () => {
    await issued("vintages_keep: 0");
    const marked = (change: number) => {
      const { headers, rows } = monthOf(1, 12);
      return {
        headers,
        rows: rows.map((row, at) => [
          ...row.slice(0, 4),
          Number(row[4]) + change,
          at % 5 === 4 ? "*" : (row[5] ?? null),
        ]),
      };
    };
    const years = (change: number) => ({
      headers: ["Region", "2021", "2022", "2023", "2024"],
      rows: ["North", "South", "East"].map((region, at) => [
        region,
        10 + at,
        20 + at,
        30 + change,
        40.5 + at,
      ]),
    });
    for (const change of [0, 1]) {
      await series.publish("2025-01", { Activity: marked(change), Years: years(change) });
      expect((await load()).exit).toBe(0);
    }
    const rows = () =>
      series.rows(
        `select 'a' as source, to_jsonb(t) - '_load_id' as row from bronze.trusts_activity t join ops.load l on l.load_id = t._load_id where vintage = 1
       union all select 'y', to_jsonb(t) - '_load_id' from bronze.trusts_years t join ops.load l on l.load_id = t._load_id where vintage = 1
        order by 1, 2`,
      );
    const before = await rows();
    expect(before.length).toBeGreaterThan(20);
    expect(gone(await clean())).toHaveLength(2);
    expect(await rows()).toEqual([]);
    const done = await revert(world, {
      choice: { publication: "trusts", period: "2025-01" },
      to: 1,
      ...SAID,
    });
    expect(done.sources.map((one) => [one.from, one.to])).toEqual([
      [2, 1],
      [2, 1],
    ]);
    expect(await rows()).toEqual(before);
    expect(await expired()).toEqual([]);
    expect((await verify(world, WHOLE)).differences).toEqual([]);
  });

  test("comes back into a table whose columns were widened since", async () => {
    await issued("vintages_keep: 0", csv(10, 20), csv(11, 20));
    await clean();
    await series.home.write("inbox/trusts-2025-02.csv", csv(1.5));
    await load();
    await revert(world, { choice: PLACE, to: null, ...SAID });
    expect(await series.rows("select number::text from silver.trusts order by 1")).toEqual([
      { number: "1.5" },
      { number: "10" },
      { number: "20" },
    ]);
    expect((await verify(world, WHOLE)).differences).toEqual([]);
  });

  test("stays expired if what is read now is not what was loaded", async () => {
    await issued("vintages_keep: 0", csv(10, 20), csv(11, 20));
    await clean();
    const before = await vintages();
    await series.rows(
      "update ops.load set digest = jsonb_set(digest, '{data}', '\"1\"') where vintage = 1",
    );
    const back = () => revert(world, { choice: PLACE, to: 1, ...SAID });
    await expect(back()).rejects.toMatchObject({ code: "VINTAGE_UNREADABLE" });
    await series.rows(
      "update ops.part set fingerprint = 'other' where load_id = (select load_id from ops.load where vintage = 1)",
    );
    await expect(back()).rejects.toMatchObject({
      code: "VINTAGE_UNREADABLE",
      message: expect.stringContaining("not seen any more"),
    });
    expect(await vintages()).toEqual(before);
    const path = world.paths.keys.artifact(
      (
        await series.rows<{ artifact: string }>(
          "select artifact from ops.part order by load_id limit 1",
        )
      )[0]?.artifact ?? "",
    );
    await series.home.remove(path);
    await expect(back()).rejects.toMatchObject({
      code: "VINTAGE_UNREADABLE",
      message: expect.stringContaining("not in the store"),
    });
    expect(await vintages()).toEqual(before);
  });

  test("is not loaded again, whatever is read again; published again it becomes a vintage", async () => {
    await issued("vintages_keep: 0");
    // Both issues lie there: the later one is current.
    await series.home.write("inbox/trusts-2025-01-v1.csv", csv(10, 20));
    await series.home.write("inbox/trusts-2025-01-v2.csv", csv(11, 20));
    expect((await load()).exit).toBe(0);
    await clean();
    expect(await expired()).toEqual([{ vintage: 1 }]);
    for (const more of [{}, { force: true }, { reprocess: "all" as const }])
      expect((await load(more)).exit).toBe(0);
    const path = "manifests/canonical/trusts/trusts_canonical.yaml";
    const manifest = await series.home.read(path);
    await series.home.write(
      path,
      manifest.replace(/type: bigint/, "type: numeric\n        type_by: person"),
    );
    expect((await load()).exit).toBe(0);
    const content = await series.rows(
      "select number::int as n from silver.trusts_vintages where code = '000' order by vintage",
    );
    expect(new Set(content.map((one) => JSON.stringify(one)))).toEqual(new Set(['{"n":11}']));
    await series.home.remove("inbox/trusts-2025-01-v2.csv");
    expect((await load()).exit).toBe(0);
    expect(
      await series.rows("select number::int as n from silver.trusts where code = '000'"),
    ).toEqual([{ n: 10 }]);
  });

  test("stays where its file is gone or damaged: its rows are the only copy", async () => {
    await issued("vintages_keep: 0", csv(10), csv(11));
    const [part] = await series.rows<{ artifact: string }>(
      "select artifact from ops.part order by load_id limit 1",
    );
    const path = world.paths.keys.artifact(part?.artifact ?? "");
    const bytes = await series.home.read(path);
    await series.home.write(path, bytes.replace("10", "99"));
    const report = await clean();
    expect(report.left).toMatchObject([{ reason: expect.stringContaining("the only copy") }]);
    await series.home.remove(path);
    const planned = await clean(true);
    expect([gone(planned), keptBecause(planned, "vintage 1")]).toEqual([
      [],
      expect.stringContaining("its rows are the only copy"),
    ]);
    expect(await expired()).toEqual([]);
  });

  test("waits for who works on its source, and is left if that takes long", async () => {
    await issued("vintages_keep: 0", csv(10), csv(11));
    const { needs, planned } = await planOf("vintage");
    await series.rows("begin");
    await series.rows("select 1 from ops.source for share");
    const wait = apply(needs, planned);
    await until(async () => {
      const [{ n } = { n: 0 }] = await series.rows<{ n: number }>(
        "select count(*)::int as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
      );
      return n > 0;
    });
    await series.rows("commit");
    expect((await wait).done).toHaveLength(1);
    const { database } = needs;
    const held = { ...needs, database: Object.create(database) as typeof database };
    held.database.transaction = () => Promise.reject(new CanonryError("LOCK_HELD", "60 s"));
    await series.rows("update ops.load set expired_at = null");
    const outcome = await apply(held, planned);
    expect(outcome.left).toMatchObject([{ reason: "another works on it" }]);
  });

  test("does not stand in the way of a widening, nor becomes current by a purge", async () => {
    await issued("vintages_keep: 0", csv(10), csv(11));
    await clean();
    await series.home.write("inbox/trusts-2025-02.csv", csv(1.5));
    expect((await load()).exit).toBe(0);
    expect((await verify(world, WHOLE)).differences).toEqual([]);
    const done = await purge(world, { choice: PLACE, vintage: 2, dryRun: false, ...SAID });
    expect(done.current).toEqual({ trusts: null });
    expect(await series.rows("select period from silver.trusts")).toEqual([{ period: "2025-02" }]);
    expect((await verify(world, WHOLE)).differences.map((one) => one.kind)).toEqual([]);
  });

  test("takes nothing from a source whose releases repeat their history", async () => {
    await issued("vintages_keep: 0");
    const calls = (january: number, ...months: readonly string[]): string =>
      [
        "Month,Service,Calls",
        ...months.flatMap((one, at) => [`${one},Day,${january + at}`, `${one},Night,9`]),
      ].join("\n");
    await series.home.write("inbox/trusts-2025-02.csv", calls(5, "Jan-25", "Feb-25"));
    await load();
    await series.home.write("inbox/trusts-2025-03.csv", calls(6, "Feb-25", "Mar-25", "Apr-25"));
    await load();
    await series.home.write("inbox/trusts-2025-02.csv", calls(7, "Jan-25", "Feb-25"));
    await load();
    const shown = () =>
      series.rows("select period, service, calls::int from silver.trusts order by 1, 2");
    const before = await shown();
    expect(
      await series.rows("select distinct document->>'coverage' as is from ops.contract"),
    ).toEqual([{ is: "cumulative" }]);
    expect(new Set(before.map((one) => JSON.stringify(one))).size).toBe(8);
    expect(gone(await clean())).toEqual(["expire trusts 2025-02 vintage 1"]);
    expect(await shown()).toEqual(before);
    expect((await verify(world, WHOLE)).differences).toEqual([]);
  });

  test("is never one that a revert made current; what was reverted stays out without its rows", async () => {
    await issued("vintages_keep: 0", csv(10), csv(11), csv(12));
    await revert(world, { choice: PLACE, to: 1, ...SAID });
    expect(gone(await clean())).toEqual([
      "expire trusts 2025-01 vintage 2",
      "expire trusts 2025-01 vintage 3",
    ]);
    expect(await series.rows("select number::int as n from silver.trusts")).toEqual([{ n: 10 }]);
    expect((await load({ reprocess: "all" })).exit).toBe(0);
    expect(await series.rows("select number::int as n from silver.trusts")).toEqual([{ n: 10 }]);
    await series.rows("update ops.load set expired_at = null, expired_by = null");
    await expect(
      series.rows("update ops.load set expired_at = now() where is_current"),
    ).rejects.toThrow("load_expired");
  });
});

test("an artifact goes when nothing refers to it, never where a load or a release needs it", async () => {
  await issued("artifacts_days: 30, vintages_keep: 0", csv(10), csv(11));
  // The same content in other bytes: kept as any file is, and then replaced.
  await series.home.write(FILE, `${csv(11)}\r\n`);
  await load();
  await series.home.write(FILE, `\ufeff${csv(11)}`);
  await load();
  await clean();
  await series.rows("update ops.artifact set first_seen_at = now() - interval '31 days'");
  const report = await clean();
  expect(gone(report).map((one) => one.slice(0, 20))).toEqual(["remove data/acquire/"]);
  const reasons = report.items
    .filter((one) => one.kind === "artifact" && one.fate === "keep")
    .map((one) => one.reason.replace(/file:\S+/, "FILE"));
  expect(reasons.sort()).toEqual([
    "it is what inbox/trusts-2025-01.csv holds, of trusts 2025-01",
    "trusts 2025-01 vintage 1 came from it",
    "trusts 2025-01 vintage 2 came from it",
  ]);
  expect(gone(await clean())).toEqual([]);
  // Published again, it is kept again.
  await series.home.write(FILE, `${csv(11)}\r\n`);
  expect((await load()).exit).toBe(0);
  expect(await series.rows("select 1 from ops.artifact where expired_at is not null")).toEqual([]);
  expect((await verify(world, WHOLE)).differences).toEqual([]);
});

test("an export whose source holds nothing any more goes with its page; others stay", async () => {
  await issued("", csv(10));
  await series.rows(
    "insert into ops.tombstone (load_id, publication, period, source, vintage, key, artifacts, rows, reason, by) values (99, 'p', '2020-01', 'gone', 1, 'k', '{}', 1, 'r', 'b')",
  );
  for (const name of ["gone.parquet", "gone.md", "mine.txt"])
    await series.home.write(`data/exports/${name}`, "x");
  expect(gone(await clean())).toEqual([
    "remove data/exports/gone.md",
    "remove data/exports/gone.parquet",
  ]);
  expect(await there("data/exports/trusts.parquet")).toBe(true);
  expect(await there("data/exports/mine.txt")).toBe(true);
});

test("of the backups of a day the proven one and the latest stay; expired rows and files are not asked of one", async () => {
  await issued("vintages_keep: 1", csv(10), csv(11), csv(12));
  const first = await made(world);
  await clean();
  const second = await made(world);
  expect((await proven(world, second)).differences).toEqual([]);
  const third = await made(world);
  const fourth = await made(world);
  const preview = await clean(true);
  const goes = [first, third].map((id) => `remove backup ${id}`);
  expect(gone(preview).toSorted()).toEqual(goes.toSorted());
  expect(keptBecause(preview, second)).toContain("the last that was verified");
  await clean();
  expect((await listBackups(world.data)).map((one) => [one.id, one.state])).toEqual([
    [second, "whole"],
    [fourth, "whole"],
  ]);
  for (const id of [second, fourth])
    expect((await verified(series.home, id)).differences).toEqual([]);
  expect(gone(await clean())).toEqual([]);
});
