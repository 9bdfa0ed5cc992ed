import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Paths } from "../../src/data-layer/paths.ts";
import { LocalStorage } from "../../src/data-layer/storage/local-storage.ts";
import { MemoryStorage } from "../../src/data-layer/storage/memory-storage.ts";
import { Generations, resolveGenerationMetadata } from "../../src/data-layer/stores/generations.ts";
import {
  type Generation,
  type GenerationStage,
  generationId,
  modeOf,
} from "../../src/model/manifest/generation.ts";
import { renderTemplate } from "../../src/model/manifest/template.ts";
import type { StorageBackend } from "../../src/model/storage/storage.ts";

const code = (name: string) => expect.objectContaining({ code: name });
const RUN = "20251130T101500-1a2b3c4d5e";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "canonry-generations-"));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

describe.each([
  ["memory", (): StorageBackend => new MemoryStorage(() => new Date(0))],
  ["local", (): StorageBackend => new LocalStorage(root)],
])("generations of a run, on %s storage", (_kind, makeStorage) => {
  let storage: StorageBackend;
  let layer: Generations;
  beforeEach(() => {
    storage = makeStorage();
    layer = new Generations(storage, new Paths(root), RUN);
  });

  test("what is written is read: three texts, three metadata, each at its path", async () => {
    await layer.writePrompt("draft", "g1", "Lies. ✓\r\n");
    await layer.writeRaw("draft", "g1", "");
    await layer.writeParsed("draft", "g1", "a: 1\n");
    await layer.writeMetadata("draft", "g1", { template_id: "t", note: "£" });
    await layer.writeRawMetadata("draft", "g1", { tokens: 3 });
    await layer.writeParsedMetadata("draft", "g1", {});
    expect(await layer.readPrompt("draft", "g1")).toBe("Lies. ✓\r\n");
    expect(await layer.readRaw("draft", "g1")).toBe("");
    expect(await layer.readParsed("draft", "g1")).toBe("a: 1\n");
    expect(await layer.readMetadata("draft", "g1")).toEqual({ template_id: "t", note: "£" });
    expect(await layer.readRawMetadata("draft", "g1")).toEqual({ tokens: 3 });
    expect(await layer.readParsedMetadata("draft", "g1")).toEqual({});
    const folder = `tmp/manifests/${RUN}/draft/g1/`;
    const paths = [
      layer.promptPath("draft", "g1"),
      layer.rawPath("draft", "g1"),
      layer.parsedPath("draft", "g1"),
      layer.metadataPath("draft", "g1"),
      layer.rawMetadataPath("draft", "g1"),
      layer.parsedMetadataPath("draft", "g1"),
    ];
    expect(layer.folder("draft", "g1")).toBe(folder);
    const files: string[] = [];
    for await (const { key } of storage.list(folder)) files.push(key);
    expect(files).toEqual([...paths].sort());
  });

  test("an id is reserved once, exists from then on, and is listed under its stage alone", async () => {
    expect(await layer.exists("enriched", "g1")).toBe(false);
    expect(await layer.list("enriched")).toEqual([]);
    const both = await Promise.all([
      layer.reserve("enriched", "g1"),
      layer.reserve("enriched", "g1"),
    ]);
    expect(both.filter(Boolean)).toHaveLength(1);
    expect(await layer.reserve("enriched", "g1")).toBe(false);
    expect(await layer.exists("enriched", "g1")).toBe(true);
    expect(await layer.exists("enriched", "g")).toBe(false);
    await layer.writePrompt("enriched", "g0", "x");
    expect(await layer.reserve("enriched", "g0")).toBe(false);
    expect(await layer.list("enriched")).toEqual(["g0", "g1"]);
    expect(await layer.list("draft")).toEqual([]);
  });

  test("delete removes one generation whole; a dry run says the same and removes nothing", async () => {
    await layer.writePrompt("draft", "g1", "x");
    await layer.writeMetadata("draft", "g1", {});
    await layer.writePrompt("draft", "g10", "y");
    const would = await layer.delete("draft", "g1", { dryRun: true });
    expect(would).toEqual([layer.metadataPath("draft", "g1"), layer.promptPath("draft", "g1")]);
    expect(await layer.readPrompt("draft", "g1")).toBe("x");
    expect(await layer.delete("draft", "g1")).toEqual(would);
    expect(await layer.list("draft")).toEqual(["g10"]);
    await expect(layer.delete("draft", "g1")).rejects.toThrow(code("GENERATION_MISSING"));
    await expect(layer.delete("draft", "g1", { dryRun: true })).rejects.toThrow(
      code("GENERATION_MISSING"),
    );
  });

  test("a missing file, malformed JSON and JSON that is no object are told apart", async () => {
    await layer.reserve("draft", "g1");
    for (const read of [layer.readPrompt, layer.readRaw, layer.readParsed]) {
      await expect(read("draft", "g1")).rejects.toThrow(code("GENERATION_MISSING"));
    }
    for (const read of [layer.readMetadata, layer.readRawMetadata, layer.readParsedMetadata]) {
      await expect(read("draft", "g1")).rejects.toThrow(code("GENERATION_MISSING"));
    }
    for (const text of ['{"mode": "ll', "", "[]", "null", '"llm"']) {
      await storage.put(layer.metadataPath("draft", "g1"), text);
      await expect(layer.readMetadata("draft", "g1")).rejects.toThrow(code("GENERATION_MALFORMED"));
      await expect(resolveGenerationMetadata(layer, "draft", "g1")).rejects.toThrow(
        code("GENERATION_MALFORMED"),
      );
    }
    await expect(resolveGenerationMetadata(layer, "draft", "g2")).rejects.toThrow(
      code("GENERATION_MISSING"),
    );
  });

  test("ids and stages that are no names are refused, before anything is touched", async () => {
    for (const id of ["..", "a/b", "", "a\u0000", "a\\b"]) {
      await expect(layer.reserve("draft", id)).rejects.toThrow(code("PATH_UNSAFE"));
    }
    await expect(layer.list("essay" as GenerationStage)).rejects.toThrow(
      code("GENERATION_INVALID"),
    );
    await expect(layer.writeRaw("../x" as GenerationStage, "g", "x")).rejects.toThrow(
      code("GENERATION_INVALID"),
    );
  });

  test("a generation is written whole, and what it has no text for is missing", async () => {
    const generation: Generation = {
      id: "g1",
      stage: "enriched",
      prompt: "p",
      raw: null,
      parsed: null,
      raw_metadata: { a: 1 },
      parsed_metadata: {},
      metadata: {
        template_id: "enriched/prompt",
        parent_stage: "draft",
        parent_gen_id: "d1",
        mode: "llm",
        model: null,
        publication: "p",
        period: "2025-11",
        run_id: RUN,
        combo_id: null,
        cohort_id: null,
      },
    };
    await layer.writeAll(generation);
    expect(await resolveGenerationMetadata(layer, "enriched", "g1")).toEqual(generation.metadata);
    expect(await layer.readPrompt("enriched", "g1")).toBe("p");
    await expect(layer.readRaw("enriched", "g1")).rejects.toThrow(code("GENERATION_MISSING"));
  });

  describe("metadata is resolved by its rules", () => {
    const resolve = async (stage: GenerationStage, stated: object) => {
      await layer.writeMetadata(stage, "g1", stated);
      return resolveGenerationMetadata(layer, stage, "g1");
    };

    test("a mode that is not stated is llm; the stage of the parent follows; labels stay", async () => {
      expect(await resolve("draft", { combo_id: "c-1", cohort_id: "k" })).toEqual({
        template_id: "",
        parent_stage: null,
        parent_gen_id: null,
        mode: "llm",
        model: null,
        publication: "",
        period: "",
        run_id: "",
        combo_id: "c-1",
        cohort_id: "k",
      });
      const parents = [
        ["enriched", "llm", "draft"],
        ["enriched", "copy", "canonical"],
        ["enriched", "COPY", "canonical"],
        ["canonical", "llm", "enriched"],
      ] as const;
      for (const [stage, mode, parent] of parents) {
        const resolved = await resolve(stage, { mode, parent_gen_id: "x" });
        expect(resolved.parent_stage).toBe(parent);
      }
    });

    test.each([
      ["a mode that there is not", "draft", { mode: "auto" }, "GENERATION_MODE_INVALID"],
      ["a mode that is no text", "draft", { mode: 1 }, "GENERATION_INVALID"],
      ["a copy without a parent", "enriched", { mode: "copy" }, "GENERATION_PARENT_MISSING"],
      [
        "a copy with an empty one",
        "enriched",
        { mode: "copy", parent_gen_id: "" },
        "GENERATION_PARENT_MISSING",
      ],
      ["a draft that is a copy", "draft", { mode: "copy" }, "GENERATION_PARENT_MISSING"],
      ["an enriched one of nothing", "enriched", {}, "GENERATION_PARENT_MISSING"],
      ["a canonical one of nothing", "canonical", {}, "GENERATION_PARENT_MISSING"],
      ["a draft with a parent", "draft", { parent_gen_id: "x" }, "GENERATION_INVALID"],
      [
        "a parent of the wrong stage",
        "enriched",
        { parent_gen_id: "x", parent_stage: "canonical" },
        "GENERATION_INVALID",
      ],
      [
        "a copy that asked a model",
        "enriched",
        { mode: "copy", parent_gen_id: "x", model: "m" },
        "GENERATION_INVALID",
      ],
    ] as const)("refused: %s", async (_what, stage, stated, error) => {
      await expect(resolve(stage, stated)).rejects.toThrow(code(error));
    });
  });
});

test("a write that dies leaves the file as it was", async () => {
  const storage = new LocalStorage(root);
  const layer = new Generations(storage, new Paths(root), RUN);
  await layer.writeRaw("draft", "g1", "whole");
  const dying = async function* () {
    yield Buffer.from("hal");
    throw new Error("power");
  };
  await expect(storage.put(layer.rawPath("draft", "g1"), dying())).rejects.toThrow("power");
  expect(await layer.readRaw("draft", "g1")).toBe("whole");
  expect(await layer.list("draft")).toEqual(["g1"]);
  const path = join(root, layer.metadataPath("draft", "g1"));
  await layer.writeMetadata("draft", "g1", { a: [1] });
  expect(await readFile(path, "utf8")).toBe('{\n  "a": [\n    1\n  ]\n}\n');
  await writeFile(path, '{"a":');
  await expect(layer.readMetadata("draft", "g1")).rejects.toThrow(code("GENERATION_MALFORMED"));
});

test("modes are exactly llm and copy", () => {
  expect([modeOf("llm"), modeOf("copy")]).toEqual(["llm", "copy"]);
  for (const mode of ["LLM", "auto", "", null, undefined, 0]) {
    expect(() => modeOf(mode)).toThrow(code("GENERATION_MODE_INVALID"));
  }
});

test("equal parts give the equal id, whatever the order of keys; any other part another", () => {
  const parts = {
    stage: "enriched",
    mode: "llm",
    parent: "p",
    template: "t",
    model: null,
  } as const;
  const id = generationId({ ...parts, inputs: { a: 1, b: 2 } });
  expect(id).toMatch(/^[0-9a-f]{24}$/);
  expect(generationId({ inputs: { b: 2, a: 1 }, ...parts })).toBe(id);
  const others = [
    { ...parts, inputs: { a: 1, b: 3 } },
    { ...parts, inputs: { a: 1, b: 2 }, stage: "draft" as const },
    { ...parts, inputs: { a: 1, b: 2 }, mode: "copy" as const },
    { ...parts, inputs: { a: 1, b: 2 }, parent: null },
    { ...parts, inputs: { a: 1, b: 2 }, template: "t " },
    { ...parts, inputs: { a: 1, b: 2 }, model: "m" },
  ];
  expect(new Set([id, ...others.map(generationId)]).size).toBe(7);
});

describe("templates", () => {
  const render = (text: string, variables: Record<string, string>) =>
    renderTemplate({ id: "enriched/prompt", text }, variables);

  test("variables stand in their places, and what they hold is not looked at again", () => {
    expect(render('{{a}} {{ a }} {{\tb }} {"x": {"y": 1}}', { a: "{{ b }}", b: "$&" })).toBe(
      '{{ b }} {{ b }} $& {"x": {"y": 1}}',
    );
  });

  test.each([
    ["a variable that is not defined", "a\n{{ period }}", {}],
    ["one that only a prototype has", "{{ constructor }}", {}],
    ["a variable without a place", "none", { a: "1" }],
    ["a place without a name", "{{ }}", {}],
    ["a place that never closes", "{{ a }} {{ a", { a: "1" }],
    ["a place that is an expression", "{{ a.b }}", { a: "1" }],
  ])("refused: %s", (_what, text, variables) => {
    expect(() => render(text, variables)).toThrow(code("TEMPLATE_INVALID"));
  });

  test("the error names the template and the line", () => {
    expect(() => render("a\n{{ period }}", {})).toThrow(
      expect.objectContaining({ where: { file: "enriched/prompt.md", line: 2 } }),
    );
  });
});
