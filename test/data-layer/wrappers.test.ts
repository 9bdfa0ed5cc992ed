import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { gather } from "../../src/data-layer/content.ts";
import { DataLayer } from "../../src/data-layer/data-layer.ts";
import { Paths } from "../../src/data-layer/paths.ts";
import { LocalStorage } from "../../src/data-layer/storage/local-storage.ts";
import { MemoryStorage } from "../../src/data-layer/storage/memory-storage.ts";
import { homeStorages, openStorages } from "../../src/data-layer/storage/open-storages.ts";
import { PlacedStorage } from "../../src/data-layer/storage/placed-storage.ts";
import { RetryingStorage } from "../../src/data-layer/storage/retrying-storage.ts";
import type { StorageBackend } from "../../src/model/storage/storage.ts";
import { STORAGE_ROLES } from "../../src/model/storage/storage-role.ts";
import type { RolePlace } from "../../src/model/storage/storage-settings.ts";
import { type Failing, FlakyStorage } from "../support/flaky-storage.ts";
import { PATIENT, s3Storage } from "../support/s3-fault-suite.ts";
import { S3Responder } from "../support/s3-responder.ts";
import { clientOf } from "../support/s3-server.ts";
import { keysOf, pieces, storageSuite, textOf } from "../support/storage-suite.ts";

const QUICK = { ...PATIENT, firstMs: 1, longestMs: 1 };
const memory = (): MemoryStorage => new MemoryStorage(() => new Date(0));

/** The same call fails twice, before and behind the deed, then not, and so on. */
function thriceEach(): (call: number, name: string) => Failing {
  const calls = new Map<string, number>();
  return (_call, name) => {
    const count = calls.get(name) ?? 0;
    calls.set(name, count + 1);
    return (["before", "behind", null] as const)[count % 3] ?? null;
  };
}

storageSuite(
  "RetryingStorage over one that fails two times of three",
  () => new RetryingStorage(new FlakyStorage(memory(), thriceEach()), { ...QUICK, attempts: 60 }),
);

describe("what is repeated, and what is not", () => {
  test("a storage that never comes back: so many attempts, then its error", async () => {
    const flaky = new FlakyStorage(memory(), () => "before");
    const storage = new RetryingStorage(flaky, { ...QUICK, attempts: 4 });
    await expect(storage.put("a", "x")).rejects.toMatchObject({ code: "STORAGE_UNAVAILABLE" });
    expect(flaky.calls).toBe(4);
  });

  test("after an interrupt nothing is repeated, and no pause is waited for", async () => {
    const flaky = new FlakyStorage(memory(), () => "before");
    const controller = new AbortController();
    const slow = { ...PATIENT, firstMs: 600_000, longestMs: 600_000, signal: controller.signal };
    const waiting = new RetryingStorage(flaky, slow).stat("a");
    setTimeout(() => controller.abort(), 20);
    await expect(waiting).rejects.toMatchObject({ code: "STORAGE_UNAVAILABLE" });
    await expect(new RetryingStorage(flaky, slow).stat("a")).rejects.toThrow();
    expect(flaky.calls).toBe(2);
  });

  test("a stream is put once", async () => {
    const inner = memory();
    inner.put = () => new FlakyStorage(memory(), () => "before").put("a", "x");
    const storage = new RetryingStorage(inner, QUICK);
    await expect(storage.put("a", pieces("x"))).rejects.toMatchObject({
      code: "STORAGE_UNAVAILABLE",
    });
  });

  test("of writers whose replies are lost one wins, and knows it", async () => {
    const inner = memory();
    const writers = Array.from({ length: 10 }, () => {
      const lossy = new FlakyStorage(inner, (call, name) =>
        name.startsWith("put") && call === 1 ? "behind" : null,
      );
      return new RetryingStorage(lossy, QUICK);
    });
    const won = await Promise.all(
      writers.map((one, at) => one.put("lock", String(at), { ifAbsent: true })),
    );
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await textOf(inner, "lock")).toBe(String(won.indexOf(true)));
  });

  test("where a storage keeps no writers, a lost reply of a put if absent is an error, never a guess", async () => {
    const inner = memory();
    Object.assign(inner.properties, { keepsWriters: false });
    const lossy = new FlakyStorage(inner, (call) => (call === 1 ? "behind" : null));
    const put = new RetryingStorage(lossy, QUICK).put("lock", "x", { ifAbsent: true });
    await expect(put).rejects.toMatchObject({ code: "STORAGE_UNAVAILABLE" });
    expect(lossy.calls).toBe(1);
  });
});

describe("a server that passes over conditions", () => {
  let responder: S3Responder;
  beforeAll(async () => {
    responder = await new S3Responder("none").start();
  });
  afterAll(() => responder.close());

  test("is refused before an object is put if absent, and nothing is left of the proof", async () => {
    const storage = s3Storage(clientOf(responder.endpoint), "lake");
    await storage.put("a", "old");
    for (let time = 0; time < 2; time++) {
      await expect(storage.put("a", "new", { ifAbsent: true })).rejects.toMatchObject({
        code: "STORAGE_UNFIT",
        exit: 7,
      });
    }
    expect([...responder.objects.keys()]).toEqual(["lake/a"]);
    expect(await textOf(storage, "a")).toBe("old");
  });
});

describe("roles", () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), "canonry-roles-"));
    await chmod(home, 0o755);
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  const local = (baseDir: string): Record<(typeof STORAGE_ROLES)[number], RolePlace> =>
    Object.fromEntries(
      STORAGE_ROLES.map((role) => [
        role,
        { backend: "local", base_dir: baseDir, said: null, origin: "file" },
      ]),
    ) as Record<(typeof STORAGE_ROLES)[number], RolePlace>;
  const open = async (baseDir: string): Promise<DataLayer> => {
    const paths = new Paths(home);
    const feeds = { raw_dir: "", active_subdir: "", ready_subdir: "" };
    const settings = {
      roles: local(baseDir),
      paths: { ...feeds, processing_subdir: "", processed_dir: "" },
    };
    return new DataLayer(paths, await openStorages(paths, settings, PATIENT));
  };
  /** The data layer of a home with one role elsewhere. */
  const layer = (roles: { readonly [role in "inputs" | "logs"]?: StorageBackend }): DataLayer => {
    const paths = new Paths(home);
    const own = homeStorages(paths);
    return new DataLayer(paths, { ...own, roles: { ...own.roles, ...roles } });
  };

  test.each(["data", "lake", ".", "elsewhere"])("base_dir %j stands for data/", async (name) => {
    const outside = name === "elsewhere" ? await mkdtemp(join(tmpdir(), "canonry-lake-")) : null;
    const data = await open(outside ?? name);
    await data.putExportText("a.md", "text");
    const folder = outside ?? join(home, name);
    expect(await readFile(join(folder, "exports/a.md"), "utf8")).toBe("text");
    expect(await data.listExports()).toEqual(["a.md"]);
    expect(data.placeOf("exports")).toBe(folder.replace(/\/\.$/, ""));
    const { sha256 } = await data.putArtifact(pieces("x"), { maxBytes: 10 });
    expect(await data.hasArtifact(sha256)).toBe(true);
    expect(await keysOf(data.storageOf("inputs"), "data/")).toHaveLength(2);
    await data.close();
    if (outside !== null) await rm(outside, { recursive: true });
  });

  test("a link planted where a role is kept carries nothing out of the home", async () => {
    const outside = await mkdtemp(join(tmpdir(), "canonry-outside-"));
    await symlink(outside, join(home, "lake"));
    const data = await open("lake");
    await expect(data.putExportText("a", "x")).rejects.toMatchObject({ code: "PATH_SYMLINK" });
    expect(await readdir(outside)).toEqual([]);
    await rm(outside, { recursive: true });
  });

  test("what is no key of a role is refused outside the home", async () => {
    const storage = new PlacedStorage(memory(), "lake/");
    for (const key of ["config/settings.yaml", "tmp/x", "data/../x"]) {
      await expect(storage.put(key, "x")).rejects.toMatchObject({ code: "PATH_UNSAFE" });
    }
    expect(await keysOf(storage, "tmp/")).toEqual([]);
  });

  test("what a folder does not let be written is STORAGE_FORBIDDEN", async () => {
    const storage = new LocalStorage("/sys/kernel");
    await expect(storage.put("x", "x")).rejects.toMatchObject({ code: "STORAGE_FORBIDDEN" });
  });

  test("an artifact that stands elsewhere is fetched once, and what was written not at all", async () => {
    const inner = memory();
    const counted: string[] = [];
    const watched = new FlakyStorage(inner, (_call, name) => {
      counted.push(name.split(" ")[0] ?? "");
      return null;
    });
    const data = layer({ inputs: watched });
    const { sha256 } = await data.putArtifact(pieces("Code,", "Number"), { maxBytes: 100 });
    expect((await data.putArtifact(pieces("Code,Number"), { maxBytes: 100 })).isNew).toBe(false);
    for (let time = 0; time < 3; time++) {
      const bytes = await data.openArtifact(sha256, "a.csv");
      expect((await gather(bytes)).toString()).toBe("Code,Number");
      expect(bytes.localPath).toMatch(/tmp\/scratch/);
    }
    expect(counted.filter((name) => name === "open")).toEqual([]);
    await data.close();
    expect(await readdir(join(home, "tmp/scratch"))).toEqual([]);
    const later = layer({ inputs: watched });
    const all = [1, 2, 3].map(() => later.openArtifact(sha256, "a.csv"));
    for (const one of all) expect((await gather(await one)).toString()).toBe("Code,Number");
    expect(counted.filter((name) => name === "open")).toEqual(["open"]);
    await later.close();
  });

  test("an artifact that is another by now is STORAGE_DAMAGED; one that is gone FILE_MISSING", async () => {
    const inner = memory();
    const data = layer({ inputs: inner });
    const { sha256 } = await data.putArtifact(pieces("Code"), { maxBytes: 100 });
    await data.close();
    await inner.put(data.paths.keys.artifact(sha256), "Cod3");
    const later = layer({ inputs: inner });
    await expect(later.openArtifact(sha256, "a")).rejects.toMatchObject({
      code: "STORAGE_DAMAGED",
    });
    expect((await later.artifactFacts(sha256, true))?.sha256).not.toBe(sha256);
    expect(await later.removeArtifact(sha256)).toBe(true);
    await expect(later.openArtifact(sha256, "a")).rejects.toMatchObject({ code: "FILE_MISSING" });
    expect(await later.hasArtifact(sha256)).toBe(false);
  });

  test("one that is too large, or cut, or unwanted leaves nothing", async () => {
    const inner = memory();
    const data = layer({ inputs: inner });
    const put = (chunks: AsyncIterable<Uint8Array>) => data.putArtifact(chunks, { maxBytes: 100 });
    await expect(put(pieces("x".repeat(200)))).rejects.toMatchObject({
      code: "DOWNLOAD_TOO_LARGE",
    });
    await expect(put(pieces("x", new Error("cut")))).rejects.toThrow("cut");
    const drops = () => Promise.resolve("purged");
    const unwanted = await data.putArtifact(pieces("x"), { maxBytes: 100, drops });
    expect(unwanted.dropped).toBe("purged");
    expect(await keysOf(inner, "")).toEqual([]);
    const scratch = await readdir(join(home, "tmp/scratch"), { recursive: true });
    expect(scratch).toHaveLength(1);
    await data.close();
  });

  test("event logs that cannot be appended to are put whole at the end", async () => {
    const inner = memory();
    const data = layer({ logs: inner });
    await data.appendEvents("2025-11-30", "run", "one\n");
    await data.appendEvents("2025-11-30", "run", "two\n");
    expect(await keysOf(inner, "")).toEqual([]);
    await data.close();
    expect(await textOf(inner, "data/logs/events/2025-11-30/run.jsonl")).toBe("one\ntwo\n");
    expect(await waiting()).toEqual([]);
  });

  test("where they cannot be put they wait, and the next process that finds their writer gone puts them", async () => {
    const inner = memory();
    const away = new FlakyStorage(inner, () => "before");
    const data = layer({ logs: away });
    await data.appendEvents("2025-11-30", "run", "one\n");
    await expect(data.close()).rejects.toMatchObject({ code: "STORAGE_UNAVAILABLE" });
    const [left = ""] = await waiting();
    expect(await readFile(left, "utf8")).toBe("one\n");
    const later = layer({ logs: inner });
    await later.putLeftEvents();
    expect(await keysOf(inner, "")).toEqual([]);
    // Its writer lives; no process has the highest number.
    const gone = left.replace(/-\d+-([0-9a-f]{12})/, "-4194304-$1");
    await mkdir(join(gone, ".."), { recursive: true });
    await rename(left, gone);
    await later.putLeftEvents();
    expect(await textOf(inner, "data/logs/events/2025-11-30/run.jsonl")).toBe("one\n");
    expect(await waiting()).toEqual([]);
  });

  async function waiting(): Promise<string[]> {
    const folder = join(home, "data/logs/waiting");
    const all = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    return all.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  }

  test("unfinished files are swept wherever a role is kept", async () => {
    const data = await open("lake");
    await data.putExportText("a.md", "text");
    const left = join(home, "lake/exports/.a.md.unfinished");
    await writeFile(left, "half");
    const [found, ...more] = await data.unfinishedElsewhere(Date.now() + 1000);
    expect([found?.name, more]).toEqual([left, []]);
    expect([await found?.discard(), await found?.discard()]).toEqual([true, false]);
    expect(await data.listExports()).toEqual(["a.md"]);
  });
});
