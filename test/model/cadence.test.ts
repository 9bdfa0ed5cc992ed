import { describe, expect, test } from "vitest";
import { type CadenceFacts, reasonToLook } from "../../src/model/period/cadence.ts";
import { calendarOf } from "../../src/model/period/calendar.ts";

const released = (period: string) => ({ period, status: "loaded", arrived: null, gone: false });

/** A monthly publication whose releases are there up to October. */
function facts(lagDays: number | null, lookedOn: string | null, more: object = {}): CadenceFacts {
  const calendar = calendarOf({
    frequency: "monthly",
    lag_days: lagDays,
    from: "2025-08",
    to: null,
    releases: ["2025-08", "2025-09", "2025-10"].map(released),
    today: "2026-03-01",
    ...more,
  });
  return { calendar, lag_days: lagDays, looked_on: lookedOn };
}

/** Days of a span on which it is looked, if each look succeeds. */
function looks(lagDays: number | null, from: string, days: number, more: object = {}): string[] {
  const found: string[] = [];
  let looked = from;
  for (let n = 1; n <= days; n++) {
    const day = new Date(Date.parse(from) + n * 86_400_000).toISOString().slice(0, 10);
    if (reasonToLook(facts(lagDays, looked, more), day) === null) continue;
    looked = day;
    found.push(day);
  }
  return found;
}

describe("a publication is looked at", () => {
  test("when it never was", () => {
    expect(reasonToLook(facts(40, null), "2025-11-01")).toMatch(/never/);
  });

  test("weekly, while nothing is expected", () => {
    expect(looks(40, "2025-11-03", 30)).toEqual([
      "2025-11-10",
      "2025-11-17",
      "2025-11-24",
      "2025-12-01",
    ]);
  });

  test("daily from the day that its lag names, for a month", () => {
    // November ends on the 30th; 40 days later is 9 January.
    const found = looks(40, "2026-01-05", 60, { to: "2025-11" });
    expect(found.slice(0, 3)).toEqual(["2026-01-09", "2026-01-10", "2026-01-11"]);
    expect(found.slice(29)).toEqual([
      "2026-02-07",
      "2026-02-08",
      "2026-02-15",
      "2026-02-22",
      "2026-03-01",
    ]);
  });

  test("where nobody said a lag: daily once its period has ended", () => {
    expect(looks(null, "2025-11-28", 4)).toEqual(["2025-12-01", "2025-12-02"]);
  });

  test("where no rhythm is known: daily", () => {
    const none = { frequency: null, releases: [released("2025-08")], from: null };
    expect(reasonToLook(facts(null, "2025-11-03", none), "2025-11-04")).toMatch(/rhythm/);
  });
});
