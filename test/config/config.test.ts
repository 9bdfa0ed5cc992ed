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
import { MANIFEST_SCHEMA } from "../../src/model/manifest/manifest-schema.ts";
import { PLAN_SCHEMA } from "../../src/model/manifest/plan-schema.ts";
import { PROJECT } from "../support/home.ts";

const file = (path: string, text: string): ConfigFile => ({
  path,
  ...readYaml(text, { file: path, limits: LIMITS, code: "CONFIG_INVALID" }),
});

function load(
  publications: string,
  settings: string | null = null,
  env: Readonly<Record<string, string>> = {},
  flags: { databaseUrl?: string; maxCost?: number } = {},
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

const scheduled = (periods: string): string =>
  `publications:\n  a:\n    name: A\n    url: https://e.org/{mm}\n    periods: ${periods}\n`;

describe("publications", () => {
  test("the shape of the seed is valid as it stands", () => {
    expect(load(SEED).publications[0]).toMatchObject({
      code: "adhd",
      canonical_manifest: "manifests/canonical/adhd/adhd_canonical.yaml",
      urls: [{ period: "2025-11", url: "https://example.org/adhd.csv" }],
      drift: { default: "evolve" },
      recheck_days: 100,
    });
  });

  test.each([
    [
      "an unknown key",
      `${SEED}    colour: red\n`,
      { code: "CONFIG_INVALID", where: { line: 8, key: "publications.adhd.colour" } },
    ],
    [
      "a value of the wrong type",
      SEED.replace(/urls:.*/s, "urls: hello\n"),
      { code: "CONFIG_INVALID", where: { line: 5, key: "publications.adhd.urls" } },
    ],
    [
      "an address without its period",
      SEED.replace(/- period: nov25\n\s*url/, "- url"),
      { code: "CONFIG_INVALID", where: { line: 6, key: "publications.adhd.urls.0" } },
    ],
    [
      "a key that stands twice",
      `${SEED}    name: B\n`,
      { code: "CONFIG_INVALID", where: { line: 8 } },
    ],
    ["a file that is empty", "", { code: "CONFIG_INVALID", where: { line: 1 } }],
    ["a file that is no YAML", "publications: [", { code: "CONFIG_INVALID", where: { line: 1 } }],
    [
      "a variable that is not set",
      SEED.replace("adhd.csv", `\${TOKEN}.csv`),
      { code: "CONFIG_INVALID", where: { line: 7, key: "publications.adhd.urls.0.url" } },
    ],
    [
      "a code that is a path",
      SEED.replace("adhd:", '"../../etc":'),
      { code: "NAME_INVALID", where: { line: 2 } },
    ],
    [
      "a code that is a device",
      SEED.replace("adhd:", "con:"),
      { code: "NAME_INVALID", where: { line: 2, key: "publications.con" } },
    ],
    [
      "a code of 300 letters",
      SEED.replace("adhd:", `${"a".repeat(300)}:`),
      { code: "NAME_INVALID", where: { line: 2 } },
    ],
    [
      "a code that is a part of every object",
      SEED.replace("adhd:", "__proto__:"),
      { code: "NAME_INVALID", where: { line: 2 } },
    ],
    [
      "a schedule that ends before it begins",
      scheduled("{ from: 2025-11, to: 2025-10 }"),
      { code: "PERIOD_INVALID", where: { line: 5, key: "publications.a.periods.to" } },
    ],
    [
      "a schedule from a month to a quarter",
      scheduled("{ from: 2025-11, to: 2026-Q1 }"),
      { code: "PERIOD_INVALID", where: { line: 5, key: "publications.a.periods.to" } },
    ],
    [
      "a schedule of ranges",
      scheduled("{ from: 2025-01..2025-02 }"),
      { code: "PERIOD_INVALID", where: { line: 5, key: "publications.a.periods.from" } },
    ],
    [
      "a code of letters that look alike",
      SEED.replace("adhd:", "аdhd:"),
      { code: "NAME_INVALID", where: { line: 2 } },
    ],
    [
      "a period that is none",
      SEED.replace("nov25", "summary"),
      { code: "PERIOD_INVALID", where: { line: 6, key: "publications.adhd.urls.0.period" } },
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
      "a schedule that is none",
      `${SEED}    schedule: sometimes\n`,
      { code: "CONFIG_INVALID", where: { line: 8, key: "publications.adhd.schedule" } },
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
        expect.objectContaining({
          ...error,
          where: expect.objectContaining({ file: "publications.yaml", ...error.where }),
        }),
      );
    },
  );
});

test("periods are kept in their canonical form, however they are written", () => {
  const [publication] = load(scheduled("{ from: nov25, to: 2026-02, lag_days: 40 }")).publications;
  expect(publication?.periods).toEqual({ from: "2025-11", to: "2026-02", lag_days: 40 });
  const written = load(SEED.replace("nov25", "2024-25")).publications[0]?.urls[0];
  expect(written?.period).toBe("FY2024-25");
});

describe("settings", () => {
  test.each([
    ["an unknown section", "run:\n  concurrency: 1\nfetsh:\n  retries: 1\n", 3, "fetsh"],
    ["an unknown key", "fetch:\n  retriez: 1\n", 2, "fetch.retriez"],
    ["a text for a number", "fetch:\n  retries: many\n", 2, "fetch.retries"],
    ["less than nothing", "run:\n  concurrency: 1\nfetch:\n  retries: -1\n", 4, "fetch.retries"],
    ["nothing at once", "run:\n  concurrency: 0\n", 2, "run.concurrency"],
    ["a minute that no hour has", 'schedule:\n  verify: "61 * * * *"\n', 2, "schedule.verify"],
    ["a day that no year has", 'schedule:\n  verify: "0 0 31 2 *"\n', 2, "schedule.verify"],
    ["a zone that is none", "schedule:\n  time_zone: Mars\n", 2, "schedule.time_zone"],
    ["a variable that is not set", `database:\n  url: \${NONE}\n`, 2, "database.url"],
  ])("%s is refused with file, line and key", (_what, text, line, key) => {
    expect(() => load(SEED, text)).toThrow(
      expect.objectContaining({
        code: "CONFIG_INVALID",
        where: { file: "settings.yaml", line, key },
      }),
    );
  });

  test.each([
    ["CANONRY_RUN_CONCURRENCY", "0", "run.concurrency"],
    ["CANONRY_RUN_CONCURRENCY", "many", "run.concurrency"],
    ["CANONRY_DATABASE_PORT", "99999", "database.port"],
    ["CANONRY_FETCH_ALLOW_PRIVATE", "yes", "fetch.allow_private"],
    ["CANONRY_LIMITS_YAML_DEPTH", "-1", "limits.yaml_depth"],
  ])("the environment is held to the same rules: %s=%s", (variable, text, key) => {
    expect(() => load(SEED, null, { [variable]: text })).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID", where: { key } }),
    );
  });

  test("a schedule may be off, of a publication or of a job, also by the environment", () => {
    const text = `${SEED}    schedule: off\n`;
    const env = { CANONRY_SCHEDULE_VERIFY: "0 5 * * *", CANONRY_SERVICE_PORT: "off" };
    const { settings, publications } = load(text, "schedule: { verify_deep: off }\n", env);
    expect(publications[0]?.schedule).toBe("off");
    expect(settings.schedule).toMatchObject({ verify: "0 5 * * *", verify_deep: "off" });
    expect(settings.service.port).toBe("off");
    expect(() => load(SEED, null, { CANONRY_SCHEDULE_VERIFY: "often" })).toThrow(/often/);
  });

  test("a variable that is empty says nothing", () => {
    const env = { DATABASE_URL: "", CANONRY_FETCH_RETRIES: "" };
    const { settings, origins } = load(SEED, "fetch:\n  retries: 1\n", env);
    expect(settings.database.url).toBeNull();
    expect(settings.fetch.retries).toBe(1);
    expect(origins.get("database.url")).toBe("default");
  });

  test("every key says where its value came from", () => {
    const env = { CANONRY_FETCH_RETRIES: "2" };
    const lines = describeConfig(load(SEED, "run:\n  concurrency: 3\n", env));
    const found = Object.fromEntries(lines.map(({ key, value, origin }) => [key, [value, origin]]));
    expect(found["fetch.retries"]).toEqual(["2", "environment"]);
    expect(found["run.concurrency"]).toEqual(["3", "file"]);
    expect(found["fetch.max_redirects"]).toEqual(["5", "default"]);
    expect(found["publications.adhd.name"]).toEqual(["ADHD Management Information", "file"]);
  });

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
    const text = `database:\n  url: postgres://u:\${PASSWORD}@h/d\n`;
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

  test.each([
    "postgres://u:s3cret@h/d",
    "postgres://u:s3@s3cret@h/d",
    "postgres://u:s3/s3cret@h/d",
    "https://h/x.csv?api_key=s3cret&page=1",
    "https://h/x.csv?access_token=s3cret",
    "https://h/x.csv?a=1&sig=s3cret",
    "https://h/x.csv?X-Amz-Credential=s3cret&X-Amz-Signature=s3cret",
  ])("no secret of %s is printed", (url) => {
    const shown = describeConfig(load(SEED.replace("https://example.org/adhd.csv", url)));
    const line = shown.find((one) => one.key === "publications.adhd.urls.0.url");
    expect(line?.value).toContain("***");
    expect(JSON.stringify(shown)).not.toMatch(/s3/);
  });

  test("an address without a secret is printed as it is", () => {
    const url = "https://example.org:8443/x.csv?page=1";
    const shown = describeConfig(load(SEED.replace("https://example.org/adhd.csv", url)));
    expect(shown.find((one) => one.key === "publications.adhd.urls.0.url")?.value).toBe(url);
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
    plan: PLAN_SCHEMA,
  };
  for (const [name, schema] of Object.entries(schemas)) {
    const text = await readFile(join(PROJECT, `schemas/${name}.schema.json`), "utf8");
    expect(JSON.parse(text)).toEqual(schema);
  }
});

describe("the model", () => {
  const EMPTY = "publications: {}\n";

  test("its key comes from the environment alone, and is printed nowhere", () => {
    const config = load(EMPTY, "enrichment: { key_env: MY_KEY, url: 'https://e.org/v1' }\n", {
      MY_KEY: "sk-0123456789",
      CANONRY_ENRICHMENT_MODEL: "small",
      CANONRY_ENRICHMENT_PRICE_IN: "0.15",
    });
    expect(config.modelKey?.reveal()).toBe("sk-0123456789");
    expect(config.settings.enrichment).toMatchObject({ model: "small", price_in: 0.15 });
    expect(JSON.stringify([config, describeConfig(config)])).not.toContain("sk-0123456789");
    expect(load(EMPTY).modelKey).toBeNull();
    expect(() => load(EMPTY, "enrichment: { key: sk-0123456789 }\n")).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID" }) as Error,
    );
  });

  test("a flag bounds the cost before the environment does", () => {
    const env = { CANONRY_ENRICHMENT_MAX_COST: "5" };
    expect(load(EMPTY, null, env).settings.enrichment.max_cost).toBe(5);
    const config = load(EMPTY, null, env, { maxCost: 0.5 });
    expect(config.settings.enrichment.max_cost).toBe(0.5);
    expect(config.origins.get("enrichment.max_cost")).toBe("flag");
  });
});
