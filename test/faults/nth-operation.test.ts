import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SEED } from "../support/seed.ts";
import { type Bench, differences, runFailing, setUp, sideBySide, tearDown } from "./crash-case.ts";
import { failingCasesOf } from "./points.ts";

const SAMPLE = 8;

describe(`an operation on files fails: exit 7, nothing half-written, and the next run is as if it had not (seed ${SEED})`, () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await setUp();
  }, 120_000);
  afterAll(() => tearDown(bench));

  test(`a sample of ${SAMPLE}; all of them by scripts/torture-load.mjs`, async () => {
    const cases = failingCasesOf(bench.recorded, SEED);
    expect(cases.length).toBeGreaterThan(300);
    const failures = await sideBySide(cases.slice(0, SAMPLE), async (one) => {
      const { end } = await runFailing(bench, one);
      return differences(end, bench.expected);
    });
    expect(failures).toEqual([]);
  }, 600_000);
});
