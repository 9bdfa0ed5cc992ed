import { describe, expect, test } from "vitest";
import { describeConfig } from "../../src/config/describe.ts";
import { type Config, loadConfig } from "../../src/config/load.ts";
import { readYaml } from "../../src/formats/yaml.ts";
import { LIMITS } from "../../src/model/limits.ts";
import { STORAGE_ROLES } from "../../src/model/storage/storage-role.ts";
import { describePlace } from "../../src/model/storage/storage-settings.ts";

function load(text: string | null, env: Readonly<Record<string, string>> = {}): Config {
  const path = "settings.yaml";
  const options = { file: path, limits: LIMITS, code: "CONFIG_INVALID" } as const;
  const settings = text === null ? null : { path, ...readYaml(text, options) };
  return loadConfig({ publications: null, settings, env, flags: {} });
}

function places(config: Config): Record<string, string> {
  const { roles } = config.settings.storage;
  return Object.fromEntries(STORAGE_ROLES.map((role) => [role, describePlace(roles[role])]));
}

const everywhere = (place: string): Record<string, string> =>
  Object.fromEntries(STORAGE_ROLES.map((role) => [role, place]));

const PATHS = `  paths:
    raw_dir: "raw"
    active_subdir: "active"
    ready_subdir: "ready"
    processing_subdir: "processing"
    processed_dir: "curated"
`;

const ALL_LOCAL = `storage:\n  backend: "local"\n  base_dir: "./lake"\n${PATHS}`;

const ALL_S3 = `storage:
  backend: "s3"
  base_dir: "my-datalake"
${PATHS}  s3:
    bucket: "my-datalake"
    region: "us-east-1"
    aws_access_key_id: null
    aws_secret_access_key: null
`;

const HYBRID = `ingestion:
  storage:
    backend: "local"
    base_dir: "F:/"
    paths: { raw_dir: "raw", active_subdir: "active", ready_subdir: "ready" }
etl:
  storage_input:
    backend: "local"
    base_dir: "F:/"
    paths: { raw_dir: "raw", ready_subdir: "ready" }
  storage_output:
    backend: "s3"
    base_dir: "my-datalake"
    paths: { processed_dir: "processed" }
    s3: { bucket: "my-datalake", region: "us-east-1" }
`;

describe("where each role is kept", () => {
  test("by default all is in data/ of the home", () => {
    const config = load(null);
    expect(places(config)).toEqual(everywhere("data"));
    expect(config.settings.storage.roles.logs).toMatchObject({ origin: "default", said: null });
  });

  test("all local, with the folders of feeds, as it stands", () => {
    const config = load(ALL_LOCAL);
    expect(places(config)).toEqual(everywhere("./lake"));
    expect(config.settings.storage.paths).toMatchObject({
      raw_dir: "raw",
      processed_dir: "curated",
    });
  });

  test("all S3, as it stands; keys that are null come from elsewhere", () => {
    const config = load(ALL_S3);
    expect(places(config)).toEqual(everywhere("s3://my-datalake/"));
    const { inputs } = config.settings.storage.roles;
    expect(inputs).toMatchObject({
      s3: { region: "us-east-1", endpoint: null, force_path_style: false, credentials: null },
      said: { key: "storage.backend", line: 2 },
    });
  });

  test("the shape of ingestion and etl maps onto inputs and exports", () => {
    const config = load(HYBRID);
    expect(places(config)).toEqual({
      ...everywhere("data"),
      inputs: "F:/",
      exports: "s3://my-datalake/",
    });
    expect(config.settings.storage.roles.exports.said?.key).toBe("etl.storage_output.backend");
  });

  test("a section without anything in it is valid", () => {
    expect(places(load("ingestion:\netl:\n"))).toEqual(everywhere("data"));
  });

  test("one line switches, and a role may be otherwise", () => {
    const s3 = "  s3: { bucket: lake, prefix: /../x }\n".replace("/../x", "a/b/");
    const text = (backend: string): string => `storage:\n  backend: ${backend}\n${s3}`;
    expect(places(load(text("local")))).toEqual(everywhere("data"));
    expect(places(load(text("s3")))).toEqual(everywhere("s3://lake/a/b/"));
    const roles = "  roles: { logs: { backend: local }, exports: { s3: { bucket: open-data } } }\n";
    expect(places(load(text("s3") + roles))).toEqual({
      ...everywhere("s3://lake/a/b/"),
      logs: "data",
      exports: "s3://open-data/a/b/",
    });
  });

  test.each(["./lake", "/srv/lake", "F:/", "../lake"])(
    "one line switches there and back, with the folder %s beside the bucket",
    (folder) => {
      const text = (backend: string): string =>
        `storage:\n  backend: ${backend}\n  base_dir: "${folder}"\n  s3: { bucket: my-datalake }\n`;
      expect(places(load(text("local")))).toEqual(everywhere(folder));
      expect(places(load(text("s3")))).toEqual(everywhere("s3://my-datalake/"));
    },
  );

  test("the environment goes before the file", () => {
    const env = { CANONRY_STORAGE_BACKEND: "s3", CANONRY_STORAGE_S3_BUCKET: "from-env" };
    const config = load("storage: { backend: local }\n", env);
    expect(places(config)).toEqual(everywhere("s3://from-env/"));
    expect(config.settings.storage.roles.inputs.origin).toBe("environment");
  });

  test("another server than Amazon's is asked by path", () => {
    const text =
      "storage: { backend: s3, s3: { bucket: lake, endpoint: 'http://127.0.0.1:9000' } }\n";
    const { inputs } = load(text).settings.storage.roles;
    expect(inputs).toMatchObject({ s3: { force_path_style: true } });
  });
});

describe("what is refused, with file, line and key", () => {
  test.each([
    ["ingestion:\n  output_dir: F://raw\n", 2, "ingestion.output_dir", /storage\.paths\.raw_dir/],
    ["etl:\n  input_dir: F://raw/ready\n", 2, "etl.input_dir", /storage\.paths\.ready_subdir/],
    ["etl:\n  output_dir: F://processed\n", 2, "etl.output_dir", /storage\.paths\.processed_dir/],
    [
      "etl:\n  processing_dir: F://raw/processing\n",
      2,
      "etl.processing_dir",
      /storage\.paths\.processing_subdir/,
    ],
    [ALL_S3.replace('bucket: "my', 'bucket: "your'), 11, "storage.s3.bucket", /must be the same/],
    [
      "storage:\n  backend: s3\n  base_dir: data\n  s3: { bucket: lake }\n",
      4,
      "storage.s3.bucket",
      /or base_dir a path, such as \.\/data/,
    ],
    ["storage:\n  backend: s3\n", 1, "storage.s3", /`bucket` is missing/],
    ["storage:\n  backend: ftp\n", 2, "storage.backend", /local, s3/],
    ["storage:\n  colour: red\n", 2, "storage.colour", /no such key/],
    ["storage:\n  roles: { state: { backend: s3 } }\n", 2, "storage.roles.state", /no such key/],
    ["storage:\n  base_dir: lake/../x\n  backend: s3\n", 1, "storage.s3", /no name of a bucket/],
    [
      "storage:\n  backend: s3\n  s3:\n    bucket: lake\n    prefix: ../x\n",
      5,
      "storage.s3.prefix",
      /`\.\.`/,
    ],
    [
      "storage:\n  backend: s3\n  s3:\n    bucket: lake\n    endpoint: ftp://x\n",
      5,
      "storage.s3.endpoint",
      /https/,
    ],
    [
      "storage:\n  backend: s3\n  s3:\n    bucket: lake\n    endpoint: http://u:s3cret-word@h\n",
      5,
      "storage.s3.endpoint",
      /holds no keys/,
    ],
    [
      "storage:\n  backend: s3\n  s3:\n    bucket: lake\n    aws_secret_access_key: s3cret-word\n",
      3,
      "storage.s3",
      /go together/,
    ],
    [
      HYBRID.replace(
        'base_dir: "F:/"\n    paths: { raw_dir: "raw", ready',
        'base_dir: "G:/"\n    paths: { raw_dir: "raw", ready',
      ),
      7,
      "etl.storage_input",
      /ingestion\.storage says otherwise/,
    ],
    [
      HYBRID.replace('raw_dir: "raw", ready', 'raw_dir: "uncooked", ready'),
      10,
      "etl.storage_input.paths.raw_dir",
      /"raw" elsewhere/,
    ],
  ])("%j", (text, line, key, message) => {
    const refuse = (): unknown => load(text);
    expect(refuse).toThrow(message);
    expect(refuse).toThrow(
      expect.objectContaining({
        code: "CONFIG_INVALID",
        where: { file: "settings.yaml", line, key },
      }),
    );
    expect(refuse).not.toThrow(/s3cret/);
  });

  test.each(["BACKEND=ftp", "COLOUR=red", "S3_COLOUR=red"])("CANONRY_STORAGE_%s", (variable) => {
    const [name = "", value = ""] = variable.split("=");
    const env = { [`CANONRY_STORAGE_${name}`]: value };
    expect(() => load(null, env)).toThrow(/CANONRY_STORAGE_/);
  });
});

test("keys come from the file by a variable or from the environment, and are printed nowhere", () => {
  const text = `storage:
  backend: s3
  s3: { bucket: lake, aws_access_key_id: "\${KEY_ID}", aws_secret_access_key: "\${KEY}" }
`;
  const own = load(text, { KEY_ID: "AKIA-IN-THE-FILE", KEY: "s3cret-word" });
  const given = load("storage: { backend: s3, base_dir: lake }\n", {
    AWS_ACCESS_KEY_ID: "AKIA-IN-THE-FILE",
    AWS_SECRET_ACCESS_KEY: "s3cret-word",
  });
  for (const config of [own, given]) {
    const { inputs } = config.settings.storage.roles;
    const keys = inputs.backend === "s3" ? inputs.s3.credentials : null;
    expect(keys?.secretAccessKey.reveal()).toBe("s3cret-word");
    expect(keys?.accessKeyId.reveal()).toBe("AKIA-IN-THE-FILE");
    expect(JSON.stringify([config, describeConfig(config)])).not.toMatch(/s3cret|AKIA/);
  }
});
