import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readYaml, renderYaml } from "../../src/formats/yaml.ts";
import { LIMITS } from "../../src/model/limits.ts";
import { MANIFEST_SCHEMA } from "../../src/model/manifest/manifest-schema.ts";
import { enrich } from "../../src/stages/enrich/index.ts";
import { draftOf } from "../support/draft.ts";
import { gridXlsx } from "../support/grid.ts";
import { PROJECT } from "../support/home.ts";
import { layoutSpec, makeLayout } from "../support/layout.ts";

const check = new Ajv({ strict: true, strictRequired: false }).compile(MANIFEST_SCHEMA);
const RELEASE = {
  schema: "canonry/manifest@1",
  publication: "p",
  period: "2025-11",
  reader_version: 1,
  artifacts: [],
  period_evidence: [],
  regions: [],
  sheets: [],
};
const CANONICAL = {
  schema: "canonry/manifest@1",
  state: "canonical",
  publication: "p",
  name: "P",
  version: 1,
  digest: "0".repeat(64),
  sources: [],
  history: [],
};

test("what is drafted from sheets of any layout, and enriched, is valid, read back from its YAML too", async () => {
  await fc.assert(
    fc.asyncProperty(layoutSpec, async (spec) => {
      const content = gridXlsx([makeLayout(spec, { plain: false })]);
      const draft = await draftOf(content, "a.xlsx");
      expect(draft.artifacts[0]?.error).toBeUndefined();
      for (const document of [draft, enrich(draft, null).document]) {
        const options = { file: "m.yaml", limits: LIMITS, code: "MANIFEST_UNSAFE" } as const;
        const { value } = readYaml(renderYaml(document), options);
        expect(check(value), JSON.stringify(check.errors)).toBe(true);
        expect(value).toEqual(JSON.parse(JSON.stringify(document)));
      }
    }),
    { numRuns: 60 },
  );
});

describe("one schema for three states", () => {
  test.each([
    ["draft", { ...RELEASE, state: "draft" }],
    ["enriched", { ...RELEASE, state: "enriched" }],
    ["canonical", CANONICAL],
  ])("%s", (_state, document) => {
    expect(check(document), JSON.stringify(check.errors)).toBe(true);
  });

  test.each([
    ["no state", RELEASE],
    ["another state", { ...RELEASE, state: "final" }],
    ["the fields of one state under the name of another", { ...RELEASE, state: "canonical" }],
    ["a field that there is not", { ...CANONICAL, owner: "me" }],
    ["a field that is missing", { ...RELEASE, state: "draft", sheets: undefined }],
  ])("refused: %s", (_what, document) => {
    expect(check(JSON.parse(JSON.stringify(document)))).toBe(false);
  });
});

test("every field has a description, and the page of the manifest is that of the schema", async () => {
  const open: unknown[] = [MANIFEST_SCHEMA];
  const bare: string[] = [];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node === null || typeof node !== "object") continue;
    const { properties } = node as { properties?: Record<string, Record<string, unknown>> };
    for (const [name, field] of Object.entries(properties ?? {})) {
      if (field["description"] === undefined && field["$ref"] === undefined) bare.push(name);
    }
    open.push(...Object.values(node));
  }
  expect(bare).toEqual([]);
  const { manifestPage } = (await import(join(PROJECT, "scripts/manifest-page.mjs"))) as {
    manifestPage: (schema: object) => string;
  };
  const page = await readFile(join(PROJECT, "docs/manifest.md"), "utf8");
  expect(page).toBe(manifestPage(MANIFEST_SCHEMA));
  for (const field of ["regions", "said_by", "digest"]) expect(page).toContain(`\`${field}\``);
});
