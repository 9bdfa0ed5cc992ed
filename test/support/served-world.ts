import { createHash } from "node:crypto";
import { DataLayer } from "../../src/data-layer/data-layer.ts";
import { readAll } from "../../src/data-layer/file-bytes.ts";
import { LocalStorage } from "../../src/data-layer/storage/local-storage.ts";
import { homeStorages } from "../../src/data-layer/storage/open-storages.ts";
import { VerifiedStorage } from "../../src/data-layer/storage/verified-storage.ts";
import { type Bytes, bytesOf } from "../../src/model/storage/bytes.ts";
import type { StorageBackend } from "../../src/model/storage/storage.ts";
import { STORAGE_ROLES } from "../../src/model/storage/storage-role.ts";
import type { World } from "../../src/pipeline/world.ts";
import { flipped } from "./backups.ts";

/** The folder of a home as a server keeps it: it gives no paths, and knows what was written. */
function servedFolder(folder: string, rotten: ReadonlySet<string>): StorageBackend {
  const inner = new LocalStorage(folder);
  return {
    properties: { ...inner.properties, kind: "s3", localPaths: false },
    stat: (key) => inner.stat(key),
    put: (key, content, options) => inner.put(key, content, options),
    remove: (key) => inner.remove(key),
    move: (from, to) => inner.move(from, to),
    list: (prefix) => inner.list(prefix),
    async open(key): Promise<Bytes | null> {
      const bytes = await inner.open(key);
      if (bytes === null) return null;
      const chunks: Buffer[] = [];
      for await (const chunk of readAll(bytes)) chunks.push(chunk);
      const all = Buffer.concat(chunks);
      const sha256 = createHash("sha256").update(all).digest("hex");
      return { ...bytesOf(key, rotten.has(key) ? flipped(all, all.length * 4) : all), sha256 };
    },
  };
}

/**
 * A world whose data are on a server that keeps what is in the home, where one bit of each rotten object has
 * changed since it was written. Close its data, and the world that it was made of.
 */
export function servedWorld(world: World, rotten: readonly string[]): World {
  const own = homeStorages(world.paths);
  const storage = new VerifiedStorage(servedFolder(world.paths.home, new Set(rotten)));
  const roles = Object.fromEntries(STORAGE_ROLES.map((role) => [role, storage]));
  const all = roles as unknown as typeof own.roles;
  return { ...world, data: new DataLayer(world.paths, { ...own, roles: all }) };
}
