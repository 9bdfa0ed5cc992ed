import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { backfill } from "../../src/pipeline/backfill.ts";
import type { GridCell } from "../support/grid.ts";
import { Series, SeriesServer, type SeriesTable } from "../support/series.ts";
import { EVERYTHING, type Fault, plant, worldOf } from "../support/world.ts";

/** Twelve trusts with figures, marks, a change that may be below zero, and a total. */
function table(): SeriesTable {
  const rows = Array.from({ length: 12 }, (_none, at): GridCell[] => [
    `R${String(at + 1).padStart(2, "0")}`,
    `Trust ${"ABCDEFGHIJKL"[at]}`,
    1_000 + at * 37,
    at === 4 ? "*" : at === 7 ? "[c]" : 15 + at,
    (at - 6) * 1.5,
  ]);
  const total = ["Total", null, 1_000 * 12 + 37 * 66, null, -9];
  return {
    headers: ["Org code", "Org name", "Referrals", "Waiting", "Change"],
    rows: [...rows, total],
  };
}

const FIELDS = [
  ..."_load_id _part _row _kind _period org_code org_name referrals waiting waiting_marker change".split(
    " ",
  ),
];
const at = (name: string): number => FIELDS.indexOf(name);

/** Changes the fields of the rows that are chosen. */
const fields =
  (chosen: (fields: string[]) => boolean, change: (fields: string[]) => void) =>
  (line: string): string => {
    const values = line.split("\t");
    if (chosen(values)) change(values);
    return values.join("\t");
  };
const always = (): boolean => true;
const isTrust = (name: string) => (values: readonly string[]) => values[at("org_code")] === name;
const isCode = isTrust("R03");
interface Planted extends Fault {
  readonly name: string;
  /** What the refusal says. */
  readonly says: RegExp;
}

const FAULTS: readonly Planted[] = [
  {
    name: "a row dropped after it was counted",
    line: (line) => (line.includes("\tR03\t") ? null : line),
    says: /12 \+ 1 rows were written, 12 copied, 11 \+ 1 are in the table/,
  },
  {
    name: "a row that arrived twice, and once was taken back",
    line: (line) => (line.includes("\tR03\t") ? `${line}\n${line}` : line),
    sql: (bronze) =>
      `delete from ${bronze} where ctid = (select max(ctid) from ${bronze} where org_code = 'R03')`,
    says: /12 \+ 1 rows were written, 14 copied, 12 \+ 1 are in the table/,
  },
  {
    name: "a row lost by the table",
    sql: (bronze) => `delete from ${bronze} where org_code = 'R03'`,
    says: /12 \+ 1 rows were written, 13 copied, 11 \+ 1 are in the table/,
  },
  {
    name: "a row doubled in the table",
    sql: (bronze) => `insert into ${bronze} select * from ${bronze} where org_code = 'R03'`,
    says: /13 copied, 13 \+ 1 are in the table/,
  },
  {
    name: "a digit changed after it was hashed",
    line: fields(isCode, (values) => {
      expect(values[at("referrals")]).toBe("1074");
      values[at("referrals")] = "1075";
    }),
    says: /: part 1 data: the digest of what was written is [0-9a-f]{16}, that of the table [0-9a-f]{16}\. /,
  },
  {
    name: "a sign lost",
    line: fields(isCode, (values) => {
      expect(values[at("change")]).toBe("-6");
      values[at("change")] = "6";
    }),
    says: /: part 1 data: the digest of what was written/,
  },
  {
    name: "two columns swapped",
    line: fields(always, (values) => {
      const [one, other] = [at("org_code"), at("org_name")];
      [values[one], values[other]] = [values[other] ?? "", values[one] ?? ""];
    }),
    says: /the digest of what was written/,
  },
  {
    name: "figures of two rows exchanged",
    sql: (bronze) =>
      `update ${bronze} b set referrals = o.referrals from ${bronze} o
        where (b.org_code, o.org_code) in (('R03', 'R04'), ('R04', 'R03'))`,
    says: /: part 1 data: the digest of what was written/,
  },
  {
    name: "a marker lost",
    line: fields(isTrust("R05"), (values) => {
      expect(values[at("waiting_marker")]).toBe("*");
      values[at("waiting_marker")] = "\\N";
    }),
    says: /2 values of waiting_marker were written, 1 are in the table/,
  },
  {
    name: "a mark in place of another one",
    line: fields(isTrust("R05"), (values) => {
      values[at("waiting_marker")] = "[c]";
    }),
    says: /: part 1 data: the digest of what was written/,
  },
  {
    name: "a figure in place of a mark",
    line: fields(isTrust("R05"), (values) => {
      values[at("waiting")] = "0";
    }),
    says: /10 values of waiting were written, 11 are in the table/,
  },
  {
    name: "a total taken for data",
    line: fields(isTrust("Total"), (values) => {
      values[at("_kind")] = "data";
    }),
    says: /12 \+ 1 rows were written, 13 copied, 13 \+ 0 are in the table/,
  },
  {
    name: "a total changed",
    line: fields(isTrust("Total"), (values) => {
      values[at("referrals")] = "1";
    }),
    says: /: part 1 total: the digest of what was written/,
  },
  {
    name: "a row cited by the number of another one",
    line: fields(isCode, (values) => {
      values[at("_row")] = "4";
    }),
    says: /: part 1 data: row numbers written add up to 114, those in the table to 112\. /,
  },
  {
    name: "a row given to another part",
    line: fields(isCode, (values) => {
      values[at("_part")] = "2";
    }),
    says: /another part data: never written/,
  },
  {
    name: "a row of a kind that there is not",
    line: fields(isCode, (values) => {
      values[at("_kind")] = "datum";
    }),
    says: /part 1 another kind: never written/,
  },
  {
    name: "a row given to another period",
    line: fields(isCode, (values) => {
      values[at("_period")] = "2024-12";
    }),
    says: /part 1 data another period: never written/,
  },
];

describe("a load that is not what was written is refused, and nothing of it is committed", () => {
  let server: SeriesServer;
  let series: Series;
  beforeAll(async () => {
    server = await SeriesServer.start();
  });
  afterEach(() => series.close());
  afterAll(() => server.close());

  test.each(FAULTS)("$name", async ({ line, sql, says }) => {
    series = await Series.make(server);
    await series.publish("2025-01", { Activity: table() });
    const world = await worldOf(series.home);
    try {
      plant(world, { ...(line && { line }), ...(sql && { sql }) });
      const { exit, releases } = await backfill(world, EVERYTHING);
      const [source] = releases[0]?.sources ?? [];
      expect(source).toMatchObject({ source: "trusts_activity", status: "quarantined" });
      expect(source?.reason).toMatch(/^CONSERVATION_BROKEN: trusts_activity 2025-01: /);
      expect(source?.reason).toMatch(says);
      expect(exit).toBe(6);
    } finally {
      await world.close();
    }
    const left = await series.rows(
      `select (select count(*)::int from ops.load) as loads, (select count(*)::int from ops.source) as sources,
              to_regclass('bronze.trusts_activity')::text as bronze`,
    );
    expect(left).toEqual([{ loads: 0, sources: 0, bronze: null }]);
  });

  test("without a fault the same table is loaded, and its digest is kept", async () => {
    series = await Series.make(server);
    await series.publish("2025-01", { Activity: table() });
    const world = await worldOf(series.home);
    try {
      plant(world, { line: (line) => line, sql: (bronze) => `update ${bronze} set _row = _row` });
      expect((await backfill(world, EVERYTHING)).exit).toBe(0);
    } finally {
      await world.close();
    }
    expect(
      await series.rows(
        `select l.digest->'columns'->2->>'name' as third, l.digest->>'data' = h.digest as agree,
                conservation->'columns'->'data'->'waiting' as waiting,
                conservation->'columns'->'data'->'waiting_marker' as marks
           from ops.load l join ops.load_period h using (load_id)`,
      ),
    ).toEqual([
      {
        third: "referrals",
        agree: true,
        waiting: { values: 10, nulls: 2 },
        marks: { values: 2, nulls: 10 },
      },
    ]);
  });
});
