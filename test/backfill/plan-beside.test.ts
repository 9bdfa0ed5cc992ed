import { join } from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { ReleasePlan } from "../../src/model/manifest/release-plan.ts";
import type { BackfillReport } from "../../src/model/report.ts";
import { type Home, MAIN, makeHome } from "../support/home.ts";
import { modelServer } from "../support/model-server.ts";
import { KEY } from "../support/model-world.ts";
import { periodManifest } from "../support/period-manifest.ts";
import { SeriesServer } from "../support/series.ts";
import { closeServers } from "../support/serve.ts";
import { html, site } from "../support/site.ts";

/** Plan and apply where names come from elsewhere: another system's manifests, landing pages, a model. */

const CONFIG = "publications:\n  counts: { name: Counts, folder: inbox }\n";
const MANIFEST = "manifests/canonical/counts/counts_canonical.yaml";
const csv = (...counts: readonly number[]): string =>
  `Code,Region,Beds\n${counts.map((n, at) => `00${at},Region ${at},${n}\n`).join("")}`;

const CONTENT = [
  "select publication, period, source, vintage, key, contract_version, rows_data, is_current from ops.load order by 1, 2, 3, 4",
  "select publication, period, source, status, reason from ops.outcome order by 1, 2, 3",
  "select publication, version, text, digest, by from ops.manifest order by 1, 2",
  "select source, version, document from ops.contract order by 1, 2",
  "select stage, mode, period, generation_id, parent_id, parsed from ops.generation order by 3, 1, 4",
];

let server: SeriesServer;
const homes: Home[] = [];
beforeAll(async () => {
  server = await SeriesServer.start();
});
afterEach(async () => {
  for (const home of homes.splice(0)) await home.close();
});
afterAll(async () => {
  await server.close();
  await closeServers();
});

async function make(config: string): Promise<Home> {
  const home = await makeHome(config, await server.database());
  homes.push(home);
  return home;
}

async function contentOf({ database }: Home): Promise<readonly unknown[][]> {
  const client = new pg.Client({ connectionString: database ?? "" });
  await client.connect();
  const found: unknown[][] = [];
  for (const sql of CONTENT) found.push((await client.query(sql)).rows);
  await client.end();
  return found;
}

async function planned(home: Home): Promise<ReleasePlan> {
  await home.run("plan", "--out", join(home.path, "plan.json"));
  return JSON.parse(await home.read("plan.json")) as ReleasePlan;
}

const loadsOf = (plan: ReleasePlan) =>
  plan.publications
    .flatMap((one) => one.releases)
    .flatMap((one) => one.actions)
    .flatMap(({ load }) => load ?? []);

test.each([
  ["in the database", false],
  ["a file of a clone, taken up first", true],
])("a manifest of another system, %s, is settled as planned", async (_case, cloned) => {
  const [by, filled] = [await make(CONFIG), await make(CONFIG)];
  const source = {
    code: "bed_counts",
    file: "counts-2024-12.csv",
    columns: [
      ["Code", "ward_code"],
      ["Region", "ward_region"],
      ["Beds", "open_beds", "integer"],
    ],
  } as const;
  const moved = await make(CONFIG);
  for (const home of [by, filled, moved]) {
    await home.write("inbox/.keep", "");
    const text = periodManifest("2024-12", [source]);
    await home.write("old/counts/counts_dec24_canonical.yaml", text);
    if (cloned && home !== moved) continue;
    const imported = await home.run("import-manifests", "old");
    expect(imported.code, imported.stderr).toBe(0);
  }
  for (const home of [by, filled]) {
    if (cloned) await home.write(MANIFEST, await moved.read(MANIFEST));
    // A code that comes twice: the table has no key, and its contract is settled without one.
    await home.write("inbox/counts-2025-01.csv", `${csv(10, 20)}001,Region 1,20\n`);
    await home.write("inbox/counts-2025-02.csv", csv(11, 21));
  }
  await filled.run("backfill");
  const plan = await planned(by);
  expect(loadsOf(plan)).toHaveLength(2);
  const ran = await by.run("apply", join(by.path, "plan.json"));
  expect(ran.code, ran.stderr).toBe(0);
  expect(await contentOf(by)).toEqual(await contentOf(filled));
});

test("a later release copies its meaning from what an earlier one would leave, and the rehearsal says what had no place", async () => {
  const home = await make(CONFIG);
  await home.write("inbox/counts-2025-01.csv", csv(10, 20));
  await home.write("inbox/counts-2025-02.csv", "Code,Region,Beds,Patients\n000,Region 0,11,5\n");
  const remarks = async (...args: readonly string[]): Promise<unknown> =>
    (await home.json<BackfillReport>("backfill", ...args)).releases.map((one) => one.remarks);
  const rehearsed = await remarks("-n");
  expect(rehearsed).toEqual([[], [expect.stringMatching(/^not in the canonical manifest: /)]]);
  expect(await remarks()).toEqual(rehearsed);
});

test("files of landing pages are planned, told apart from pages that failed, and applied without asking", async () => {
  const served = await site({
    "/waits": html(
      "Clinic waits",
      `<ul><li><a href="/f/waits-january-2025.csv">Clinic waits, January 2025</a>
       <li><a href="/f/waits-february-2025.csv">Clinic waits, February 2025</a></ul>
       <h2>Upcoming</h2><ul><li>Clinic waits, March 2025, expected 15 April 2025</ul>`,
    ),
    "/f/waits-january-2025.csv": csv(1, 2),
    "/f/waits-february-2025.csv": csv(3, 4),
    "/gone": { status: 404 },
  });
  const entry = (code: string, page: string): string =>
    `  ${code}: { name: ${code}, landing_page: "${served.base}${page}", url: discover }\n`;
  const home = await make(`publications:\n${entry("waits", "/waits")}${entry("gone", "/gone")}`);
  await home.write(
    "config/settings.yaml",
    "fetch: { allow_private: true, retries: 0, page_pause_ms: 0 }\n",
  );
  const plan = await planned(home);
  expect(plan.exit).toBe(5);
  const [waits, gone] = plan.publications;
  expect(waits?.releases.map((one) => one.status)).toEqual(["loaded", "loaded", "not_published"]);
  expect(waits?.unseen).toEqual([]);
  expect(gone?.unseen.map((one) => one.url)).toEqual([`${served.base}/gone`]);
  expect((await home.run("plan")).stdout).toContain(`${served.base}/gone: not looked at: `);
  const files = (): readonly string[] => served.asked.filter((one) => one.startsWith("/f/"));
  const before = files().length;
  const ran = await home.run("apply", join(home.path, "plan.json"));
  expect([ran.code, files().length], ran.stderr).toEqual([5, before]);
  expect((await contentOf(home))[0]).toHaveLength(2);
});

test("a plan asks no model, and neither does what is applied from it", async () => {
  const words = { columns: [{ name: "beds", description: "Beds that are open" }] };
  const model = await modelServer(() => JSON.stringify(words));
  const home = await make(CONFIG);
  await home.write("inbox/counts-2025-01.csv", csv(10, 20));
  const env = {
    CANONRY_HOME: home.path,
    CANONRY_ENRICHMENT_URL: model.url,
    CANONRY_ENRICHMENT_MODEL: "scripted-1",
    CANONRY_MODEL_KEY: KEY,
  };
  const path = join(home.path, "plan.json");
  for (const args of [
    ["plan", "--out", path],
    ["apply", path],
  ]) {
    const ran = await home.spawn([MAIN, ...args], env);
    expect(ran.code, ran.stderr).toBe(0);
  }
  expect(model.asked).toEqual([]);
  expect((await contentOf(home))[0]).toHaveLength(1);
  await home.write("inbox/counts-2025-02.csv", csv(11, 21));
  const later = await home.spawn([MAIN, "backfill", "--mode", "llm"], env);
  expect([later.code, model.asked.length], later.stderr).toEqual([0, 1]);
});
