import { chmod, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DataLayer } from "../../src/data-layer/data-layer.ts";
import { closeBytes } from "../../src/data-layer/file-bytes.ts";
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

  test("a stream of any length is kept byte for byte, and can be read from any place", async () => {
    const block = Buffer.alloc(700_000, "0123456");
    const source = async function* (): AsyncGenerator<Uint8Array> {
      for (let n = 0; n < 4; n++) yield await Promise.resolve(block);
    };
    await storage.put("big", source());
    const whole = Buffer.concat([block, block, block, block]);
    const bytes = await storage.open("big");
    if (bytes === null) throw new Error("there is nothing");
    const chunks: Buffer[] = [];
    for await (const chunk of bytes.stream(5)) chunks.push(chunk);
    await closeBytes(bytes);
    expect(Buffer.concat(chunks).equals(whole.subarray(5))).toBe(true);
    expect(Math.max(...chunks.map((chunk) => chunk.length))).toBeLessThanOrEqual(1 << 20);
  });

  test("put if absent leaves what is there", async () => {
    await storage.put("a", "old");
    expect(await storage.put("a", "new", { ifAbsent: true })).toBe(false);
    expect(await textOf(storage, "a")).toBe("old");
  });

  test("below an object, and where only folders are, there is nothing", async () => {
    await storage.put("a", "x");
    await storage.put("b/c/d", "x");
    for (const key of ["a/b", "b", "b/c"]) {
      expect(await storage.stat(key)).toBeNull();
      expect(await storage.open(key)).toBeNull();
      expect(await storage.remove(key)).toBe(false);
      expect(await storage.move(key, "elsewhere")).toBe(false);
    }
    expect(await keysOf(storage, "a/")).toEqual([]);
    expect(await keysOf(storage, "")).toEqual(["a", "b/c/d"]);
  });

  test("a prefix may end within a name", async () => {
    for (const key of ["b/10", "b/12", "b/2", "bb"]) await storage.put(key, key);
    expect(await keysOf(storage, "b/1")).toEqual(["b/10", "b/12"]);
    expect(await keysOf(storage, "b")).toEqual(["b/10", "b/12", "b/2", "bb"]);
    expect(await keysOf(storage, "missing/")).toEqual([]);
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
      await expect(storage.stat(key)).rejects.toMatchObject({ code: "PATH_UNSAFE" });
      await expect(storage.remove(key)).rejects.toMatchObject({ code: "PATH_UNSAFE" });
      await expect(storage.move(key, "a")).rejects.toMatchObject({ code: "PATH_UNSAFE" });
      await storage.put("a", "x");
      await expect(storage.move("a", key)).rejects.toMatchObject({ code: "PATH_UNSAFE" });
    },
  );
});

describe("a planted symbolic link carries nothing in or out", () => {
  let outside: string;
  beforeEach(async () => {
    outside = await mkdtemp(join(tmpdir(), "canonry-outside-"));
    await writeFile(join(outside, "theirs"), "theirs");
    await symlink(outside, join(root, "data"));
    await symlink(join(outside, "theirs"), join(root, "file"));
    await new LocalStorage(root).put("ours", "ours");
  });
  afterEach(async () => {
    expect(await readdir(outside)).toEqual(["theirs"]);
    expect(await readFile(join(outside, "theirs"), "utf8")).toBe("theirs");
    await rm(outside, { recursive: true, force: true });
  });

  const acts: Readonly<Record<string, (storage: LocalStorage) => Promise<unknown>>> = {
    "put below a folder": (storage) => storage.put("data/x", "x"),
    "put over a file": (storage) => storage.put("file", "x"),
    "put if absent": (storage) => storage.put("data/x", "x", { ifAbsent: true }),
    "move in": (storage) => storage.move("ours", "data/x"),
    "move out": (storage) => storage.move("data/theirs", "x"),
    "move of the link": (storage) => storage.move("file", "x"),
    remove: (storage) => storage.remove("data/theirs"),
  };
  test.each(Object.entries(acts))("%s is refused", async (_name, act) => {
    await expect(act(new LocalStorage(root))).rejects.toMatchObject({ code: "PATH_SYMLINK" });
  });
});

test("what the file system refuses is STORAGE_UNAVAILABLE and leaves all as it was", async () => {
  const storage = new LocalStorage(root);
  await storage.put("a", "x");
  await storage.put("b/c", "x");
  for (const key of ["a/b", "a/b/c", "b", "x".repeat(300)]) {
    await expect(storage.put(key, "y")).rejects.toMatchObject({ code: "STORAGE_UNAVAILABLE" });
  }
  expect(await keysOf(storage, "")).toEqual(["a", "b/c"]);
  expect(await textOf(storage, "a")).toBe("x");
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
