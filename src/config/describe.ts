import { STORAGE_ROLES } from "../model/storage/storage-role.ts";
import { describePlace } from "../model/storage/storage-settings.ts";
import type { Config } from "./load.ts";

export interface ConfigLine {
  readonly key: string;
  readonly value: string;
  readonly origin: string;
}

/** What is in force, one line a key; passwords and tokens in addresses are hidden. */
export function describeConfig(config: Config): readonly ConfigLine[] {
  const lines: ConfigLine[] = [];
  const { storage, ...sections } = config.settings;
  for (const [section, values] of Object.entries(sections)) {
    for (const [key, value] of Object.entries(values as object)) {
      const name = `${section}.${key}`;
      lines.push({ key: name, value: shown(value), origin: config.origins.get(name) ?? "default" });
    }
  }
  for (const role of STORAGE_ROLES) {
    const place = storage.roles[role];
    const value = shown(describePlace(place));
    lines.push({ key: `storage.roles.${role}`, value, origin: place.origin });
  }
  for (const publication of config.publications) {
    const { code, ...rest } = publication;
    for (const [key, value] of leaves(rest, `publications.${code}`)) {
      lines.push({ key, value: shown(value), origin: "file" });
    }
  }
  return lines;
}

function* leaves(value: unknown, path: string): Generator<[string, unknown]> {
  if (value === null || typeof value !== "object") yield [path, value];
  else if (Array.isArray(value) && value.every((item) => typeof item !== "object"))
    yield [path, value.join(", ")];
  else for (const [key, item] of Object.entries(value)) yield* leaves(item, `${path}.${key}`);
}

function shown(value: unknown): string {
  if (value === null) return "";
  return String(value)
    .replace(/^(\w+:\/\/[^:/?#@\s]*):\S*@/, "$1:***@")
    .replace(
      /([?&][^=&\s]*(?:key|token|sig|signature|credential|password|secret)=)[^&\s]+/gi,
      "$1***",
    );
}
