import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { gridXlsx } from "../support/grid.ts";
import {
  columnsOf,
  monthOf,
  Series,
  SeriesServer,
  type SeriesTable,
  sheetOf,
} from "../support/series.ts";

/** Identity and drift: what changes between two periods is seen, typed, and decided once. */
describe("identity and drift", () => {
  let server: SeriesServer;
  let series: Series;
  beforeAll(async () => {
    server = await SeriesServer.start();
  });
  afterEach(() => series.close());
  afterAll(() => server.close());

  /** Two months of one sheet, the second one changed. */
  const twoMonths = async (second: SeriesTable, config = ""): Promise<Series> => {
    series = await Series.make(server, config);
    await series.publish("2025-01", { Activity: monthOf(1) });
    await series.publish("2025-02", { Activity: second });
    return series;
  };
  const statuses = async (): Promise<readonly string[]> =>
    (await series.backfill()).releases.map((one) => one.status);

  const renamed = (table: SeriesTable, from: string, to: string): SeriesTable => ({
    ...table,
    headers: table.headers.map((header) => (header === from ? to : header)),
  });

  test("a month that changes nothing adds nothing: no drift, no version", async () => {
    await twoMonths(monthOf(2));
    await series.load("2025-01");
    const manifest = await series.manifest();
    expect((await series.load("2025-02"))[0]?.status).toBe("loaded");
    expect(await series.manifest()).toBe(manifest);
    expect(await series.drift("2025-02")).toEqual([]);
  });

  test("a month that fills the next column of a year adds nothing: columns without a cell are months to come", async () => {
    const names = ["Apr", "May", "Jun", "Jul", "Aug", "Sep"].map((name) => `${name} 2024`);
    const year = (published: number): SeriesTable => ({
      headers: ["Org code", ...names],
      rows: monthOf(1, 8).rows.map(([code, , , figure], at) => [
        code ?? null,
        ...names.map((_name, of) => (of < published ? Number(figure) + of * (31 + at) : null)),
      ]),
    });
    series = await Series.make(server);
    await series.publish("2024-04", { Activity: year(1) });
    expect((await series.load("2024-04"))[0]?.status).toBe("loaded");
    const manifest = await series.manifest();
    await series.publish("2024-05", { Activity: year(2) });
    expect((await series.load("2024-05"))[0]?.status).toBe("loaded");
    expect(await series.manifest()).toBe(manifest);
    expect(await series.drift("2024-05")).toEqual([]);
    expect(
      await series.rows(
        `select data_period, count(value)::int as figures from silver.trusts_activity group by 1 order by 1`,
      ),
    ).toEqual([
      { data_period: "2024-04", figures: 8 },
      { data_period: "2024-05", figures: 8 },
    ]);
  });

  test("the figures of the month before under the link of another are told", async () => {
    await twoMonths(monthOf(1));
    const { releases } = await series.backfill();
    expect(releases.map((one) => one.remarks)).toEqual([
      [],
      [expect.stringMatching(/^every table holds what release 2025-01 holds, cell for cell/)],
    ]);
    await series.publish("2025-03", { Activity: monthOf(3) });
    expect((await series.backfill()).releases.at(-1)?.remarks).toEqual([]);
  });

  test("an older file under the link of a new month is told too", async () => {
    await twoMonths(monthOf(2));
    await series.publish("2025-03", { Activity: monthOf(3) });
    await series.backfill();
    await series.publish("2025-04", { Activity: monthOf(1) });
    await series.publish("2025-05", { Activity: monthOf(5) });
    await series.publish("2025-06", { Activity: monthOf(5) });
    const told = ["2025-01", "2025-05"].map((one) => `every table holds what release ${one}`);
    const { releases } = await series.backfill();
    const remarks = releases.slice(-3).map((one) => one.remarks.join());
    expect(remarks[0]).toContain(told[0]);
    expect(remarks[1]).toBe("");
    expect(remarks[2]).toContain(told[1]);
  });

  test("a renamed column is proposed with its evidence and waits; approved, both headers are one column", async () => {
    await twoMonths(renamed(monthOf(2), "First contacts", "Initial contacts"));
    expect(await statuses()).toEqual(["loaded", "held"]);
    const [question, ...others] = await series.questions();
    expect(others).toEqual([]);
    expect(question?.drift).toMatchObject({
      kind: "column_renamed",
      column: "first_contacts",
      before: "First contacts",
      after: "Initial contacts",
    });
    expect(question?.drift.evidence).toMatch(/values are alike by (?:9\d|100)%/);
    expect(question?.waiting).toEqual(["2025-02"]);
    expect((await series.answer("approve", question?.id ?? "")).code).toBe(0);
    expect(
      await series.rows(
        "select period, count(first_contacts)::int as n from silver.trusts_activity group by 1 order by 1",
      ),
    ).toEqual([
      { period: "2025-01", n: 20 },
      { period: "2025-02", n: 20 },
    ]);
    expect(await series.questions()).toEqual([]);
    expect(await series.manifest()).toMatch(/verdict: approved[\s\S]*by: Ada/);
    await series.publish("2025-03", {
      Activity: renamed(monthOf(3), "First contacts", "Initial contacts"),
    });
    expect(await series.load("2025-03")).toMatchObject([{ status: "loaded" }]);
  });

  test("a rename that is rejected is a column that ended and one that began, for ever after", async () => {
    await twoMonths(renamed(monthOf(2), "First contacts", "Initial contacts"));
    await statuses();
    const [question] = await series.questions();
    expect((await series.answer("reject", question?.id ?? "")).code).toBe(0);
    expect(
      await series.rows(
        `select period, count(first_contacts)::int as old, count(initial_contacts)::int as new
           from silver.trusts_activity group by 1 order by 1`,
      ),
    ).toEqual([
      { period: "2025-01", old: 20, new: 0 },
      { period: "2025-02", old: 0, new: 20 },
    ]);
    await series.publish("2025-03", {
      Activity: renamed(monthOf(3), "First contacts", "Initial contacts"),
    });
    expect(await series.load("2025-03")).toMatchObject([{ status: "loaded" }]);
  });

  test("a missing column is not filled with silence: it waits, and approved it may be absent", async () => {
    await twoMonths(columnsOf(monthOf(2), (columns) => columns.slice(0, 5)));
    expect(await statuses()).toEqual(["loaded", "held"]);
    const [question] = await series.questions();
    expect(question?.drift).toMatchObject({ kind: "column_missing", before: "Over 18 weeks" });
    await series.answer("approve", question?.id ?? "");
    await series.publish("2025-03", { Activity: monthOf(3) });
    expect(await series.load("2025-03")).toMatchObject([{ status: "loaded" }]);
    expect(await series.drift("2025-03")).toContain("column_back");
  });

  test("columns that come in one April are all added", async () => {
    await twoMonths(
      columnsOf(monthOf(2), (columns) => [
        ...columns,
        ...Array.from({ length: 69 }, (_none, at) => ({
          header: `Age ${at}`,
          cells: columns[3]?.cells.map((cell) => Number(cell) + at) ?? [],
        })),
      ]),
    );
    expect(await statuses()).toEqual(["loaded", "loaded"]);
    const kinds = await series.drift("2025-02");
    expect(kinds.filter((kind) => kind === "column_added")).toHaveLength(69);
  });

  test("columns in another order are the same columns, and the order is told", async () => {
    await twoMonths(
      columnsOf(monthOf(2), ([code, name, type, a, b, c]) =>
        [code, name, type, c, a, b].flatMap((one) => one ?? []),
      ),
    );
    expect(await statuses()).toEqual(["loaded", "loaded"]);
    expect(await series.drift("2025-02")).toEqual(["column_reordered"]);
    const [row] = await series.rows<{ referrals: string }>(
      "select referrals from silver.trusts_activity where period = '2025-02' and org_code = 'R01'",
    );
    expect(Number(row?.referrals)).toBe(1006);
  });

  test("two headers that were swapped over their values are caught", async () => {
    const second = monthOf(2);
    await twoMonths({
      ...second,
      headers: ["Org code", "Org name", "Type", "First contacts", "Referrals", "Over 18 weeks"],
    });
    expect(await statuses()).toEqual(["loaded", "held"]);
    const [question] = await series.questions();
    expect(question?.drift.kind).toBe("values_moved");
    expect(question?.drift.evidence).toMatch(/referrals in 2025-01 are like those under "First/);
    await series.answer("reject", question?.id ?? "");
    expect(await series.questions()).toEqual([]);
    const [release] = (await series.backfill("--period", "2025-02")).releases;
    expect(release?.status).toBe("quarantined");
  });

  test("two text columns whose headers were swapped are caught", async () => {
    const second = monthOf(2);
    await twoMonths({
      ...second,
      headers: ["Org name", "Org code", "Type", "Referrals", "First contacts", "Over 18 weeks"],
    });
    expect(await statuses()).toEqual(["loaded", "held"]);
    expect((await series.questions()).map((one) => one.drift.kind)).toEqual(["values_moved"]);
  });

  test("a column that slipped to the right under its headers is caught", async () => {
    const second = monthOf(2);
    await twoMonths({
      headers: second.headers,
      rows: second.rows.map((row) => [...row.slice(0, 3), null, ...row.slice(3)]),
    });
    expect((await statuses())[1]).not.toBe("loaded");
  });

  test("a sheet that is renamed is the same table, under both names for ever after", async () => {
    series = await Series.make(server);
    await series.publish("2025-01", { "PCN Details": monthOf(1) });
    await series.publish("2025-02", { PCNDetails: monthOf(2) });
    await series.publish("2025-03", { "Details of networks": monthOf(3) });
    await series.publish("2025-04", { "PCN Details": monthOf(4) });
    expect(await statuses()).toEqual(["loaded", "loaded", "loaded", "loaded"]);
    expect(await series.drift("2025-02")).toEqual([]);
    expect(await series.drift("2025-03")).toEqual(["sheet_renamed"]);
    expect(await series.drift("2025-04")).toEqual([]);
    expect(await series.rows("select code from ops.source")).toEqual([
      { code: "trusts_pcn_details" },
    ]);
  });

  test("tables whose names end in 1, 2 and 12 are three", async () => {
    series = await Series.make(server);
    const wide = (month: number): Readonly<Record<string, SeriesTable>> => ({
      summary_table_1: monthOf(month),
      summary_table_2: monthOf(month + 20),
      summary_table_12: monthOf(month + 40),
    });
    await series.publish("2025-01", wide(1));
    await series.publish("2025-02", wide(2));
    expect(await statuses()).toEqual(["loaded", "loaded"]);
    expect(await series.rows("select code from ops.source order by code")).toEqual([
      { code: "trusts_summary_table_1" },
      { code: "trusts_summary_table_12" },
      { code: "trusts_summary_table_2" },
    ]);
    expect(await series.drift("2025-02")).toEqual([]);
  });

  test("a word that holds a month stays whole in a name", async () => {
    series = await Series.make(server);
    await series.publish("2025-01", {
      "By decile": monthOf(1),
      "Marital status": monthOf(7),
    });
    await statuses();
    expect(await series.rows("select code from ops.source order by code")).toEqual([
      { code: "trusts_by_decile" },
      { code: "trusts_marital_status" },
    ]);
  });

  test("a table that appears in April, goes and comes back: asked once, then told", async () => {
    series = await Series.make(server);
    const extra: SeriesTable = {
      headers: ["Ward", "Site", "Beds"],
      rows: Array.from({ length: 12 }, (_none, at) => [`W${at}`, `Site ${at}`, 10 + at]),
    };
    await series.publish("2025-03", { Activity: monthOf(3) });
    await series.publish("2025-04", { Activity: monthOf(4), Wards: extra });
    await series.publish("2025-05", { Activity: monthOf(5) });
    await series.publish("2025-06", { Activity: monthOf(6), Wards: extra });
    expect((await statuses()).slice(0, 2)).toEqual(["loaded", "loaded"]);
    const [question, ...others] = await series.questions();
    expect(others).toEqual([]);
    expect(question?.drift).toMatchObject({ kind: "source_missing", before: "trusts_wards" });
    await series.answer("approve", question?.id ?? "");
    expect(await series.drift("2025-06")).toContain("source_back");
    expect((await series.backfill()).exit).toBe(0);
  });

  test("a type that no longer holds waits; approved, it widens without a loss", async () => {
    const second = columnsOf(monthOf(2), (columns) =>
      columns.map((one) =>
        one.header === "Over 18 weeks"
          ? { ...one, cells: one.cells.map((cell) => `about ${String(cell)}`) }
          : one,
      ),
    );
    await twoMonths(second);
    expect((await statuses())[1]).toBe("held");
    const kinds = (await series.questions()).map((one) => one.drift.kind);
    expect(kinds).toEqual(["column_retyped"]);
  });

  test("whole numbers that become decimals widen, losslessly", async () => {
    const second = columnsOf(monthOf(2), (columns) =>
      columns.map((one) =>
        one.header === "Referrals"
          ? { ...one, cells: one.cells.map((cell) => Number(cell) + 0.5) }
          : one,
      ),
    );
    await twoMonths(second);
    expect(await statuses()).toEqual(["loaded", "loaded"]);
    expect(await series.drift("2025-02")).toEqual(["column_retyped"]);
  });

  test("a unit that changes waits; approved, the new figures get a column of their own", async () => {
    const spend = (month: number, unit: string): SeriesTable => {
      const table = monthOf(month);
      return {
        headers: ["Org code", "Org name", "Spend"],
        rows: [
          ["", "", unit],
          ...table.rows.map((row) => [row[0] ?? "", row[1] ?? "", Number(row[3])]),
        ],
      };
    };
    series = await Series.make(server);
    await series.publish("2025-01", { Activity: spend(1, "£ thousand") });
    await series.publish("2025-02", { Activity: spend(2, "£ million") });
    expect((await statuses())[1]).toBe("held");
    const [question] = await series.questions();
    expect(question?.drift).toMatchObject({
      kind: "unit_changed",
      before: "£ thousand",
      after: "£ million",
    });
    expect((await series.answer("approve", question?.id ?? "")).code).toBe(0);
    expect(
      await series.rows(
        `select period, count(spend)::int as old, count(spend_gbp_million)::int as new
           from silver.trusts_activity group by 1 order by 1`,
      ),
    ).toEqual([
      { period: "2025-01", old: 20, new: 0 },
      { period: "2025-02", old: 0, new: 20 },
    ]);
    await series.publish("2025-03", { Activity: spend(3, "£ million") });
    expect(await series.load("2025-03")).toMatchObject([{ status: "loaded" }]);
  });

  test("a header that names another unit is no rename: figures of two units never meet in one column", async () => {
    const spend = (month: number, unit: string): SeriesTable => ({
      headers: ["Org code", "Org name", `Spend (${unit})`],
      rows: monthOf(month).rows.map((row) => [row[0] ?? "", row[1] ?? "", Number(row[3])]),
    });
    series = await Series.make(server);
    await series.publish("2025-01", { Activity: spend(1, "£ thousand") });
    await series.publish("2025-02", { Activity: spend(2, "£ million") });
    expect((await statuses())[1]).toBe("held");
    expect((await series.questions()).map((one) => one.drift.kind)).toEqual(["column_missing"]);
  });

  test("a category that comes or goes in a dimension is told", async () => {
    const second = columnsOf(monthOf(2), (columns) =>
      columns.map((one) =>
        one.header === "Type"
          ? {
              ...one,
              cells: one.cells.map((cell) => (cell === "Community" ? "Ambulance" : cell)),
            }
          : one,
      ),
    );
    await twoMonths(second);
    expect(await statuses()).toEqual(["loaded", "loaded"]);
    expect(await series.drift("2025-02")).toEqual(["category_new", "category_gone"]);
  });

  test("a key that comes twice holds the release; approved, the table has no key", async () => {
    const second = monthOf(2);
    await twoMonths({ ...second, rows: [...second.rows, second.rows[0] ?? []] });
    expect((await statuses())[1]).toBe("held");
    const [question] = await series.questions();
    expect(question?.drift.kind).toBe("grain_broken");
    expect((await series.answer("approve", question?.id ?? "")).code).toBe(0);
  });

  test("a header that moves down its sheet is no drift", async () => {
    series = await Series.make(server);
    await series.publish("2025-01", { Activity: monthOf(1) });
    const second = monthOf(2);
    await series.home.write(
      "inbox/trusts-2025-02.xlsx",
      gridXlsx([
        {
          name: "Activity",
          rows: [
            ["Activity"],
            ["A note above"],
            [],
            [],
            ["Contact: us"],
            [],
            second.headers,
            ...second.rows,
          ],
        },
      ]),
    );
    expect(await statuses()).toEqual(["loaded", "loaded"]);
    expect(await series.drift("2025-02")).toEqual([]);
  });

  test("policies: review lets no new column in unseen, freeze no change at all, and each kind may have its own", async () => {
    const wider = columnsOf(monthOf(2), (columns) => [
      ...columns,
      { header: "Discharges", cells: columns[3]?.cells ?? [] },
    ]);
    await twoMonths(wider, "    drift: { column_added: review }\n");
    expect(await statuses()).toEqual(["loaded", "held"]);
    const [question] = await series.questions();
    expect(question?.drift).toMatchObject({ kind: "column_added", column: "discharges" });
    expect((await series.answer("reject", question?.id ?? "")).code).toBe(0);
    const columns = await series.rows<{ name: string }>(
      "select column_name as name from information_schema.columns where table_name = 'trusts_activity' and table_schema = 'silver'",
    );
    expect(columns.map((one) => one.name)).not.toContain("discharges");
  });

  test("a new table under review waits; rejected it is left out, and that is no failure", async () => {
    series = await Series.make(server, "    drift: review\n");
    await series.publish("2025-01", { Activity: monthOf(1) });
    await series.publish("2025-02", { Activity: monthOf(2), Wards: monthOf(50) });
    await statuses();
    const [question] = await series.questions();
    expect(question?.drift).toMatchObject({ kind: "source_new", after: "trusts_wards" });
    const waiting = () => series.rows("select source from ops.outcome where status <> 'loaded'");
    // A re-issue without it asks nothing; with it again it waits again.
    await series.publish("2025-02", { Activity: monthOf(2) });
    expect(await statuses()).toEqual(["unchanged", "unchanged"]);
    expect([await series.questions(), await waiting()]).toEqual([[], []]);
    await series.publish("2025-02", { Activity: monthOf(2), Wards: monthOf(50) });
    await statuses();
    expect((await series.answer("reject", question?.id ?? "")).code).toBe(0);
    expect(await waiting()).toEqual([]);
    expect(await series.rows("select code from ops.source")).toEqual([{ code: "trusts_activity" }]);
  });

  describe("workbooks of one release with the same sheet and columns", () => {
    const of = (letter: string, month: number): SeriesTable => {
      const { headers, rows } = monthOf(month);
      return { headers, rows: rows.map(([code, ...row]) => [`${letter}${String(code)}`, ...row]) };
    };
    const write = (file: string, table: SeriesTable, word = ""): Promise<void> =>
      series.home.write(
        `inbox/${file}.xlsx`,
        gridXlsx([sheetOf("Activity", table), { name: "About", rows: [[`Made in ${word}`]] }]),
      );
    const loads = (): Promise<unknown[]> =>
      series.rows(
        `select source, period, rows_data::int as rows,
                (select count(*)::int from ops.part p where p.load_id = l.load_id) as parts
           from ops.load l where is_current order by 1, 2`,
      );

    test("and other keys wait; approved, they are parts of one source from then on", async () => {
      series = await Series.make(server);
      await write("north-2025-01", of("N", 1));
      await write("south-2025-01", of("S", 1));
      expect(await statuses()).toEqual(["held"]);
      const [question, ...others] = await series.questions();
      expect(others).toEqual([]);
      expect(question?.drift).toMatchObject({
        kind: "match_ambiguous",
        before: "north Activity",
        after: "south Activity",
        evidence:
          "south Activity (south-2025-01.xlsx) has place and columns of north Activity (north-2025-01.xlsx): 0 of 20 keys that were compared are in both",
      });
      await write("north-2025-02", of("N", 2));
      await write("south-2025-02", of("S", 2));
      expect((await series.answer("approve", question?.id ?? "")).code).toBe(0);
      expect((await series.backfill()).exit).toBe(0);
      const source = "trusts_activity";
      expect(await loads()).toEqual([
        { source, period: "2025-01", rows: 40, parts: 2 },
        { source, period: "2025-02", rows: 40, parts: 2 },
      ]);
      expect(await series.rows("select 1 from ops.quarantine where resolved_at is null")).toEqual(
        [],
      );
    });

    test("and other keys, rejected, are two sources; a copy of one in other bytes is left out", async () => {
      series = await Series.make(server);
      await write("north-2025-01", of("N", 1));
      await write("south-2025-01", of("S", 1));
      await statuses();
      const [question] = await series.questions();
      expect((await series.answer("reject", question?.id ?? "")).code).toBe(0);
      await write("north-2025-02", of("N", 2));
      await write("south-2025-02", of("S", 2));
      await write("website-2025-02", of("N", 2), "another office");
      const { exit, releases } = await series.backfill();
      expect(exit).toBe(0);
      expect(releases.at(-1)?.left_out).toEqual([
        "website-2025-02.xlsx Activity A3:F23: duplicate: same content as north-2025-02.xlsx",
      ]);
      expect(await loads()).toMatchObject([
        { source: "trusts_activity", period: "2025-01", rows: 20 },
        { source: "trusts_activity", period: "2025-02", rows: 20 },
        { source: "trusts_activity_2", period: "2025-01", rows: 20 },
        { source: "trusts_activity_2", period: "2025-02", rows: 20 },
      ]);
    });

    test("that measure other things by the same keys are sources; one with most rows of another waits", async () => {
      series = await Series.make(server);
      await write("first-contacts-2025-01", monthOf(1));
      await write("last-contacts-2025-01", monthOf(9));
      expect(await statuses()).toEqual(["loaded"]);
      await write("first-contacts-2025-02", monthOf(2));
      await write("last-contacts-2025-02", monthOf(10));
      await write("other-contacts-2025-02", monthOf(20));
      expect((await series.backfill()).exit).toBe(0);
      const table = monthOf(3);
      await write("first-contacts-2025-03", table);
      await write("last-contacts-2025-03", monthOf(11));
      await write("other-contacts-2025-03", monthOf(21));
      const mended = table.rows.map((row, at) => (at === 4 ? [...row.slice(0, 5), 99] : row));
      await write("mended-2025-03", { ...table, rows: mended });
      expect((await series.load("2025-03")).map((one) => one.status)).toEqual([
        "held",
        "loaded",
        "loaded",
      ]);
      const [question] = await series.questions();
      expect(question?.drift.evidence).toMatch(/20 of 20 keys .* are in both, with 19 equal rows$/);
    });

    test("beside the only one that is known wait, whatever they hold", async () => {
      series = await Series.make(server);
      await write("trusts-2025-01", monthOf(1));
      await write("trusts-2025-02", monthOf(2));
      await write("other-2025-02", monthOf(40));
      expect(await statuses()).toEqual(["loaded", "held"]);
      expect(await loads()).toHaveLength(1);
    });
  });

  test("an answer to no question is refused", async () => {
    series = await Series.make(server);
    const ran = await series.answer("approve", "0123456789ab");
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain("DECISION_UNKNOWN");
  });
});
