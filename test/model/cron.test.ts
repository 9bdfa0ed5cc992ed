import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  dayIn,
  lastInstant,
  nextInstant,
  type Rota,
  rotaProblem,
} from "../../src/model/period/cron.ts";

const rota = (expression: string, timeZone = "UTC"): Rota => ({ expression, timeZone });

/** Every instant of a rota from one to another, the second not included. */
function instantsBetween(of: Rota, from: string, to: string): string[] {
  const found: string[] = [];
  let next = nextInstant(of, new Date(from));
  for (; next !== null && next.getTime() < Date.parse(to); next = nextInstant(of, next))
    found.push(next.toISOString().slice(0, 16));
  return found;
}

describe("the days on which clocks change", () => {
  test.each([
    ["30 2 * * *", "America/New_York", "2026-03-07", ["07T07:30", "08T07:00", "09T06:30"]],
    ["30 2 * * *", "Europe/Berlin", "2026-03-28", ["28T01:30", "29T01:00", "30T00:30"]],
    ["30 2 * * *", "Europe/Berlin", "2026-10-24", ["24T00:30", "25T00:30", "26T01:30"]],
    ["30 1 * * *", "Europe/London", "2026-10-24", ["24T00:30", "25T00:30", "26T01:30"]],
    ["30 1 * * *", "America/New_York", "2026-10-31", ["31T05:30", "01T05:30", "02T06:30"]],
  ])("%s in %s from %s: once on each day", (expression, zone, from, expected) => {
    const to = new Date(Date.parse(`${from}T00:00:00Z`) + 3 * 86_400_000).toISOString();
    const found = instantsBetween(rota(expression, zone), `${from}T00:00:00Z`, to);
    expect(found.map((one) => one.slice(8))).toEqual(expected);
  });

  test("what runs by the half hour goes by real time", () => {
    const of = rota("*/30 * * * *", "Europe/London");
    expect(instantsBetween(of, "2026-10-24T23:59:00Z", "2026-10-25T03:00:00Z")).toHaveLength(6);
    expect(instantsBetween(of, "2026-03-28T23:59:00Z", "2026-03-29T03:00:00Z")).toHaveLength(6);
  });

  test("law: a daily job has one instant on every day of every zone", () => {
    const zones = fc.constantFrom(...Intl.supportedValuesOf("timeZone"));
    const time = fc.record({ hour: fc.nat(23), minute: fc.nat(59) });
    fc.assert(
      fc.property(zones, time, (zone, { hour, minute }) => {
        const of = rota(`${minute} ${hour} * * *`, zone);
        const days = instantsBetween(of, "2025-12-31T23:59:59Z", "2027-01-01T00:00:00Z").map(
          (one) => dayIn(zone, new Date(`${one}:00Z`)),
        );
        expect(new Set(days).size).toBe(days.length);
        expect(days).toHaveLength(365);
      }),
      { numRuns: 25 },
    );
  });
});

test("law: the last instant is not after now, the next one is, and none lies between them", () => {
  const expressions = ["0 2 * * *", "*/7 * * * *", "0 3 * * 0", "30 1 1 * *", "0 0 29 2 *"];
  fc.assert(
    fc.property(
      fc.constantFrom(...expressions),
      fc.constantFrom("UTC", "Europe/London", "America/New_York", "Australia/Lord_Howe"),
      fc.date({ min: new Date("2024-01-01"), max: new Date("2030-01-01"), noInvalidDate: true }),
      (expression, zone, now) => {
        const of = rota(expression, zone);
        const [last, next] = [lastInstant(of, now), nextInstant(of, now)];
        if (last === null || next === null) throw new Error("it names instants for ever");
        expect(last.getTime()).toBeLessThanOrEqual(now.getTime());
        expect(next.getTime()).toBeGreaterThan(now.getTime());
        expect(nextInstant(of, last)?.getTime()).toBe(next.getTime());
        expect(lastInstant(of, last)?.getTime()).toBe(last.getTime());
      },
    ),
    { numRuns: 200 },
  );
});

test("what is no rota is told", () => {
  expect(rotaProblem(rota("0 2 * * *", "Europe/London"))).toBeNull();
  expect(rotaProblem(rota("0 0 29 2 *"))).toBeNull();
  expect(rotaProblem(rota("0 0 31 2 *"))).toMatch(/names no instant/);
  expect(rotaProblem(rota("61 * * * *"))).toMatch(/is no cron expression: .*minute/);
  expect(rotaProblem(rota("daily"))).toMatch(/is no cron expression/);
  expect(rotaProblem(rota("0 2 * * *", "Mars/Base"))).toBe('"Mars/Base" is no time zone');
});
