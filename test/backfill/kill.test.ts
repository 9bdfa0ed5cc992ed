import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { demoHome, type Home, PROJECT } from "../support/home.ts";

const DIE_AT = join(PROJECT, "test/support/die-at.mjs");

/** What the warehouse holds, without times, ids of runs and numbers that a lost attempt used up. */
const CONTENT = `
  select l.source, l.period, l.vintage, l.key, l.is_current, l.rows_data, l.rows_total, l.contract_version,
         (select array_agg(p.artifact || p.range order by p.part) from ops.part p where p.load_id = l.load_id) as parts
    from ops.load l order by 1, 2, 3`;

async function contentOf(home: Home): Promise<unknown> {
  const url = await home.address();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const loads = (await client.query(CONTENT)).rows;
    const tables: Record<string, unknown> = {};
    for (const source of ["clinic_waits_table_1", "clinic_waits_table_2", "ambulance_calls"]) {
      const { rows } = await client.query(
        `select count(*)::int as n, md5(string_agg(t, '|' order by t)) as digest
           from (select (to_jsonb(v) - '_load_id')::text as t from silver.${source} v) s`,
      );
      const bronze = await client.query(`select count(*)::int as n from bronze.${source}`);
      tables[source] = [rows[0], bronze.rows[0]];
    }
    const orphans = await client.query(
      "select count(*)::int as n from ops.load l where l.rows_data <> (select sum(rows_data) from ops.part p where p.load_id = l.load_id)",
    );
    return { loads, tables, orphans: orphans.rows };
  } finally {
    await client.end();
  }
}

async function filesOf(home: Home): Promise<unknown> {
  const files = await home.snapshot("manifests", "data/exports");
  const leftovers = Object.keys(await home.snapshot("tmp"));
  return { files, leftovers };
}

describe("killed anywhere, the next run ends where an undisturbed one does", () => {
  let expected: unknown;
  let expectedFiles: unknown;

  beforeAll(async () => {
    const home = await demoHome();
    try {
      expect((await home.run("backfill")).code).toBe(0);
      expected = await contentOf(home);
      expectedFiles = await filesOf(home);
    } finally {
      await home.close();
    }
  });

  // Every point of a smaller home: test/faults/crash.test.ts.
  const MOMENTS = [
    ["stage.started:load", 2],
    ["in-copy", 2],
    ["before-commit", 4],
    ["export.written", 1],
  ] as const;

  let home: Home | null = null;
  afterAll(async () => {
    await home?.close();
  });

  test.each(MOMENTS)("%s, number %i", async (moment, count) => {
    await home?.close();
    home = await demoHome();
    const killed = await home.spawn([DIE_AT, moment, String(count)], { CANONRY_HOME: home.path });
    expect(killed.signal, `${killed.stdout}${killed.stderr}`).toBe("SIGKILL");
    const again = await home.run("backfill");
    expect(again.code, again.stderr).toBe(0);
    expect(await contentOf(home)).toEqual(expected);
    const { files, leftovers } = (await filesOf(home)) as { files: object; leftovers: string[] };
    expect(files).toEqual((expectedFiles as { files: object }).files);
    expect(leftovers.filter((path) => !path.includes("manifests/"))).toEqual([]);
  });
});
