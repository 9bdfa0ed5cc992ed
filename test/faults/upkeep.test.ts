import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SEED } from "../support/seed.ts";
import { killUpkeep, upkeepCases, upkeepName, upkeepPoints } from "./upkeep-case.ts";
import { upkeepTemplate } from "./upkeep-commands.ts";

const KILLS = 12;

describe(`upkeep killed at any moment: nothing is lost, nothing is half, and again finishes (seed ${SEED})`, () => {
  let bench: Awaited<ReturnType<typeof upkeepTemplate>>;
  beforeAll(async () => {
    bench = await upkeepTemplate();
  }, 120_000);
  afterAll(() => bench.close());

  test(`a sample of ${KILLS}; all of them by scripts/torture-backup.mjs`, async () => {
    const { template, commands } = bench;
    const points = Object.fromEntries(
      await Promise.all(
        Object.entries(commands).map(
          async ([name, command]) => [name, await upkeepPoints(template, command)] as const,
        ),
      ),
    );
    const cases = upkeepCases(points, SEED);
    expect(cases.length).toBeGreaterThan(200);
    const left = [...cases];
    const failures: string[] = [];
    let kills = 0;
    const worker = async (): Promise<void> => {
      while (kills < KILLS) {
        const one = left.shift();
        const command = commands[one?.command ?? ""];
        if (one === undefined || command === undefined) return;
        const { killed, wrong } = await killUpkeep(template, command, one.point);
        if (killed) kills++;
        if (wrong.length > 0) failures.push([upkeepName(one), ...wrong].join("\n  "));
      }
    };
    await Promise.all([worker(), worker()]);
    expect(failures).toEqual([]);
    expect(kills).toBeGreaterThanOrEqual(KILLS);
  }, 300_000);
});
