import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mergeYaml, readYaml, renderYaml } from "../../src/formats/yaml.ts";
import { LIMITS } from "../../src/model/limits.ts";

const read = (text: string): unknown =>
  readYaml(text, { file: "m.yaml", limits: LIMITS, code: "MANIFEST_UNSAFE" }).value;

describe("hostile YAML is refused", () => {
  test.each([
    ["an alias", "a: &x 1\nb: *x"],
    ["a bomb of aliases", "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]"],
    ["a tag", "a: !!js/function 1"],
    ["a tag of its own", "a: !foo 1"],
    ["a key that stands twice", "a: 1\na: 2"],
    ["a directive", "%YAML 1.2\n---\na: 1"],
    ["several documents", "a: 1\n---\nb: 2"],
    ["brackets without end", "[".repeat(1500)],
    ["dashes without end", `${"- ".repeat(700)}a`],
    ["a NUL", "a: \u0000"],
    ["no YAML", "a: [1"],
  ])("%s", (_what, text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: "MANIFEST_UNSAFE" }));
  });

  test("too many bytes, too many keys", () => {
    const small = { ...LIMITS, yaml_bytes: 10, yaml_keys: 3 };
    const options = { file: "m.yaml", limits: small, code: "MANIFEST_UNSAFE" } as const;
    expect(() => readYaml("a: 123456789", options)).toThrow(/limit is 10/);
    expect(() =>
      readYaml("a: 1\nb: 2\nc: 3\nd: 4", { ...options, limits: { ...small, yaml_bytes: 100 } }),
    ).toThrow(/keys/);
  });

  test("a large and honest one is read: 40,000 keys", () => {
    const text = Array.from({ length: 40_000 }, (_, at) => `k${at}: ${at}`).join("\n");
    expect(Object.keys(read(text) as object)).toHaveLength(40_000);
  });
});

describe("written YAML", () => {
  const word = fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\u0000"));
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      word,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      tie("list"),
      tie("map"),
    ),
    list: fc.array(tie("value"), { maxLength: 4 }),
    map: fc.dictionary(fc.stringMatching(/^[a-z_]{1,8}$/), tie("value"), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  })).map;

  test("read after write is identity, and equal documents give equal bytes", () => {
    fc.assert(
      fc.property(json, (document) => {
        const text = renderYaml(document);
        expect(read(text)).toEqual(document);
        expect(renderYaml(structuredClone(document))).toBe(text);
      }),
    );
  });

  test("merging what it says already changes no byte, and merging another gives that", () => {
    fc.assert(
      fc.property(json, json, (before, after) => {
        const text = renderYaml(before);
        expect(mergeYaml(text, before)).toBe(text);
        expect(read(mergeYaml(text, after))).toEqual(after);
      }),
    );
  });

  test("comments and order of people stay", () => {
    const text =
      "# ours\nb: 2 # two\nsources:\n  # the first\n  - code: one\n    title: One\n  - code: two\na: 1\n";
    const merged = mergeYaml(text, {
      a: 1,
      b: 3,
      sources: [{ code: "one", title: "Uno" }, { code: "two" }],
      c: 4,
    });
    expect(merged).toContain("# ours\nb: 3 # two");
    expect(merged).toContain("# the first\n  - code: one\n    title: Uno");
    expect(merged.indexOf("sources")).toBeLessThan(merged.indexOf("\na: 1"));
    expect(merged.endsWith("c: 4\n")).toBe(true);
  });
});
