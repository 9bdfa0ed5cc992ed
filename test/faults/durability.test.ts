import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Home } from "../support/home.ts";
import { disturbed } from "./crash-case.ts";
import { copyHome, dropHome, smallHome } from "./warehouse.ts";

interface Step {
  readonly kind: string;
  readonly path: string;
  readonly from?: string;
}

/** What has to survive a power cut: inputs, projections, manifests. Working files are made again. */
const LASTING = /^(?:data\/(?:acquire|exports|state)|manifests)\//;

/**
 * The files that a power cut could empty, cut or lose, though they have their final names: not synced after
 * the last write and before the rename, or in a folder that was not synced after it (or that is new itself,
 * in one that was not).
 */
function undurable(steps: readonly Step[]): readonly string[] {
  const dirty = new Map<string, boolean>();
  const unsynced = new Map<string, string>();
  const wrong: string[] = [];
  for (const { kind, path, from = "" } of steps) {
    if (kind === "write" || kind === "writeFile") dirty.set(path, true);
    if (kind === "sync") {
      const synced = path === "" ? "." : path;
      dirty.set(path, false);
      for (const [entry, folder] of unsynced) if (folder === synced) unsynced.delete(entry);
    }
    if (kind === "mkdir") {
      for (let made = path; made.length >= from.length && made !== "."; made = dirname(made))
        if (LASTING.test(`${made}/`)) unsynced.set(made, dirname(made));
    }
    if (kind !== "rename" && kind !== "link") continue;
    if (dirty.get(from) !== false) wrong.push(`${path}: not synced before it got its name`);
    dirty.set(path, dirty.get(from) ?? true);
    unsynced.delete(from);
    if (LASTING.test(path)) unsynced.set(path, dirname(path));
  }
  return [
    ...wrong,
    ...[...unsynced.keys()].map((path) => `${path}: its folder was not synced after`),
  ];
}

describe("what has its final name survives a power cut", { timeout: 180_000 }, () => {
  let template: Home;
  beforeAll(async () => {
    template = await smallHome();
    await template.run("status");
  });
  afterAll(() => dropHome(template));

  const traced = async (fault: object): Promise<readonly string[]> => {
    const home = await copyHome(template);
    try {
      const trace = join(home.path, "trace");
      const ran = await disturbed(home, { trace, ...fault });
      expect(ran.code, ran.stdout + ran.stderr).toBe(0);
      const lines = (await readFile(trace, "utf8")).trim().split("\n");
      const steps = lines.map((line) => JSON.parse(line) as Step);
      return undurable(steps.filter(({ path }) => !path.startsWith("data/database")));
    } finally {
      await dropHome(home);
    }
  };

  test("each file is synced, then renamed, then its folder is synced", async () => {
    expect(await traced({})).toEqual([]);
  });

  test.each([
    [
      "sync data/exports/.clinic_waits_table_1.parquet.WRITER.unfinished",
      /clinic_waits_table_1.parquet: not synced/,
    ],
    ["sync data/exports", /data\/exports\/.*: its folder was not synced/],
    ["sync data/acquire/incoming/.WRITER.WRITER.unfinished", /data\/acquire\/.*: not synced/],
    ["sync data/acquire", /data\/acquire\/..: its folder was not synced/],
  ])("planted fault, an fsync that is skipped, is caught: %s", async (at, wrong) => {
    expect((await traced({ at, skip: true })).join("\n")).toMatch(wrong);
  });
});
