import { readdir } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readYaml, renderYaml } from "../../src/formats/yaml.ts";
import { LIMITS } from "../../src/model/limits.ts";
import type { Ruling } from "../../src/model/manifest/drift.ts";
import type { CanonicalManifest } from "../../src/model/manifest/manifest.ts";
import type { BackfillReport } from "../../src/model/report.ts";
import { emptyManifest } from "../../src/stages/canonicalize/index.ts";
import { CORPUS } from "../support/corpus.ts";
import { type Home, makeHome } from "../support/home.ts";
import { modelServer } from "../support/model-server.ts";
import { SEED } from "../support/seed.ts";
import { type Question, SeriesServer } from "../support/series.ts";
import { closeServers } from "../support/serve.ts";

/** Series of the corpus: its folder, the drift that is there, by eye, and what a person answers to it. */
const SERIES = {
  online_consultations: "nhs-online-consultation-submissions",
  community: "nhs-community-health-waiting-lists",
  virtual_wards: "nhs-virtual-wards",
  beds: "nhs-beds-kh03-overnight",
  pcn_workforce: "nhs-pcn-workforce-individual",
  weekly_deaths: "ons-weekly-deaths-2020-releases",
  annual_deaths: "ons-weekly-deaths-annual",
  surveillance: "phw-rapid-covid-surveillance",
} as const;

/** A band that was split in two is no rename. */
const REJECTED = /">52-104 weeks"|>52-104/;

interface Release {
  readonly period: string;
  readonly files: readonly string[];
}

async function releasesOf(folder: string): Promise<readonly Release[]> {
  const root = join(CORPUS, folder);
  const found = new Map<string, string[]>();
  for (const name of (await readdir(root)).sort()) {
    const quarter = /^(\d{4})-Q([1-4])/.exec(name);
    const next = String((Number(quarter?.[1]) + 1) % 100).padStart(2, "0");
    const period = quarter === null ? name : `FY${quarter[1]}-${next}-Q${quarter[2]}`;
    const files = (await readdir(join(root, name))).sort().map((file) => join(root, name, file));
    found.set(period, [...(found.get(period) ?? []), ...files]);
  }
  return [...found].map(([period, files]) => ({ period, files }));
}

const server = SeriesServer.start();
beforeAll(() => server);
afterAll(async () => (await server).close());

async function homeOf(code: string, releases: readonly Release[]): Promise<Home> {
  const urls = releases.flatMap(({ period, files }) =>
    files.map((file) => `      - { period: ${period}, url: ${JSON.stringify(file)} }`),
  );
  const lines = ["publications:", `  ${code}:`, `    name: ${code}`, "    urls:", ...urls];
  return makeHome(`${lines.join("\n")}\n`, await (await server).database());
}

interface Ended {
  /** Every question that was asked, in order. */
  readonly asked: readonly Question[];
  readonly sources: unknown;
  readonly values: unknown;
  readonly decisions: readonly Ruling[];
}

/** Loads the releases in this order, one after the other, and answers what is asked; `after` each of them. */
async function load(
  code: string,
  home: Home,
  order: readonly Release[],
  after: () => void = () => undefined,
): Promise<Ended> {
  const asked: Question[] = [];
  const answerAll = async (): Promise<void> => {
    for (let round = 0; round < 20; round++) {
      const open = await home.json<readonly Question[]>("review");
      if (open.length === 0) return;
      asked.push(...open);
      for (const verdict of ["approve", "reject"] as const) {
        const ids = open
          .filter((one) => REJECTED.test(one.drift.after ?? "") === (verdict === "reject"))
          .map((one) => one.id);
        if (ids.length > 0) await home.run(verdict, ...ids, "--by", "Ada", "--json");
      }
    }
    throw new Error(`${code}: questions without end`);
  };
  for (const { period } of order) {
    const report = await home.json<BackfillReport>("backfill", "--period", period);
    expect(report.exit === 0 || report.exit === 4, JSON.stringify(report.releases)).toBe(true);
    if (report.exit === 4) await answerAll();
    after();
  }
  const report = await home.json<BackfillReport>("backfill");
  expect(report.releases.filter((one) => one.exit !== 0)).toEqual([]);
  const path = `manifests/canonical/${code}/${code}_canonical.yaml`;
  const yaml = readYaml(await home.read(path), {
    file: path,
    limits: LIMITS,
    code: "MANIFEST_UNSAFE",
  });
  const manifest = yaml.value as CanonicalManifest;
  return {
    asked,
    sources: manifest.sources
      .map((source) => ({
        code: source.code,
        coverage: source.coverage,
        columns: source.columns.map((one) => `${one.name} ${one.type}`).sort(),
      }))
      .sort((a, b) => (a.code < b.code ? -1 : 1)),
    values: await valuesOf(home, manifest),
    decisions: manifest.decisions ?? [],
  };
}

/** Of each source and period a digest of its current rows that does not depend on their order. */
async function valuesOf(home: Home, manifest: CanonicalManifest): Promise<unknown> {
  const client = new pg.Client({ connectionString: home.database ?? "" });
  await client.connect();
  const found: Record<string, unknown> = {};
  for (const { code, columns } of manifest.sources.toSorted((a, b) => (a.code < b.code ? -1 : 1))) {
    const own = columns.map((one) => `b."${one.name}"::text`).sort();
    const { rows } = await client.query<{ period: string; rows: number; digest: string }>(
      `select l.period, count(*)::int as rows,
              sum(('x' || substr(md5(concat_ws('|', b._kind, b._row, b._period, ${own.map((one) => `coalesce(${one}, '~')`).join(", ")})), 1, 12))::bit(48)::bigint)::text as digest
         from bronze."${code}" b join ops.load l on l.load_id = b._load_id and l.is_current
        group by l.period order by l.period`,
    );
    found[code] = rows;
  }
  await client.end();
  return found;
}

test.each(Object.entries(SERIES))(
  "%s: in order and shuffled, the same sources, columns and values",
  async (code, folder) => {
    const releases = await releasesOf(folder);
    const first = await homeOf(code, releases);
    const model = await modelServer(() => '{"columns": []}');
    const calls: number[] = [];
    await first.write(
      "config/settings.yaml",
      `enrichment: { url: ${model.url}, model: counted }\n`,
    );
    const inOrder = await load(code, first, releases, () => calls.push(model.asked.length));
    await first.close();
    await closeServers();
    expect(calls[0]).toBeGreaterThan(0);
    expect(new Set(calls).size, "a later period asked the model").toBe(1);
    const [shuffled = []] = fc.sample(
      fc.shuffledSubarray([...releases], { minLength: releases.length }),
      { numRuns: 1 },
    );
    const second = await homeOf(code, releases);
    const given: CanonicalManifest = {
      ...emptyManifest(code, code),
      decisions: inOrder.decisions,
    };
    await second.write(`manifests/canonical/${code}/${code}_canonical.yaml`, renderYaml(given));
    const other = await load(code, second, shuffled);
    await second.close();
    const told = inOrder.asked.map(({ source, drift: { kind, before, after } }) =>
      [source, kind, before, after].join(" | "),
    );
    console.info(`${code}, seed ${SEED}: ${releases.length} releases, asked:\n${told.join("\n")}`);
    console.info(
      `shuffled ${shuffled.map((one) => one.period).join(" ")}: asked ${other.asked.map((one) => `${one.source} ${one.drift.kind} ${one.drift.before} -> ${one.drift.after}`).join("\n")}`,
    );
    expect({ sources: other.sources, values: other.values }).toEqual({
      sources: inOrder.sources,
      values: inOrder.values,
    });
  },
  600_000,
);
