import type { DataLayer } from "../../data-layer/data-layer.ts";
import { CanonryError } from "../../model/errors.ts";
import { readArchive } from "./archive-format.ts";
import { ARCHIVE } from "./logs-plan.ts";

/**
 * Archives of event logs that do not read back as they were written, with why. Only their own lines say what is
 * in them, so each is read whole. Memory: one chunk. Throws STORAGE_*.
 */
export async function damagedArchives(
  data: DataLayer,
): Promise<readonly { readonly key: string; readonly problem: string }[]> {
  const archive = data.storageOf("archive");
  const { archives } = data.paths.keys;
  const found: { key: string; problem: string }[] = [];
  for await (const { key, sizeBytes } of archive.list(archives)) {
    if (!ARCHIVE.test(key.slice(archives.length))) continue;
    // gunzip takes nothing for the whole of nothing.
    if (sizeBytes === 0) found.push({ key, problem: "it is empty" });
    try {
      await readArchive(archive, key);
    } catch (error) {
      if (!(error instanceof CanonryError && error.code === "LOG_ARCHIVE_DAMAGED")) throw error;
      found.push({ key, problem: error.message });
    }
  }
  return found;
}
