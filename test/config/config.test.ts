import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { describeConfig } from "../../src/config/describe.ts";
import { PUBLICATIONS_TEXT, SETTINGS_TEXT } from "../../src/config/initial-files.ts";
import { type Config, loadConfig } from "../../src/config/load.ts";
import { PUBLICATIONS_SCHEMA, SETTINGS_SCHEMA } from "../../src/config/schemas.ts";
import type { ConfigFile } from "../../src/config/validate.ts";
import { readYaml } from "../../src/formats/yaml.ts";
import { LIMITS } from "../../src/model/limits.ts";
import { MANIFEST_SCHEMA } from "../../src/model/manifest-schema.ts";
import { PROJECT } from "../support/home.ts";

const file = (path: string, text: string): ConfigFile => ({
  path,
  ...readYaml(text, { file: path, limits: LIMITS, code: "CONFIG_INVALID" }),
});

function load(
  publications: string,
  settings: string | null = null,
  env: Readonly<Record<string, string>> = {},
  flags: { databaseUrl?: string } = {},
): Config {
  return loadConfig({
    publications: file("publications.yaml", publications),
    settings: settings === null ? null : file("settings.yaml", settings),
    env,
    flags,
  });
}

const SEED = `publications:
  adhd:
    name: "ADHD Management Information"
    canonical_manifest: manifests/canonical/adhd/adhd_canonical.yaml
    urls:
      - period: nov25
        url: https://example.org/adhd.csv
`;

describe("publications", () => {
  test("the shape of the seed is valid as it stands", () => {
    expect(load(SEED).publications[0]).toMatchObject({
      code: "adhd",
      canonical_manifest: "manifests/canonical/adhd/adhd_canonical.yaml",
      urls: [{ period: "2025-11", url: "https://example.org/adhd.csv" }],
      drift: "evolve",
      recheck_days: 35,
    });
  });

  test.each([
    [
      "an unknown key",
      `${SEED}    colour: red\n`,
      { code: "CONFIG_INVALID", where: { line: 8, key: "publications.adhd.colour" } },
    ],
    [
      "a code of letters that look alike",
      SEED.replace("adhd:", "аdhd:"),
      { code: "NAME_INVALID", where: { line: 2 } },
    ],
    [
      "a period that is none",
      SEED.replace("nov25", "summary"),
      { code: "PERIOD_INVALID", where: { line: 6 } },
    ],
    [
      "nothing to fetch",
      "publications:\n  a:\n    name: A\n",
      { code: "CONFIG_INVALID", where: { line: 2 } },
    ],
    [
      "a template without its schedule",
      "publications:\n  a:\n    name: A\n    url: https://e.org/{mm}\n",
      { code: "CONFIG_INVALID" },
    ],
    [
      "an unknown policy",
      `${SEED}    drift: maybe\n`,
      { code: "CONFIG_INVALID", where: { key: "publications.adhd.drift" } },
    ],
  ] as readonly [string, string, { code: string; where?: object }][])(
    "%s",
    (_what, text, error) => {
      expect(() => load(text)).toThrow(
        expect.objectContaining({ ...error, where: expect.objectContaining(error.where ?? {}) }),
      );
    },
  );
});

describe("settings", () => {
  test("flag before environment before file before default", () => {
    const text = "fetch:\n  retries: 1\ndatabase:\n  url: postgres://file/db\n";
    expect(load(SEED).settings.fetch.retries).toBe(4);
    expect(load(SEED, text).settings.fetch.retries).toBe(1);
    expect(load(SEED, text, { CANONRY_FETCH_RETRIES: "2" }).settings.fetch.retries).toBe(2);
    const env = { DATABASE_URL: "postgres://env/db" };
    expect(load(SEED, text).settings.database.url).toBe("postgres://file/db");
    expect(load(SEED, text, env).settings.database.url).toBe("postgres://env/db");
    const flagged = load(SEED, text, env, { databaseUrl: "postgres://flag/db" });
    expect(flagged.settings.database.url).toBe("postgres://flag/db");
    expect(flagged.origins.get("database.url")).toBe("flag");
  });

  test("PG* make an address", () => {
    const env = { PGHOST: "db.example.org", PGDATABASE: "stats", PGUSER: "me", PGPASSWORD: "p@ss" };
    expect(load(SEED, null, env).settings.database.url).toBe(
      "postgresql://me:p%40ss@db.example.org:5432/stats",
    );
  });

  test("variables are expanded; one that is not set is an error", () => {
    const text = "database:\n  url: postgres://u:${PASSWORD}@h/d\n";
    expect(load(SEED, text, { PASSWORD: "s3cret" }).settings.database.url).toBe(
      "postgres://u:s3cret@h/d",
    );
    expect(() => load(SEED, text)).toThrow(/PASSWORD is not set/);
  });

  test("secrets are hidden when it is printed", () => {
    const config = load(
      SEED.replace("adhd.csv", "adhd.csv?token=abc"),
      "database:\n  url: postgres://u:s3cret@h/d\n",
    );
    const shown = describeConfig(config);
    expect(JSON.stringify(shown)).not.toMatch(/s3cret|abc/);
    expect(shown.find((line) => line.key === "database.url")).toEqual({
      key: "database.url",
      value: "postgres://u:***@h/d",
      origin: "file",
    });
  });

  test("a variable that is no number", () => {
    expect(() => load(SEED, null, { CANONRY_FETCH_RETRIES: "many" })).toThrow(
      /CANONRY_FETCH_RETRIES/,
    );
  });
});

test("what init writes is valid", () => {
  const config = load(PUBLICATIONS_TEXT, SETTINGS_TEXT);
  expect(config.publications.map((one) => one.code)).toEqual(["example"]);
});

test("the project's own home is valid: the three publications of the seeds", async () => {
  const text = await readFile(join(PROJECT, "config/publications.yaml"), "utf8");
  const settings = await readFile(join(PROJECT, "config/settings.yaml"), "utf8");
  expect(load(text, settings).publications.map((one) => one.code)).toEqual([
    "adhd",
    "online_consultation",
    "pcn_workforce",
  ]);
});

test("the schemas in schemas/ are those of the code", async () => {
  const schemas = {
    publications: PUBLICATIONS_SCHEMA,
    settings: SETTINGS_SCHEMA,
    manifest: MANIFEST_SCHEMA,
  };
  for (const [name, schema] of Object.entries(schemas)) {
    const text = await readFile(join(PROJECT, `schemas/${name}.schema.json`), "utf8");
    expect(JSON.parse(text)).toEqual(schema);
  }
});
