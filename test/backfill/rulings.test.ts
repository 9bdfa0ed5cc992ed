import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { GridCell } from "../support/grid.ts";
import {
  columnsOf,
  monthOf,
  type Question,
  Series,
  SeriesServer,
  type SeriesTable,
} from "../support/series.ts";

const MANIFEST = "manifests/canonical/trusts/trusts_canonical.yaml";

/** What each answer comes to, in the table and in the releases that follow. */
describe("answers", () => {
  let server: SeriesServer;
  let series: Series;
  beforeAll(async () => {
    server = await SeriesServer.start();
  });
  afterEach(() => series.close());
  afterAll(() => server.close());

  /** Publishes each month with its sheets and loads them; the open questions. */
  const publish = async (
    months: Readonly<Record<string, Readonly<Record<string, SeriesTable>>>>,
    config = "",
  ): Promise<readonly Question[]> => {
    series = await Series.make(server, config);
    await series.publishAll(months);
    return series.questions();
  };
  const answer = async (verdict: "approve" | "reject", questions: readonly Question[]) => {
    expect(questions).not.toEqual([]);
    return series.answer(verdict, ...questions.map((one) => one.id));
  };
  const outcomes = (period: string) =>
    series.rows<{ source: string; status: string; reason: string }>(
      `select source, status, reason from ops.outcome where period = '${period}' order by source`,
    );
  const changed = (
    table: SeriesTable,
    header: string,
    change: (cell: GridCell) => GridCell,
  ): SeriesTable =>
    columnsOf(table, (columns) =>
      columns.map((one) =>
        one.header === header ? { ...one, cells: one.cells.map(change) } : one,
      ),
    );

  test("a type that no longer holds, approved: the column is text, and what was loaded stays as it was", async () => {
    const about = (table: SeriesTable) =>
      changed(table, "Over 18 weeks", (cell) => `about ${String(cell)}`);
    const asked = await publish({
      "2025-01": { Activity: monthOf(1) },
      "2025-02": { Activity: about(monthOf(2)) },
    });
    expect(asked.map((one) => one.drift.kind)).toEqual(["column_retyped"]);
    expect((await answer("approve", asked)).code).toBe(0);
    expect(
      await series.rows(
        `select period, min(over_18_weeks) as least, count(over_18_weeks)::int as n
           from silver.trusts_activity group by 1 order by 1`,
      ),
    ).toEqual([
      { period: "2025-01", least: "16", n: 20 },
      { period: "2025-02", least: "about 17", n: 20 },
    ]);
    await series.publish("2025-03", { Activity: about(monthOf(3)) });
    expect(await series.load("2025-03")).toMatchObject([{ status: "loaded" }]);
  });

  test("dates that become words, approved: the dates stay as they were", async () => {
    const day = (month: number, write: (day: number) => string): SeriesTable =>
      columnsOf(monthOf(month), (columns) => [
        ...columns,
        {
          header: "Last inspected",
          cells: columns[0]?.cells.map((_cell, at) => write(at + 1)) ?? [],
        },
      ]);
    const asked = await publish({
      "2025-01": { Activity: day(1, (at) => `2024-03-${String(at).padStart(2, "0")}`) },
      "2025-02": { Activity: day(2, (at) => `not before visit ${at}`) },
    });
    expect(asked.map((one) => one.drift)).toMatchObject([
      { kind: "column_retyped", column: "last_inspected", before: "date", after: "text" },
    ]);
    expect((await answer("approve", asked)).code).toBe(0);
    expect(
      await series.rows(
        "select min(last_inspected) as first, max(last_inspected) as last from silver.trusts_activity",
      ),
    ).toEqual([{ first: "2024-03-01", last: "not before visit 9" }]);
  });

  test("a key that comes twice, rejected: the release stays out, and nothing is asked again", async () => {
    const twice = (month: number): SeriesTable => {
      const table = monthOf(month);
      return { ...table, rows: [...table.rows, table.rows[0] ?? []] };
    };
    const asked = await publish({
      "2025-01": { Activity: monthOf(1) },
      "2025-02": { Activity: twice(2) },
    });
    expect(asked.map((one) => one.drift.kind)).toEqual(["grain_broken"]);
    expect((await answer("reject", asked)).code).toBe(6);
    expect(await series.questions()).toEqual([]);
    expect(await outcomes("2025-02")).toMatchObject([
      { status: "quarantined", reason: expect.stringContaining("rejected by Ada") },
    ]);
    await series.publish("2025-03", { Activity: monthOf(3) });
    expect(await series.load("2025-03")).toMatchObject([{ status: "loaded" }]);
  });

  test("a table that is missing, rejected: it is expected, and the release is not whole", async () => {
    const asked = await publish({
      "2025-01": { Activity: monthOf(1), Wards: monthOf(50) },
      "2025-02": { Activity: monthOf(2) },
    });
    expect(asked.map((one) => one.drift.kind)).toEqual(["source_missing"]);
    await answer("reject", asked);
    expect(await series.questions()).toEqual([]);
    expect(await outcomes("2025-02")).toMatchObject([
      { source: "trusts_activity", status: "loaded" },
      {
        source: "trusts_wards",
        status: "quarantined",
        reason: expect.stringContaining("it is expected: Ada"),
      },
    ]);
    // The answer is taken back by hand: the question is there again.
    const [manifest = ""] = (await series.manifest()).split("\ndecisions:");
    await series.home.write(MANIFEST, `${manifest}\n`);
    await series.backfill();
    expect((await series.questions()).map((one) => one.id)).toEqual(asked.map((one) => one.id));
  });

  test("a sheet under another name, rejected: it is another table", async () => {
    const asked = await publish(
      { "2025-01": { Activity: monthOf(1) }, "2025-02": { Workload: monthOf(2) } },
      "    drift: { default: evolve, sheet_renamed: review }\n",
    );
    expect(asked.map((one) => one.drift.kind)).toEqual(["sheet_renamed"]);
    await answer("reject", asked);
    const sources = (await outcomes("2025-02")).filter((one) => one.status === "loaded");
    expect(sources.map((one) => one.source)).toEqual(["trusts_workload"]);
  });

  test("periods that now stand in columns, approved: they are a table of their own", async () => {
    const years = (...headers: readonly string[]): SeriesTable => {
      const { rows } = monthOf(1);
      return {
        headers: ["Org code", "Org name", ...headers],
        rows: rows.map((row, at) => [
          row[0] ?? null,
          row[1] ?? null,
          ...headers.map((_header, year) => 100 + at * 7 + year * 31),
        ]),
      };
    };
    const asked = await publish({
      "2025-01": { Activity: years("2023", "2024") },
      "2025-02": { Activity: years("2023", "2024", "2025") },
    });
    expect(asked.map((one) => one.drift.kind)).toEqual(["layout_changed"]);
    await answer("approve", asked);
    expect(await series.questions()).toEqual([]);
    const loaded = (await outcomes("2025-02")).filter((one) => one.status === "loaded");
    expect(loaded).toHaveLength(1);
    expect(loaded[0]?.source).not.toBe("trusts_activity");
    expect(
      await series.rows(
        `select data_period, count(value)::int as n from silver.${loaded[0]?.source ?? ""} group by 1 order by 1`,
      ),
    ).toEqual(["2023", "2024", "2025"].map((data_period) => ({ data_period, n: 20 })));
  });

  test("a table that repeats its history now, approved: each month comes from its latest issue", async () => {
    const until = (last: number): SeriesTable => {
      const months = Array.from({ length: last }, (_none, at) => at + 1);
      return {
        headers: ["Month", "Org code", "Referrals"],
        rows: months.flatMap((month) =>
          monthOf(month).rows.map((row) => [
            `2025-${String(month).padStart(2, "0")}`,
            row[0] ?? null,
            Number(row[3]) + last,
          ]),
        ),
      };
    };
    const asked = await publish({
      "2025-01": { Activity: until(1) },
      "2025-02": { Activity: until(2) },
    });
    expect(asked.map((one) => one.drift.kind)).toEqual(["coverage_changed"]);
    expect((await answer("approve", asked)).code).toBe(0);
    expect(
      await series.rows(
        `select period, count(*)::int as n, min(referrals)::int as least
           from silver.trusts_activity group by 1 order by 1`,
      ),
    ).toEqual([
      { period: "2025-01", n: 20, least: 1_005 },
      { period: "2025-02", n: 20, least: 1_008 },
    ]);
  });

  test("a new category under review: approving one does not approve the next", async () => {
    const config = "    drift: { default: evolve, category_new: review }\n";
    const typed = (month: number, type: string): SeriesTable =>
      changed(monthOf(month), "Type", (cell) => (cell === "Acute" ? type : cell));
    const asked = await publish(
      { "2025-01": { Activity: monthOf(1) }, "2025-02": { Activity: typed(2, "Specialist") } },
      config,
    );
    expect(asked.map((one) => one.drift)).toMatchObject([
      { kind: "category_new", column: "type", after: "Specialist" },
    ]);
    expect((await answer("approve", asked)).code).toBe(0);
    await series.publish("2025-03", { Activity: typed(3, "Tertiary") });
    expect(await series.load("2025-03")).toMatchObject([{ status: "held" }]);
    expect((await series.questions()).map((one) => one.drift.after)).toEqual(["Tertiary"]);
  });

  test.each([
    ["approve", "loaded"],
    ["reject", "held"],
  ] as const)("a table that fits two alike, %s: the source is %s", async (verdict, status) => {
    const asked = await publish({
      "2025-01": { North: monthOf(1), South: monthOf(60) },
      "2025-02": { Region: monthOf(2) },
    });
    const doubts = asked.filter((one) => one.drift.kind === "match_ambiguous");
    await answer(verdict, doubts);
    const outcome = (await outcomes("2025-02")).find((one) => one.source === doubts[0]?.source);
    expect(outcome?.status).toBe(status);
  });
});
