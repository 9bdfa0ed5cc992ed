import { link, symlink } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DataLayer } from "../../src/data-layer/data-layer.ts";
import { AsideMover } from "../../src/data-layer/home/move-aside.ts";
import { Paths } from "../../src/data-layer/paths.ts";
import { examine, fix, undoFix } from "../../src/pipeline/upkeep/doctor.ts";
import { apply, type DoctorNeeds, undo } from "../../src/upkeep/doctor/index.ts";
import { outsideOf } from "../support/doctor.ts";
import { type Home, makeHome } from "../support/home.ts";

const STRAYS: Readonly<Record<string, string>> = {
  "run.log": "a line",
  "my_data.db": "a database",
  "tmp_files/a.txt": "a",
  "tmp_files/deep/b.txt": "b",
  "data/figures.csv": "1,2",
  "data/acquire/zz/k": "k",
  "data/archive/logs/x/t": "t",
  "data/exports.old/beds.parquet": "x",
  "data/exports/old/beds.parquet": "y",
  "tmp/x.tmp": "half",
  "manifests/.keep": "hidden, and a person's",
};

let home: Home;
beforeEach(async () => {
  home = await makeHome("publications: {}\n");
  for (const [path, text] of Object.entries(STRAYS)) await home.write(path, text);
});
afterEach(() => home.remove(""));

/** Texts of all files but journals, by path. */
async function texts(): Promise<Readonly<Record<string, string>>> {
  const all = await home.snapshot("");
  return Object.fromEntries(
    Object.entries(all)
      .filter(([path]) => !path.startsWith("data/stray/journals/"))
      .map(([path, hex]) => [path, Buffer.from(hex, "hex").toString()]),
  );
}

const today = new Date().toISOString().slice(0, 10);
const codes = async (): Promise<readonly string[]> =>
  (await examine(outsideOf(home))).findings
    .filter((one) => one.result === "wrong")
    .map((one) => `${one.code} ${one.where}`);

describe("doctor --fix", () => {
  test("shows what it would move, and moves nothing", async () => {
    const before = await home.snapshot("");
    const { moves } = await examine(outsideOf(home));
    expect(moves.map(({ action }) => action)).toEqual([
      { from: "data/acquire/zz/k", to: `data/stray/${today}/data/acquire/zz/k` },
      { from: "data/acquire/zz", to: null },
      { from: "data/archive/logs/x/t", to: `data/stray/${today}/data/archive/logs/x/t` },
      { from: "data/archive/logs/x", to: null },
      {
        from: "data/exports/old/beds.parquet",
        to: `data/stray/${today}/data/exports/old/beds.parquet`,
      },
      { from: "data/exports/old", to: null },
      {
        from: "data/exports.old/beds.parquet",
        to: `data/stray/${today}/data/exports.old/beds.parquet`,
      },
      { from: "data/exports.old", to: null },
      { from: "data/figures.csv", to: `data/stray/${today}/data/figures.csv` },
      { from: "my_data.db", to: `data/stray/${today}/my_data.db` },
      { from: "run.log", to: `data/logs/stray/${today}/run.log` },
      { from: "tmp/x.tmp", to: `tmp/stray/${today}/tmp/x.tmp` },
      { from: "tmp_files/a.txt", to: `tmp/stray/${today}/tmp_files/a.txt` },
      { from: "tmp_files/deep/b.txt", to: `tmp/stray/${today}/tmp_files/deep/b.txt` },
      { from: "tmp_files/deep", to: null },
      { from: "tmp_files", to: null },
    ]);
    expect(await home.snapshot("")).toEqual(before);
  });

  test("moves each to its place, after which nothing is to be moved; the journal takes it back", async () => {
    const before = await home.snapshot("");
    expect(await codes()).toHaveLength(9);
    const { journal, moved, settled } = await fix(outsideOf(home));
    expect(settled).toEqual([]);
    expect(moved.every((one) => one.done)).toBe(true);
    const after = await texts();
    for (const { from, to } of moved) {
      expect(after).not.toHaveProperty([from]);
      if (to !== null) expect(after[to]).toBe(STRAYS[from]);
    }
    expect(await codes()).toEqual([]);
    expect((await examine(outsideOf(home))).moves).toEqual([]);
    expect(await fix(outsideOf(home))).toEqual({ journal: null, moved: [], settled: [] });
    const lines = (await home.read(journal ?? ""))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ what: "begun", schema: "canonry/doctor-journal@1" });
    expect(lines).toContainEqual(
      expect.objectContaining({
        ...{ what: "moving", from: "run.log", to: `data/logs/stray/${today}/run.log` },
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        by: expect.stringMatching(/./),
        reason: "a log in the root of the home",
      }),
    );
    const undone = await undoFix(outsideOf(home), journal ?? "");
    expect(undone.moved.every((one) => one.done)).toBe(true);
    const { [journal ?? ""]: _journal, ...back } = await home.snapshot("");
    expect(back).toEqual(before);
    expect((await undoFix(outsideOf(home), journal ?? "")).moved).toEqual([]);
  });

  test("writes over nothing, there and back, and follows no link", async () => {
    await home.write(`data/logs/stray/${today}/run.log`, "an earlier one");
    await symlink(join(home.path, "inbox"), join(home.path, "tmp_link"));
    await home.write("tmp_more/a.txt", "x");
    await symlink("/etc/hostname", join(home.path, "tmp_more/link"));
    await link(join(home.path, "run.log"), join(home.path, "inbox.csv"));
    const { journal, moved } = await fix(outsideOf(home));
    expect(moved).toContainEqual(
      expect.objectContaining({ from: "run.log", to: `data/logs/stray/${today}/run.log.2` }),
    );
    const after = await texts();
    expect(after[`data/logs/stray/${today}/run.log`]).toBe("an earlier one");
    expect(after["tmp_more/a.txt"]).toBe("x");
    expect(after["inbox.csv"]).toBe("a line");
    await home.write("run.log", "a new one");
    await home.write(`data/stray/${today}/my_data.db`, "changed since");
    const undone = await undoFix(outsideOf(home), journal ?? "");
    const stayed = undone.moved.filter((one) => !one.done).map((one) => one.reason);
    expect(stayed).toEqual(["run.log is taken", "it was changed since"]);
    const now = await texts();
    expect(now["run.log"]).toBe("a new one");
    expect(now[`data/logs/stray/${today}/run.log.2`]).toBe("a line");
    expect(now).not.toHaveProperty(["my_data.db"]);
  });

  test("a folder that became a link meanwhile carries nothing outside", async () => {
    const { moves } = await examine(outsideOf(home));
    await home.remove("tmp_files");
    await symlink("/etc", join(home.path, "tmp_files"));
    await symlink("/tmp", join(home.path, "data/logs"));
    const { moved } = await apply(moves, needs(home));
    const refused = moved.filter((one) => !one.done);
    expect(refused.map((one) => one.from)).toEqual(
      expect.arrayContaining(["run.log", "tmp_files/a.txt", "tmp_files"]),
    );
    expect(await home.read("run.log")).toBe("a line");
  });

  test("a journal that is none is refused", async () => {
    await home.write("data/stray/journals/x.jsonl", '{"what":"moved"}\n');
    await expect(undoFix(outsideOf(home), "data/stray/journals/x.jsonl")).rejects.toThrow(
      "is no journal",
    );
    await expect(undoFix(outsideOf(home), "data/stray/journals/y.jsonl")).rejects.toThrow(
      "no journal at",
    );
    await expect(undoFix(outsideOf(home), "../x.jsonl")).rejects.toThrow("no key");
  });

  test("killed at any operation, there or back: no file is lost or doubled, and the next run ends it", async () => {
    const before = await texts();
    const contents = (found: Readonly<Record<string, string>>): readonly string[] =>
      Object.values(found).toSorted();
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 45 }), fc.nat({ max: 45 }), async (there, back) => {
        const { moves } = await examine(outsideOf(home));
        await apply(moves, needs(home, there)).catch(killed);
        // Between link and unlink a file has two names, and never none.
        expect(new Set(contents(await texts()))).toEqual(new Set(contents(before)));
        const { settled } = await fix(outsideOf(home));
        expect(settled.length).toBeLessThanOrEqual(1);
        expect(contents(await texts())).toEqual(contents(before));
        expect(await codes()).toEqual([]);
        for (const journal of await journals()) {
          const dying = needs(home, back);
          await undo(journal, dying).catch(killed);
          await undoFix(outsideOf(home), journal);
        }
        expect(await texts()).toEqual(before);
        await home.remove("data/stray");
      }),
      { numRuns: 12 },
    );
  }, 60_000);
});

async function journals(): Promise<readonly string[]> {
  return Object.keys(await home.snapshot("data/stray/journals"))
    .toSorted()
    .toReversed();
}

class Killed extends Error {}

function killed(error: unknown): void {
  if (!(error instanceof Killed)) throw error;
}

/** What apply needs; the mover dies at its n-th operation, or in the middle of it. */
function needs({ path }: Home, dieAt = Number.POSITIVE_INFINITY): DoctorNeeds {
  const paths = new Paths(path);
  const data = new DataLayer(paths);
  const mover = new AsideMover(paths);
  let count = 0;
  const step = (): void => {
    if (++count > dieAt) throw new Killed();
  };
  const dying = new Proxy(mover, {
    get(target, name: keyof AsideMover) {
      return async (...args: readonly string[]) => {
        step();
        if (name === "move" && count === dieAt) {
          // Killed after the new name stands, and before the old one goes.
          await link(join(path, args[0] ?? ""), join(path, args[1] ?? "")).catch(() => undefined);
          throw new Killed();
        }
        const method = target[name] as (...args: readonly string[]) => Promise<unknown>;
        return method.call(target, ...args);
      };
    },
  });
  return {
    mover: dying,
    readText: (key) => data.readText(key),
    by: "Ada",
    now: () => new Date().toISOString(),
    newId: () => `20250101T000000-${Math.random().toString(16).slice(2)}`,
  };
}
