import type { DataLayer } from "../../data-layer/data-layer.ts";
import { CanonryError } from "../../model/errors.ts";
import { redact } from "./redact.ts";

/** A text of the home, as a backup keeps it. */
export interface HomeFile {
  /** Relative to the home. */
  readonly path: string;
  /** Null: it is no YAML, so nobody can say which of it is secret. */
  readonly text: string | null;
  /** The variables that stand in the place of secrets; empty if it held none. */
  readonly redacted: readonly string[];
}

/** What a home cannot be opened without: restored before everything else. */
export const isConfiguration = (path: string): boolean => path.startsWith("config/");

/** Configuration, templates and canonical manifests. Nothing else is looked at: a key may lie beside them. */
export async function homeFiles(
  data: DataLayer,
  manifests: readonly string[],
): Promise<readonly HomeFile[]> {
  const { paths } = data;
  const config = [paths.publications, paths.settings].map((path) => paths.keyOf(path));
  const files: HomeFile[] = [];
  const others = [...(await templates(data)), ...manifests].map((path) => paths.keyOf(path));
  for (const path of [...config, ...new Set(others)]) {
    const text = await data.readText(path);
    if (text === null) continue;
    const asItIs = { text, redacted: [] };
    const clean = config.includes(path) ? redact(text) : asItIs;
    files.push({ path, ...(clean ?? { ...asItIs, text: null }) });
  }
  return files;
}

async function templates(data: DataLayer): Promise<readonly string[]> {
  try {
    const files = await data.listFolder("config/templates");
    return files.map((file) => `config/templates/${file.path}`);
  } catch (error) {
    if (error instanceof CanonryError && error.code === "FILE_MISSING") return [];
    throw error;
  }
}
