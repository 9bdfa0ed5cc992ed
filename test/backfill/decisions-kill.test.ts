import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { PROJECT } from "../support/home.ts";
import { monthOf, Series, SeriesServer } from "../support/series.ts";

const DIE_AT = join(PROJECT, "test/support/die-at.mjs");

let server: SeriesServer;
let series: Series;
beforeAll(async () => {
  server = await SeriesServer.start();
});
afterEach(() => series.close());
afterAll(() => server.close());

const die = async (moment: string, count: number, what = ""): Promise<string | null> =>
  (
    await series.home.spawn([DIE_AT, moment, String(count), what], {
      CANONRY_HOME: series.home.path,
    })
  ).signal;

/** Two months, the second with a renamed column. */
async function renamed(): Promise<void> {
  series = await Series.make(server);
  const second = monthOf(2);
  const headers = second.headers.map((one) =>
    one === "First contacts" ? "Initial contacts" : one,
  );
  await series.publish("2025-01", { Activity: monthOf(1) });
  await series.publish("2025-02", { Activity: { ...second, headers } });
}

test.each([
  ["stage.finished:draft", 2],
  ["stage.finished:enrich", 2],
  ["stage.started:load", 2],
  ["before-commit", 2],
  ["release.finished", 2],
] as const)(
  "killed at %s (%i) while it asks: the question is there once",
  async (moment, count) => {
    await renamed();
    const signal = await die(moment, count);
    expect([signal, (await series.backfill()).exit]).toEqual(["SIGKILL", 4]);
    expect((await series.questions()).map((one) => one.drift.kind)).toEqual(["column_renamed"]);
    expect(await series.rows("select count(*)::int as n from ops.decision")).toEqual([{ n: 1 }]);
  },
);

test.each([
  ["before-commit", 1],
  ["after-commit", 1],
  ["stage.started:load", 1],
  ["in-copy", 1],
  ["after-copy", 1],
  ["release.finished", 1],
] as const)(
  "killed at %s (%i) while it is answered: the answer is whole or not given, and never lost",
  async (moment, count) => {
    await renamed();
    await series.backfill();
    const [question] = await series.questions();
    expect(await die(moment, count, `approve:${question?.id ?? ""}`)).toBe("SIGKILL");
    const open = await series.questions();
    if (open.length > 0) await series.answer("approve", ...open.map((one) => one.id));
    expect((await series.backfill()).exit).toBe(0);
    expect(await series.questions()).toEqual([]);
    const manifest = await series.manifest();
    expect(manifest.match(/verdict: approved/g)).toHaveLength(1);
    expect(
      await series.rows("select count(first_contacts)::int as n from silver.trusts_activity"),
    ).toEqual([{ n: 40 }]);
    expect(await series.rows("select count(*)::int as n from ops.load")).toEqual([{ n: 2 }]);
  },
);
