import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SEED } from "../support/seed.ts";
import { type Bench, differences, runFailing, setUp, sideBySide, tearDown } from "./crash-case.ts";
import { failingCasesOf } from "./points.ts";

const SAMPLE = 8;

/** What is not the storage's own business: a file of the publisher's, a ZIP that is read, the lock to start the server. */
const ALWAYS = [
  /^stat published\//,
  /^read data\/acquire\/SHA$/,
  /^rm data\/database\/starting\.lock$/,
];

describe(`an operation on files fails: exit 7, nothing half-written, and the next run is as if it had not (seed ${SEED})`, () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await setUp();
  }, 120_000);
  afterAll(() => tearDown(bench));

  test(`a sample of ${SAMPLE}; all of them by scripts/torture-load.mjs`, async () => {
    const cases = failingCasesOf(bench.recorded, SEED);
    expect(cases.length).toBeGreaterThan(300);
    const always = ALWAYS.flatMap((at) => cases.find((one) => at.test(one.at)) ?? []);
    expect(always).toHaveLength(ALWAYS.length);
    const failures = await sideBySide([...always, ...cases.slice(0, SAMPLE)], async (one) => {
      const { end } = await runFailing(bench, one);
      return differences(end, bench.expected);
    });
    expect(failures).toEqual([]);
  }, 600_000);
});
