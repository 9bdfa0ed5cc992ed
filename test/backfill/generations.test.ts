import { join } from "node:path";
import { Ajv } from "ajv";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { readYaml } from "../../src/formats/yaml.ts";
import {
  type GenerationLine,
  generations,
  type ShownGeneration,
  showGeneration,
} from "../../src/inquiry/generations.ts";
import { LIMITS } from "../../src/model/limits.ts";
import type { Unplaced } from "../../src/model/manifest/generation.ts";
import type { CanonicalManifest, ReleaseManifest } from "../../src/model/manifest/manifest.ts";
import { MANIFEST_SCHEMA } from "../../src/model/manifest/manifest-schema.ts";
import type { BackfillReport } from "../../src/model/report.ts";
import { backfill } from "../../src/pipeline/backfill.ts";
import type { BackfillOptions } from "../../src/pipeline/release/backfill-options.ts";
import { removeGeneration } from "../../src/pipeline/vintages/delete-generation.ts";
import type { World } from "../../src/pipeline/world.ts";
import { demoHome, type Home, MAIN, PROJECT, type Ran } from "../support/home.ts";
import { json, modelServer } from "../support/model-server.ts";
import { KEY } from "../support/model-world.ts";
import { SeriesServer } from "../support/series.ts";
import { closeServers } from "../support/serve.ts";
import { EVERYTHING, worldOf as openWorldOf } from "../support/world.ts";

const CONFIG = "publications:\n  counts: { name: Counts, folder: inbox }\n";
const MANIFEST = "manifests/canonical/counts/counts_canonical.yaml";
const JANUARY = "Code,Region,Beds\n001,North,10\n002,South,20\n";
const FEBRUARY = "Code,Region,Beds,Patients\n001,North,11,5\n002,South,21,6\n";

const check = new Ajv({ strict: true, strictRequired: false }).compile(MANIFEST_SCHEMA);
const read = <Document>(text: string): Document =>
  readYaml(text, { file: "m.yaml", limits: LIMITS, code: "MANIFEST_UNSAFE" }).value as Document;

const DIE_AT = join(PROJECT, "test/support/die-at.mjs");
let databases: SeriesServer;
beforeAll(async () => {
  databases = await SeriesServer.start();
});
afterAll(() => databases.close());
const homes: Home[] = [];
const keep = (home: Home): Home => {
  homes.push(home);
  return home;
};
const worlds = new Map<Home, World>();
afterEach(async () => {
  for (const world of worlds.values()) await world.close();
  worlds.clear();
  for (const home of homes.splice(0)) await home.close();
});

/** The world of a home, open until the test ends: a server that every command shares. */
async function worldOf(home: Home): Promise<World> {
  const open = worlds.get(home);
  if (open !== undefined) return open;
  const world = await openWorldOf(home);
  worlds.set(home, world);
  return world;
}

const run = async (home: Home, options: Partial<BackfillOptions> = {}): Promise<BackfillReport> =>
  backfill(await worldOf(home), { ...EVERYTHING, ...options });

const list = async (
  home: Home,
  stage?: string,
  period?: string,
): Promise<readonly GenerationLine[]> =>
  generations((await worldOf(home)).database, {
    publications: [],
    periods: period === undefined ? [] : [period],
    stages: stage === undefined ? [] : [stage],
  });
const show = async (home: Home, id: string): Promise<ShownGeneration> => {
  const { database, data } = await worldOf(home);
  return showGeneration(database, data, id);
};
const only = <Item>(items: readonly Item[]): Item => {
  const [item, ...more] = items;
  if (item === undefined || more.length > 0) throw new Error(`not one: ${JSON.stringify(items)}`);
  return item;
};
const find = async (home: Home, stage: string, period: string): Promise<ShownGeneration> =>
  show(home, only(await list(home, stage, period)).id);
const idsOf = async (home: Home): Promise<string[]> =>
  (await list(home)).map((one) => `${one.stage} ${one.metadata.period} ${one.id}`).sort();

/** A home with one release loaded. */
async function january(): Promise<Home> {
  const home = keep(await databases.makeHome(CONFIG));
  await home.write("inbox/counts-2025-01.csv", JANUARY);
  expect(await run(home)).toMatchObject({ exit: 0 });
  return home;
}

async function withFebruary(): Promise<Home> {
  const home = await january();
  await home.write("inbox/counts-2025-02.csv", FEBRUARY);
  return home;
}

describe("two periods", () => {
  test("the first is the stages' own work by rules; the second copies the canonical one, verbatim", async () => {
    const home = await withFebruary();
    const manifest = await home.read(MANIFEST);
    const [draft, enriched, canonical] = await Promise.all([
      find(home, "draft", "2025-01"),
      find(home, "enriched", "2025-01"),
      find(home, "canonical", "2025-01"),
    ]);
    expect(draft.metadata).toMatchObject({ mode: "llm", model: null, parent_gen_id: null });
    expect(enriched.metadata).toMatchObject({
      mode: "llm",
      model: null,
      parent_stage: "draft",
      parent_gen_id: draft.id,
      template_id: "enriched/prompt",
    });
    expect(enriched.prompt).toContain('"name":"beds"');
    expect(canonical.metadata).toMatchObject({
      parent_stage: "enriched",
      parent_gen_id: enriched.id,
      manifest_version: 1,
    });
    expect(canonical.parsed).toBe(manifest);

    const report = await run(home);
    const copy = await find(home, "enriched", "2025-02");
    expect(copy.metadata).toMatchObject({
      mode: "copy",
      model: null,
      parent_stage: "canonical",
      parent_gen_id: canonical.id,
      draft_gen_id: (await find(home, "draft", "2025-02")).id,
    });
    expect([copy.prompt, copy.raw, copy.parsed]).toEqual([manifest, manifest, manifest]);
    const { unplaced } = copy.parsed_metadata as { unplaced: Unplaced };
    expect(unplaced).toEqual({
      regions: [],
      columns: ["counts: Patients (column D)"],
      sources: [],
    });
    const remarks = report.releases.flatMap((one) => one.remarks);
    expect(remarks).toEqual(["not in the canonical manifest: counts: Patients (column D)"]);
    const shown = await home.run("generations", "show", copy.id);
    expect(shown.stdout).toContain("counts: Patients (column D");
    const next = await find(home, "canonical", "2025-02");
    expect(next.metadata).toMatchObject({ parent_gen_id: copy.id, manifest_version: 2 });
    expect(next.parsed).toBe(await home.read(MANIFEST));
    for (const text of [draft.parsed, enriched.parsed, canonical.parsed, next.parsed]) {
      expect(check(read(text ?? "")), JSON.stringify(check.errors)).toBe(true);
    }
  });

  test("equal inputs give equal ids in another home; a rerun makes none", async () => {
    const [one, other] = [await withFebruary(), await withFebruary()];
    for (const home of [one, other]) expect((await run(home)).exit).toBe(0);
    const ids = await idsOf(one);
    expect(ids).toHaveLength(6);
    expect(await idsOf(other)).toEqual(ids);
    const before = await list(one);
    const again = { reprocess: "all", periods: ["2025-01"], mode: "llm" } as const;
    expect((await run(one, again)).exit).toBe(0);
    expect((await run(one, { reprocess: "all", mode: "llm", dryRun: true })).exit).toBe(0);
    expect(await list(one)).toEqual(before);
  });

  test("what a person wrote is what the next release copies", async () => {
    const home = await january();
    const text = await home.read(MANIFEST);
    await home.write(MANIFEST, `# ours\n${text.replace("title: counts", "title: Beds by region")}`);
    await home.write("inbox/counts-2025-02.csv", FEBRUARY);
    expect((await run(home)).exit).toBe(0);
    const [, edited] = await list(home, "canonical");
    expect(edited?.metadata).toMatchObject({ by: "person", manifest_version: 2 });
    const copies = await list(home, "enriched", "2025-02");
    const copy = await show(home, only(copies).id);
    expect(copy.metadata.parent_gen_id).toBe(edited?.id);
    expect(copy.parsed).toContain("# ours");
    expect(read<CanonicalManifest>(copy.parsed ?? "").sources[0]?.title).toBe("Beds by region");
  });

  test("a clone that was rebuilt from its manifests has something to copy after its first load", async () => {
    const home = await january();
    const clone = keep(await databases.makeHome(CONFIG));
    await clone.write(MANIFEST, await home.read(MANIFEST));
    await clone.write("inbox/counts-2025-01.csv", JANUARY);
    await clone.write("inbox/counts-2025-02.csv", FEBRUARY);
    expect((await run(clone)).exit).toBe(0);
    const canonical = await find(clone, "canonical", "2025-01");
    expect(canonical.parsed).toBe(await home.read(MANIFEST));
    const copy = await find(clone, "enriched", "2025-02");
    expect(copy.metadata).toMatchObject({ mode: "copy", parent_gen_id: canonical.id });
  });
});

describe("modes", () => {
  test("a copy of nothing fails clearly, and a run in mode llm mends it", async () => {
    const home = keep(await databases.makeHome(CONFIG));
    await home.write("inbox/counts-2025-01.csv", JANUARY);
    const ran = await home.run("backfill", "--mode", "copy");
    expect(ran.code).toBe(2);
    expect(ran.stdout).toContain("failed: GENERATION_PARENT_MISSING: mode copy, and counts has no");
    expect((await run(home, { mode: "llm" })).exit).toBe(0);
    expect(await list(home)).toHaveLength(3);
  });

  test("anything but llm and copy is refused", async () => {
    const home = keep(await databases.makeHome(CONFIG));
    for (const mode of ["auto", "LLM", ""]) {
      const ran = await home.run("backfill", "--mode", mode);
      expect(ran.code).toBe(2);
      expect(ran.stderr).toContain("Allowed choices are llm, copy");
    }
  });
});

test("the folder of a run that was held shows every generation, and the documents at its root", async () => {
  const home = await january();
  await home.write("inbox/counts-2025-02.csv", "Code,Region\n001,North\n002,South\n");
  expect((await run(home)).exit).toBe(4);
  const files = await home.snapshot("tmp/manifests");
  const [draft] = await list(home, "draft", "2025-02");
  const [enriched] = await list(home, "enriched", "2025-02");
  const folder = `tmp/manifests/${draft?.metadata.run_id ?? ""}`;
  const names = ["metadata.json", "parsed.txt", "parsed_metadata.json", "prompt.txt", "raw.txt"];
  expect(Object.keys(files)).toEqual(
    [
      ...[...names, "raw_metadata.json"].flatMap((name) => [
        `${folder}/draft/${draft?.id ?? ""}/${name}`,
        `${folder}/enriched/${enriched?.id ?? ""}/${name}`,
      ]),
      `${folder}/draft.yaml`,
      `${folder}/enriched.yaml`,
    ].sort(),
  );
  for (const state of ["draft", "enriched"]) {
    const document = read<ReleaseManifest>(await home.read(`${folder}/${state}.yaml`));
    expect(document.state).toBe(state);
    expect(check(document), JSON.stringify(check.errors)).toBe(true);
  }
  const { unplaced } = (await show(home, enriched?.id ?? "")).parsed_metadata as {
    unplaced: Unplaced;
  };
  expect(unplaced.sources).toEqual(["counts.beds"]);
});

describe("a template of the home", () => {
  test("is used, and makes another generation; an undefined variable in it is an error", async () => {
    const home = keep(await databases.makeHome(CONFIG));
    await home.write("inbox/counts-2025-01.csv", JANUARY);
    const path = "config/templates/enriched/prompt.md";
    await home.write(path, "{{ table }} {{ notes }} {{ described }} {{ headers }}");
    const report = await run(home);
    expect(report.exit).toBe(2);
    expect(report.releases[0]?.reason).toMatch(/^TEMPLATE_INVALID: {{ headers }} is not defined/);
    expect(report.releases[0]?.reason).toContain("enriched/prompt.md, line 1");
    await home.write(path, "Ours: {{ table }} {{ notes }} {{ described }} {{ columns }}");
    expect((await run(home)).exit).toBe(0);
    const enriched = await find(home, "enriched", "2025-01");
    expect(enriched.prompt).toMatch(/^Ours: {"title"/);
    const plain = await january();
    expect((await find(plain, "enriched", "2025-01")).id).not.toBe(enriched.id);
    expect((await find(plain, "draft", "2025-01")).id).toBe(enriched.metadata.parent_gen_id);
  });
});

describe("generations delete", () => {
  test("refuses what is needed, says what would go, and forgets the rest", async () => {
    const home = await withFebruary();
    await run(home);
    const world = await worldOf(home);
    for (const [stage, period, why] of [
      ["draft", "2025-01", /made of it/],
      ["draft", "2025-02", /made of it/],
      ["enriched", "2025-01", /made of it/],
      ["canonical", "2025-01", /made of it/],
      ["canonical", "2025-02", /the last canonical one/],
    ] as const) {
      const { id } = await find(home, stage, period);
      const refused = removeGeneration(world, id, { dryRun: false });
      await expect(refused).rejects.toThrow(why);
      await expect(refused).rejects.toThrow(expect.objectContaining({ code: "GENERATION_NEEDED" }));
    }
    await run(home, { reprocess: "all", mode: "llm", periods: ["2025-02"] });
    const { id } = only(
      (await list(home, "enriched", "2025-02")).filter((one) => one.metadata.mode === "llm"),
    );
    const listed = await home.run(
      "generations",
      "list",
      "--stage",
      "enriched",
      "--period",
      "feb25",
    );
    expect(listed.stdout).toContain(id);
    const would = await home.run("generations", "delete", id, "--dry-run");
    expect(would.stdout).toContain(`would delete enriched ${id}`);
    expect((await show(home, id)).id).toBe(id);
    const printed = await home.run("generations", "show", id, "--prompt");
    expect(printed.stdout).toContain('"name":"patients"');
    const deleted = await home.run("generations", "delete", id);
    expect(deleted.stdout).toContain(`deleted enriched ${id}`);
    const gone = await home.run("generations", "show", id);
    expect([gone.code, gone.stderr]).toEqual([2, expect.stringContaining("GENERATION_MISSING")]);
  });
});

describe("a model", () => {
  afterEach(closeServers);

  const WORDS = JSON.stringify({
    columns: [{ name: "beds", description: "Beds that are open" }],
  });
  const asked = async (home: Home, url: string, moment: string | null): Promise<Ran> => {
    const env = {
      CANONRY_HOME: home.path,
      CANONRY_ENRICHMENT_URL: url,
      CANONRY_ENRICHMENT_MODEL: "scripted-1",
      CANONRY_MODEL_KEY: KEY,
    };
    return moment === null
      ? home.spawn([MAIN, "backfill", "--json"], env)
      : home.spawn([DIE_AT, moment, "1"], env);
  };

  test("is asked once: its answer is kept before it is read; killed, the next run pays nothing; the next release copies", async () => {
    const home = keep(await databases.makeHome(CONFIG));
    await home.write("inbox/counts-2025-01.csv", JANUARY);
    const server = await modelServer(() => WORDS);
    expect((await asked(home, server.url, "stage.finished:enrich")).signal).toBe("SIGKILL");
    expect(server.asked).toHaveLength(1);
    expect((await asked(home, server.url, null)).code).toBe(0);
    await home.write("inbox/counts-2025-02.csv", FEBRUARY);
    expect((await asked(home, server.url, null)).code).toBe(0);
    expect(server.asked).toHaveLength(1);
    const enriched = await find(home, "enriched", "2025-01");
    expect(enriched.metadata.model).toBe("scripted-1");
    expect(enriched.prompt).toBe(server.asked[0]?.body.messages.at(-1)?.content);
    expect(enriched.raw).toContain("Beds that are open");
    expect(enriched.parsed).toContain("said_by: model");
    const last = await find(home, "canonical", "2025-02");
    expect(last.parsed).toContain("description: Beds that are open");
    expect(last.parsed).toContain("said_by: model");
  });

  test("that fails leaves the release whole, described by rules, and says so", async () => {
    const home = keep(await databases.makeHome(CONFIG));
    await home.write("inbox/counts-2025-01.csv", JANUARY);
    const server = await modelServer((_asked, response) => {
      json(response, 400, "{}");
      return undefined;
    });
    const ran = await asked(home, server.url, null);
    expect(ran.code).toBe(0);
    const report = JSON.parse(ran.stdout) as BackfillReport;
    expect(report.releases[0]?.remarks.join()).toContain(
      "scripted-1 did not describe some columns",
    );
    expect(ran.stdout + ran.stderr).not.toContain(KEY);
  });
});

describe("the demo", () => {
  const rows = async <Row extends object>(home: Home, sql: string): Promise<Row[]> =>
    (await worldOf(home)).database.rows<Row>(sql);

  const chain = (home: Home): Promise<object[]> =>
    rows(
      home,
      `select generation_id, stage, mode, parent_id, publication, period,
              parent_id is null or parent_id in (select generation_id from ops.generation) as whole
         from ops.generation order by 1`,
    );

  test("every document is valid; killed between stages, the next run ends with the same generations", async () => {
    const home = keep(await demoHome());
    expect((await run(home)).exit).toBe(0);
    const expected = await chain(home);
    expect(expected.length).toBeGreaterThan(30);
    expect(expected.filter((one) => !("whole" in one && one.whole === true))).toEqual([]);
    const texts = await rows<{ stage: string; parsed: string }>(
      home,
      "select stage, parsed from ops.generation where parsed is not null",
    );
    expect(new Set(texts.map((one) => one.stage)).size).toBe(3);
    for (const { stage, parsed } of texts) {
      const document = read<ReleaseManifest>(parsed);
      expect(document.state).toBe(stage);
      expect(check(document), JSON.stringify(check.errors)).toBe(true);
    }
    for (const [moment, count] of [
      ["stage.finished:draft", 2],
      ["stage.finished:enrich", 1],
      ["after-commit", 1],
    ] as const) {
      const hurt = keep(await demoHome());
      const killed = await hurt.spawn([DIE_AT, moment, String(count)], { CANONRY_HOME: hurt.path });
      expect(killed.signal, `${killed.stdout}${killed.stderr}`).toBe("SIGKILL");
      expect((await run(hurt)).exit).toBe(0);
      expect(await chain(hurt), `${moment} ${count}`).toEqual(expected);
    }
  }, 180_000);
});
