import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv } from "ajv";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { planDigest, type ReleasePlan } from "../../src/model/manifest/release-plan.ts";
import { backfill } from "../../src/pipeline/backfill.ts";
import { guarded } from "../../src/pipeline/plan/plan-guard.ts";
import { openWorld } from "../../src/pipeline/world.ts";
import { PROJECT, type Ran } from "../support/home.ts";
import { columnsOf, monthOf, Series, SeriesServer, type SeriesTable } from "../support/series.ts";
import { EVERYTHING } from "../support/world.ts";

const DIE_AT = join(PROJECT, "test/support/die-at.mjs");
const MANIFEST = "manifests/canonical/trusts/trusts_canonical.yaml";
const PROJECTIONS = ["manifests", "data/exports", "data/state"];

const wider = (month: number): SeriesTable =>
  columnsOf(monthOf(month), (columns) => [
    ...columns,
    { header: "Discharges", cells: columns[3]?.cells ?? [] },
  ]);
const decimals = (month: number): SeriesTable =>
  columnsOf(wider(month), (columns) =>
    columns.map((one) =>
      one.header === "Referrals"
        ? { ...one, cells: one.cells.map((cell) => Number(cell) + 0.5) }
        : one,
    ),
  );
const renamed = (month: number): SeriesTable => {
  const table = wider(month);
  const headers = table.headers.map((one) => (one === "First contacts" ? "Initial contacts" : one));
  return { ...table, headers };
};
const twice = (table: SeriesTable): SeriesTable => ({
  ...table,
  rows: [...table.rows, table.rows[0] ?? []],
});

/** Tables come, a column is added, one widens, one is renamed, a key comes twice. */
async function publishAll(series: Series): Promise<void> {
  await series.publish("2025-01", { Activity: monthOf(1), Wards: monthOf(30) });
  await series.publish("2025-02", { Activity: wider(2), Wards: monthOf(31) });
  await series.publish("2025-03", { Activity: decimals(3), Wards: monthOf(32) });
  await series.publish("2025-04", { Activity: renamed(4), Wards: monthOf(33) });
  await series.publish("2025-05", { Activity: decimals(5), Wards: twice(monthOf(34)) });
}

/** All that the warehouse says, without times, ids of runs and loads, and what the last run said of itself. */
const CONTENT = [
  "select publication, period, source, vintage, key, contract_version, rows_data, rows_total, is_current, profile from ops.load order by 2, 3, 4",
  "select publication, period, source, status, reason from ops.outcome order by 1, 2, 3",
  "select publication, period, status, release_key, exit from ops.release order by 1, 2",
  "select decision_id, period, source, status from ops.decision order by 1",
  "select period, source, kind, verdict, detail from ops.drift order by 1, 2, 3, detail::text",
  "select publication, version, text, digest, by from ops.manifest order by 1, 2",
  "select source, version, document from ops.contract order by 1, 2",
  "select stage, mode, period, generation_id, parent_id, parsed from ops.generation order by 3, 1, 4",
  "select table_schema, table_name, column_name, data_type from information_schema.columns where table_schema in ('bronze', 'silver') order by 1, 2, ordinal_position",
  "select obj_description(c.oid) as said, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname in ('bronze', 'silver') order by c.oid::regclass::text",
];

async function contentOf(series: Series, statements = CONTENT): Promise<unknown> {
  const found: unknown[] = [];
  for (const sql of statements) found.push(await series.rows(sql));
  const views = await series.rows<{ name: string }>(
    "select table_name as name from information_schema.views where table_schema = 'silver' order by 1",
  );
  for (const { name } of views) {
    const sql = `select (to_jsonb(v) - '{_load_id,loaded_at,superseded_at}'::text[])::text as row from silver."${name}" v order by 1`;
    found.push(await series.rows(sql));
  }
  return { found, files: await series.home.snapshot("manifests", "data/exports") };
}

async function makePlan(series: Series, ...args: readonly string[]): Promise<ReleasePlan> {
  await series.home.run("plan", "--out", join(series.home.path, "plan.json"), ...args);
  return JSON.parse(await series.home.read("plan.json")) as ReleasePlan;
}

const apply = (series: Series): Promise<Ran> =>
  series.home.run("apply", join(series.home.path, "plan.json"));
const actionsOf = (plan: ReleasePlan) =>
  plan.publications.flatMap((one) => one.releases).flatMap((one) => one.actions);
const loadsOf = (plan: ReleasePlan) => actionsOf(plan).flatMap(({ load }) => load ?? []);

describe("plan and apply", () => {
  let server: SeriesServer;
  const opened: Series[] = [];
  const make = async (config = ""): Promise<Series> => {
    const series = await Series.make(server, config);
    opened.push(series);
    return series;
  };
  beforeAll(async () => {
    server = await SeriesServer.start();
  });
  afterEach(async () => {
    for (const series of opened.splice(0)) await series.close();
  });
  afterAll(() => server.close());

  test("a plan over five months changes nothing, is the same twice, and applied gives what a backfill gives", async () => {
    const [planned, filled] = [await make(), await make()];
    await publishAll(planned);
    await publishAll(filled);
    const report = await filled.backfill();
    const plan = await makePlan(planned);
    expect(await planned.rows("select 1 from ops.load")).toEqual([]);
    expect(await planned.rows("select 1 from ops.outcome")).toEqual([]);
    expect(await planned.home.snapshot(...PROJECTIONS)).toEqual({});
    expect(plan.exit).toBe(report.exit);
    expect((await makePlan(planned)).digest).toBe(plan.digest);
    const schema = JSON.parse(
      await readFile(join(PROJECT, "schemas/plan.schema.json"), "utf8"),
    ) as object;
    expect(new Ajv({ strictRequired: false }).validate(schema, plan)).toBe(true);
    const told = actionsOf(plan).map(({ source, verdict, load }) => [
      source,
      verdict,
      load?.vintage,
    ]);
    expect(told.slice(-4)).toEqual([
      ["trusts_activity", "hold", undefined],
      ["trusts_wards", "load", 1],
      ["trusts_activity", "load", 1],
      ["trusts_wards", "hold", undefined],
    ]);
    const applied = await apply(planned);
    expect(applied.code, applied.stderr).toBe(report.exit);
    expect(await contentOf(planned)).toEqual(await contentOf(filled));
  });

  test("a plan of the months around one that is loaded gives what a backfill gives", async () => {
    const [planned, filled] = [await make(), await make()];
    for (const series of [planned, filled]) {
      await publishAll(series);
      await series.backfill("--period", "2025-03");
    }
    await filled.backfill("--to", "2025-04");
    await makePlan(planned, "--to", "2025-04");
    await apply(planned);
    expect(await contentOf(planned)).toEqual(await contentOf(filled));
    expect((await planned.rows("select 1 from ops.load")).length).toBeGreaterThan(5);
  });

  test("two publications, with two issues of a table in one release: planned, applied, as a backfill", async () => {
    const [planned, filled] = [await make(), await make()];
    for (const { home } of [planned, filled]) {
      for (const folder of ["config", "published"])
        await cp(join(PROJECT, "examples/demo", folder), join(home.path, folder), {
          recursive: true,
        });
    }
    await filled.backfill();
    const plan = await makePlan(planned);
    const march = loadsOf(plan).filter((one) => one.vintage === 2);
    expect(march).toHaveLength(1);
    expect((await apply(planned)).code).toBe(0);
    expect(await contentOf(planned)).toEqual(await contentOf(filled));
    expect((await apply(planned)).stdout).toContain("done already: 22 of 22 loads");
  });

  test("the statements that are shown are those that are run, and no others", async () => {
    const series = await make();
    await series.home.run("status");
    await publishAll(series);
    await series.rows("create table public.said (at serial, tag text, statement text)");
    await series.rows(`create function public.hear() returns event_trigger language plpgsql as
      $$ begin insert into public.said (tag, statement) values (tg_tag, current_query()); end $$`);
    await series.rows(
      "create event trigger hear on ddl_command_end execute function public.hear()",
    );
    const plan = await makePlan(series);
    await series.rows("truncate public.said");
    await apply(series);
    const said = await series.rows<{ statement: string }>(
      "select statement from public.said where statement ~ '(bronze|silver)[.]' order by at",
    );
    const shown = loadsOf(plan).flatMap((one) => one.ddl);
    expect(shown.some((one) => one.startsWith("drop view"))).toBe(true);
    expect(said.map((one) => one.statement)).toEqual(shown);
  });

  test("a person reads sources, rows, vintage, drift, DDL, and how to decide", async () => {
    const series = await make();
    await publishAll(series);
    const { stdout, code } = await series.home.run("plan", "--out", "plan.json");
    expect(code).toBe(4);
    expect(stdout).toContain("trusts 2025-02: 2 loaded, column discharges added");
    expect(stdout).toContain("load       trusts_activity: 20 rows, vintage 1 (new); one file");
    expect(stdout).toMatch(/drift column_added of discharges: .*20 values/);
    expect(stdout).toContain(
      'alter table bronze."trusts_activity" add column "discharges" bigint;',
    );
    expect(stdout).toMatch(/hold {7}trusts_activity: column_renamed: /);
    expect(stdout).toMatch(/[0-9a-f]{12} {2}column renamed in trusts_activity, for 2025-04: /);
    expect(stdout).toContain("Planned: 8 loads of 160 rows, 2 held. Nothing was loaded.");
  });

  /** One month is loaded, and the plan is about the next. */
  async function secondMonth(): Promise<{ series: Series; plan: ReleasePlan }> {
    const series = await make();
    await series.publish("2025-01", { Activity: monthOf(1) });
    await series.backfill();
    await series.publish("2025-02", { Activity: wider(2) });
    return { series, plan: await makePlan(series) };
  }

  const MOVES: Readonly<Record<string, readonly [RegExp, (series: Series) => Promise<unknown>]>> = {
    "a file": [
      /file moved: inbox\/trusts-2025-02.xlsx \(trusts 2025-02\) was [0-9a-f]{64}, now [0-9a-f]{64}/,
      (series) => series.publish("2025-02", { Activity: wider(3) }),
    ],
    "a file of a month that was loaded": [
      /file moved: inbox\/trusts-2025-01.xlsx/,
      (series) => series.publish("2025-01", { Activity: monthOf(9) }),
    ],
    "a file that came": [
      /file moved: inbox\/trusts-2025-03.xlsx \(trusts 2025-03\) was not there/,
      (series) => series.publish("2025-03", { Activity: wider(3) }),
    ],
    "the manifest": [
      /manifest moved: manifest of trusts: the file was version 1 \([0-9a-f]{12}\), now version 1 \([0-9a-f]{12}\)/,
      async (series) => {
        const text = await series.manifest();
        await series.home.write(MANIFEST, text.replace(/title: .*/, "title: Another title"));
      },
    ],
    "the configuration": [
      /configuration moved: trusts: drift says something else/,
      (series) =>
        series.home.write(
          "config/publications.yaml",
          "publications:\n  trusts:\n    name: Trusts\n    folder: inbox\n    drift: review\n",
        ),
    ],
    "the database": [
      /load moved: the database's trusts_activity 2025-02 was not loaded, now vintage 1/,
      async (series) => {
        await series.publish("2025-02", { Activity: wider(7) });
        await series.backfill();
        await series.publish("2025-02", { Activity: wider(2) });
      },
    ],
    "a table": [
      /table moved: table or view of trusts_activity is not as it was/,
      (series) => series.rows("alter table bronze.trusts_activity add column discharges bigint"),
    ],
  };

  test.each(Object.keys(MOVES))(
    "%s moves: apply refuses, says which, and changes nothing",
    async (what) => {
      const { series } = await secondMonth();
      const [says, move] = MOVES[what] ?? [/^$/, () => Promise.resolve()];
      await move(series);
      const before = [await contentOf(series), await series.home.snapshot(...PROJECTIONS)];
      const ran = await apply(series);
      expect(ran.code, ran.stdout).toBe(4);
      expect(ran.stderr).toContain("PLAN_STALE");
      expect(ran.stderr).toMatch(says);
      expect([await contentOf(series), await series.home.snapshot(...PROJECTIONS)]).toEqual(before);
    },
  );

  test("an edited plan is refused, and one that lies under a good digest is stale", async () => {
    const { series, plan } = await secondMonth();
    const before = await contentOf(series);
    const text = await series.home.read("plan.json");
    const lie = text.replace('"rows_data": 20', '"rows_data": 21');
    const own = JSON.parse(lie) as ReleasePlan;
    for (const [content, code, says] of [
      [lie, 2, "its digest is another"],
      [text.slice(0, -9), 2, "it is no JSON"],
      [JSON.stringify({ ...plan, more: 1 }), 2, "must NOT have additional properties"],
      [JSON.stringify({ ...own, digest: planDigest(own) }), 4, "planned load of 21 rows"],
    ] as const) {
      await series.home.write("plan.json", content);
      const ran = await apply(series);
      expect(ran.code, ran.stderr).toBe(code);
      expect(ran.stderr).toContain(says);
    }
    expect(await contentOf(series)).toEqual(before);
  });

  test("applied twice it is done already, and so it is after a backfill that did the same", async () => {
    const { series } = await secondMonth();
    expect((await apply(series)).code).toBe(0);
    const after = await contentOf(series);
    const again = await apply(series);
    expect([again.code, again.stdout]).toEqual([
      0,
      expect.stringMatching(/^All of \S*plan.json is done already: 1 of 1 loads/),
    ]);
    expect(await contentOf(series)).toEqual(after);
    const other = await secondMonth();
    await other.series.backfill();
    expect((await apply(other.series)).stdout).toContain("done already");
  });

  test("a re-issue is a vintage more, and content that comes back another", async () => {
    const { series } = await secondMonth();
    await apply(series);
    for (const [month, vintage] of [
      [5, 2],
      [2, 3],
    ] as const) {
      await series.publish("2025-02", { Activity: wider(month) });
      const plan = await makePlan(series);
      expect(loadsOf(plan).map((one) => one.vintage)).toEqual([vintage]);
      expect((await apply(series)).code).toBe(0);
    }
    const current = await series.rows("select vintage from ops.load where is_current order by 1");
    expect(current).toEqual([{ vintage: 1 }, { vintage: 3 }]);
  });

  test("a plan takes up what a person edited, and apply does too", async () => {
    const [planned, filled] = [await make(), await make()];
    for (const series of [planned, filled]) {
      await series.publish("2025-01", { Activity: monthOf(1) });
      await series.backfill();
      await series.publish("2025-02", { Activity: renamed(2) });
      const text = await series.manifest();
      await series.home.write(
        MANIFEST,
        text.replace("headers: [First contacts]", "headers: [First contacts, Initial contacts]"),
      );
    }
    const report = await filled.backfill();
    expect(report.exit).toBe(0);
    const plan = await makePlan(planned);
    expect(plan.publications[0]?.manifest).toMatchObject({
      database: { version: 1 },
      taken_up: { version: 2 },
    });
    expect((await apply(planned)).code).toBe(0);
    expect(await contentOf(planned)).toEqual(await contentOf(filled));
    expect((await apply(planned)).stdout).toContain("done already");
  });

  test("drift shows its question; once it is asked and approved, a new plan loads, and the old one is stale", async () => {
    const series = await make();
    await series.publish("2025-01", { Activity: wider(1) });
    await series.publish("2025-02", { Activity: renamed(2) });
    const [open] = (await makePlan(series)).open_decisions;
    expect(open).toMatchObject({
      kind: "column_renamed",
      source: "trusts_activity",
      waiting: ["2025-02"],
      asked: false,
    });
    expect((await apply(series)).code).toBe(4);
    expect((await series.questions()).map((one) => one.id)).toEqual([open?.id]);
    expect((await makePlan(series)).open_decisions).toEqual([{ ...open, asked: true }]);
    const approved = await series.home.run("approve", open?.id ?? "", "--no-load");
    expect(approved.code, approved.stderr).toBe(0);
    const late = await apply(series);
    expect([late.code, late.stderr]).toEqual([4, expect.stringContaining("manifest moved")]);
    const plan = await makePlan(series);
    expect(plan.open_decisions).toEqual([]);
    expect(actionsOf(plan).map((one) => one.verdict)).toEqual(["load"]);
    expect((await apply(series)).code).toBe(0);
    expect(await series.questions()).toEqual([]);
  });

  describe("killed in the middle of apply", () => {
    let expected: unknown;
    beforeAll(async () => {
      const series = await Series.make(server);
      await publishAll(series);
      await series.backfill();
      expected = await contentOf(series);
      await series.close();
    });

    test.each([
      ["before-copy", 2],
      ["in-copy", 3],
      ["before-commit", 4],
      ["after-commit", 1],
      ["after-commit", 6],
      ["export.written", 1],
    ] as const)("%s, number %i: apply again finishes", async (moment, count) => {
      const series = await make();
      await publishAll(series);
      await makePlan(series);
      const args = [DIE_AT, moment, String(count), join(series.home.path, "plan.json")];
      const killed = await series.home.spawn(args, { CANONRY_HOME: series.home.path });
      expect(killed.signal, `${killed.stdout}${killed.stderr}`).toBe("SIGKILL");
      const again = await apply(series);
      expect(again.code, again.stderr).toBe(4);
      expect(await contentOf(series)).toEqual(expected);
    });
  });

  test("what is decided under the lock must be what was planned: nothing else is committed", async () => {
    const { series, plan } = await secondMonth();
    // What was drafted and enriched on the way is working material, and may be kept.
    const committed = CONTENT.filter((sql) => !sql.includes("ops.generation"));
    const before = await contentOf(series, committed);
    const { signal } = new AbortController();
    const env = { DATABASE_URL: series.home.database ?? "" };
    const home = series.home.path;
    const world = await openWorld({ env, cwd: home, signal, flags: { home } });
    const [publication] = plan.publications;
    const [, release] = publication?.releases ?? [];
    const [action] = release?.actions ?? [];
    const load = action?.load ?? null;
    if (publication === undefined || release === undefined || action === undefined || load === null)
      throw new Error("the plan has no load");
    const lies = {
      "is not in the plan": [],
      "is missing": [action, { ...action, source: "trusts_wards" }],
      "other content": [{ ...action, issues: [] }],
      "drift of": [{ ...action, drift: [] }],
      "rows_data of": [{ ...action, load: { ...load, rows_data: 19 } }],
      "vintage of": [{ ...action, load: { ...load, vintage: 2 } }],
      "ddl of": [{ ...action, load: { ...load, ddl: load.ddl.slice(1) } }],
      "manifest of": [{ ...action, load: { ...load, manifest: null } }],
    };
    try {
      for (const [says, actions] of Object.entries(lies)) {
        const releases = [{ ...release, actions }];
        const lying = { ...plan, publications: [{ ...publication, releases }] };
        const report = await backfill(
          world,
          {
            ...EVERYTHING,
            ...plan.options,
            offline: true,
            concurrency: 1,
          },
          { survey: (survey) => survey, ledger: guarded(lying) },
        );
        expect(report.exit).toBe(4);
        expect(report.releases[1]?.reason).toMatch(new RegExp(`^PLAN_STALE: .*${says}`));
        expect(await contentOf(series, committed)).toEqual(before);
      }
    } finally {
      await world.close();
    }
  });
});
