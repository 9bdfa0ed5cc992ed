import { beforeAll, describe, expect, test } from "vitest";
import { liveThrough, type Month, type Year } from "../year/year.ts";

/** Three months of two publications; `node scripts/year.mjs` lives through a year of twelve. */
describe("a quarter, by a simulated clock", () => {
  let year: Year;
  beforeAll(async () => {
    year = await liveThrough({
      publications: 2,
      days: 92,
      from: "2025-01-20",
      events: {
        30: (publisher) => publisher.reissue(1, "2025-01"),
        40: (publisher) => {
          publisher.isDown = true;
        },
        47: (publisher) => Object.assign(publisher, { isDown: false }),
      },
      watch: () => undefined,
    });
  }, 120_000);

  test("no due instant was served twice, and none before its time", () => {
    const served = year.runs.filter((run) => run.status === "succeeded");
    const keys = served.map((run) => `${run.job} ${run.due_at ?? ""}`);
    expect(new Set(keys).size).toBe(keys.length);
    const verified = served.filter((run) => run.job === "verify").map((run) => run.due_at);
    // The Sunday before the start, as a catch-up, and each one after it.
    expect(verified.slice(0, 3)).toEqual([
      "2025-01-19 03:00",
      "2025-01-26 03:00",
      "2025-02-02 03:00",
    ]);
    expect(verified).toHaveLength(14);
  });

  test("every release is loaded once, the re-issue as a vintage", () => {
    const { published } = year.months.at(-1) as Month;
    expect(published.reissues).toBe(1);
    expect(year.loads.all - year.loads.current).toBe(1);
    expect(year.months.at(-1)?.loads).toBe(published.releases + 1);
  });

  test("the week in which the publisher was down was tried again, and given up, day by day", () => {
    const failed = year.runs.filter((run) => run.status === "failed");
    expect(failed.length).toBeGreaterThan(4);
    expect(Math.max(...failed.map((run) => run.attempt))).toBe(4);
    expect(new Set(failed.map((run) => run.exit))).toEqual(new Set([5]));
    expect(year.runs.at(-1)?.status).toBe("succeeded");
  });

  test("projections and working files stay as many as they were; inputs grow by what was published", () => {
    const [first, last] = [year.months[0], year.months.at(-1)] as [Month, Month];
    for (const place of ["data/exports", "data/state", "manifests"] as const)
      expect([place, last.places[place].files]).toEqual([place, first.places[place].files]);
    // The week of failures left working files, for a fortnight; logs are in the archive of their month.
    expect([first.places["tmp"].files, last.places["tmp"].files]).toEqual([0, 0]);
    expect(last.places["data/logs"].files).toBeLessThan(2 * first.places["data/logs"].files + 10);
    expect(last.places["data/archive"].files).toBeLessThanOrEqual(year.months.length + 1);
    const published = last.published.releases + last.published.reissues;
    expect(last.places["data/acquire"].files).toBe(published);
  });
});
