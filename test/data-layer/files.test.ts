import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DataLayer } from "../../src/data-layer/data-layer.ts";
import { closeBytes } from "../../src/data-layer/file-bytes.ts";
import {
  findLeftovers,
  removeLeftover,
  UNFINISHED,
  writerName,
} from "../../src/data-layer/leftovers.ts";
import { MIRROR, Paths } from "../../src/data-layer/paths.ts";
import { writeAtomic } from "../../src/data-layer/write-atomic.ts";
import { PROJECT } from "../support/home.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "canonry-files-"));
});
afterEach(() => rm(home, { recursive: true, force: true }));

async function* pieces(...texts: (string | Error)[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) {
    await Promise.resolve();
    if (text instanceof Error) throw text;
    yield Buffer.from(text);
  }
}

/** Every file below the home, relative to it. */
async function files(): Promise<string[]> {
  const entries = await readdir(home, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(home.length + 1))
    .sort();
}

async function plant(path: string, text: string): Promise<string> {
  const whole = join(home, path);
  await mkdir(dirname(whole), { recursive: true });
  await writeFile(whole, text);
  return whole;
}

describe("an atomic write", () => {
  test("makes the folders, and holds the bytes of the stream", async () => {
    expect(await writeAtomic(join(home, "a/b/c.txt"), pieces("one ", "two"))).toBe(true);
    expect(await readFile(join(home, "a/b/c.txt"), "utf8")).toBe("one two");
    expect(await files()).toEqual(["a/b/c.txt"]);
  });

  test("leaves nothing half-written where the source throws", async () => {
    const path = join(home, "new.txt");
    await expect(writeAtomic(path, pieces("half", new Error("cut")))).rejects.toThrow("cut");
    expect(await files()).toEqual([]);
  });

  test("leaves the old content where the source throws", async () => {
    const path = await plant("old.txt", "old");
    await expect(writeAtomic(path, pieces("half", new Error("cut")))).rejects.toThrow("cut");
    expect(await readFile(path, "utf8")).toBe("old");
    expect(await files()).toEqual(["old.txt"]);
  });

  test("shows the old content until all of the new is there", async () => {
    const path = await plant("a.txt", "old");
    const seen: string[] = [];
    const watched = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from("new ");
      seen.push(await readFile(path, "utf8"));
      yield Buffer.from("content");
      seen.push(await readFile(path, "utf8"));
    };
    await writeAtomic(path, watched());
    expect(seen).toEqual(["old", "old"]);
    expect(await readFile(path, "utf8")).toBe("new content");
  });

  test("of many at once over one name, one is there whole", async () => {
    const path = join(home, "a.txt");
    const texts = Array.from({ length: 10 }, (_, at) => String(at).repeat(10_000));
    await Promise.all(texts.map((text) => writeAtomic(path, text)));
    expect(texts).toContain(await readFile(path, "utf8"));
    expect(await files()).toEqual(["a.txt"]);
  });
});

describe("the data layer", () => {
  let layer: DataLayer;
  beforeEach(() => {
    layer = new DataLayer(new Paths(home));
  });
  const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

  test("keeps equal content once, however it arrived in pieces", async () => {
    const stored = { sha256: sha256("Code,Number"), sizeBytes: 11 };
    const first = await layer.putArtifact(pieces("Code,", "Number"), { maxBytes: 11 });
    const second = await layer.putArtifact(pieces("Code,Number"), { maxBytes: 11 });
    expect(first).toEqual({ ...stored, isNew: true });
    expect(second).toEqual({ ...stored, isNew: false });
    expect(await files()).toEqual([`data/acquire/${stored.sha256.slice(0, 2)}/${stored.sha256}`]);
  });

  test("keeps equal content once that arrives several times at once", async () => {
    const all = await Promise.all(
      Array.from({ length: 8 }, () => layer.putArtifact(pieces("a", "b"), { maxBytes: 10 })),
    );
    expect(new Set(all.map((one) => one.sha256))).toEqual(new Set([sha256("ab")]));
    expect(await files()).toHaveLength(1);
  });

  test("mends an artifact that lost some of its bytes", async () => {
    const key = `data/acquire/${sha256("whole").slice(0, 2)}/${sha256("whole")}`;
    await plant(key, "who");
    const stored = await layer.putArtifact(pieces("whole"), { maxBytes: 10 });
    expect(stored.isNew).toBe(true);
    expect(await readFile(join(home, key), "utf8")).toBe("whole");
  });

  test("keeps nothing of what is too large, and stops reading it", async () => {
    let given = 0;
    const endless = async function* (): AsyncGenerator<Uint8Array> {
      for (; given < 1000; given++) yield await Promise.resolve(Buffer.alloc(60));
    };
    await expect(layer.putArtifact(endless(), { maxBytes: 100 })).rejects.toMatchObject({
      code: "DOWNLOAD_TOO_LARGE",
    });
    expect(given).toBeLessThan(3);
    expect(await files()).toEqual([]);
  });

  test("opens an artifact under the name it was published by; a lost one is FILE_MISSING", async () => {
    const stored = await layer.putArtifact(pieces("Code"), { maxBytes: 10 });
    const bytes = await layer.openArtifact(stored.sha256, "waits.csv");
    expect(bytes.name).toBe("waits.csv");
    expect((await bytes.read(0, 10)).toString()).toBe("Code");
    await closeBytes(bytes);
    await expect(layer.openArtifact(sha256("other"), "waits.csv")).rejects.toMatchObject({
      code: "FILE_MISSING",
    });
  });

  test("lists the files of a folder in order, without hidden ones and symbolic links", async () => {
    for (const path of ["in/b.csv", "in/a/c.csv", "in/.hidden", "in/.git/x"])
      await plant(path, "x");
    await symlink(join(home, "in/b.csv"), join(home, "in/link.csv"));
    const listed = await layer.listFolder("in");
    expect(listed.map(({ path, sizeBytes }) => [path, sizeBytes])).toEqual([
      ["a/c.csv", 1],
      ["b.csv", 1],
    ]);
    await expect(layer.listFolder("none")).rejects.toMatchObject({ code: "FILE_MISSING" });
  });

  test("removes its scratch folder, whether the work ends well or not", async () => {
    const use = (fails: boolean): Promise<string> =>
      layer.withScratch(async (folder) => {
        await writeFile(join(folder, "x"), "x");
        if (fails) throw new Error("no");
        return folder;
      });
    expect(existsSync(await use(false))).toBe(false);
    await expect(use(true)).rejects.toThrow("no");
    expect(await files()).toEqual([]);
  });

  test("finds what writers did not finish, and says of each whether its writer is gone", async () => {
    const mine = writerName();
    const gone = mine.replace(`-${process.pid}-`, "-4194305-");
    const found = {
      [`data/archive/incoming/${gone}`]: "gone",
      [`data/exports/.a.csv.1${UNFINISHED}`]: "unknown",
      "data/acquire/incoming/ab": "unknown",
      [`data/exports/.b.csv.${mine}${UNFINISHED}`]: "alive",
      [`tmp/scratch/${gone}/rows`]: "gone",
    };
    for (const path of [...Object.keys(found), "data/exports/a.csv"]) await plant(path, "x");
    const leftovers = await findLeftovers(home);
    expect(leftovers.map((one) => [one.path, one.sizeBytes, one.writer])).toEqual(
      Object.entries(found)
        .map(([path, writer]) => [path.replace("/rows", ""), 1, writer])
        .sort(),
    );
    for (const one of leftovers) await removeLeftover(layer.paths, one.path);
    expect(await files()).toEqual(["data/exports/a.csv"]);
    await expect(removeLeftover(layer.paths, "../x")).rejects.toMatchObject({
      code: "PATH_UNSAFE",
    });
  });

  test("a name that climbs out of its folder is refused", async () => {
    await expect(layer.putExportText("../x", "x")).rejects.toMatchObject({ code: "PATH_UNSAFE" });
    await expect(layer.writeRunFile("..", "x", "x")).rejects.toMatchObject({ code: "PATH_UNSAFE" });
    await expect(layer.writeText(join(home, "../x"), "x")).rejects.toMatchObject({
      code: "PATH_UNSAFE",
    });
    expect(await files()).toEqual([]);
  });
});

describe("the mirror of src/ and the home", () => {
  test.each(Object.keys(MIRROR))("%s is a folder of src/", (place) => {
    expect(existsSync(join(PROJECT, "src", place))).toBe(true);
  });

  test("every stage has its place", async () => {
    const stages = await readdir(join(PROJECT, "src/stages"));
    const mirrored = Object.keys(MIRROR).filter((place) => place.startsWith("stages/"));
    expect(mirrored.sort()).toEqual(stages.map((stage) => `stages/${stage}`).sort());
  });

  test("each place has one writer, but for the working files and the database", () => {
    const shared: Record<string, string[]> = {};
    for (const place of new Set(Object.values(MIRROR))) {
      const writers = Object.keys(MIRROR).filter((writer) => MIRROR[writer] === place);
      if (writers.length > 1) shared[place] = writers;
    }
    expect(shared).toEqual({
      "tmp/manifests": ["stages/draft", "stages/enrich"],
      "data/database": ["stages/load", "database"],
    });
  });

  test("no place lies within another, and none outside the home", () => {
    const places = [...new Set(Object.values(MIRROR))];
    const paths = new Paths(home);
    for (const place of places) {
      expect(paths.keyOf(place)).toBe(place);
      for (const other of places) expect(`${other}/`.startsWith(`${place}/`)).toBe(other === place);
    }
  });

  test("the keys of the storage lie in the places of the mirror", () => {
    const { keys, database } = new Paths("/home");
    const within = (writer: string): string => `${MIRROR[writer]}/`;
    expect(keys.artifact("ab12")).toContain(within("stages/acquire"));
    expect(keys.runFile("r", "f")).toContain(within("stages/draft"));
    expect(keys.export("x.csv")).toContain(within("stages/export"));
    expect(keys.events("2025-11-30", "r")).toContain(within("events"));
    expect(keys.archivedLogs("2025-11")).toContain(within("upkeep/retain"));
    expect(keys.state).toContain(within("pipeline"));
    expect(`${database}/`).toBe(`/home/${within("database")}`);
  });
});
