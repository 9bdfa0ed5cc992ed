import { CanonryError } from "../../model/errors.ts";
import type { StorageBackend } from "../../model/storage/storage.ts";
import { readAll } from "../file-bytes.ts";
import { writerName } from "../leftovers.ts";

/**
 * Does with an object of its own, in a folder, all that the program asks of a storage: put if absent, twice; open,
 * stat, list, move, remove. Throws what goes wrong, STORAGE_UNFIT or STORAGE_DAMAGED where an answer is not true.
 */
export async function tryStorage(storage: StorageBackend, folder: string): Promise<void> {
  const key = `${folder}probe-${writerName()}`;
  const moved = `${key}-moved`;
  const text = `canonry storage check ${key}`;
  const must = (holds: boolean, code: "STORAGE_UNFIT" | "STORAGE_DAMAGED", what: string): void => {
    if (!holds) throw new CanonryError(code, `${folder}: ${what}`);
  };
  try {
    const first = await storage.put(key, text, { ifAbsent: true });
    must(first, "STORAGE_UNFIT", "it refuses an object that is absent");
    const second = await storage.put(key, "another", { ifAbsent: true });
    must(!second, "STORAGE_UNFIT", "it wrote over an object that was to be put only if absent");
    must((await textOf(storage, key)) === text, "STORAGE_DAMAGED", "what is read was not written");
    const size = (await storage.stat(key))?.sizeBytes;
    must(
      size === Buffer.byteLength(text),
      "STORAGE_DAMAGED",
      `an object has ${size ?? "no"} bytes`,
    );
    must((await keysOf(storage, key)).includes(key), "STORAGE_UNFIT", "its list lacks an object");
    must(await storage.move(key, moved), "STORAGE_UNFIT", "it does not move an object");
    must((await textOf(storage, moved)) === text, "STORAGE_DAMAGED", "what was moved is another");
    must(await storage.remove(moved), "STORAGE_UNFIT", "it does not remove an object");
    must((await storage.stat(moved)) === null, "STORAGE_UNFIT", "a removed object is still there");
  } finally {
    for (const one of [key, moved]) await storage.remove(one).catch(() => false);
  }
}

async function textOf(storage: StorageBackend, key: string): Promise<string | null> {
  const bytes = await storage.open(key);
  if (bytes === null) return null;
  const chunks: Buffer[] = [];
  for await (const chunk of readAll(bytes)) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

async function keysOf(storage: StorageBackend, prefix: string): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const { key } of storage.list(prefix)) keys.push(key);
  return keys;
}
