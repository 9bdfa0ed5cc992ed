import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BackfillReport } from "../../src/model/report.ts";
import { type Home, makeHome, PROJECT } from "../support/home.ts";

/** The corpus of real publications beside the checkout. */
const CORPUS = join(PROJECT, "../shared/corpus/publications");

const PUBLICATIONS: Readonly<Record<string, string>> = {
  online_consultation: "nhs-online-consultation-submissions",
  community_waits: "nhs-community-health-waiting-lists",
  pcn_workforce: "nhs-pcn-workforce-individual",
  diagnostics: "nhs-diagnostics-waiting-times-provider",
  ae: "nhs-ae-attendances-monthly-csv",
  beds: "nhs-beds-kh03-overnight",
  wales: "statswales-rtt-waiting-lists",
  council_tax: "dluhc-council-tax-support",
};

/** Folders named by quarter hold quarters of the financial year. */
function periodOf(folder: string): string {
  const quarter = /^(\d{4})-Q([1-4])/.exec(folder);
  if (quarter === null) return folder.slice(0, 7);
  const year = Number(quarter[1]);
  return `FY${year}-${String((year + 1) % 100).padStart(2, "0")}-Q${quarter[2]}`;
}

async function configOf(): Promise<string> {
  const lines = ["publications:"];
  for (const [code, slug] of Object.entries(PUBLICATIONS)) {
    lines.push(`  ${code}:`, `    name: ${slug}`, "    urls:");
    for (const folder of (await readdir(join(CORPUS, slug))).sort()) {
      for (const file of (await readdir(join(CORPUS, slug, folder))).sort()) {
        const url = JSON.stringify(join(CORPUS, slug, folder, file));
        lines.push(`      - { period: ${periodOf(folder)}, url: ${url} }`);
      }
    }
  }
  return `${lines.join("\n")}\n`;
}

interface Count {
  readonly source: string;
  readonly period: string;
  readonly vintage: number;
  readonly rows: number;
  readonly sums: Readonly<Record<string, string>>;
}

describe("real publications, against counts made without the loader", () => {
  let home: Home;
  let report: BackfillReport;
  let counts: readonly Count[];
  let client: pg.Client;

  beforeAll(async () => {
    home = await makeHome(await configOf());
    report = await home.json<BackfillReport>("backfill");
    const script = join(PROJECT, "test/machine/independent_counts.py");
    const { stdout } = await promisify(execFile)("/usr/bin/python3", [script, CORPUS], {
      maxBuffer: 1 << 26,
    });
    counts = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Count);
    client = new pg.Client({ connectionString: await home.address() });
    await client.connect();
  });

  afterAll(async () => {
    await client.end();
    await home.close();
  });

  test("every publication was counted, for every period", () => {
    const counted = new Set(counts.map((one) => one.source));
    expect(counted.size).toBe(10);
    expect(counts.length).toBeGreaterThan(60);
  });

  test("rows and sums of the tables are those of the files", async () => {
    const wrong: unknown[] = [];
    for (const count of counts) {
      const columns = Object.keys(count.sums);
      const sums = columns.map((name) => `coalesce(sum(${name}), 0)::text as ${name}`);
      const { rows } = await client.query<Record<string, string | number>>(
        `select count(*)::int as rows, ${sums.join(", ")} from bronze.${count.source} b
           join ops.load l on l.load_id = b._load_id
          where b._kind = 'data' and l.period = $1 and l.vintage = $2`,
        [count.period, count.vintage],
      );
      const [found] = rows;
      const same =
        found?.["rows"] === count.rows &&
        columns.every((name) => sameDecimal(String(found[name]), count.sums[name] ?? ""));
      if (!same) wrong.push({ count, found });
    }
    expect(wrong).toEqual([]);
  });

  test("what is not loaded says why, and is what a person must decide", () => {
    const held = report.releases
      .flatMap((one) => one.sources)
      .filter((one) => one.status !== "loaded");
    const why: Readonly<Record<string, RegExp>> = {
      "community_waits_table_3 held": /column_renamed: "Waiting >52 weeks" is gone/,
      "council_tax_from_sql_qrc4 held": /ROWS_ASIDE: \d+ rows? do(?:es)? not fit/,
    };
    const names = held.map((one) => `${one.source} ${one.status}`);
    expect(new Set(names)).toEqual(new Set(Object.keys(why)));
    for (const [at, one] of held.entries())
      expect(one.reason).toMatch(why[names[at] ?? ""] ?? /^$/);
    expect(report.exit).toBe(4);
    for (const text of report.releases.flatMap((one) => one.left_out)) {
      expect(text).toMatch(/: (?:quarantined|duplicate): .{20,}/);
    }
  });

  test("rival issues of a quarter are vintages: the one that was published later is current", async () => {
    const { rows } = await client.query(
      `select l.vintage, l.is_current, p.file_name from ops.load l join ops.part p using (load_id)
        where l.source = 'beds_nhs_trust_by_sector' and l.period = 'FY2024-25-Q3' order by 1`,
    );
    expect(rows).toMatchObject([
      { vintage: 1, is_current: false },
      { vintage: 2, is_current: true },
    ]);
  });

  test("a table that repeats its history gives each month once", async () => {
    const { rows } = await client.query(
      `select period, service, count(*)::int as n from silver.community_waits_table_2 group by 1, 2 having count(*) > 1`,
    );
    expect(rows).toEqual([]);
  });

  test("run again: nothing changes", async () => {
    const before = await home.snapshot("manifests", "data/exports", "data/state");
    const again = await home.json<BackfillReport>("backfill");
    expect(again.exit).toBe(report.exit);
    expect(again.releases.filter((one) => one.status === "loaded")).toEqual([]);
    expect(await home.snapshot("manifests", "data/exports", "data/state")).toEqual(before);
  });
});

/** Equal to the last digit that a spreadsheet stores. */
function sameDecimal(a: string, b: string): boolean {
  const [x, y] = [Number(a), Number(b)];
  return x === y || Math.abs(x - y) <= Math.abs(x) * 1e-12;
}
