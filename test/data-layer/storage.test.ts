import { chmod, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { closeBytes, DataLayer } from "../../src/data-layer/data-layer.ts";
import { LocalStorage } from "../../src/data-layer/local-storage.ts";
import { MemoryStorage } from "../../src/data-layer/memory-storage.ts";
import { Paths } from "../../src/data-layer/paths.ts";
import type { StorageBackend } from "../../src/model/storage.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "canonry-storage-"));
  await chmod(root, 0o755);
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function textOf(storage: StorageBackend, key: string): Promise<string | null> {
  const bytes = await storage.open(key);
  if (bytes === null) return null;
  const chunks: Buffer[] = [];
  for await (const chunk of bytes.stream()) chunks.push(chunk);
  await closeBytes(bytes);
  return Buffer.concat(chunks).toString();
}

async function keysOf(storage: StorageBackend, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of storage.list(prefix)) keys.push(key);
  return keys;
}

async function* pieces(...texts: (string | Error)[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) {
    await Promise.resolve();
    if (text instanceof Error) throw text;
    yield Buffer.from(text);
  }
}

/** What every storage does, whatever it is made of. */
describe.each([
  ["LocalStorage", () => new LocalStorage(root)],
  ["MemoryStorage", () => new MemoryStorage(() => new Date(0))],
])("%s", (_name, make) => {
  let storage: StorageBackend;
  beforeEach(() => {
    storage = make();
  });

  test("what is put is there, whole; what is missing is null", async () => {
    expect(await storage.stat("a/b.txt")).toBeNull();
    expect(await storage.open("a/b.txt")).toBeNull();
    expect(await storage.put("a/b.txt", "one")).toBe(true);
    expect(await storage.put("a/b.txt", pieces("tw", "o"))).toBe(true);
    expect(await textOf(storage, "a/b.txt")).toBe("two");
    expect(await storage.stat("a/b.txt")).toMatchObject({ key: "a/b.txt", sizeBytes: 3 });
  });

  test("parts can be read anywhere", async () => {
    await storage.put("a", "0123456789");
    const bytes = await storage.open("a");
    expect((await bytes?.read(3, 4))?.toString()).toBe("3456");
    expect((await bytes?.read(8, 10))?.toString()).toBe("89");
    if (bytes !== null) await closeBytes(bytes);
  });

  test("a stream that fails leaves what was there", async () => {
    await storage.put("a", "old");
    await expect(storage.put("a", pieces("new", new Error("cut")))).rejects.toThrow("cut");
    expect(await textOf(storage, "a")).toBe("old");
    expect(await keysOf(storage, "")).toEqual(["a"]);
  });

  test("of twenty that put if absent, one wins", async () => {
    const won = await Promise.all(
      Array.from({ length: 20 }, (_, at) => storage.put("lock", String(at), { ifAbsent: true })),
    );
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await textOf(storage, "lock")).toBe(String(won.indexOf(true)));
  });

  test("lists by prefix, in order; removes; moves", async () => {
    for (const key of ["b/2", "b/10", "a", "c/x"]) await storage.put(key, key);
    expect(await keysOf(storage, "b/")).toEqual(["b/10", "b/2"]);
    expect(await storage.remove("b/2")).toBe(true);
    expect(await storage.remove("b/2")).toBe(false);
    expect(await storage.move("b/10", "c/x")).toBe(true);
    expect(await storage.move("b/10", "c/x")).toBe(false);
    expect(await textOf(storage, "c/x")).toBe("b/10");
    expect(await keysOf(storage, "")).toEqual(["a", "c/x"]);
  });

  test.each(["../x", "/etc/passwd", "a/../../x", "a//b", "", "a\u0000b", "a\\b", "."])(
    "the key %j is refused",
    async (key) => {
      await expect(storage.put(key, "x")).rejects.toMatchObject({ code: "PATH_UNSAFE" });
      await expect(storage.open(key)).rejects.toMatchObject({ code: "PATH_UNSAFE" });
    },
  );
});

test("a symbolic link among the folders is refused", async () => {
  await symlink("/tmp", join(root, "data"));
  await expect(new LocalStorage(root).put("data/x", "x")).rejects.toMatchObject({
    code: "PATH_SYMLINK",
  });
});

describe("artifacts", () => {
  const layer = (): DataLayer => new DataLayer(new Paths(root), new LocalStorage(root));

  test("equal content is kept once, under its sha256", async () => {
    const first = await layer().putArtifact(pieces("Code,", "Number"), { maxBytes: 100 });
    const second = await layer().putArtifact(pieces("Code,Number"), { maxBytes: 100 });
    expect(second).toEqual({ ...first, isNew: false });
    expect(await readdir(join(root, "data/acquire", first.sha256.slice(0, 2)))).toEqual([
      first.sha256,
    ]);
  });

  test("one that is too large, or cut, leaves nothing", async () => {
    await expect(
      layer().putArtifact(pieces("x".repeat(200)), { maxBytes: 100 }),
    ).rejects.toMatchObject({ code: "DOWNLOAD_TOO_LARGE" });
    await expect(
      layer().putArtifact(pieces("x", new Error("cut")), { maxBytes: 100 }),
    ).rejects.toThrow("cut");
    const left = await readdir(root, { recursive: true, withFileTypes: true });
    expect(left.filter((entry) => entry.isFile())).toEqual([]);
  });
});
