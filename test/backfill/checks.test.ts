import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { changed, monthOf, Series, SeriesServer, type SeriesTable } from "../support/series.ts";

interface Result {
  readonly source: string;
  readonly name: string;
  readonly severity: string;
  readonly status: string;
  readonly detail: {
    readonly expected: string;
    readonly found: string;
    readonly count: number;
    readonly cells: readonly string[];
  };
}

/** Checks that people write into the manifest: what breaks one is found before the commit. */
describe("checks of the manifest", () => {
  let server: SeriesServer;
  let series: Series;
  beforeAll(async () => {
    server = await SeriesServer.start();
  });
  afterEach(() => series.close());
  afterAll(() => server.close());

  const MANIFEST = "manifests/canonical/trusts/trusts_canonical.yaml";

  /** Writes the checks of each source, in their order, before its grain. */
  const addChecks = async (checks: readonly string[]): Promise<void> => {
    const [start = "", ...sources] = (await series.home.read(MANIFEST)).split("    grain:");
    const written = sources.map((text, at) => {
      const lines = (checks[at] ?? "").split("\n").map((line) => `      ${line}\n`);
      const own = checks[at] === undefined ? "" : `    checks: # by Ada\n${lines.join("")}`;
      return `${own}    grain:${text}`;
    });
    await series.home.write(MANIFEST, [start, ...written].join(""));
  };

  /** Loads January, writes the checks, and publishes February: a sheet a source. */
  const february = async (
    checks: readonly string[],
    first: Readonly<Record<string, SeriesTable>>,
    second: Readonly<Record<string, SeriesTable>>,
  ): Promise<void> => {
    series = await Series.make(server);
    await series.publish("2025-01", first);
    await series.load("2025-01");
    await addChecks(checks);
    await series.publish("2025-02", second);
  };

  const results = (period: string): Promise<Result[]> =>
    series.rows<Result>(
      `select l.source, r.name, r.severity, r.status, r.detail from ops.check_result r
         join ops.load l using (load_id) where l.period = '${period}' order by l.source, r.name`,
    );

  /** Each kind of check, with a month that breaks it, and what is told of where. */
  const BREAKS: readonly {
    readonly kind: string;
    readonly check: string;
    readonly month: SeriesTable;
    readonly says: readonly string[];
  }[] = [
    {
      kind: "unique",
      check: "columns: [org_name]",
      month: changed(monthOf(2), 3, 1, "Trust of A"),
      says: ["!B7 Trust of A (2 times)"],
    },
    {
      kind: "not_null",
      check: "columns: [org_name, referrals]",
      month: changed(monthOf(2), 4, 3, null),
      says: ["!D8 empty"],
    },
    {
      kind: "accepted_values",
      check: "columns: [type]\n  values: [Acute, Community, Mental health]",
      month: changed(monthOf(2), 2, 2, "Ambulance"),
      says: ["!C6 Ambulance"],
    },
    {
      kind: "range",
      check: "columns: [over_18_weeks]\n  min: 0\n  max: 100",
      month: changed(monthOf(2), 5, 5, 730),
      says: ["!F9 730"],
    },
    {
      kind: "row_count",
      check: "min: 15",
      month: monthOf(2, 12),
      says: ["at least 15 rows", "12 rows"],
    },
    {
      kind: "sum_of_parts",
      check: "columns: [first_contacts, over_18_weeks]\n  total: referrals\n  tolerance: 1000",
      month: changed(monthOf(2), 6, 3, 9_000),
      says: ["!D10 says 9000, its parts add up to"],
    },
    {
      kind: "sum_of_rows",
      check: "columns: [referrals]\n  key: org_name\n  whole: Trust of A",
      month: monthOf(2),
      says: ["!D4 says 1006, its parts add up to 26144"],
    },
  ];

  const written = (kind: string, check: string, severity: string): string =>
    `- name: mine\n  kind: ${kind}\n  ${check}\n  severity: ${severity}`;
  const sheetOf = (kind: string): string => `${kind.replaceAll("_", " ")} rows`;
  const sheets = (table: (one: (typeof BREAKS)[number], at: number) => SeriesTable) =>
    Object.fromEntries(BREAKS.map((one, at) => [sheetOf(one.kind), table(one, at)]));
  const breakAll = (severity: string): Promise<void> =>
    february(
      BREAKS.map((one) => written(one.kind, one.check, severity)),
      { ...sheets((_one, at) => monthOf(1, 14 + at)), Beds: monthOf(3, 5) },
      { ...sheets((one) => one.month), Beds: monthOf(4, 5) },
    );

  test("warn: each kind is loaded and told, with its cells, and kept with the load", async () => {
    await breakAll("warn");
    const { releases, exit } = await series.backfill("--period", "2025-02");
    expect([exit, releases[0]?.status]).toEqual([0, "loaded"]);
    const kept = await results("2025-02");
    for (const { kind, says } of BREAKS) {
      const mine = kept.find(({ source }) => source === `trusts_${kind}_rows`);
      expect(mine, kind).toMatchObject({ name: "mine", severity: "warn", status: "broken" });
      const remark = releases[0]?.remarks.find((text) =>
        text.startsWith(`trusts_${kind}_rows: mine`),
      );
      for (const words of says) expect(remark, kind).toContain(words);
    }
    expect(await series.manifest()).toMatch(/checks:\s+# by Ada\s+- name: mine/);
  });

  test("quarantine: each kind keeps its source out, and no other", async () => {
    await breakAll("quarantine");
    const { releases, exit } = await series.backfill("--period", "2025-02");
    expect([exit, releases[0]?.status]).toEqual([3, "partial"]);
    const sources = releases[0]?.sources ?? [];
    for (const { kind, says } of BREAKS) {
      const own = sources.find(({ source }) => source === `trusts_${kind}_rows`);
      expect(own?.status, kind).toBe("quarantined");
      expect(own?.reason, kind).toMatch(/^CHECK_BROKEN/);
      for (const words of says) expect(own?.reason).toContain(words);
    }
    const loads = await series.rows<{ source: string }>(
      "select source from ops.load where period = '2025-02'",
    );
    expect(loads).toEqual([{ source: "trusts_beds" }]);
    expect(await results("2025-02")).toEqual([]);
    const listed = await series.home.json<{ what: string }[]>("quarantine", "list");
    expect(listed.map((one) => one.what)).toEqual(BREAKS.map(() => "source"));
  });

  test("abort: nothing of the source, and nothing more of the release", async () => {
    const month = (of: number) => ({ A: monthOf(of, 5), B: monthOf(of, 6), C: monthOf(of, 7) });
    const whole = written("not_null", "columns: [org_code]", "warn");
    const strict = written("not_null", "columns: [referrals]", "abort");
    await february([whole, strict, whole], month(1), {
      ...month(2),
      B: changed(monthOf(2, 6), 2, 3, null),
    });
    const { releases, exit } = await series.backfill("--period", "2025-02");
    expect([exit, releases[0]?.status]).toEqual([6, "failed"]);
    expect(releases[0]?.reason).toMatch(/^CHECK_ABORTED: trusts_b 2025-02: mine.*B!D6 empty/);
    const loads = await series.rows<{ source: string }>(
      "select source from ops.load where period = '2025-02'",
    );
    expect(loads).toEqual([{ source: "trusts_a" }]);
    const state = await series.rows<{ source: string; status: string }>(
      "select source, status from ops.outcome where period = '2025-02' order by source",
    );
    expect(state).toEqual([
      { source: "trusts_a", status: "loaded" },
      { source: "trusts_b", status: "quarantined" },
    ]);
  });

  test("rows against earlier loads: undecided below three, then a band around their median", async () => {
    series = await Series.make(server);
    const grow = async (month: number, rows: number): Promise<string> => {
      const period = `2025-0${month}`;
      await series.publish(period, { Activity: monthOf(month, rows) });
      await series.load(period);
      const [mine] = await results(period);
      return `${mine?.status}: ${mine?.detail.found}`;
    };
    await grow(1, 20);
    await addChecks([written("row_count", "within: 20", "warn")]);
    expect(await grow(2, 21)).toBe("undecided: 21 rows");
    expect(await grow(3, 22)).toBe("undecided: 22 rows");
    expect(await grow(4, 25)).toBe("passed: 25 rows");
    expect(await grow(5, 26)).toBe("broken: 26 rows");
    const [mine] = await results("2025-05");
    expect(mine?.detail.expected).toBe("within 20% of 21.5, the median of 4 loads");
  });

  test("sums by intervals: a withheld part decides nothing, or only within its bound", async () => {
    const headers = ["Org name", "All", "Urgent", "Planned"];
    const table = (rows: SeriesTable["rows"]): SeriesTable => ({
      headers,
      rows: [
        ...Array.from({ length: 12 }, (_none, at) => [`Trust ${at}`, 301 + at, 101, 200 + at]),
        ...rows,
      ],
    });
    const check = written(
      "sum_of_parts",
      "columns: [urgent, planned]\n  total: column_all",
      "warn",
    );
    const first = {
      Exact: table([["Z", 306, 102, 204]]),
      Withheld: table([["Z", 306, "*", 204]]),
      Bounded: table([["Z", 206, "<5", 204]]),
      Beyond: table([["Z", 306, "<5", 204]]),
      Below: table([["Z", 200, "*", 204]]),
    };
    series = await Series.make(server);
    await series.publish("2025-01", first);
    await series.load("2025-01");
    const name = /name: (\w*all\w*)/.exec(await series.manifest())?.[1] ?? "";
    await addChecks(Object.keys(first).map(() => check.replace("column_all", name)));
    await series.publish("2025-02", first);
    await series.load("2025-02");
    const kept = (await results("2025-02")).map((one) => `${one.source} ${one.status}`);
    expect(kept).toEqual([
      "trusts_below broken",
      "trusts_beyond broken",
      "trusts_bounded passed",
      "trusts_exact passed",
      "trusts_withheld undecided",
    ]);
  });

  test.each([
    [
      "a column that there is not",
      "- {name: a, kind: not_null, columns: [nobody], severity: warn}",
      "no column nobody",
    ],
    [
      "a range over texts",
      "- {name: a, kind: range, columns: [org_name], min: 1, severity: warn}",
      "org_name is text",
    ],
    [
      "a name twice",
      "- {name: a, kind: not_null, columns: [type], severity: warn}\n- {name: a, kind: unique, columns: [type], severity: warn}",
      "two checks of trusts_activity are called a",
    ],
    [
      "a kind that there is not",
      "- {name: a, kind: nice, columns: [type], severity: warn}",
      "must be equal to one of the allowed values",
    ],
    [
      "a range without bounds",
      "- {name: a, kind: range, columns: [referrals], severity: warn}",
      "must have required property 'min'",
    ],
    [
      "a severity that there is not",
      "- {name: a, kind: unique, columns: [type], severity: bad}",
      "must be equal to one of the allowed values",
    ],
  ])("%s is refused with its line, and nothing is loaded", async (_what, check, says) => {
    await february([check], { Activity: monthOf(1) }, { Activity: monthOf(2) });
    const ran = await series.home.run("backfill");
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(/MANIFEST_INVALID.*line \d+.*checks/);
    expect(ran.stderr).toContain(says);
  });
});
