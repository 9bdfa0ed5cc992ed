import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CleanupBench, setUp } from "../../faults/cleanup-case.ts";
import { caseName, casesOf } from "../../faults/points.ts";
import { SEED } from "../../support/seed.ts";

const KILLS = 5;

describe(`a cleanup killed anywhere is finished by the next (seed ${SEED})`, () => {
  let bench: CleanupBench;
  beforeAll(async () => {
    bench = await setUp();
  }, 120_000);
  afterAll(() => bench.close());

  test("it can be killed while it archives, expires and removes", () => {
    const places = bench.points.map((one) => one.at).join("\n");
    for (const place of [
      "rename data/archive/logs",
      "rm data/logs/events",
      "rm tmp/manifests",
      "rm data/exports",
      "rm data/acquire",
      "update ops.load",
    ])
      expect(places).toContain(place);
  });

  test(`a sample of at least ${KILLS} kills (all: npm run torture:upkeep)`, async () => {
    const failures: string[] = [];
    let kills = 0;
    for (const one of casesOf(bench.points, SEED)) {
      if (kills >= KILLS) break;
      if (one.victim !== "self") continue;
      const done = await bench.run(one);
      kills += done.kills;
      failures.push(...done.wrong.map((wrong) => `${caseName(one)}: ${wrong}`));
    }
    expect(failures).toEqual([]);
    expect(kills).toBeGreaterThanOrEqual(KILLS);
  }, 300_000);
});
