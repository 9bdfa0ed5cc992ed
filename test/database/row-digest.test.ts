import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Database } from "../../src/database/database.ts";
import { identifier } from "../../src/database/identifier.ts";
import { loadFacts } from "../../src/database/tables/row-digest.ts";
import type { DigestColumn } from "../../src/model/digest/row-digest.ts";
import type { RowFacts } from "../../src/model/load-commit.ts";
import type { ColumnType } from "../../src/model/manifest/manifest.ts";
import { MIGRATIONS } from "../../src/pipeline/world.ts";
import { copyField } from "../../src/stages/load/encode-cell.ts";
import { PartDigest, RowBytes } from "../../src/stages/load/part-digest.ts";
import { SeriesServer } from "../support/series.ts";

type Values = readonly (string | null)[];

let server: SeriesServer;
let database: Database;

beforeAll(async () => {
  server = await SeriesServer.start();
  database = new Database({ url: await server.database(), migrations: MIGRATIONS });
});

afterAll(async () => {
  await database.close();
  await server.close();
});

/** Counts and digest of rows by the program, and by the server once they are in a table. */
async function both(
  columns: readonly DigestColumn[],
  rows: readonly Values[],
): Promise<{ readonly ours: readonly RowFacts[]; readonly servers: readonly RowFacts[] }> {
  const digest = new PartDigest(columns, 1);
  const bytes = new RowBytes(digest);
  const lines = rows.map((row, at) => {
    for (const [index, value] of row.entries()) bytes.put(index, value);
    bytes.take(at + 2, "data", null);
    return `1\t1\t${at + 2}\tdata\t\\N\t${row.map(copyField).join("\t")}\n`;
  });
  const servers = await database.session(async (session) => {
    const own = columns.map(({ name, type }) => `${identifier(name)} ${type}`).join(", ");
    await session.rows("drop table if exists pg_temp.rows");
    await session.rows(
      `create temp table rows (_load_id bigint, _part smallint, _row bigint, _kind text, _period text, ${own})`,
    );
    const names = columns.map(({ name }) => identifier(name));
    const copied = async function* () {
      yield* lines;
    };
    const all = ["_load_id", "_part", "_row", "_kind", "_period", ...names];
    await session.copyIn("pg_temp.rows", all, copied());
    return loadFacts(session, "pg_temp.rows", columns, {
      loads: [1],
      parts: false,
      periods: false,
    });
  });
  return {
    ours: digest.facts().map(({ digits: _digits, ...facts }) => facts),
    servers: servers.map(({ load_id: _load, ...facts }) => facts),
  };
}

const digits = (most: number): fc.Arbitrary<string> =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: most })
    .map((all) => all.join(""));
const sign = fc.constantFrom("", "-", "+");
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.constantFrom("", " ", "\t", "\\N", "a\nb", "🚑", "é", "Ålesund", "[c]", "\uFFFD"),
  fc.nat(5_000).map((size) => "Ω-".repeat(size)),
);
const VALUES: Readonly<Record<ColumnType, fc.Arbitrary<string>>> = {
  text: text.map((value) => value.replaceAll("\0", "")),
  bigint: fc.oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
    fc.integer({ min: -1000, max: 1000 }).map(String),
    fc.tuple(sign, fc.bigInt({ min: 0n, max: 2n ** 63n - 1n })).map(([s, n]) => `${s}000${n}`),
    fc.constantFrom("-9223372036854775808", "9223372036854775807", "4294967296", "-4294967296"),
    fc.constantFrom("9007199254740991", "9007199254740992", "-9007199254740993", "-1", "0"),
  ),
  numeric: fc.oneof(
    fc.tuple(sign, digits(9), digits(6)).map(([s, whole, part]) => `${s}${whole}.${part}`),
    fc.tuple(sign, digits(60), digits(60)).map(([s, whole, part]) => `${s}${whole}.${part}`),
    fc
      .tuple(sign, digits(20), digits(20), fc.integer({ min: -900, max: 900 }))
      .map(([s, whole, part, power]) => `${s}${whole}.${part}e${power}`),
    fc.tuple(digits(12), fc.nat(40)).map(([whole, zeros]) => `${whole}${"0".repeat(zeros)}`),
    fc.constantFrom("0", "-0", "0.000", "-0.0e5", ".5", "5.", "9999", "10000", "0.0001", "0.00001"),
    fc.constantFrom("1e1000", "-1E-1000", "99999999.9999", "100000000", "00012.3400", "1E+4"),
  ),
  date: fc
    .date({ min: new Date("1000-01-01"), max: new Date("9999-12-31"), noInvalidDate: true })
    .map((day) => day.toISOString().slice(0, 10)),
  timestamp: fc
    .tuple(
      fc.date({ min: new Date("1000-01-01"), max: new Date("9999-12-31"), noInvalidDate: true }),
      fc.option(digits(9)),
      fc.constantFrom("T", " "),
      fc.constantFrom(10, 16, 19),
    )
    .map(([day, part, between, length]) => {
      const iso = day.toISOString().slice(0, length).replace("T", between);
      return length === 19 && part !== null ? `${iso}.${part}` : iso;
    }),
  boolean: fc.constantFrom("true", "false"),
};
const TYPES = Object.keys(VALUES) as ColumnType[];

test.each(TYPES)("%s: the program hashes a value as the server does", async (type) => {
  const columns = [{ name: "value", type }];
  const rows = fc.array(fc.tuple(fc.option(VALUES[type])), { minLength: 1, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(rows, async (sample) => {
      const { ours, servers } = await both(columns, sample);
      expect(servers).toEqual(ours);
    }),
    { numRuns: 60 },
  );
});

test("the digits that numerics need are what the server makes of them", async () => {
  const columns = [{ name: "value", type: "numeric" as const }];
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(VALUES.numeric), { minLength: 1 }), async (sample) => {
      const digest = new PartDigest(columns, 1);
      const bytes = new RowBytes(digest);
      for (const [at, value] of sample.entries()) {
        bytes.put(0, value);
        bytes.take(at + 2, "data", null);
      }
      const [seen] = await database.rows(
        `select coalesce(max(length(trunc(abs(value))::text)) filter (where abs(value) >= 1), 0)::int as whole,
                coalesce(max(min_scale(value)), 0)::int as fraction from unnest($1::numeric[]) value`,
        [sample],
      );
      expect(digest.facts()[0]?.digits).toEqual({ value: seen });
    }),
    { numRuns: 60 },
  );
});

test("rows of all types, with nulls: counts and digests are those of the server", async () => {
  const columns = [...TYPES, ...TYPES].map((type, at) => ({ name: `c${at} "${type}"`, type }));
  const row = fc.tuple(...columns.map(({ type }) => fc.option(VALUES[type], { freq: 3 })));
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 40 }), async (rows) => {
      const { ours, servers } = await both(columns, rows);
      expect(servers).toEqual(ours);
    }),
    { numRuns: 40 },
  );
});

test("a table of 1,500 numeric columns is hashed as the server does it", async () => {
  const columns = Array.from({ length: 1_500 }, (_none, at) => ({
    name: `c${at}`,
    type: "numeric" as const,
  }));
  const rows = [1, 2].map((row) => columns.map((_one, at) => (at % 7 === row ? `-${at}.5` : null)));
  const { ours, servers } = await both(columns, rows);
  expect(servers).toEqual(ours);
});

const digestOf = async (columns: readonly DigestColumn[], rows: readonly Values[]) =>
  (await both(columns, rows)).ours[0]?.digest;
const column = (name: string, type: ColumnType): DigestColumn => ({ name, type });
const [A, B] = [column("a", "numeric"), column("b", "text")];

test("the order of the rows does not count, and columns that came later are as if they were not", async () => {
  const rows = fc.array(fc.tuple(fc.option(VALUES.numeric), fc.option(VALUES.text)), {
    minLength: 1,
    maxLength: 20,
  });
  await fc.assert(
    fc.asyncProperty(rows, async (sample) => {
      const digest = await digestOf([A, B], sample);
      expect(await digestOf([A, B], sample.toReversed())).toBe(digest);
      const later = sample.map((row) => [...row, null, null]);
      const wider = [A, B, column("c", "numeric"), column("d", "date")];
      expect(await digestOf(wider, later)).toBe(digest);
    }),
    { numRuns: 15 },
  );
});

test.each<[string, readonly Values[], readonly Values[]]>([
  ["a digit", [["12.5", "x"]], [["12.6", "x"]]],
  ["a sign", [["12.5", "x"]], [["-12.5", "x"]]],
  ["a factor of ten thousand", [["12", "x"]], [["120000", "x"]]],
  ["null for zero", [["0", "x"]], [[null, "x"]]],
  ["null for an empty text", [["1", ""]], [["1", null]]],
  ["a space", [["1", "x"]], [["1", "x "]]],
  // A plain sum of record hashes is a sum by column: it would not see these two.
  [
    "values moved between rows",
    [
      ["1", "x"],
      ["2", "y"],
    ],
    [
      ["1", "y"],
      ["2", "x"],
    ],
  ],
  [
    "signs moved between rows",
    [
      ["1", "x"],
      ["-1", "y"],
    ],
    [
      ["-1", "x"],
      ["1", "y"],
    ],
  ],
  [
    "a row twice",
    [["1", "x"]],
    [
      ["1", "x"],
      ["1", "x"],
    ],
  ],
])("%s changes the digest", async (_what, before, after) => {
  expect(await digestOf([A, B], after)).not.toBe(await digestOf([A, B], before));
});

test("two columns that were swapped change the digest", async () => {
  const columns = [column("a", "bigint"), column("b", "bigint")];
  const rows = [
    ["1", "2"],
    ["3", "4"],
  ];
  const swapped = rows.map((row) => row.toReversed());
  expect(await digestOf(columns, swapped)).not.toBe(await digestOf(columns, rows));
});

test.each<[ColumnType, string]>([
  ["bigint", "1.5"],
  ["bigint", ""],
  ["numeric", "1,000"],
  ["numeric", "-"],
  ["date", "2025-1-1"],
  ["date", "20250101XX"],
  ["timestamp", "2025-01-01X10:00"],
  ["boolean", "yes"],
])("what is no %s is refused: %s", (type, value) => {
  const digest = new PartDigest([column("a", type)], 1);
  const bytes = new RowBytes(digest);
  bytes.put(0, value);
  expect(() => bytes.take(1, "data", null)).toThrow(`is no ${type}`);
});
