import { CanonryError } from "../model/errors.ts";
import type { DriftPolicies, DriftPolicy } from "../model/manifest/drift.ts";
import { isCode } from "../model/manifest/names.ts";
import { OFF } from "../model/period/cron.ts";
import { type Period, parsePeriod } from "../model/period/period.ts";
import { configPeriod } from "../model/period/read-periods.ts";
import type { PublicationConfig, Settings } from "../model/publication.ts";
import { Secret } from "../model/secret.ts";
import { DEFAULTS } from "./defaults.ts";
import { checkSchedule, rotaProblemIn } from "./schedule.ts";
import { PUBLICATIONS_SCHEMA, SETTINGS_SCHEMA } from "./schemas.ts";
import { loadStorage, refuseMoved } from "./storage.ts";
import { type ConfigFile, invalid, isValid, validate } from "./validate.ts";

/** Where a value came from. */
export type Origin = "flag" | "environment" | "file" | "default";

export interface Config {
  readonly settings: Settings;
  readonly publications: readonly PublicationConfig[];
  /** Dotted keys of the settings, each with who said it. */
  readonly origins: ReadonlyMap<string, Origin>;
  /** From the environment alone, and printed nowhere; null: none is set. */
  readonly modelKey: Secret | null;
}

export interface ConfigInput {
  /** Null if there is no such file. */
  readonly publications: ConfigFile | null;
  readonly settings: ConfigFile | null;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags: {
    readonly databaseUrl?: string | undefined;
    /** `--max-cost` */
    readonly maxCost?: number | undefined;
  };
}

/**
 * What is in force: flag before environment before file before default. Throws CONFIG_INVALID,
 * NAME_INVALID, PERIOD_INVALID, each with file, line and key.
 */
export function loadConfig(input: ConfigInput): Config {
  const { settings, origins } = loadSettings(input);
  const key = input.env[settings.enrichment.key_env] ?? "";
  return {
    settings,
    origins,
    publications: loadPublications(input, settings),
    modelKey: key === "" ? null : new Secret(key),
  };
}

type Tree = Readonly<Record<string, unknown>>;

function loadSettings(input: ConfigInput): { settings: Settings; origins: Map<string, Origin> } {
  const origins = new Map<string, Origin>();
  const file = input.settings === null ? null : expanded(input.settings, input.env);
  if (file !== null && file.value !== null) {
    refuseMoved(file);
    validate(file, SETTINGS_SCHEMA);
  }
  const said = (file?.value ?? {}) as Record<string, Tree | undefined>;
  const sections = Object.entries(DEFAULTS).map(([section, defaults]) => {
    const values = Object.entries(defaults as Tree).map(([key, fallback]) => {
      const name = `${section}.${key}`;
      const fromEnv = fromEnvironment(name, fallback, input.env);
      const fromFile = said[section]?.[key];
      origins.set(
        name,
        fromEnv !== undefined ? "environment" : fromFile !== undefined ? "file" : "default",
      );
      return [key, fromEnv ?? fromFile ?? fallback] as const;
    });
    return [section, Object.fromEntries(values)] as const;
  });
  const storage = loadStorage(file, input.env);
  const settings = { ...(Object.fromEntries(sections) as unknown as Settings), storage };
  checkSchedule(settings.schedule, input.settings);
  return { settings: flagged(settings, input.flags, origins), origins };
}

function flagged(
  settings: Settings,
  { databaseUrl, maxCost }: ConfigInput["flags"],
  origins: Map<string, Origin>,
): Settings {
  const { database, enrichment } = settings;
  if (databaseUrl !== undefined) origins.set("database.url", "flag");
  if (maxCost !== undefined) origins.set("enrichment.max_cost", "flag");
  return {
    ...settings,
    database: databaseUrl === undefined ? database : { ...database, url: databaseUrl },
    enrichment: maxCost === undefined ? enrichment : { ...enrichment, max_cost: maxCost },
  };
}

/** Each setting has a variable: `fetch.retries` is CANONRY_FETCH_RETRIES. DATABASE_URL and PG* are those of libpq. */
function fromEnvironment(name: string, fallback: unknown, env: ConfigInput["env"]): unknown {
  const url = env["DATABASE_URL"];
  if (name === "database.url") return url === undefined || url === "" ? libpqUrl(env) : url;
  const variable = `CANONRY_${name.replace(".", "_").toUpperCase()}`;
  const text = env[variable];
  if (text === undefined || text === "") return undefined;
  const value = typedText(text, NUMBERS.has(name) ? "number" : typeof fallback);
  const [section = "", key = ""] = name.split(".");
  if (isValid({ [section]: { [key]: value } }, SETTINGS_SCHEMA)) return value;
  throw new CanonryError("CONFIG_INVALID", `${variable} is ${JSON.stringify(text)}`, { key: name });
}

/** Settings that are numbers and have no default. */
const NUMBERS = new Set([
  "database.port",
  "enrichment.price_in",
  "enrichment.price_out",
  "enrichment.max_cost",
  ...["archive_months", "vintages_keep", "vintages_days", "artifacts_days"].map(
    (key) => `retention.${key}`,
  ),
]);

/** The text itself where it is none of that type: then the schema refuses it. */
function typedText(text: string, type: string): unknown {
  if (type === "boolean" && /^(?:true|false)$/.test(text)) return text === "true";
  return type === "number" && /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
}

function libpqUrl(env: ConfigInput["env"]): string | undefined {
  const host = env["PGHOST"];
  const database = env["PGDATABASE"];
  if (host === undefined || database === undefined) return undefined;
  const user = encodeURIComponent(env["PGUSER"] ?? "postgres");
  const password =
    env["PGPASSWORD"] === undefined ? "" : `:${encodeURIComponent(env["PGPASSWORD"])}`;
  const place = host.startsWith("/") ? "localhost" : host;
  const socket = host.startsWith("/") ? `?host=${encodeURIComponent(host)}` : "";
  return `postgresql://${user}${password}@${place}:${env["PGPORT"] ?? "5432"}/${encodeURIComponent(database)}${socket}`;
}

interface PublicationYaml {
  readonly name: string;
  readonly canonical_manifest?: string;
  readonly landing_page?: string;
  readonly domain?: string;
  readonly frequency?: NonNullable<PublicationConfig["frequency"]>;
  readonly urls?: readonly { readonly period: string | number; readonly url: string }[];
  readonly folder?: string;
  readonly url?: string;
  readonly periods?: {
    readonly from: string | number;
    readonly to?: string | number;
    readonly lag_days?: number;
  };
  readonly files?: Partial<PublicationConfig["files"]>;
  readonly tables?: PublicationConfig["tables"];
  readonly drift?: DriftPolicy | Partial<DriftPolicies>;
  readonly quarantine?: NonNullable<PublicationConfig["quarantine"]>;
  readonly totals?: NonNullable<PublicationConfig["totals"]>;
  readonly recheck_days?: number;
  readonly schedule?: string;
}

function loadPublications(input: ConfigInput, settings: Settings): readonly PublicationConfig[] {
  if (input.publications === null) return [];
  const file = expanded(input.publications, input.env);
  validate(file, PUBLICATIONS_SCHEMA);
  const { publications } = file.value as { publications: Record<string, PublicationYaml> };
  return Object.entries(publications).map(([code, yaml]) =>
    publicationOf(code, yaml, file, settings),
  );
}

function publicationOf(
  code: string,
  yaml: PublicationYaml,
  file: ConfigFile,
  settings: Settings,
): PublicationConfig {
  const at = ["publications", code];
  if (!isCode(code)) throw invalid(file, at, `${JSON.stringify(code)} is no code`, "NAME_INVALID");
  const problem = rotaProblemIn(yaml.schedule ?? OFF, settings.schedule.time_zone);
  if (problem !== null) throw invalid(file, [...at, "schedule"], problem);
  const period: ReadPeriod = (value, path, fits = () => true) => {
    const found = parsePeriod(configPeriod(String(value)) ?? "");
    if (found !== null && fits(found)) return found.text;
    const message = `${JSON.stringify(value)} is no period${found === null ? "" : " for a schedule"}`;
    throw invalid(file, [...at, ...path], message, "PERIOD_INVALID");
  };
  const {
    periods,
    files,
    urls = [],
    canonical_manifest: manifest,
    tables,
    drift,
    recheck_days: recheck,
    ...rest
  } = yaml;
  return {
    ...rest,
    code,
    canonical_manifest: manifest ?? `manifests/canonical/${code}/${code}_canonical.yaml`,
    urls: urls.map((one, index) => ({
      period: period(one.period, ["urls", index, "period"]),
      url: one.url,
    })),
    ...(periods === undefined ? {} : { periods: scheduleOf(periods, period) }),
    files: {
      include: files?.include ?? [],
      exclude: files?.exclude ?? [],
      ...(files?.prefer === undefined ? {} : { prefer: files.prefer }),
    },
    tables: tables ?? [],
    drift: policiesOf(drift),
    recheck_days: recheck ?? settings.fetch.recheck_days,
  };
}

function policiesOf(said: PublicationYaml["drift"]): DriftPolicies {
  return typeof said === "string" ? { default: said } : { default: "evolve", ...said };
}

type ReadPeriod = (
  value: string | number,
  path: readonly (string | number)[],
  fits?: (period: Period) => boolean,
) => string;

/** A schedule that names no period at all would load nothing, silently. */
function scheduleOf(
  periods: NonNullable<PublicationYaml["periods"]>,
  read: ReadPeriod,
): NonNullable<PublicationConfig["periods"]> {
  const from = read(periods.from, ["periods", "from"], ({ kind }) => kind !== "range");
  const first = parsePeriod(from);
  const follows = ({ kind, start }: Period): boolean =>
    first !== null && kind === first.kind && start >= first.start;
  return {
    from,
    ...(periods.to === undefined ? {} : { to: read(periods.to, ["periods", "to"], follows) }),
    ...(periods.lag_days === undefined ? {} : { lag_days: periods.lag_days }),
  };
}

/** `${VAR}` in any text, from the environment. Throws CONFIG_INVALID if there is none. */
function expanded(file: ConfigFile, env: ConfigInput["env"]): ConfigFile {
  const walk = (value: unknown, path: readonly (string | number)[]): unknown => {
    if (typeof value === "string") {
      return value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_whole, name: string) => {
        const found = env[name];
        if (found === undefined) throw invalid(file, path, `the variable ${name} is not set`);
        return found;
      });
    }
    if (Array.isArray(value)) return value.map((item: unknown, at) => walk(item, [...path, at]));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, walk(item, [...path, key])]),
    );
  };
  return { path: file.path, value: walk(file.value, []), lineOf: (path) => file.lineOf(path) };
}
