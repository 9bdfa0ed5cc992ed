import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { copyLine, type ParquetColumn, parquetFromCopy } from "../../src/formats/parquet.ts";
import { digestOfParquet } from "../../src/formats/parquet-digest.ts";
import { PartDigest, RowBytes } from "../../src/stages/load/part-digest.ts";

type Row = readonly (string | null)[];

describe("the digest of a Parquet file, read back", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "canonry-parquet-digest-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const readBack = async (columns: readonly ParquetColumn[], rows: readonly Row[]) => {
    const [path, parquet] = [join(folder, "rows"), join(folder, "rows.parquet")];
    await writeFile(path, rows.map(copyLine).join(""));
    const order = { key: null, ascending: [], leftOut: [] };
    const text = { path, lineBytes: 100, columns, ...order };
    expect(await parquetFromCopy(text, parquet, folder)).toBe(rows.length);
    return digestOfParquet(parquet, columns, folder);
  };

  /** Of the texts of the values, as a load takes them. */
  const digestOf = (columns: readonly ParquetColumn[], rows: readonly Row[]) => {
    const digest = new PartDigest(columns, 1);
    const bytes = new RowBytes(digest);
    for (const [at, row] of rows.entries()) {
      for (const [index, value] of row.entries()) bytes.put(index, value);
      bytes.take(at, "data", null);
    }
    const [facts] = digest.facts();
    return { rows: facts?.rows, digest: facts?.digest };
  };

  const digits = (whole: number, fraction: number) =>
    fc
      .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** BigInt(whole + fraction) - 1n }))
      .map(([negative, units]) => {
        const text = String(units).padStart(fraction + 1, "0");
        const point = text.length - fraction;
        const sign = negative && units > 0n ? "-" : "";
        return `${sign}${text.slice(0, point)}${fraction === 0 ? "" : `.${text.slice(point)}`}`;
      });
  const numeric = (whole: number, fraction: number) => ({
    column: { type: "numeric" as const, digits: { whole, fraction } },
    values: digits(whole, fraction),
  });
  const day = fc
    .date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true })
    .map((date) => date.toISOString());
  const KINDS = [
    { column: { type: "text" as const }, values: fc.string({ unit: "grapheme", maxLength: 40 }) },
    { column: { type: "text" as const }, values: fc.constantFrom("", "a", "ten of these") },
    {
      column: { type: "bigint" as const },
      values: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
    },
    { column: { type: "bigint" as const }, values: fc.integer().map(String) },
    numeric(9, 2),
    numeric(18, 0),
    numeric(0, 8),
    numeric(3, 15),
    numeric(20, 18),
    numeric(30, 20),
    { column: { type: "date" as const }, values: day.map((date) => date.slice(0, 10)) },
    {
      column: { type: "timestamp" as const },
      values: day.map((date) => date.slice(0, 19).replace("T", " ")),
    },
    { column: { type: "boolean" as const }, values: fc.constantFrom("true", "false") },
  ];

  test("is that of the texts of its values, whatever their types", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...KINDS), { minLength: 1, maxLength: 8 }).chain((kinds) =>
          fc.tuple(
            fc.constant(kinds),
            fc.array(fc.tuple(...kinds.map(({ values }) => fc.option(values))), {
              minLength: 1,
              maxLength: 30,
            }),
          ),
        ),
        async ([kinds, rows]) => {
          // With a column that is never empty: a blank line would be none to DuckDB.
          const columns: ParquetColumn[] = [
            ...kinds.map(({ column }, at) => ({ name: `c ${at}`, ...column })),
            { name: "row", type: "bigint" },
          ];
          // COPY cannot hold a text with the first sign of ASCII.
          const held = rows.map((row, at) => [
            ...row.map((one) => one?.replaceAll("\0", "") ?? null),
            String(at),
          ]);
          expect(await readBack(columns, held)).toEqual(digestOf(columns, held));
        },
      ),
      { numRuns: 60 },
    );
  });

  test("is the same where few texts come again and again, and where one of them is another", async () => {
    const columns = [
      { name: "code", type: "text" },
      { name: "few", type: "text" },
      { name: "some", type: "text" },
      { name: "many", type: "text" },
      { name: "marks", type: "text" },
      { name: "figure", type: "bigint" },
    ] as const;
    const rows = Array.from(
      { length: 130_000 },
      (_, at): Row => [
        String(at),
        at % 7 === 0 ? null : `the ${at % 5}th of the few names`,
        `one of some names, ${Math.floor(at / 300)}`,
        `${at} is a text of its own, in every row`,
        at % 1000 === 0 ? "[c]" : null,
        at % 11 === 0 ? null : String(at * 3),
      ],
    );
    const expected = digestOf(columns, rows);
    expect(await readBack(columns, rows)).toEqual(expected);
    const others = rows.with(77_777, rows[77_777]?.with(1, "the 5th of the few names") ?? []);
    expect((await readBack(columns, others)).digest).not.toBe(expected.digest);
  });

  test("a table wider than a record of the server is read back too", async () => {
    const columns = Array.from({ length: 1_700 }, (_, at) => ({
      name: `c${at}`,
      type: at % 3 === 0 ? ("text" as const) : ("bigint" as const),
    }));
    const rows = [1, 2, 3].map((row): Row => columns.map((_, at) => String(row * at)));
    expect(await readBack(columns, rows)).toEqual(digestOf(columns, rows));
  });
});
