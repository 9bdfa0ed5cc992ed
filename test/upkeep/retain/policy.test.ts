import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEFAULTS } from "../../../src/config/defaults.ts";
import type { RetentionPlan } from "../../../src/model/retention.ts";
import { judgeBackups } from "../../../src/upkeep/retain/backups-plan.ts";
import type { FoundBackup, SupersededLoad } from "../../../src/upkeep/retain/facts.ts";
import { plan, type RetentionFacts } from "../../../src/upkeep/retain/index.ts";
import { judgeVintages } from "../../../src/upkeep/retain/vintages-plan.ts";

const CASES = join(import.meta.dirname, "policy");
const options = { numRuns: 300 };

const NOTHING: RetentionFacts = {
  now: "2026-01-31T03:00:00.000Z",
  settings: DEFAULTS.retention,
  logs: [],
  live: [],
  archives: [],
  runs: [],
  leftovers: [],
  exports: [],
  sources: { current: [], known: [] },
  loads: [],
  artifacts: [],
  backups: [],
};

/** What a case says, on top of nothing; of the settings what it says, on top of the defaults. */
function factsOf(name: string): RetentionFacts {
  const said = JSON.parse(
    readFileSync(join(CASES, name, "facts.json"), "utf8"),
  ) as Partial<RetentionFacts>;
  return { ...NOTHING, ...said, settings: { ...NOTHING.settings, ...said.settings } };
}

const text = ({ todo, skipped }: RetentionPlan): string =>
  [
    ...todo.map((one) => `goes   ${one.key}\n       ${one.reason}`),
    ...skipped.map((one) => `stays  ${one.key}\n       ${one.reason}`),
    "",
  ].join("\n");

describe("what goes and what stays, each with its reason", () => {
  const cases = readdirSync(CASES);
  test.each(cases)("%s", async (name) => {
    await expect(text(plan(factsOf(name)))).toMatchFileSnapshot(join(CASES, name, "plan.txt"));
  });
});

describe("whatever there is", () => {
  const instant = fc
    .integer({ min: 0, max: 900 })
    .map((hours) => new Date(Date.UTC(2025, 11, 1) + hours * 3_600_000).toISOString());
  const count = fc.integer({ min: 0, max: 5 });
  const backups = fc
    .uniqueArray(
      fc.record({
        ...{ taken_at: instant, is_verified: fc.boolean(), is_whole: fc.boolean() },
        doubt: fc.constantFrom(null, null, null, "its last proof failed"),
      }),
      { selector: (one) => one.taken_at, maxLength: 40 },
    )
    .map((all) => all.map((one, at): FoundBackup => ({ ...one, id: String(at), size_bytes: 1 })));
  const keeps = fc.record({ keep_daily: count, keep_weekly: count, keep_monthly: count });

  test("of backups the latest stays, and the last that was verified; a second look finds nothing", () => {
    fc.assert(
      fc.property(backups, keeps, (all, settings) => {
        const goes = new Set(
          judgeBackups(all, settings).flatMap((one) =>
            one.action?.kind === "backup" ? one.action.id : [],
          ),
        );
        const stays = all.filter((one) => !goes.has(one.id));
        const whole = all
          .filter((one) => one.is_whole && one.doubt === null)
          .sort((a, b) => (a.taken_at < b.taken_at ? 1 : -1));
        const verified = whole.find((one) => one.is_verified);
        if (whole[0] !== undefined) expect(stays).toContain(whole[0]);
        if (verified !== undefined) expect(stays).toContain(verified);
        for (const one of all) if (one.is_whole && one.doubt !== null) expect(stays).toContain(one);
        const days = new Set(whole.map((one) => one.taken_at.slice(0, 10)));
        const kept = new Set(stays.map((one) => one.taken_at.slice(0, 10)));
        for (const day of [...days].slice(0, settings.keep_daily)) expect(kept).toContain(day);
        expect(judgeBackups(stays, settings).filter((one) => one.action !== null)).toEqual([]);
      }),
      options,
    );
  });

  const load = fc.record({
    source: fc.constantFrom("a", "b"),
    vintage: fc.integer({ min: 1, max: 12 }),
    superseded_at: fc.option(instant),
    has_current: fc.boolean(),
    is_shown: fc.boolean(),
    missing: fc.constantFrom<readonly string[]>([], [], ["ab"]),
  });
  const loads = fc
    .uniqueArray(load, { selector: (one) => `${one.source} ${one.vintage}`, maxLength: 20 })
    .map((all) =>
      all.map(
        (one, at): SupersededLoad => ({
          ...one,
          load_id: String(at),
          period: "2025-01",
          rows: 1,
          size_bytes: 1,
          artifacts: ["ab"],
        }),
      ),
    );
  const limits = fc.record({ vintages_keep: fc.option(count), vintages_days: fc.option(count) });

  test("no vintage goes that silver shows, that a person may go back to, or that is the only copy", () => {
    fc.assert(
      fc.property(loads, limits, (all, said) => {
        const settings = { ...NOTHING.settings, ...said };
        const verdicts = judgeVintages({ now: NOTHING.now, settings, loads: all });
        const goes = new Set(
          verdicts.flatMap((one) => (one.action?.kind === "vintage" ? one.action.load_id : [])),
        );
        for (const one of all) {
          const needed = one.is_shown || !one.has_current || one.missing.length > 0;
          if (needed) expect(goes).not.toContain(one.load_id);
        }
        for (const source of ["a", "b"]) {
          const own = all.filter((one) => one.source === source);
          const last = own.sort((a, b) => b.vintage - a.vintage).slice(0, said.vintages_keep ?? 0);
          for (const one of last) expect(goes).not.toContain(one.load_id);
        }
        if (said.vintages_keep === null && said.vintages_days === null) expect(goes.size).toBe(0);
        const left = all.filter((one) => !goes.has(one.load_id));
        const again = judgeVintages({ now: NOTHING.now, settings, loads: left });
        expect(again.filter((one) => one.action !== null)).toEqual([]);
      }),
      options,
    );
  });
});
