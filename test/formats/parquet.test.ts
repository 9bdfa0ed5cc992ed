import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CopyText, copyLine, parquetFromCopy } from "../../src/formats/parquet.ts";

describe("Parquet from lines of COPY", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "canonry-parquet-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const COLUMNS = [
    { name: "place", type: "bigint" },
    { name: "text", type: "text" },
    { name: "figure", type: "numeric", digits: { whole: 9, fraction: 2 } },
  ] as const;
  type Row = readonly [place: number, text: string | null, figure: string | null];

  const write = async (
    rows: readonly Row[],
    more: Partial<CopyText> = {},
  ): Promise<number | null> => {
    const path = join(folder, "rows");
    await writeFile(path, rows.map(copyLine).join(""));
    const order = { key: null, ascending: [], leftOut: [] };
    const text = { path, lineBytes: 20, columns: COLUMNS, ...order, ...more };
    return parquetFromCopy(text, join(folder, "rows.parquet"), folder);
  };
  const read = async (): Promise<unknown[][]> => {
    const connection = await (await DuckDBInstance.create()).connect();
    const file = join(folder, "rows.parquet");
    const found = await connection.runAndReadAll(
      `select * replace (figure::varchar as figure) from '${file}'`,
    );
    connection.closeSync();
    return found.getRowsJson() as unknown[][];
  };

  const TEXT = fc.string({
    unit: fc.constantFrom(
      "\\",
      "\t",
      "\n",
      "\r",
      "\b",
      "\v",
      "\f",
      "n",
      "t",
      "N",
      '"',
      "'",
      ",",
      " ",
      "é",
      "#",
    ),
    maxLength: 8,
  });

  test("every text comes as it was, empty is not missing, and no digit is lost", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.option(TEXT), fc.option(fc.integer({ min: -1e9, max: 1e9 }))), {
          minLength: 1,
          maxLength: 40,
        }),
        async (values) => {
          const rows = values.map(
            ([text, cents], at): Row => [
              at,
              text,
              cents === null ? null : (cents / 100).toFixed(2),
            ],
          );
          expect(await write(rows)).toBe(rows.length);
          expect(await read()).toEqual(rows.map(([at, ...rest]) => [String(at), ...rest]));
        },
      ),
      { numRuns: 40 },
    );
  });

  test.each([
    { of: "many columns", width: 200, rows: 40_000, text: "short" },
    { of: "long texts", width: 10, rows: 40_000, text: "word ".repeat(60) },
  ])("a table of $of fits into the memory that it has", async ({ width, rows, text }) => {
    const path = join(folder, "wide");
    const out = createWriteStream(path);
    const values = Array.from({ length: width }, (_, at) => `${text} ${at}`);
    for (let row = 0; row < rows; row++) {
      if (!out.write(copyLine([row, ...values.map((value) => `${row} ${value}`)])))
        await once(out, "drain");
    }
    out.end();
    await finished(out);
    const lineBytes = Math.ceil(out.bytesWritten / rows);
    const columns = [
      { name: "place", type: "bigint" as const },
      ...values.map((_, at) => ({ name: `c${at}`, type: "text" as const })),
    ];
    const wide = { path, lineBytes, columns, key: null, ascending: ["place"], leftOut: [] };
    expect(await parquetFromCopy(wide, join(folder, "wide.parquet"), folder)).toBe(rows);
  });

  test("rows that do not ascend are told, and what was left out is not written", async () => {
    const rows: Row[] = [
      [1, "b", "1.00"],
      [3, "a", "2.00"],
      [2, "c", null],
    ];
    const order = { ascending: ["place"], leftOut: ["place"] };
    expect(await write(rows, order)).toBeNull();
    expect(
      await write(
        rows.toSorted((a, b) => a[0] - b[0]),
        order,
      ),
    ).toBe(3);
    expect(await read()).toEqual([
      ["b", "1.00"],
      ["c", null],
      ["a", "2.00"],
    ]);
    expect(await write([rows[0] as Row, rows[0] as Row], order)).toBeNull();
  });

  test("columns that follow from another are not in the lines; rows ascend as its texts are listed", async () => {
    const columns = [
      { name: "season", type: "text" },
      { name: "begins", type: "date" },
      { name: "text", type: "text" },
      { name: "figure", type: "numeric", digits: { whole: 9, fraction: 2 } },
    ] as const;
    const begins = ["2024-09-01", "2024-12-01"];
    const key = {
      name: "season",
      texts: ["the autumn's", "Winter"],
      gives: [{ name: "begins", values: begins }],
    };
    const more = { columns, key, ascending: ["season"] };
    const seasons = async (...names: string[]) => {
      await writeFile(
        join(folder, "rows"),
        names.map((name) => copyLine([name, "a", "1.00"])).join(""),
      );
      const text = { path: join(folder, "rows"), lineBytes: 20, leftOut: [], ...more };
      return parquetFromCopy(text, join(folder, "rows.parquet"), folder);
    };
    expect(await seasons("the autumn's", "Winter")).toBe(2);
    const days = (await read()).map(([season, day]) => [season, String(day)]);
    expect(days).toEqual([
      ["the autumn's", "2024-09-01"],
      ["Winter", "2024-12-01"],
    ]);
    expect(await seasons("Winter", "the autumn's")).toBeNull();
    await expect(seasons("Spring")).rejects.toMatchObject({ code: "EXPORT_FAILED" });
  });
});
