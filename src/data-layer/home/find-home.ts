import { stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/** The folder at or above `from` that holds config/publications.yaml; null if there is none. */
export async function findHome(from: string): Promise<string | null> {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const found = await stat(join(folder, "config", "publications.yaml")).catch(() => null);
    if (found?.isFile() === true) return folder;
    if (dirname(folder) === folder) return null;
  }
}
