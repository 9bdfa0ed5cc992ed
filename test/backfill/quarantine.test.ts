import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { QuarantinedItem } from "../../src/model/quarantine.ts";
import type { BackfillReport } from "../../src/model/report.ts";
import { changed, monthOf, Series, SeriesServer, type SeriesTable } from "../support/series.ts";

const SOURCE = "trusts_activity";
const MANIFEST = "manifests/canonical/trusts/trusts_canonical.yaml";

/** A month with a text where a number should be: D7 of the sheet. */
const strayed = (month: number, text = "see the notes"): SeriesTable =>
  changed(monthOf(month), 3, 3, text);

/** Rows that do not fit their columns: never loaded wrong, never dropped without a word. */
describe("quarantine of rows", () => {
  let server: SeriesServer;
  let series: Series;
  beforeAll(async () => {
    server = await SeriesServer.start();
  });
  afterEach(() => series.close());
  afterAll(() => server.close());

  const months = async (
    tables: Readonly<Record<string, SeriesTable>>,
    config = "",
  ): Promise<BackfillReport> => {
    series = await Series.make(server, config);
    const sheets = Object.entries(tables).map(
      ([period, Activity]) => [period, { Activity, Beds: monthOf(4, 6) }] as const,
    );
    return series.publishAll(Object.fromEntries(sheets));
  };

  const items = (...args: readonly string[]): Promise<QuarantinedItem[]> =>
    series.home.json<QuarantinedItem[]>("quarantine", "list", ...args);

  const loads = () =>
    series.rows<{ load: number; source: string; period: string; vintage: number; rows: number }>(
      `select load_id::int as load, source, period, vintage, rows_data::int as rows from ops.load
        where is_current order by load_id`,
    );

  test("without approval the load is held, names the cell, and what was loaded stays", async () => {
    const report = await months({ "2025-01": monthOf(1), "2025-02": strayed(2) });
    expect(report.exit).toBe(4);
    const [own, beds] = report.releases[1]?.sources ?? [];
    expect(own?.status).toBe("held");
    expect(own?.reason).toMatch(
      /^ROWS_ASIDE: 1 row does not fit: Activity!D7 "see the notes" is no bigint/,
    );
    expect(beds?.status).toBe("loaded");
    expect((await loads()).map((one) => `${one.source} ${one.period}`)).toEqual([
      `${SOURCE} 2025-01`,
      "trusts_beds 2025-01",
      "trusts_beds 2025-02",
    ]);
    const [question] = await series.questions();
    expect(question).toMatchObject({ source: SOURCE, waiting: ["2025-02"] });
    expect(question?.drift.kind).toBe("rows_quarantined");
    expect(question?.drift.evidence).toContain("Activity!D7");
  });

  test("rows of a held release are in quarantine, with cell and what to do; again adds none", async () => {
    await months({ "2025-01": monthOf(1), "2025-02": strayed(2) });
    const [question] = await series.questions();
    const [row, ...others] = await items();
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      ...{ what: "row", source: SOURCE, period: "2025-02", file: "trusts-2025-02.xlsx" },
      ...{ sheet: "Activity", row: 7, cell: "D7", load_id: null, open: true },
      raw: ["R04", "Trust of D", "Acute", "see the notes", "235", "25"],
      questions: [question?.id],
    });
    const listed = await series.home.run("quarantine", "list");
    expect(listed.stdout).toContain("row, held");
    expect(listed.stdout).toContain(`canonry approve ${question?.id}`);
    const shown = await series.home.run("quarantine", "show", row?.id ?? "");
    expect(shown.stdout).toContain('4: "see the notes"');
    expect(shown.stdout).toContain(`canonry reject ${question?.id}`);
    const ledger = () =>
      series.rows(
        `select (select count(*)::int from ops.drift) as drift, array_agg(o order by source) as outcomes,
                (select array_agg(q) from ops.quarantine q) as entries
           from ops.outcome o where period = '2025-02'`,
      );
    const before = await ledger();
    const retried = await series.home.run("quarantine", "retry");
    expect([retried.code, retried.stdout]).toEqual([4, expect.stringContaining("0 of 1")]);
    expect(await ledger()).toEqual(before);
    expect((await series.home.run("verify")).code).toBe(0);
  });

  test("an approval is for these rows; those of a later month ask again", async () => {
    await months({ "2025-01": monthOf(1), "2025-02": strayed(2) });
    const [question] = await series.questions();
    const [waiting] = await items();
    const answered = await series.answer("approve", question?.id ?? "");
    expect(answered.code).toBe(0);
    const [row, ...doubles] = await items("--all");
    expect([row?.id, doubles]).toEqual([waiting?.id, []]);
    expect(row?.load_id).not.toBeNull();
    expect(row).toMatchObject({
      what: "row",
      source: SOURCE,
      period: "2025-02",
      sheet: "Activity",
      cell: "D7",
      row: 7,
      raw: ["R04", "Trust of D", "Acute", "see the notes", "235", "25"],
      open: true,
    });
    const [kept] = await series.rows<{ n: number; rows: object; loaded: number }>(
      `select rows_data::int as n, conservation->'parts'->0->'rows' as rows,
              (select count(*)::int from silver.${SOURCE} where period = '2025-02') as loaded
         from ops.load where source = '${SOURCE}' and period = '2025-02'`,
    );
    expect(kept).toMatchObject({ n: 19, loaded: 19, rows: { data: 19, quarantined: 1 } });
    await series.publish("2025-03", { Activity: strayed(3), Beds: monthOf(4, 6) });
    const [march] = (await series.backfill()).releases.filter((one) => one.period === "2025-03");
    expect(march?.sources[0]?.status).toBe("held");
    const [next, ...others] = await series.questions();
    expect(next?.id).not.toBe(question?.id);
    expect(others).toEqual([]);
    const { releases } = await series.home.json<{
      releases: { period: string; rows_quarantined: number }[];
    }>("status");
    expect(releases.map((one) => one.rows_quarantined)).toEqual([0, 1, 0]);
  });

  test("a source may allow a number or a share of its rows; one more is held", async () => {
    const two = changed(strayed(2), 5, 4, "late");
    const report = await months(
      { "2025-01": strayed(1), "2025-02": two },
      "    quarantine: { rows: 5% }\n",
    );
    expect(report.releases.map((one) => one.sources[0]?.status)).toEqual(["loaded", "held"]);
    expect(report.releases[0]?.sources[0]?.rows_quarantined).toBe(1);
    expect(report.releases[0]?.reason).toContain("1 row in quarantine");
    expect(report.releases[1]?.sources[0]?.reason).toContain("5% are allowed");
    // The source's own word goes before the publication's.
    const text = await series.home.read(MANIFEST);
    await series.home.write(
      MANIFEST,
      text.replace("    grain:", "    quarantine: { rows: 2 } # late trusts\n    grain:"),
    );
    const again = await series.backfill();
    expect(again.releases[1]?.sources[0]).toMatchObject({ status: "loaded", rows_quarantined: 2 });
    expect((await series.manifest()).includes("# late trusts")).toBe(true);
    // The purge of another table of the same file takes none of them.
    const aside = await items();
    expect(aside).toHaveLength(3);
    const purge = ["purge", "trusts_beds", "--period", "2025-01", "--vintage", "1", "--yes"];
    expect((await series.home.run(...purge, "--by", "Ada", "--reason", "x")).code).toBe(0);
    expect(await items()).toEqual(aside);
  });

  test("a column of days with a text keeps its type where a row may be set aside", async () => {
    const days = (month: number, last: string): SeriesTable => ({
      headers: ["Org name", "Opened", "Beds"],
      rows: Array.from({ length: 12 }, (_none, at) => [
        `Trust ${at}`,
        at === 11 ? last : `2024-0${month}-${String(at + 1).padStart(2, "0")}`,
        100 + at * 7 + month,
      ]),
    });
    series = await Series.make(server);
    await series.publish("2025-01", { Openings: days(1, "2024-01-20") });
    await series.publish("2025-02", { Openings: days(2, "not yet") });
    const strict = await series.backfill();
    expect(strict.releases[1]?.sources[0]?.reason).toMatch(/^column_retyped/);
    const config = await series.home.read("config/publications.yaml");
    await series.home.write("config/publications.yaml", `${config}    quarantine: { rows: 1 }\n`);
    const [, february] = (await series.backfill()).releases;
    expect(february?.sources[0]).toMatchObject({ status: "loaded", rows_quarantined: 1 });
    expect(await items()).toMatchObject([{ cell: "B15", what: "row" }]);
    const [column] = await series.rows<{ type: string }>(
      "select data_type as type from information_schema.columns where table_schema = 'silver' and column_name = 'opened'",
    );
    expect(column?.type).toBe("date");
  });

  test("a rejection keeps the release out, and says who", async () => {
    await months({ "2025-01": monthOf(1), "2025-02": strayed(2) });
    const [question] = await series.questions();
    await series.answer("reject", question?.id ?? "");
    const [refused, row, ...others] = await items();
    expect(refused).toMatchObject({ what: "source", id: `${SOURCE}@2025-02` });
    expect(refused?.reason).toContain("Rejected by Ada");
    expect(row).toMatchObject({ what: "row", cell: "D7", questions: [], open: true });
    expect(others).toEqual([]);
    expect(await series.questions()).toEqual([]);
  });

  test("after a fix, retry loads again only what was set aside", async () => {
    const allowed = "    quarantine: { rows: 1 }\n";
    await months({ "2025-01": monthOf(1), "2025-02": strayed(2), "2025-03": monthOf(3) }, allowed);
    const before = await loads();
    const idle = await series.home.run("quarantine", "retry");
    expect(idle.code).toBe(0);
    expect(await loads()).toEqual(before);
    const text = await series.home.read(MANIFEST);
    const at = text.indexOf("markers:", text.indexOf("name: referrals"));
    const fixed = `${text.slice(0, at)}markers: [see the notes]${text.slice(text.indexOf("\n", at))}`;
    await series.home.write(MANIFEST, fixed);
    const [item] = await items();
    const retried = await series.home.json<{ items: QuarantinedItem[] }>(
      "quarantine",
      "retry",
      item?.id ?? "",
    );
    expect(retried.items.map((one) => one.open)).toEqual([false]);
    const after = await loads();
    const fresh = after.filter((one) => !before.some((old) => old.load === one.load));
    expect(fresh).toMatchObject([{ source: SOURCE, period: "2025-02", vintage: 2, rows: 20 }]);
    expect(after.length).toBe(before.length);
    expect(await items()).toEqual([]);
    expect((await items("--all"))[0]?.resolved_at).not.toBeNull();
    const [cell] = await series.rows<{ referrals: number | null; referrals_marker: string }>(
      `select referrals, referrals_marker from silver.${SOURCE}
        where period = '2025-02' and org_code = 'R04'`,
    );
    expect(cell).toEqual({ referrals: null, referrals_marker: "see the notes" });
  });

  test("retry loads a held release after a fix of the manifest, or of what may be set aside", async () => {
    await months({ "2025-01": monthOf(1), "2025-02": strayed(2), "2025-03": strayed(3, "late") });
    const before = await loads();
    const [february, march] = await items();
    const text = await series.home.read(MANIFEST);
    const at = text.indexOf("markers:", text.indexOf("name: referrals"));
    const fixed = `${text.slice(0, at)}markers: [see the notes]${text.slice(text.indexOf("\n", at))}`;
    await series.home.write(MANIFEST, fixed);
    const first = await series.home.json<{ items: QuarantinedItem[] }>(
      ...["quarantine", "retry", february?.id ?? ""],
    );
    expect(first.items.map((one) => [one.id, one.open])).toEqual([[february?.id, false]]);
    const once = await loads();
    expect(once.filter((one) => !before.some((old) => old.load === one.load))).toMatchObject([
      { source: SOURCE, period: "2025-02", vintage: 1, rows: 20 },
    ]);
    const config = await series.home.read("config/publications.yaml");
    await series.home.write("config/publications.yaml", `${config}    quarantine: { rows: 1 }\n`);
    expect((await series.home.run("quarantine", "retry")).code).toBe(0);
    const twice = await loads();
    const [load, ...others] = twice.filter((one) => !once.some((old) => old.load === one.load));
    expect([load, others]).toMatchObject([{ source: SOURCE, period: "2025-03", rows: 19 }, []]);
    const { id, cell, raw } = march ?? {};
    expect(await items()).toMatchObject([
      { id, cell, raw, load_id: String(load?.load), questions: [], open: true },
    ]);
    expect(await series.questions()).toEqual([]);
    const purge = ["--period", "2025-03", "--vintage", "1", "--by", "Ada", "--reason", "names"];
    expect((await series.home.run("purge", SOURCE, ...purge, "--yes")).code).toBe(0);
    expect((await items("--all")).map((one) => one.id)).toEqual([february?.id]);
  });

  test("a table that is held is in quarantine until its question is answered", async () => {
    const short: SeriesTable = {
      headers: monthOf(2).headers.slice(0, 5),
      rows: monthOf(2).rows.map((row) => row.slice(0, 5)),
    };
    await months({ "2025-01": monthOf(1), "2025-02": short });
    const [question] = await series.questions();
    const [table, ...others] = await items();
    expect(others).toEqual([]);
    expect(table).toMatchObject({
      ...{ what: "region", source: SOURCE, period: "2025-02", sheet: "Activity" },
      ...{ range: "A3:E23", questions: [question?.id], load_id: null, open: true },
    });
    expect(table?.reason).toMatch(/^column_missing/);
    expect((await series.home.run("quarantine", "retry")).code).toBe(4);
    expect(await items("--all")).toEqual([table]);
    await series.answer("approve", question?.id ?? "");
    expect(await items()).toEqual([]);
    expect((await items("--all"))[0]?.resolved_at).not.toBeNull();
  });

  test("a re-issue that does not fit is refused whole: the old period stays, value by value", async () => {
    await months({ "2025-01": monthOf(1), "2025-02": monthOf(2) });
    const before = await loads();
    const values = () => series.rows(`select * from silver.${SOURCE} order by period, org_code`);
    const old = await values();
    await series.publish("2025-02", { Activity: strayed(2), Beds: monthOf(4, 6) });
    const report = await series.backfill();
    expect(report.releases[1]?.sources[0]?.status).toBe("held");
    expect(await loads()).toEqual(before);
    expect(await values()).toEqual(old);
    expect(await items()).toMatchObject([{ what: "row", cell: "D7", load_id: null }]);
    const late = changed(monthOf(2), 5, 4, "late");
    await series.publish("2025-02", { Activity: late, Beds: monthOf(4, 6) });
    await series.backfill();
    expect(await items()).toMatchObject([{ what: "row", cell: "E9", load_id: null }]);
    expect((await items("--all")).map((one) => one.open)).toEqual([false, true]);
    await series.publish("2025-02", { Activity: monthOf(2), Beds: monthOf(4, 6) });
    expect((await series.backfill()).exit).toBe(0);
    expect(await loads()).toEqual(before);
    expect(await items()).toEqual([]);
    expect(await series.questions()).toEqual([]);
    const outcomes = await series.rows("select distinct status from ops.outcome");
    expect(outcomes).toEqual([{ status: "loaded" }]);
  });

  test("a file that cannot be read is listed, and resolved when it is left out", async () => {
    await months({ "2025-01": monthOf(1) });
    const before = await loads();
    await series.home.write("inbox/trusts-2025-01-b.xlsx", "<html>Sign in</html>");
    await series.backfill();
    const [file] = await items();
    expect(file).toMatchObject({ what: "file", file: "trusts-2025-01-b.xlsx" });
    const shown = await series.home.run("quarantine", "show", file?.id ?? "");
    expect(shown.stdout).toContain("What to do:");
    const config = await series.home.read("config/publications.yaml");
    await series.home.write(
      "config/publications.yaml",
      `${config}    files: { exclude: ["*-b.xlsx"] }\n`,
    );
    await series.home.run("quarantine", "retry");
    expect(await items()).toEqual([]);
    expect(await loads()).toEqual(before);
    const unknown = await series.home.run("quarantine", "show", "999");
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      expect.stringContaining("QUARANTINE_UNKNOWN"),
    ]);
  });
});
