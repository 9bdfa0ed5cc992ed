import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SEED } from "../support/seed.ts";
import { type Bench, differences, runCase, setUp, tearDown } from "./crash-case.ts";
import { caseName, casesOf } from "./points.ts";

const KILLS = 60;

describe(`killed anywhere, at any time, the next run ends where an undisturbed one does (seed ${SEED})`, () => {
  let bench: Bench;

  beforeAll(async () => {
    bench = await setUp();
  }, 120_000);
  afterAll(() => tearDown(bench));

  test("there are named crash points in every stage", () => {
    const areas = new Map<string, number>();
    for (const { area } of bench.points) areas.set(area, (areas.get(area) ?? 0) + 1);
    for (const area of [
      "acquire",
      "draft",
      "enrich",
      "canonicalize",
      "load",
      "export",
      "state",
      "manifest",
      "migrate",
      "server",
      "run",
      "events",
    ])
      expect(areas.get(area) ?? 0, area).toBeGreaterThanOrEqual(2);
    expect(bench.points.length).toBeGreaterThan(200);
    expect(areas.get("other")).toBeUndefined();
  });

  test(`a sample of at least ${KILLS} kills`, async () => {
    const failures: string[] = [];
    const cases = [...casesOf(bench.points, SEED)];
    let kills = 0;
    const worker = async (): Promise<void> => {
      while (kills < KILLS) {
        const one = cases.shift();
        if (one === undefined) return;
        try {
          const result = await runCase(bench, one);
          kills += result.kills;
          const wrong = differences(result.end, bench.expected);
          if (wrong.length > 0) failures.push(`${caseName(one)}:\n  ${wrong.join("\n  ")}`);
        } catch (error) {
          failures.push(`${caseName(one)}: ${String(error)}`);
        }
      }
    };
    await Promise.all([worker(), worker()]);
    expect(failures).toEqual([]);
    expect(kills).toBeGreaterThanOrEqual(KILLS);
  }, 900_000);
});
