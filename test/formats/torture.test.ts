import { expect, test } from "vitest";
import { SEED } from "../support/seed.ts";
import { type Found, newReport, torture } from "../torture/run.ts";

/** The same files in each run. The whole of it is `npm run torture`. */
test("fuzzed files for some seconds: tables that keep the laws, or an error with a code", async () => {
  const again = `npm run torture -- --seed ${SEED}`;
  console.log(again);
  const report = newReport();
  const found = ({ kind, number, what }: Found): void =>
    console.log(`${again} --kind ${kind} --only ${number}\n${what}`);
  const load = { kind: "mix", first: 1, last: 100_000, way: "here" } as const;
  await torture(load, report, { seed: SEED, deadlineMs: 5_000, budgetMs: 8_000, found });
  expect(report.findings, again).toEqual([]);
  expect(report.inputs).toBeGreaterThan(0);
});
