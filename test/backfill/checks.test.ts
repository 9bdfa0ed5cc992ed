import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { changed, monthOf, Series, SeriesServer, type SeriesTable } from "../support/series.ts";

const SOURCE = "trusts_activity";

interface Result {
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

  /** January is loaded; then the checks are written, and February is published. */
  const february = async (
    checks: string,
    second: SeriesTable,
    first = monthOf(1),
    more: Readonly<Record<string, SeriesTable>> = {},
  ): Promise<void> => {
    series = await Series.make(server);
    await series.publish("2025-01", { Activity: first, ...more });
    await series.load("2025-01");
    await addChecks(checks);
    await series.publish("2025-02", { Activity: second, ...more });
  };

  const addChecks = async (checks: string): Promise<void> => {
    const path = "manifests/canonical/trusts/trusts_canonical.yaml";
    const text = await series.home.read(path);
    const lines = checks.split("\n").map((line) => `      ${line}`);
    const at = text.indexOf("    grain:");
    const edited = `${text.slice(0, at)}    checks: # by Ada\n${lines.join("\n")}\n${text.slice(at)}`;
    await series.home.write(path, edited);
  };

  const results = (period: string): Promise<Result[]> =>
    series.rows<Result>(
      `select r.name, r.severity, r.status, r.detail from ops.check_result r
         join ops.load l using (load_id) where l.period = '${period}' order by r.name`,
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
      says: ["Activity!B7 Trust of A (2 times)"],
    },
    {
      kind: "not_null",
      check: "columns: [org_name, referrals]",
      month: changed(monthOf(2), 4, 3, null),
      says: ["Activity!D8 empty"],
    },
    {
      kind: "accepted_values",
      check: "columns: [type]\n  values: [Acute, Community, Mental health]",
      month: changed(monthOf(2), 2, 2, "Ambulance"),
      says: ["Activity!C6 Ambulance"],
    },
    {
      kind: "range",
      check: "columns: [over_18_weeks]\n  min: 0\n  max: 100",
      month: changed(monthOf(2), 5, 5, 730),
      says: ["Activity!F9 730"],
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
      says: ["Activity!D10 says 9000, its parts add up to"],
    },
    {
      kind: "sum_of_rows",
      check: "columns: [referrals]\n  key: org_name\n  whole: Trust of A",
      month: monthOf(2),
      says: ["Activity!D4 says 1006, its parts add up to 26144"],
    },
  ];

  const written = (kind: string, check: string, severity: string): string =>
    `- name: mine\n  kind: ${kind}\n  ${check}\n  severity: ${severity}`;

  test.each(BREAKS)("$kind: warn loads and tells, with the cells", async (one) => {
    await february(written(one.kind, one.check, "warn"), one.month);
    const report = await series.backfill("--period", "2025-02");
    const [release] = report.releases;
    expect(release?.status).toBe("loaded");
    const [mine] = (await results("2025-02")).filter(({ name }) => name === "mine");
    expect(mine).toMatchObject({ severity: "warn", status: "broken" });
    for (const words of one.says) {
      const remark = (release?.remarks ?? []).find((text) => text.includes("mine"));
      expect(remark).toContain(words);
    }
  });

  test.each(BREAKS)("$kind: quarantine loads nothing of the source", async (one) => {
    await february(written(one.kind, one.check, "quarantine"), one.month, monthOf(1), {
      Beds: monthOf(3, 5),
    });
    const { releases, exit } = await series.backfill("--period", "2025-02");
    expect(exit).toBe(3);
    const [own, beds] = releases[0]?.sources ?? [];
    expect(own).toMatchObject({ source: SOURCE, status: "quarantined" });
    for (const words of one.says) expect(own?.reason).toContain(words);
    expect(own?.reason).toMatch(/^CHECK_BROKEN/);
    expect(beds?.status).toBe("loaded");
    expect(await results("2025-02")).toEqual([]);
    const [loads] = await series.rows<{ n: number }>(
      `select count(*)::int as n from ops.load where source = '${SOURCE}' and period = '2025-02'`,
    );
    expect(loads?.n).toBe(0);
  });
});
