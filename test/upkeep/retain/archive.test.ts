import { mkdir, mkdtemp, readFile, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DataLayer } from "../../../src/data-layer/data-layer.ts";
import { Paths } from "../../../src/data-layer/paths.ts";
import { LocalStorage } from "../../../src/data-layer/storage/local-storage.ts";
import { homeStorages } from "../../../src/data-layer/storage/open-storages.ts";
import type { RetentionOutcome } from "../../../src/model/retention.ts";
import type { StorageBackend } from "../../../src/model/storage/storage.ts";
import { archiveMonth } from "../../../src/upkeep/retain/archive-logs.ts";
import { readArchive } from "../../../src/upkeep/retain/index.ts";

const ARCHIVE = "data/archive/logs/2025-11.jsonl.gz";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "canonry-archive-"));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const at = (key: string): string => join(home, key);
const keyOf = (name: string): string => `data/logs/events/2025-11-${name}.jsonl`;
const line = (run: string, sequence: number): string =>
  `${JSON.stringify({ run_id: run, sequence, message: "x".repeat(sequence % 70) })}\n`;
const linesOf = (run: string, from: number, to: number): string =>
  Array.from({ length: to - from }, (_none, nth) => line(run, from + nth)).join("");

async function log(name: string, text: string): Promise<void> {
  await mkdir(dirname(at(keyOf(name))), { recursive: true });
  await writeFile(at(keyOf(name)), text);
  // Another time each, as another day has.
  const time = new Date(Date.UTC(2025, 10, 3) + text.length);
  await utimes(at(keyOf(name)), time, time);
}

/** The storage of the home; `plant` may stand before each of its operations. */
function layerOf(plant: (operation: string, key: string) => Promise<void>): DataLayer {
  const real = new LocalStorage(home);
  const storage: StorageBackend = {
    properties: real.properties,
    stat: (key) => real.stat(key),
    list: (prefix) => real.list(prefix),
    open: async (key) => {
      await plant("open", key);
      return real.open(key);
    },
    put: async (key, content, options) => {
      await plant("put", key);
      return real.put(key, content, options);
    },
    move: async (from, to) => {
      await plant("move", to);
      const moved = await real.move(from, to);
      await plant("moved", to);
      return moved;
    },
    remove: async (key) => {
      await plant("remove", key);
      return real.remove(key);
    },
  };
  const paths = new Paths(home);
  return new DataLayer(paths, homeStorages(paths, storage));
}

const data = (): DataLayer => layerOf(async () => undefined);

/** Archives what there is of November. */
async function archive(layer = data()): Promise<RetentionOutcome> {
  const todo = [];
  for await (const one of layer.storageOf("logs").list("data/logs/events/")) {
    const { key, sizeBytes: size_bytes, modifiedAt: modified_at } = one;
    const action = { kind: "log", key, size_bytes, modified_at, month: "2025-11" } as const;
    todo.push({ key, reason: "old", action });
  }
  return archiveMonth(layer, "2025-11", todo);
}

/** Lines of the archive that are a log's own. */
async function archived(): Promise<readonly string[]> {
  const text = gunzipSync(await readFile(at(ARCHIVE))).toString("utf8");
  return text
    .split("\n")
    .filter((one) => one !== "" && !one.startsWith('{"schema":"canonry/archived-log@1"'));
}

const logsLeft = async (): Promise<readonly string[]> => {
  const left: string[] = [];
  for await (const one of new LocalStorage(home).list("data/logs/events/")) left.push(one.key);
  return left;
};

describe("the archive of a month", () => {
  test("holds every line of its logs, in order, and the logs are gone", async () => {
    await log("03/a", linesOf("a", 0, 50));
    await log("03/empty", "");
    await log("04/cut", `${linesOf("cut", 0, 3)}{"run_id":"cut","seq`);
    await log("05/b", linesOf("b", 0, 20_000));
    expect(await archive()).toMatchObject({ done: { length: 4 }, left: [], failed: [] });
    expect((await archived()).join("\n")).toBe(
      `${linesOf("a", 0, 50)}${linesOf("cut", 0, 3)}{"run_id":"cut","seq\n${linesOf("b", 0, 20_000)}`.trim(),
    );
    expect(await logsLeft()).toEqual([]);
    const logs = await readArchive(new LocalStorage(home), ARCHIVE);
    expect(logs.map((one) => [one.log, one.lines])).toEqual([
      ["2025-11-03/a.jsonl", 50],
      ["2025-11-04/cut.jsonl", 4],
      ["2025-11-05/b.jsonl", 20_000],
    ]);
  });

  test("takes what comes later, and what comes to a log after it was archived", async () => {
    await log("03/a", linesOf("a", 0, 5));
    await archive();
    await log("03/a", linesOf("a", 5, 7));
    await log("09/b", linesOf("b", 0, 2));
    await archive();
    // The same log whole, as after a crash between archive and deletion, with more behind it.
    await log("03/a", linesOf("a", 0, 9));
    await archive();
    const expected = `${linesOf("a", 0, 7)}${linesOf("b", 0, 2)}${linesOf("a", 7, 9)}`;
    expect((await archived()).join("\n")).toBe(expected.trim());
  });

  test("is the same bytes when there is nothing to add", async () => {
    await log("03/a", linesOf("a", 0, 5));
    await archive();
    const before = await readFile(at(ARCHIVE));
    await log("03/a", linesOf("a", 0, 5));
    expect((await archive()).done).toHaveLength(1);
    expect(await readFile(at(ARCHIVE))).toEqual(before);
  });
});

describe("nothing is deleted", () => {
  const damages: readonly (readonly [string, () => Promise<void>])[] = [
    [
      "cut at 60%",
      () => readFile(at(ARCHIVE)).then((b) => truncate(at(ARCHIVE), Math.floor(b.length * 0.6))),
    ],
    ["emptied", () => writeFile(at(ARCHIVE), "")],
    [
      "altered in a byte",
      async () => {
        const bytes = await readFile(at(ARCHIVE));
        bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
        await writeFile(at(ARCHIVE), bytes);
      },
    ],
    [
      "written anew with a line less",
      async () => {
        const text = gunzipSync(await readFile(at(ARCHIVE))).toString("utf8");
        await writeFile(at(ARCHIVE), gzipSync(text.replace(line("a", 3), "")));
      },
    ],
    [
      "written anew with another figure",
      async () => {
        const text = gunzipSync(await readFile(at(ARCHIVE))).toString("utf8");
        await writeFile(at(ARCHIVE), gzipSync(text.replace('"sequence":3,', '"sequence":4,')));
      },
    ],
  ];

  test.each(damages)("where the archive is %s before the deletion", async (_name, damage) => {
    await log("03/a", linesOf("a", 0, 50));
    const layer = layerOf(async (operation) => {
      if (operation === "moved") await damage();
    });
    await expect(archive(layer)).rejects.toMatchObject({ code: "LOG_ARCHIVE_DAMAGED" });
    expect(await logsLeft()).toEqual([keyOf("03/a")]);
  });

  test.each(damages)(
    "and no archive replaced, where the one that stands is %s",
    async (_name, damage) => {
      await log("03/a", linesOf("a", 0, 50));
      await archive();
      await damage();
      const before = await readFile(at(ARCHIVE));
      await log("04/b", linesOf("b", 0, 5));
      await expect(archive()).rejects.toMatchObject({ code: "LOG_ARCHIVE_DAMAGED" });
      expect(await readFile(at(ARCHIVE))).toEqual(before);
      expect(await logsLeft()).toEqual([keyOf("04/b")]);
    },
  );

  test("where an archive without its last log reads back well", async () => {
    await log("03/a", linesOf("a", 0, 50));
    await log("04/b", linesOf("b", 0, 50));
    const layer = layerOf(async (operation) => {
      if (operation !== "moved") return;
      const text = gunzipSync(await readFile(at(ARCHIVE))).toString("utf8");
      const end = text.indexOf('{"schema"', 1);
      await writeFile(at(ARCHIVE), gzipSync(text.slice(0, end)));
    });
    const { done, left } = await archive(layer);
    expect(done.map((one) => one.key)).toEqual([keyOf("03/a")]);
    expect(left).toEqual([{ key: keyOf("04/b"), reason: "the archive does not hold all of it" }]);
    expect(await logsLeft()).toEqual([keyOf("04/b")]);
  });

  test("of a log that was written to meanwhile", async () => {
    await log("03/a", linesOf("a", 0, 5));
    const layer = layerOf(async (operation) => {
      if (operation === "moved") await log("03/a", linesOf("a", 0, 6));
    });
    expect((await archive(layer)).left).toEqual([
      { key: keyOf("03/a"), reason: "it was written to meanwhile" },
    ]);
    await archive();
    expect(await archived()).toEqual(linesOf("a", 0, 6).trim().split("\n"));
  });
});

test("ended at any operation, again and again, no line is lost or doubled", async () => {
  const ends = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 4 });
  const months = fc.array(
    fc.record({
      name: fc.constantFrom("03/a", "03/b", "04/c"),
      more: fc.integer({ min: 1, max: 5 }),
      ends,
    }),
    { minLength: 1, maxLength: 5 },
  );
  await fc.assert(
    fc.asyncProperty(months, async (steps) => {
      await rm(home, { recursive: true, force: true });
      const written = new Map<string, number>();
      const lines: string[] = [];
      for (const { name, more, ends } of steps) {
        const from = written.get(name) ?? 0;
        written.set(name, from + more);
        lines.push(
          ...linesOf(name, from, from + more)
            .trim()
            .split("\n"),
        );
        const text = await readFile(at(keyOf(name)), "utf8").catch(() => "");
        await log(name, text + linesOf(name, from, from + more));
        for (const end of ends) {
          let operations = 0;
          const dying = layerOf(async () => {
            if (++operations >= end) throw new Error("died");
          });
          await archive(dying).catch(() => undefined);
        }
        await archive();
        expect([...(await archived())].sort()).toEqual([...lines].sort());
      }
      expect(await logsLeft()).toEqual([]);
    }),
    { numRuns: 20 },
  );
});
