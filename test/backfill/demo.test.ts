import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BackfillReport, StateDocument } from "../../src/model/report.ts";
import { demoHome, type Home } from "../support/home.ts";

/** The projections that a run over unchanged inputs must not change. */
const PROJECTIONS = ["manifests", "data/exports", "data/state"];

describe("the demo, from its files to its exports", () => {
  let home: Home;
  let first: BackfillReport;
  let client: pg.Client;

  beforeAll(async () => {
    home = await demoHome();
    first = await home.json<BackfillReport>("backfill");
    const started = await home.run("db", "start");
    client = new pg.Client({ connectionString: started.stdout.trim() });
    await client.connect();
  });

  afterAll(async () => {
    await client.end();
    await home.close();
  });

  const rows = async (sql: string): Promise<unknown[]> => (await client.query(sql)).rows;

  test("loads every release of both publications", () => {
    expect(first.exit).toBe(0);
    expect(first.releases.map((one) => one.status)).toEqual(Array(14).fill("loaded"));
  });

  test("tells of the column that came and of the re-issue", () => {
    const reasons = Object.fromEntries(
      first.releases.map((one) => [`${one.publication} ${one.period}`, one.reason]),
    );
    expect(reasons["clinic_waits 2025-04"]).toContain(
      "column patients_waiting_over_104_weeks added",
    );
    expect(reasons["clinic_waits 2025-03"]).toContain("re-issued");
    expect(reasons["ambulance_calls 2025-05"]).toContain("column calls_abandoned added");
  });

  test("rows are those of the files: 40 clinics a month, 5 services a day", async () => {
    expect(
      await rows(
        "select period, count(*)::int n from silver.clinic_waits_table_1 group by 1 order by 1",
      ),
    ).toEqual(
      ["2024-12", "2025-01", "2025-02", "2025-03", "2025-04", "2025-05", "2025-06"].map(
        (period) => ({ period, n: 40 }),
      ),
    );
    expect(await rows("select count(*)::int n from silver.ambulance_calls")).toEqual([
      { n: 5 * (31 + 31 + 28 + 31 + 30 + 31 + 30) },
    ]);
  });

  test("a published total is in bronze as a total, equals its parts, and is not in silver", async () => {
    const [total] = (await rows(
      `select b.patients_waiting_total::int as total from bronze.clinic_waits_table_1 b
         join ops.load l on l.load_id = b._load_id where l.is_current and l.period = '2025-06' and b._kind = 'total'`,
    )) as { total: number }[];
    const [parts] = (await rows(
      "select sum(patients_waiting_total)::int as total from silver.clinic_waits_table_1 where period = '2025-06'",
    )) as { total: number }[];
    expect(total?.total).toBe(parts?.total);
  });

  test("a suppressed number is NULL with its mark, and codes keep their zeros", async () => {
    expect(
      await rows(
        `select count(*)::int n from silver.clinic_waits_table_1
          where patients_waiting_over_52_weeks is null and patients_waiting_over_52_weeks_marker = '*'`,
      ),
    ).not.toEqual([{ n: 0 }]);
    expect(await rows("select min(clinic_code) as code from silver.clinic_waits_table_1")).toEqual([
      { code: "00001" },
    ]);
  });

  test("the re-issue is current, and the first issue is still there", async () => {
    expect(
      await rows(
        `select l.vintage, l.is_current, b.patients_waiting_total::int as waiting from bronze.clinic_waits_table_1 b
           join ops.load l on l.load_id = b._load_id
          where l.period = '2025-03' and b.clinic_code = '00007' order by 1`,
      ),
    ).toEqual([
      { vintage: 1, is_current: false, waiting: expect.any(Number) },
      { vintage: 2, is_current: true, waiting: expect.any(Number) },
    ]);
    const waits = (await rows(
      `select b.patients_waiting_total::int as waiting from bronze.clinic_waits_table_1 b
         join ops.load l on l.load_id = b._load_id
        where l.period = '2025-03' and b.clinic_code = '00007' order by l.vintage`,
    )) as { waiting: number }[];
    expect((waits[1]?.waiting ?? 0) - (waits[0]?.waiting ?? 0)).toBe(25);
  });

  test("views have period columns and comments", async () => {
    expect(
      await rows(
        "select period, period_start::text, period_end::text from silver.clinic_waits_table_2 where period = '2025-02' limit 1",
      ),
    ).toEqual([{ period: "2025-02", period_start: "2025-02-01", period_end: "2025-02-28" }]);
    expect(
      await rows(
        "select obj_description('silver.clinic_waits_table_1'::regclass) is not null as said",
      ),
    ).toEqual([{ said: true }]);
  });

  test("a second run has nothing to do, and changes no byte", async () => {
    const before = await home.snapshot(...PROJECTIONS);
    const loads = await rows("select count(*)::int n from ops.load");
    const second = await home.json<BackfillReport>("backfill");
    expect(second.exit).toBe(0);
    expect(second.releases.map((one) => one.status)).toEqual(Array(14).fill("unchanged"));
    for (const release of second.releases) expect(release.reason).toBe("the file is as it was");
    expect(second.exports.map((one) => one.status)).toEqual(Array(3).fill("unchanged"));
    expect(second.repaired).toEqual([]);
    expect(await home.snapshot(...PROJECTIONS)).toEqual(before);
    expect(await rows("select count(*)::int n from ops.load")).toEqual(loads);
  });

  test("projections that were deleted or damaged come back byte for byte", async () => {
    const before = await home.snapshot(...PROJECTIONS);
    await home.remove("manifests");
    await home.remove("data/exports");
    await home.write(
      "data/state/state.json",
      '{"schema":"canonry/state@1","publications":{"forged":{}',
    );
    const third = await home.json<BackfillReport>("backfill");
    expect(third.repaired.map((one) => one.reason)).toEqual([
      ...Array(4).fill("the file is missing"),
      "it was damaged",
    ]);
    expect(third.exports.map((one) => one.reason)).toEqual(Array(3).fill("the file is missing"));
    expect(await home.snapshot(...PROJECTIONS)).toEqual(before);
  });

  test("commands that read change nothing", async () => {
    await home.write("data/state/state.json", "damaged");
    const before = await home.snapshot(...PROJECTIONS);
    for (const command of [
      ["status"],
      ["catalog"],
      ["explain", "ambulance_calls"],
      ["config"],
      ["doctor"],
      ["state", "show"],
    ]) {
      expect((await home.run(...command)).code, command.join(" ")).toBe(0);
    }
    expect((await home.run("state", "verify")).code).toBe(7);
    expect(await home.snapshot(...PROJECTIONS)).toEqual(before);
    expect((await home.run("state", "rebuild")).code).toBe(0);
    expect((await home.run("state", "verify")).code).toBe(0);
  });

  test("the state counts data rows and totals apart", async () => {
    const state = JSON.parse(await home.read("data/state/state.json")) as StateDocument;
    const source = state.publications["clinic_waits"]?.["2025-03"]?.sources["clinic_waits_table_1"];
    expect(source).toMatchObject({ status: "loaded", vintage: 2, rows_data: 40, rows_total: 1 });
  });

  test("a dry run says what it would do, and loads nothing", async () => {
    const loads = await rows("select count(*)::int n from ops.load");
    await home.run("backfill"); // settles what the tests above left behind
    const before = await home.snapshot(...PROJECTIONS);
    const text =
      "Date,Org code,Organisation,Calls\r\n01/07/2025,RX5,Northern Ambulance Service,5\r\n";
    await home.write("published/ambulance-calls/ambulance_calls_2025_07.csv", text);
    const plan = await home.json<BackfillReport>("backfill", "-n");
    const july = plan.releases.find((one) => one.period === "2025-07");
    expect(july?.sources[0]).toMatchObject({ status: "held" });
    expect(july?.sources[0]?.reason).toMatch(/^column_missing: /);
    expect(await rows("select count(*)::int n from ops.load")).toEqual(loads);
    expect(await home.snapshot(...PROJECTIONS)).toEqual(before);
    await home.remove("published/ambulance-calls/ambulance_calls_2025_07.csv");
  });

  test("no failed or finished run leaves its folder behind", async () => {
    expect(await home.snapshot("tmp")).toEqual({});
  });
});
