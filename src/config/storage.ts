import { CanonryError } from "../model/errors.ts";
import { stableJson } from "../model/hash.ts";
import { Secret } from "../model/secret.ts";
import { STORAGE_ROLES, type StorageRole } from "../model/storage/storage-role.ts";
import type {
  FeedPaths,
  RolePlace,
  S3Settings,
  StorageSettings,
} from "../model/storage/storage-settings.ts";
import { FEED_PATHS } from "./defaults.ts";
import { SETTINGS_SCHEMA } from "./schemas.ts";
import { type ConfigFile, invalid, isValid } from "./validate.ts";

type Environment = Readonly<Record<string, string | undefined>>;
type Path = readonly string[];

interface S3Yaml {
  readonly bucket?: string;
  readonly region?: string;
  readonly endpoint?: string;
  readonly prefix?: string;
  readonly force_path_style?: boolean;
  readonly aws_access_key_id?: string | null;
  readonly aws_secret_access_key?: string | null;
  readonly aws_session_token?: string | null;
}

interface PlaceYaml {
  readonly backend?: "local" | "s3";
  readonly base_dir?: string;
  readonly s3?: S3Yaml;
  readonly paths?: Partial<FeedPaths>;
}

interface StorageYaml {
  readonly storage?: PlaceYaml & {
    readonly roles?: { readonly [role in StorageRole]?: PlaceYaml };
  };
  readonly ingestion?: { readonly storage?: PlaceYaml } | null;
  readonly etl?: { readonly storage_input?: PlaceYaml; readonly storage_output?: PlaceYaml } | null;
}

/** Keys of an older layout, and where what they said stands now. */
const MOVED: readonly (readonly [Path, string])[] = [
  [["ingestion", "output_dir"], "`storage.base_dir` and `storage.paths.raw_dir`"],
  [["etl", "input_dir"], "`storage.base_dir` and `storage.paths.ready_subdir`"],
  [["etl", "output_dir"], "`storage.base_dir` and `storage.paths.processed_dir`"],
  [["etl", "processing_dir"], "`storage.paths.processing_subdir`"],
];

/** Throws CONFIG_INVALID that says where a key of an older layout went. */
export function refuseMoved(file: ConfigFile): void {
  for (const [path, place] of MOVED) {
    const [section = "", key = ""] = path;
    const values = (file.value as Readonly<Record<string, unknown>>)[section];
    if (typeof values !== "object" || values === null || !(key in values)) continue;
    throw invalid(file, path, `it moved to ${place}`);
  }
}

/** One place that the file says something of. */
interface Said {
  readonly path: Path;
  readonly yaml: PlaceYaml;
}

/**
 * Where each role is kept. What `storage` says holds for all; `storage.roles`, and `ingestion.storage`,
 * `etl.storage_input` (inputs) and `etl.storage_output` (exports), for one. Throws CONFIG_INVALID.
 */
export function loadStorage(file: ConfigFile | null, env: Environment): StorageSettings {
  return new StorageReader(file, env).read();
}

class StorageReader {
  private readonly file: ConfigFile;
  private readonly env: Environment;
  private readonly yaml: StorageYaml;
  /** What holds for all roles: the environment goes before the file. */
  private readonly base: Said;
  private readonly fromEnvironment: PlaceYaml;

  constructor(file: ConfigFile | null, env: Environment) {
    this.file = file ?? { path: "", value: null, lineOf: () => 1 };
    this.env = env;
    this.yaml = (this.file.value ?? {}) as StorageYaml;
    this.fromEnvironment = placeOfEnvironment(env);
    this.base = { path: ["storage"], yaml: over(this.yaml.storage ?? {}, this.fromEnvironment) };
  }

  read(): StorageSettings {
    const roles = STORAGE_ROLES.map((role) => [role, this.roleOf(role)] as const);
    return {
      roles: Object.fromEntries(roles) as Record<StorageRole, RolePlace>,
      paths: this.feedPaths(),
    };
  }

  private roleOf(role: StorageRole): RolePlace {
    const { storage, ingestion, etl } = this.yaml;
    const all: readonly (readonly [StorageRole, Path, PlaceYaml | undefined])[] = [
      [role, ["storage", "roles", role], storage?.roles?.[role]],
      ["inputs", ["ingestion", "storage"], ingestion?.storage],
      ["inputs", ["etl", "storage_input"], etl?.storage_input],
      ["exports", ["etl", "storage_output"], etl?.storage_output],
    ];
    const own = all.flatMap(([of, path, yaml]) =>
      of === role && yaml !== undefined ? [{ path, yaml }] : [],
    );
    const [first, ...others] = own;
    if (first === undefined) return this.place(this.base);
    const found = this.place(first);
    for (const other of others) {
      if (same(found, this.place(other))) continue;
      const rival = first.path.join(".");
      throw this.invalid(other.path, `${rival} says otherwise where ${role} are kept`);
    }
    return found;
  }

  private place(said: Said): RolePlace {
    const { base } = this;
    const backend = said.yaml.backend ?? base.yaml.backend ?? "local";
    const origin = this.originOf(said);
    if (backend === "s3") return { backend, s3: this.s3Of(said), ...origin };
    // A folder is no bucket, and a bucket no folder: it is taken over only where it is one.
    const inherited = (base.yaml.backend ?? "local") === "local" ? base.yaml.base_dir : undefined;
    return { backend, base_dir: said.yaml.base_dir ?? inherited ?? "data", ...origin };
  }

  private originOf({ path, yaml }: Said): Pick<RolePlace, "said" | "origin"> {
    const isBase = path.length === 1;
    const { backend, base_dir: folder, s3 } = this.fromEnvironment;
    if (isBase && (backend ?? folder ?? s3?.bucket) !== undefined)
      return { origin: "environment", said: null };
    const written = isBase ? this.yaml.storage : yaml;
    if (written === undefined) return { origin: "default", said: null };
    const key = ["backend", "base_dir", "s3"].find((one) => one in written);
    if (isBase && key === undefined) return { origin: "default", said: null };
    const at = key === undefined ? path : [...path, key];
    const { path: file } = this.file;
    return { origin: "file", said: { key: at.join("."), file, line: this.file.lineOf(at) } };
  }

  private s3Of(said: Said): S3Settings {
    const s3: S3Yaml = { ...this.base.yaml.s3, ...said.yaml.s3 };
    const at = [...said.path, "s3"];
    const bucket = this.bucketOf(said) ?? this.bucketOf(this.base);
    if (bucket === undefined) throw this.invalid(at, "`bucket` is missing");
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]$/.test(bucket))
      throw this.invalid(at, `${JSON.stringify(bucket)} is no name of a bucket`);
    const endpoint = s3.endpoint === undefined ? null : this.endpointOf(s3.endpoint, at);
    const { AWS_REGION: region, AWS_DEFAULT_REGION: otherwise } = this.env;
    return {
      bucket,
      region: s3.region ?? region ?? otherwise ?? "us-east-1",
      endpoint,
      prefix: this.prefixOf(s3.prefix ?? "", at),
      force_path_style: s3.force_path_style ?? endpoint !== null,
      credentials: this.credentialsOf(s3, at),
    };
  }

  /**
   * What one place says; where it says it twice, it says the same. A path beside a bucket names no other bucket: it
   * is the folder of the day when the backend is local.
   */
  private bucketOf({ path, yaml }: Said): string | undefined {
    const backend = yaml.backend ?? this.base.yaml.backend ?? "local";
    const folder = backend === "s3" ? yaml.base_dir : undefined;
    const bucket = yaml.s3?.bucket;
    if (folder === undefined || bucket === undefined || folder === bucket) return bucket ?? folder;
    if (isPath(folder)) return bucket;
    const texts = `${JSON.stringify(bucket)}, and base_dir ${JSON.stringify(folder)}`;
    const way = `they must be the same, or base_dir a path, such as ./${folder}`;
    throw this.invalid([...path, "s3", "bucket"], `it is ${texts}: ${way}`);
  }

  private endpointOf(text: string, at: Path): string {
    const path = [...at, "endpoint"];
    if (!URL.canParse(text)) throw this.invalid(path, "it is no address");
    const url = new URL(text);
    if (!["http:", "https:"].includes(url.protocol))
      throw this.invalid(path, "it must begin with https: or http:");
    if (url.username !== "" || url.password !== "" || url.search !== "")
      throw this.invalid(
        path,
        "an address holds no keys: they are aws_access_key_id and the other",
      );
    return text;
  }

  private prefixOf(text: string, at: Path): string {
    const parts = text
      .split("/")
      .filter((part, index, all) => part !== "" || index < all.length - 1);
    if (parts.some((part) => ["", ".", ".."].includes(part) || /[\\\u0000-\u001f]/.test(part)))
      throw this.invalid([...at, "prefix"], "it has an empty part, `.`, `..` or a slash before it");
    return parts.map((part) => `${part}/`).join("");
  }

  private credentialsOf(s3: S3Yaml, at: Path): S3Settings["credentials"] {
    const said = [s3.aws_access_key_id, s3.aws_secret_access_key, s3.aws_session_token];
    const given = [
      ...[this.env["AWS_ACCESS_KEY_ID"], this.env["AWS_SECRET_ACCESS_KEY"]],
      this.env["AWS_SESSION_TOKEN"],
    ];
    const isSaid = said.some((one) => (one ?? "") !== "");
    const [id = "", secret = "", token = ""] = (isSaid ? said : given).map((one) => one ?? "");
    if (id === "" && secret === "") return null;
    if (id === "" || secret === "")
      throw this.invalid(at, "aws_access_key_id and aws_secret_access_key go together");
    return {
      accessKeyId: new Secret(id),
      secretAccessKey: new Secret(secret),
      sessionToken: token === "" ? null : new Secret(token),
    };
  }

  /** Those of feeds are said once, or everywhere the same. */
  private feedPaths(): FeedPaths {
    const { storage, ingestion, etl } = this.yaml;
    const all: readonly (readonly [Path, PlaceYaml | undefined])[] = [
      [["storage"], storage],
      [["ingestion", "storage"], ingestion?.storage],
      [["etl", "storage_input"], etl?.storage_input],
      [["etl", "storage_output"], etl?.storage_output],
    ];
    const found: Partial<Record<keyof FeedPaths, string>> = {};
    for (const [path, yaml] of all) {
      for (const [key, value] of Object.entries(yaml?.paths ?? {})) {
        const name = key as keyof FeedPaths;
        if ((found[name] ?? value) !== value)
          throw this.invalid(
            [...path, "paths", key],
            `it is ${JSON.stringify(found[name])} elsewhere`,
          );
        found[name] = value;
      }
    }
    return { ...FEED_PATHS, ...found };
  }

  private invalid(path: Path, message: string) {
    return invalid(this.file, path, message);
  }
}

/** What no bucket is called: `./data`, `/srv/lake`, `F:/`. */
const isPath = (folder: string): boolean => /[\\/]/.test(folder);

function over(file: PlaceYaml, env: PlaceYaml): PlaceYaml {
  const s3 = { ...file.s3, ...env.s3 };
  return { ...file, ...env, ...(Object.keys(s3).length === 0 ? {} : { s3 }) };
}

function same(a: RolePlace, b: RolePlace): boolean {
  const bare = ({ said: _said, origin: _origin, ...place }: RolePlace): unknown => {
    const keys = place.backend === "s3" ? place.s3.credentials : null;
    return [place, keys?.accessKeyId.reveal(), keys?.secretAccessKey.reveal()];
  };
  return stableJson(bare(a)) === stableJson(bare(b));
}

const PREFIX = "CANONRY_STORAGE_";

/** CANONRY_STORAGE_BACKEND, _BASE_DIR, and CANONRY_STORAGE_S3_BUCKET and the like. */
function placeOfEnvironment(env: Environment): PlaceYaml {
  const place: Record<string, unknown> = {};
  const s3: Record<string, unknown> = {};
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith(PREFIX) || text === undefined || text === "") continue;
    const key = name.slice(PREFIX.length).toLowerCase();
    if (key.startsWith("s3_"))
      s3[key.slice(3)] = /^(?:true|false)$/.test(text) ? text === "true" : text;
    else place[key] = text;
    const one = key.startsWith("s3_")
      ? { s3: { [key.slice(3)]: s3[key.slice(3)] } }
      : { [key]: text };
    if (isValid({ storage: one }, SETTINGS_SCHEMA)) continue;
    throw new CanonryError("CONFIG_INVALID", `${name} is no setting, or not one of its values`);
  }
  return { ...place, ...(Object.keys(s3).length === 0 ? {} : { s3 }) };
}
