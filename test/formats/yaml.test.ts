import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mergeYaml, readYaml, renderYaml, YamlMerger } from "../../src/formats/yaml.ts";
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
    ["brackets behind an apostrophe", `a: [x'y, ${"[".repeat(8000)}${"]".repeat(8000)}, z'w]`],
    ["maps 33 deep", Array.from({ length: 33 }, (_, at) => `${" ".repeat(at)}a:`).join("\n")],
    ["a tag of bytes", "a: !!binary aGk="],
    ["an anchor on a key", "&x a: 1"],
    ["a key that is a list", "? [a]\n: b"],
    ["a key that is nothing", '~: 1\n"": 2'],
    ["a document behind the end of one", "a: 1\n...\nb: 2"],
    ["a NUL", "a: \u0000"],
    ["a NUL that is escaped", 'a: "\\0"'],
    ["a NUL in a key", '"a\\0": 1'],
    ["half a character", 'a: "\\uD800"'],
    ["a merge key", "<<: {a: 1}\nb: 2"],
    ["a merge of an alias", "a: &x {b: 1}\nc:\n  <<: *x"],
    ["a tab for indentation", "a:\n\tb: 1"],
    ["a set", "a: !!set {x}"],
    ["an ordered map", "a: !!omap [x: 1]"],
    ["a time stamp by tag", "a: !!timestamp 2020-01-01"],
    ["a tag without a name", "! a: 1"],
    ["two keys that are one text", '1: x\n"1": y'],
    ["two spellings of __proto__", '__proto__: {a: 1}\n"__proto__": {b: 1}'],
    ["braces 33 deep", `${"{a: ".repeat(33)}1${"}".repeat(33)}`],
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

  test("keys are counted over the whole document, not map by map", () => {
    const options = { file: "m.yaml", code: "MANIFEST_UNSAFE" } as const;
    const text = Array.from({ length: 5 }, (_, at) => `- {a${at}: 1}`).join("\n");
    const limits = { ...LIMITS, yaml_keys: 4 };
    expect(() => readYaml(text, { ...options, limits })).toThrow(/more than 4 keys/);
    expect(readYaml(text, { ...options, limits: { ...LIMITS, yaml_keys: 5 } }).value).toHaveLength(
      5,
    );
  });

  test("what is refused is said with file and line", () => {
    expect(() => read("a: 1\nb:\n  c: 1\n  c: 2\n")).toThrow(
      expect.objectContaining({ where: { file: "m.yaml", line: 4 } }),
    );
    expect(() => read("a: 1\nb: [1\n")).toThrow(
      expect.objectContaining({ where: { file: "m.yaml", line: 3 } }),
    );
  });

  test("__proto__ is a key like any other and reaches no prototype", () => {
    const value = read("__proto__: {polluted: 1}") as Record<string, unknown>;
    expect(Object.keys(value)).toEqual(["__proto__"]);
    expect(value["polluted"]).toBeUndefined();
  });
});

describe("honest YAML is read", () => {
  test("maps 31 deep", () => {
    const text = Array.from({ length: 31 }, (_, at) => `${" ".repeat(at)}a:`).join("\n");
    expect(JSON.stringify(read(text))).toMatch(/^(?:\{"a":){31}null/);
  });

  test("brackets that a text opens and never closes are no nesting", () => {
    const labels = Array.from({ length: 100 }, (_, at) => `Weeks [${at}, ${at + 1}) {waiting`);
    const document = { labels: labels.map((label) => ({ label })), note: labels.join(" ") };
    expect(read(renderYaml(document))).toEqual(document);
  });

  test("the line of each key is known, and of the nearest thing above one that is not there", () => {
    const options = { file: "m.yaml", limits: LIMITS, code: "MANIFEST_UNSAFE" } as const;
    const { lineOf } = readYaml("# a comment\na: 1\nb:\n  - c: 2\n    d: 3\n", options);
    expect(lineOf(["a"])).toBe(2);
    expect(lineOf(["b", 0, "d"])).toBe(5);
    expect(lineOf(["b", 0, "e"])).toBe(4);
  });

  test("40,000 keys", () => {
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

  test("what was written last and is not parsed again gives the same bytes", () => {
    fc.assert(
      fc.property(fc.array(json, { minLength: 2, maxLength: 5 }), (documents) => {
        const merger = new YamlMerger();
        let text = "# ours\na: 1 # one\n";
        for (const document of documents) {
          const next = merger.merge(text, document);
          expect(next).toBe(mergeYaml(text, document));
          text = next;
        }
      }),
    );
  });

  test("words that look like numbers, dates or nothing stay words", () => {
    const words = {
      a: "1",
      b: "true",
      c: "null",
      d: "1e3",
      e: "2025-11-30",
      f: "~",
      g: "",
      h: "%",
    };
    expect(read(renderYaml(words))).toEqual(words);
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
