import { chmod, cp, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { retakeDigests } from "../../src/database/tables/load-digests.ts";
import { liveColumns } from "../../src/database/tables/shape-source.ts";
import type { DifferenceKind, Verification } from "../../src/inquiry/verify/index.ts";
import { sha256 } from "../../src/model/hash.ts";
import { type GridCell, gridXlsx } from "../support/grid.ts";
import { Home } from "../support/home.ts";
import { rowsAt } from "../support/rows-at.ts";
import { monthOf, Series, SeriesServer, type SeriesTable } from "../support/series.ts";
import { worldOf } from "../support/world.ts";

/** A month with marks in its last column, and one figure that a later issue changes. */
function month(number: number, revised = 0): SeriesTable {
  const { headers, rows } = monthOf(number);
  const marked = rows.map((row, at): readonly GridCell[] => [
    ...row.slice(0, 3),
    Number(row[3]) + (at === 0 ? revised : 0),
    row[4] ?? null,
    at % 6 === 5 ? "*" : (row[5] ?? null),
  ]);
  return { headers, rows: marked };
}

const calls = (...months: readonly string[]): string =>
  [
    "Month,Service,Calls",
    ...months.flatMap((one) => [`${one},Day,${one.length * 7}`, `${one},Night,31`]),
  ]
    .join("\n")
    .concat("\n");

interface Fault {
  readonly name: string;
  readonly sql?: string;
  readonly files?: (home: Home) => Promise<void>;
  /** What a light look sees; what a deep one sees, if it is more. */
  readonly light: readonly DifferenceKind[];
  readonly deep?: readonly DifferenceKind[];
  readonly says: RegExp;
}

const T = "bronze.trusts_activity";
const LOAD =
  "(select load_id from ops.load where source = 'trusts_activity' and period = '2025-01')";
const PARQUET = "data/exports/trusts_activity.parquet";

/** A figure of a vintage that is not current: no export tells of it. */
const CHANGED = `update ${T} set first_contacts = first_contacts + 1 where _row = 5 and _kind = 'data'
  and _load_id = (select load_id from ops.load where source = 'trusts_activity' and not is_current)`;

/** A statement that makes a view anew with another definition. */
function redefined(view: string, change: (query: string) => string): string {
  const query = `rtrim(pg_get_viewdef('silver.${view}'::regclass, true), ';')`;
  return `do $$ begin execute 'create or replace view silver.${view} as ' || ${change(query)}; end $$`;
}

/** Somebody makes the ledger agree with a table that was changed. */
async function retaken(home: Home): Promise<void> {
  const world = await worldOf(home);
  try {
    const columns = (await liveColumns(world.database, "trusts_activity")) ?? [];
    await world.database.transaction((transaction) =>
      retakeDigests(transaction, "trusts_activity", columns),
    );
  } finally {
    await world.close();
  }
}

const FAULTS: readonly Fault[] = [
  {
    name: "rows that were committed without the ledger",
    sql: `insert into ${T} (_load_id, _part, _row, _kind, org_code) values (999, 1, 4, 'data', 'R99')`,
    light: ["rows_unknown"],
    says: /1 rows of the table are of load 999, which the ledger does not have/,
  },
  {
    name: "a load of the ledger without rows",
    sql: `delete from ${T} where _load_id = ${LOAD}`,
    light: ["rows_missing"],
    deep: ["rows_missing", "counts_differ", "digest_differs"],
    says: /the ledger has 20 rows of it, the table none/,
  },
  {
    name: "a load that went away with its rows there",
    sql: `delete from ops.load where load_id = ${LOAD}`,
    light: ["rows_unknown", "latest_wrong", "load_missing", "export_differs"],
    says: /its outcome is loaded, and the ledger has no such load/,
  },
  {
    name: "a row deleted",
    sql: `delete from ${T} where _load_id = ${LOAD} and org_code = 'R03'`,
    light: ["counts_differ"],
    deep: ["counts_differ", "digest_differs"],
    says: /part 1: the ledger has 20 data rows, the table 19/,
  },
  {
    name: "a row of a superseded vintage deleted",
    sql: `delete from ${T} where org_code = 'R03' and _load_id = (select load_id from ops.load where not is_current)`,
    light: ["counts_differ"],
    deep: ["counts_differ", "digest_differs"],
    says: /part 1: the ledger has 20 data rows, the table 19/,
  },
  {
    name: "a row called a total",
    sql: `update ${T} set _kind = 'total' where _load_id = ${LOAD} and org_code = 'R03'`,
    light: ["counts_differ"],
    deep: ["counts_differ", "digest_differs"],
    says: /part 1: the ledger has 0 total rows, the table 1/,
  },
  {
    name: "a digit changed",
    sql: `update ${T} set referrals = referrals + 1 where _load_id = ${LOAD} and org_code = 'R03'`,
    light: [],
    deep: ["digest_differs"],
    says: /data rows: the ledger has the digest [0-9a-f]{16}, the table [0-9a-f]{16}/,
  },
  {
    name: "figures of two rows exchanged",
    sql: `update ${T} b set referrals = o.referrals from ${T} o
           where b._load_id = ${LOAD} and o._load_id = b._load_id
             and (b.org_code, o.org_code) in (('R03', 'R04'), ('R04', 'R03'))`,
    light: [],
    deep: ["digest_differs"],
    says: /data of 2025-01: the ledger has the digest/,
  },
  {
    name: "a marker lost",
    sql: `update ${T} set over_18_weeks_marker = null where _load_id = ${LOAD} and org_code = 'R06'`,
    light: [],
    deep: ["counts_differ", "digest_differs"],
    says: /over_18_weeks_marker, data rows: the ledger has 3 values, the table 2/,
  },
  {
    name: "a row cited by another number",
    sql: `update ${T} set _row = _row + 1 where _load_id = ${LOAD} and org_code = 'R03'`,
    light: [],
    deep: ["digest_differs"],
    says: /row numbers add up to \d+ in the ledger, to \d+ in the table/,
  },
  {
    name: "a value in a column that came after the load",
    sql: `alter table ${T} add column later text; update ${T} set later = 'x' where _load_id = ${LOAD} and org_code = 'R03'`,
    light: ["view_differs"],
    deep: ["view_differs", "counts_differ", "digest_differs", "export_differs"],
    says: /later, data rows: the ledger has 0 values, the table 1/,
  },
  {
    name: "a column retyped",
    sql: `drop view silver.trusts_activity, silver.trusts_activity_vintages; alter table ${T} alter column referrals type text`,
    light: ["view_missing"],
    deep: ["view_missing", "column_retyped", "export_differs"],
    says: /there is referrals \(text\) where referrals \(bigint\) was hashed/,
  },
  {
    name: "a column renamed",
    sql: `alter table ${T} rename referrals to referred`,
    light: ["column_missing"],
    deep: ["column_missing", "column_retyped", "export_differs"],
    says: /the table has no column referrals/,
  },
  {
    name: "no vintage current",
    sql: "update ops.load set is_current = false where period = '2025-02' and publication = 'trusts'",
    light: ["current_missing", "latest_wrong", "export_differs"],
    says: /0 of its loads are current, not one/,
  },
  {
    name: "an older issue called the latest",
    sql: `update ops.load_period h set is_latest = not is_latest
           where source = 'calls' and period = '2025-01'`,
    light: ["latest_wrong"],
    says: /counts as the latest issue of 2025-01 and is not/,
  },
  {
    name: "a load that is no longer current called the latest of a period that no other holds",
    sql: `insert into ops.load_period (load_id, source, period, rows, is_latest)
          select load_id, source, '2024-12', 0, true from ops.load
           where source = 'trusts_activity' and not is_current`,
    light: ["latest_wrong"],
    deep: ["latest_wrong", "digest_differs"],
    says: /counts as the latest issue of 2024-12 and is not/,
  },
  {
    name: "periods of a load that do not add up",
    sql: `update ops.load_period set rows = rows - 1 where load_id = ${LOAD}`,
    light: ["counts_differ", "export_differs"],
    says: /the load has 20 data rows, its periods 19/,
  },
  {
    name: "parts of a load that do not add up",
    sql: `update ops.part set rows_data = 19 where load_id = ${LOAD}`,
    light: ["counts_differ"],
    says: /the load has 20 \+ 0 rows, its parts 19 \+ 0/,
  },
  {
    name: "a contract gone",
    sql: "delete from ops.contract where source = 'trusts_activity'",
    light: ["contract_missing"],
    says: /the ledger has no contract 1 of trusts_activity/,
  },
  {
    name: "the view of vintages gone",
    sql: "drop view silver.trusts_activity_vintages",
    light: ["view_missing"],
    says: /there is no view silver.trusts_activity_vintages/,
  },
  {
    name: "a view that leaves rows out",
    sql: redefined("trusts_activity", (query) => `${query} || ' and b.org_code <> ''R03'''`),
    light: ["view_differs"],
    says: /silver.trusts_activity is not the view that the contract makes: it has `WHERE .*R03.*` where `WHERE [^R]*` belongs/,
  },
  {
    name: "a view with figures of its own",
    sql: redefined(
      "trusts_activity",
      (query) => `replace(${query}, 'b.referrals,', 'b.referrals + 0 as referrals,')`,
    ),
    light: ["view_differs"],
    says: /it has `b.referrals \+ 0 AS referrals,` where `b.referrals,` belongs/,
  },
  {
    name: "a view of vintages that leaves rows out",
    sql: redefined("trusts_activity_vintages", (query) => `${query} || ' and l.is_current'`),
    light: ["view_differs"],
    says: /silver.trusts_activity_vintages is not the view/,
  },
  {
    name: "a view without a column",
    sql: `drop view silver.trusts_activity; create view silver.trusts_activity as select org_code from ${T}`,
    light: ["view_differs"],
    says: /silver.trusts_activity is not the view/,
  },
  {
    name: "the meanings of marks gone",
    sql: "delete from ops.marker where source = 'trusts_activity'",
    light: [],
    deep: ["marks_differ"],
    says: /its rows hold the mark \*, and ops.marker does not have it; say what it means under marker_meanings/,
  },
  {
    name: "a mark that means something else",
    sql: "update ops.marker set meaning = 'zero' where source = 'trusts_activity'",
    light: [],
    deep: ["marks_differ"],
    says: /ops.marker has "zero" for \* by convention, which is "suppressed/,
  },
  {
    name: "rows and the ledger's digest of them changed together",
    sql: CHANGED,
    files: retaken,
    light: [],
    deep: ["reading_differs"],
    says: /reading_differs: trusts_activity 2025-0\d load \d+: its files, read again, give other data rows than/,
  },
  {
    name: "a table gone",
    sql: `drop table ${T} cascade`,
    light: ["view_missing", "table_missing", "rows_missing"],
    deep: ["view_missing", "table_missing", "rows_missing", "export_differs"],
    says: /there is no table bronze.trusts_activity/,
  },
  {
    name: "a table of nobody",
    sql: "create table bronze.left_over (a int)",
    light: ["table_unknown"],
    says: /bronze.left_over is no source of the ledger/,
  },
  {
    name: "an artifact gone",
    files: async (home) => home.remove(artifact().path),
    light: ["artifact_missing"],
    says: /calls-2025-02.csv\) is not in the store/,
  },
  {
    name: "an artifact with other bytes",
    files: async (home) => {
      const { path, text } = artifact();
      await home.write(path, text.replace("31", "32"));
    },
    light: [],
    deep: ["artifact_differs", "reading_differs"],
    says: /calls-2025-02.csv\) has the sha256/,
  },
  {
    name: "an artifact cut short",
    files: async (home) => {
      const { path, text } = artifact();
      await home.write(path, text.slice(1));
    },
    light: ["artifact_differs"],
    says: /calls-2025-02.csv\) has \d+ bytes, the ledger \d+/,
  },
  {
    name: "an export gone",
    files: (home) => home.remove(PARQUET),
    light: ["export_missing"],
    says: /trusts_activity.parquet is not there/,
  },
  {
    name: "an export with other bytes",
    files: async (home) => {
      const bytes = Buffer.from((await home.snapshot("data/exports"))[PARQUET] ?? "", "hex");
      await home.write(PARQUET, bytes.fill(0, 100, 110));
    },
    light: [],
    deep: ["export_differs"],
    says: /trusts_activity.parquet has the sha256/,
  },
  {
    name: "an export made of other loads than are current",
    sql: "update ops.export set digest = '0123456789abcdef' where source = 'trusts_activity'",
    light: ["export_differs"],
    says: /was made of 40 rows with the digest 0123456789abcdef, current are 40 rows with the digest/,
  },
];

/** The last file of the calls, as the store has it. */
function artifact(): { readonly path: string; readonly text: string } {
  const text = calls("Dec 2024", "Jan 2025", "Feb 2025");
  const name = sha256(text);
  return { path: `data/acquire/${name.slice(0, 2)}/${name}`, text };
}

describe("canonry verify", () => {
  let server: SeriesServer;
  let series: Series;
  let copy: Home | null = null;

  beforeAll(async () => {
    server = await SeriesServer.start();
    series = await Series.make(server, "  calls:\n    name: Calls\n    folder: calls\n");
    await series.publish("2025-01", { Activity: month(1) });
    await series.publish("2025-02", { Activity: month(2) });
    await series.home.write("calls/calls-2025-01.csv", calls("Dec 2024", "Jan 2025"));
    await series.home.write("calls/calls-2025-02.csv", calls("Dec 2024", "Jan 2025", "Feb 2025"));
    await series.backfill();
    await series.publish("2025-02", { Activity: month(2, 1) });
    await series.backfill();
  });
  afterEach(async () => {
    await copy?.close();
    copy = null;
  });
  afterAll(async () => {
    await series.close();
    await server.close();
  });

  /** A home and a database like those that were loaded, with a fault in them. */
  async function withFault({ sql, files }: Partial<Fault>): Promise<Home> {
    const path = await mkdtemp(join(tmpdir(), "canonry-verify-"));
    await chmod(path, 0o755);
    await cp(series.home.path, path, { recursive: true });
    const url = await server.database(series.home.database);
    copy = new Home(path, url);
    if (sql !== undefined) await rowsAt(url, sql);
    await files?.(copy);
    return copy;
  }

  const kindsOf = ({ differences }: Verification): readonly string[] => [
    ...new Set(differences.map((one) => one.kind)),
  ];

  test("what was loaded agrees, and looking changes nothing", async () => {
    const home = await withFault({});
    const before = await home.snapshot("data", "manifests", "tmp");
    for (const deep of [[], ["--deep"]]) {
      const ran = await home.run("verify", ...deep);
      expect(ran.stdout.trim()).toMatch(
        /^Counted( and hashed)? 5 loads of 2 sources, 70 rows, 5 artifacts, 2 exports(, 5 loads read again from their files)?: they agree\.$/,
      );
      expect(ran.code).toBe(0);
    }
    expect(await home.snapshot("data", "manifests", "tmp")).toEqual(before);
  });

  test.each(FAULTS)("$name", async ({ light, deep = light, says, ...fault }) => {
    const home = await withFault(fault);
    const [first, second] = [
      await home.json<Verification>("verify"),
      await home.json<Verification>("verify", "--deep"),
    ];
    expect(kindsOf(first)).toEqual(light);
    expect(kindsOf(second)).toEqual(deep);
    const { code, stdout } = await home.run("verify", "--deep");
    expect(stdout).toMatch(says);
    expect(code).toBe(6);
  });

  test("an export that holds other rows is seen, though the ledger knows its bytes", async () => {
    const home = await withFault({});
    const other = join(home.path, "other.parquet");
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    await connection.run(
      `copy (select * replace (referrals + 1 as referrals) from '${join(home.path, PARQUET)}') to '${other}' (format parquet)`,
    );
    connection.closeSync();
    instance.closeSync();
    const bytes = Buffer.from(
      (await home.snapshot("."))[other.slice(home.path.length + 1)] ?? "",
      "hex",
    );
    await home.write(PARQUET, bytes);
    await rowsAt(
      home.database ?? "",
      `update ops.export set size_bytes = ${bytes.length}, sha256 = '${sha256(bytes)}' where source = 'trusts_activity'`,
    );
    expect((await home.run("verify")).code).toBe(0);
    const { code, stdout } = await home.run("verify", "--deep");
    expect(stdout).toMatch(/export_differs: trusts_activity: .* holds 40 rows with the digest/);
    expect(code).toBe(6);
  });

  test("a draft that was too long to be kept is made again from the file", async () => {
    const forgotten = "update ops.generation set parsed = null where stage = 'draft'";
    const whole = await withFault({ sql: forgotten });
    const { checked, differences, notes } = await whole.json<Verification>("verify", "--deep");
    expect([checked.reread, differences, notes]).toEqual([5, [], []]);
    const [current, reading] = [
      CHANGED.replace("not is_current", "is_current limit 1"),
      "reading_differs",
    ];
    const home = await withFault({ sql: `${current}; ${forgotten}`, files: retaken });
    const differs = async (): Promise<readonly string[]> =>
      (await home.json<Verification>("verify", "--deep")).differences.map((one) => one.kind);
    expect(await differs()).toContain(reading);
    await rowsAt(home.database ?? "", "update ops.release set reader_version = -1");
    expect(await differs()).not.toContain(reading);
    const old = await withFault({ sql: `${CHANGED}; ${forgotten}`, files: retaken });
    const seen = await old.json<Verification>("verify", "--deep");
    expect([seen.differences, seen.notes.map((one) => one.detail)]).toEqual([
      [],
      [expect.stringMatching(/other data rows .*; it may have been read by another version/)],
    ]);
  });

  test("what another reader read, or what is in the store no more, is a note", async () => {
    const home = await withFault({ sql: CHANGED, files: retaken });
    await rowsAt(
      home.database ?? "",
      `update ops.generation set parsed = replace(parsed, 'reader_version: ', 'reader_version: -') where stage = 'draft'`,
    );
    const read = await home.json<Verification>("verify", "--deep");
    expect([read.differences, read.notes.map((one) => one.detail)]).toEqual([
      [],
      [
        expect.stringMatching(
          /give other data rows .*; it was read by version -\d+ of the reader, this is \d+$/,
        ),
      ],
    ]);
    await rowsAt(home.database ?? "", "update ops.artifact set purged_at = now()");
    await home.remove("data/acquire");
    const gone = await home.json<Verification>("verify", "--deep");
    expect(gone.differences).toEqual([]);
    expect(gone.checked.reread).toBe(0);
    expect(gone.notes).toHaveLength(5);
    expect(gone.notes[0]?.detail).toMatch(/^was not read again: .* is not in the store any more$/);
  });

  test("meanings are compared with the publisher's notes, and an edit makes views and meanings anew", async () => {
    const own = await Series.make(server);
    try {
      const { headers, rows } = month(1);
      const grid = [["Activity"], [], headers, ...rows, [], ["* = suppressed: counts under 5"]];
      const file = gridXlsx([{ name: "Activity", rows: grid }]);
      await own.home.write("inbox/trusts-2025-01.xlsx", file);
      await own.backfill();
      const details = async (): Promise<readonly string[]> => {
        const { differences, notes } = await own.home.json<Verification>("verify", "--deep");
        return [...differences, ...notes].map((one) => `${one.kind}: ${one.detail}`);
      };
      expect(await details()).toEqual([]);
      await own.rows("update ops.marker set meaning = 'nil', kind = 'zero'");
      await own.rows(
        redefined("trusts_activity", (query) => `${query} || ' and b.org_code <> ''R03'''`),
      );
      const publisher =
        /^marks_differ: .*"nil" for \* from the publisher, whose notes say "suppressed/;
      const found = await details();
      expect(found).toContainEqual(expect.stringMatching(publisher));
      expect(found).toContainEqual(
        expect.stringMatching(/^view_differs: .* change the description/),
      );
      await own.rows("update ops.generation set parsed = null where stage = 'draft'");
      expect(await details()).toContainEqual(
        expect.stringMatching(/^note: "nil" for \* was not compared .* the draft is not kept$/),
      );
      const path = "manifests/canonical/trusts/trusts_canonical.yaml";
      const text = Buffer.from(
        (await own.home.snapshot("manifests"))[path] ?? "",
        "hex",
      ).toString();
      const said = 'description: By trust\n    marker_meanings: { "*": under five }';
      await own.home.write(path, text.replace("description: Activity", said));
      await own.backfill();
      expect(await details()).toEqual([]);
      expect(await own.rows("select meaning, said_by from ops.marker")).toEqual([
        { meaning: "under five", said_by: "person" },
      ]);
      await own.rows("update ops.marker set meaning = 'nil', kind = 'zero'");
      expect(await details()).toContainEqual(
        expect.stringMatching(
          /^marks_differ: ops.marker has "nil" for \*, the manifest "under five"/,
        ),
      );
    } finally {
      await own.close();
    }
  });

  test("--pub and --period choose what is looked at", async () => {
    const home = await withFault({ sql: `delete from ${T} where _load_id = ${LOAD}` });
    expect((await home.run("verify", "--pub", "calls")).code).toBe(0);
    expect((await home.run("verify", "--pub", "trusts", "--period", "2025-02")).code).toBe(0);
    expect((await home.run("verify", "--period", "2025-01")).code).toBe(6);
  });
});
