import { chmod, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DataLayer } from "../../src/data-layer/data-layer.ts";
import { Paths } from "../../src/data-layer/paths.ts";
import { LocalStorage } from "../../src/data-layer/storage/local-storage.ts";
import { MemoryStorage } from "../../src/data-layer/storage/memory-storage.ts";
import { keysOf, pieces, storageSuite, textOf } from "../support/storage-suite.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "canonry-storage-"));
  await chmod(root, 0o755);
});
afterEach(() => rm(root, { recursive: true, force: true }));

storageSuite("LocalStorage", () => new LocalStorage(root));
storageSuite("MemoryStorage", () => new MemoryStorage(() => new Date(0)));

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
  const layer = (): DataLayer => new DataLayer(new Paths(root));

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
