import { join } from "node:path";
import { Ajv } from "ajv";
import pg from "pg";
import { afterEach, describe, expect, test } from "vitest";
import { readYaml } from "../../src/formats/yaml.ts";
import type { GenerationLine, ShownGeneration } from "../../src/inquiry/generations.ts";
import type { Describer, Unplaced } from "../../src/model/generation.ts";
import { LIMITS } from "../../src/model/limits.ts";
import type { CanonicalManifest, ReleaseManifest } from "../../src/model/manifest.ts";
import { MANIFEST_SCHEMA } from "../../src/model/manifest-schema.ts";
import type { BackfillReport } from "../../src/model/report.ts";
import { backfill } from "../../src/pipeline/backfill.ts";
import { openWorld, type World } from "../../src/pipeline/world.ts";
import { demoHome, type Home, makeHome, PROJECT } from "../support/home.ts";

const CONFIG = "publications:\n  counts: { name: Counts, folder: inbox }\n";
const MANIFEST = "manifests/canonical/counts/counts_canonical.yaml";
const JANUARY = "Code,Region,Beds\n001,North,10\n002,South,20\n";
const FEBRUARY = "Code,Region,Beds,Patients\n001,North,11,5\n002,South,21,6\n";
const OPTIONS = {
  publications: [],
  periods: [],
  from: null,
  to: null,
  reprocess: "none",
  mode: null,
  dryRun: false,
  force: false,
  concurrency: 2,
  watch: { emit: () => undefined, flush: () => Promise.resolve() },
} as const;

const check = new Ajv({ strict: true, strictRequired: false }).compile(MANIFEST_SCHEMA);
const read = <Document>(text: string): Document =>
  readYaml(text, { file: "m.yaml", limits: LIMITS, code: "MANIFEST_UNSAFE" }).value as Document;

const homes: Home[] = [];
const keep = (home: Home): Home => {
  homes.push(home);
  return home;
};
afterEach(async () => {
  for (const home of homes.splice(0)) await home.close();
});

const list = (home: Home, ...args: string[]): Promise<GenerationLine[]> =>
  home.json("generations", "list", ...args);
const show = (home: Home, id: string): Promise<ShownGeneration> =>
  home.json("generations", "show", id);
const only = <Item>(items: readonly Item[]): Item => {
  const [item, ...more] = items;
  if (item === undefined || more.length > 0) throw new Error(`not one: ${JSON.stringify(items)}`);
  return item;
};
const find = async (home: Home, stage: string, period: string): Promise<ShownGeneration> =>
  show(home, only(await list(home, "--stage", stage, "--period", period)).id);
const idsOf = async (home: Home): Promise<string[]> =>
  (await list(home)).map((one) => `${one.stage} ${one.metadata.period} ${one.id}`).sort();

/** A home with one release loaded. */
async function january(): Promise<Home> {
  const home = keep(await makeHome(CONFIG));
  await home.write("inbox/counts-2025-01.csv", JANUARY);
  const ran = await home.run("backfill");
  expect(ran.code, ran.stderr).toBe(0);
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
    expect(enriched.prompt).toContain("name: region");
    expect(canonical.metadata).toMatchObject({
      parent_stage: "enriched",
      parent_gen_id: enriched.id,
      manifest_version: 1,
    });
    expect(canonical.parsed).toBe(manifest);

    const report = await home.json<BackfillReport>("backfill");
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
    for (const home of [one, other]) expect((await home.run("backfill")).code).toBe(0);
    const ids = await idsOf(one);
    expect(ids).toHaveLength(6);
    expect(await idsOf(other)).toEqual(ids);
    const before = await list(one);
    for (const mode of ["llm", "copy"]) {
      const again = ["backfill", "--reprocess", "all", "--mode", mode, "--from", "2025-02"];
      expect(
        (await one.run("backfill", "--reprocess", "all", "--period", "2025-01", "--mode", "llm"))
          .code,
      ).toBe(0);
      expect((await one.run(...again, "-n")).code).toBe(0);
    }
    expect(await list(one)).toEqual(before);
  });

  test("what a person wrote is what the next release copies", async () => {
    const home = await january();
    const text = await home.read(MANIFEST);
    await home.write(MANIFEST, `# ours\n${text.replace("title: counts", "title: Beds by region")}`);
    await home.write("inbox/counts-2025-02.csv", FEBRUARY);
    expect((await home.run("backfill")).code).toBe(0);
    const [, edited] = await list(home, "--stage", "canonical");
    expect(edited?.metadata).toMatchObject({ by: "person", manifest_version: 2 });
    const copies = await list(home, "--stage", "enriched", "--period", "2025-02");
    const copy = await show(home, only(copies).id);
    expect(copy.metadata.parent_gen_id).toBe(edited?.id);
    expect(copy.parsed).toContain("# ours");
    expect(read<CanonicalManifest>(copy.parsed ?? "").sources[0]?.title).toBe("Beds by region");
  });

  test("a clone that was rebuilt from its manifests has something to copy after its first load", async () => {
    const home = await january();
    const clone = keep(await makeHome(CONFIG));
    await clone.write(MANIFEST, await home.read(MANIFEST));
    await clone.write("inbox/counts-2025-01.csv", JANUARY);
    await clone.write("inbox/counts-2025-02.csv", FEBRUARY);
    expect((await clone.run("backfill")).code).toBe(0);
    const canonical = await find(clone, "canonical", "2025-01");
    expect(canonical.parsed).toBe(await home.read(MANIFEST));
    const copy = await find(clone, "enriched", "2025-02");
    expect(copy.metadata).toMatchObject({ mode: "copy", parent_gen_id: canonical.id });
  });
});

describe("modes", () => {
  test("a copy of nothing fails clearly, and a run in mode llm mends it", async () => {
    const home = keep(await makeHome(CONFIG));
    await home.write("inbox/counts-2025-01.csv", JANUARY);
    const ran = await home.run("backfill", "--mode", "copy");
    expect(ran.code).toBe(2);
    expect(ran.stdout).toContain("GENERATION_PARENT_MISSING");
    expect((await home.run("backfill", "--mode", "llm")).code).toBe(0);
    expect(await list(home)).toHaveLength(3);
  });

  test("anything but llm and copy is refused", async () => {
    const home = keep(await makeHome(CONFIG));
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
  expect((await home.run("backfill")).code).toBe(4);
  const files = await home.snapshot("tmp/manifests");
  const [draft] = await list(home, "--stage", "draft", "--period", "2025-02");
  const [enriched] = await list(home, "--stage", "enriched", "--period", "2025-02");
  const run = `tmp/manifests/${draft?.metadata.run_id ?? ""}`;
  const names = ["metadata.json", "parsed.txt", "parsed_metadata.json", "prompt.txt", "raw.txt"];
  expect(Object.keys(files)).toEqual(
    [
      ...[...names, "raw_metadata.json"].flatMap((name) => [
        `${run}/draft/${draft?.id ?? ""}/${name}`,
        `${run}/enriched/${enriched?.id ?? ""}/${name}`,
      ]),
      `${run}/draft.yaml`,
      `${run}/enriched.yaml`,
    ].sort(),
  );
  for (const state of ["draft", "enriched"]) {
    const document = read<ReleaseManifest>(await home.read(`${run}/${state}.yaml`));
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
    const home = keep(await makeHome(CONFIG));
    await home.write("inbox/counts-2025-01.csv", JANUARY);
    const path = "config/templates/enriched/prompt.md";
    await home.write(path, "{{ publication }} {{ periods }} {{ tables }}");
    const ran = await home.run("backfill");
    expect(ran.code).toBe(2);
    expect(ran.stdout).toContain("TEMPLATE_INVALID: {{ periods }} is not defined");
    expect(ran.stdout).toContain("enriched/prompt.md, line 1");
    await home.write(path, "Ours: {{ publication }} {{ period }} {{ tables }}");
    expect((await home.run("backfill")).code).toBe(0);
    const enriched = await find(home, "enriched", "2025-01");
    expect(enriched.prompt).toMatch(/^Ours: counts 2025-01/);
    const plain = await january();
    expect((await find(plain, "enriched", "2025-01")).id).not.toBe(enriched.id);
    expect((await find(plain, "draft", "2025-01")).id).toBe(enriched.metadata.parent_gen_id);
  });
});

describe("generations delete", () => {
  test("refuses what is needed, says what would go, and forgets the rest", async () => {
    const home = await withFebruary();
    await home.run("backfill");
    const of = (stage: string, period: string) => find(home, stage, period);
    for (const [stage, period, why] of [
      ["draft", "2025-01", "made of it"],
      ["draft", "2025-02", "made of it"],
      ["enriched", "2025-01", "made of it"],
      ["canonical", "2025-01", "made of it"],
      ["canonical", "2025-02", "the last canonical one"],
    ] as const) {
      const refused = await home.run("generations", "delete", (await of(stage, period)).id);
      expect(refused.code).toBe(2);
      expect(refused.stderr).toContain("GENERATION_NEEDED");
      expect(refused.stderr).toContain(why);
    }
    await home.run("backfill", "--reprocess", "all", "--mode", "llm", "--period", "2025-02");
    const { id } = only(
      (await list(home, "--stage", "enriched", "--period", "2025-02")).filter(
        (one) => one.metadata.mode === "llm",
      ),
    );
    const would = await home.run("generations", "delete", id, "--dry-run");
    expect(would.stdout).toContain(`would delete enriched ${id}`);
    expect((await show(home, id)).id).toBe(id);
    expect((await home.run("generations", "delete", id)).stdout).toContain(
      `deleted enriched ${id}`,
    );
    expect((await home.run("generations", "show", id)).stderr).toContain("GENERATION_MISSING");
  });
});

describe("a model", () => {
  /** Answers with a description of one column; `broken` fails to parse what it answered. */
  class Scripted implements Describer {
    readonly model = "scripted-1";
    readonly prompts: string[] = [];
    broken = false;
    ask = (prompt: string): Promise<string> => {
      this.prompts.push(prompt);
      return Promise.resolve('{"beds": "Beds that are open"}');
    };
    parse = (answer: string, draft: ReleaseManifest): ReleaseManifest => {
      if (this.broken) throw new Error("the power went");
      const meanings = JSON.parse(answer) as Record<string, string>;
      return {
        ...draft,
        regions: draft.regions.map((region) => ({
          ...region,
          columns: region.columns.map((column) => {
            const description = meanings[column.name];
            return description === undefined
              ? column
              : { ...column, description, said_by: "model" as const };
          }),
        })),
      };
    };
  }

  const inWorld = async <Result>(
    home: Home,
    describer: Describer,
    work: (world: World) => Promise<Result>,
  ): Promise<Result> => {
    const { signal } = new AbortController();
    const outside = { env: {}, cwd: home.path, signal, flags: { home: home.path } };
    const world = await openWorld(outside);
    try {
      return await work({ ...world, describer });
    } finally {
      await world.close();
    }
  };

  test("is asked once: its answer is kept before it is parsed, and the next release copies it", async () => {
    const home = keep(await makeHome(CONFIG));
    await home.write("inbox/counts-2025-01.csv", JANUARY);
    const model = new Scripted();
    model.broken = true;
    await inWorld(home, model, async (world) => {
      expect((await backfill(world, { ...OPTIONS, dryRun: true })).exit).toBe(0);
      expect(model.prompts).toEqual([]);
      expect((await backfill(world, OPTIONS)).exit).toBe(1);
    });
    const paid = await find(home, "enriched", "2025-01");
    expect(paid).toMatchObject({ raw: '{"beds": "Beds that are open"}', parsed: null });
    expect(paid.metadata.model).toBe("scripted-1");
    expect(paid.prompt).toBe(model.prompts[0]);
    expect(await home.read(`tmp/manifests/${paid.metadata.run_id}/llm_response.json`)).toBe(
      paid.raw,
    );
    model.broken = false;
    await inWorld(home, model, async (world) => {
      expect((await backfill(world, OPTIONS)).exit).toBe(0);
      await home.write("inbox/counts-2025-02.csv", FEBRUARY);
      expect((await backfill(world, OPTIONS)).exit).toBe(0);
      expect(model.prompts).toHaveLength(1);
    });
    const enriched = await find(home, "enriched", "2025-01");
    expect(enriched.id).toBe(paid.id);
    expect(enriched.raw).toBe(paid.raw);
    expect(enriched.parsed).toContain("Beds that are open");
    const last = await find(home, "canonical", "2025-02");
    expect(last.parsed).toContain("description: Beds that are open");
    expect(last.parsed).toContain("said_by: model");
  });
});

describe("the demo", () => {
  const DIE_AT = join(PROJECT, "test/support/die-at.mjs");

  async function rows<Row>(home: Home, sql: string): Promise<Row[]> {
    const url = (await home.run("db", "start")).stdout.trim();
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query(sql)).rows as Row[];
    } finally {
      await client.end();
    }
  }

  const chain = (home: Home): Promise<object[]> =>
    rows(
      home,
      `select generation_id, stage, mode, parent_id, publication, period,
              parent_id is null or parent_id in (select generation_id from ops.generation) as whole
         from ops.generation order by 1`,
    );

  test("every document is valid; killed between stages, the next run ends with the same generations", async () => {
    const home = keep(await demoHome());
    expect((await home.run("backfill")).code).toBe(0);
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
      expect((await hurt.run("backfill")).code).toBe(0);
      expect(await chain(hurt), `${moment} ${count}`).toEqual(expected);
    }
  }, 180_000);
});
