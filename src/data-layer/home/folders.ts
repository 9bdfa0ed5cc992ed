import { readdir } from "node:fs/promises";
import { systemCode } from "../file-failure.ts";

/** Names in a folder, ascending; none if there is no folder. Hidden ones are passed over. */
export async function readdirOf(path: string): Promise<readonly string[]> {
  const names = await readdir(path).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return [];
    throw error;
  });
  return names.filter((name) => !name.startsWith(".")).sort();
}
