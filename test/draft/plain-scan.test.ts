import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CsvDialect, Sheet } from "../../src/model/sheet.ts";
import type { Bytes } from "../../src/model/storage/bytes.ts";
import { type PlainScan, scanPlain } from "../../src/stages/draft/plain/plain-scan.ts";

/** Scans a text that comes in chunks of some size and says that it is large. */
function scan(text: string, delimiter = ",", size = 1 << 20): Promise<PlainScan | null> {
  const content = Buffer.from(text);
  const bytes: Bytes = {
    name: "a.csv",
    sizeBytes: 9 << 20,
    localPath: null,
    read: (offset, length) => Promise.resolve(content.subarray(offset, offset + length)),
    async *stream(start = 0) {
      for (let at = start; at < content.length; at += size) yield content.subarray(at, at + size);
    },
  };
  const dialect: CsvDialect = {
    delimiter,
    quote: "",
    escape: "",
    newline: "\n",
    encoding: "utf-8",
    bomBytes: 0,
    evidence: [],
  };
  const sheet = { text: { bytes, dialect } } as unknown as Sheet;
  return scanPlain(sheet);
}

const COLUMNS = {
  integer: fc.integer({ min: -3e9, max: 3e9 }).map(String),
  year: fc.integer({ min: 1700, max: 2200 }).map(String),
  number: fc.tuple(fc.nat(99_999), fc.nat(999)).map(([whole, part]) => `${whole}.${part}`),
  date: fc
    .tuple(fc.integer({ min: 1000, max: 2999 }), fc.nat(11), fc.nat(27))
    .map(([year, month, day]) => {
      const two = (value: number): string => String(value + 1).padStart(2, "0");
      return `${year}-${two(month)}-${two(day)}`;
    }),
  text: fc.string({ unit: fc.constantFrom("a", "Z", "é", "—", "1", "x", "-"), maxLength: 14 }),
};
type Kind = keyof typeof COLUMNS;

/** What stands in a column, told without any haste. */
function seen(kind: Kind, fields: readonly string[]): object {
  const values = fields.filter((field) => field !== "");
  const integers = kind === "integer" || kind === "year" ? values : [];
  const figures = kind === "number" ? values : integers;
  const texts = new Map<string, number>();
  for (const value of values) texts.set(value, (texts.get(value) ?? 0) + 1);
  return {
    kind: kind === "year" ? "integer" : kind,
    values: values.length,
    integers: integers.length,
    empty: fields.length - values.length,
    years: integers.filter((one) => Number(one) >= 1800 && Number(one) <= 2099).length,
    texts: kind === "number" ? null : texts,
    sum: expect.closeTo(
      figures.reduce((sum, value) => sum + Number(value), 0),
      3,
    ),
  };
}

test("columns of plain records are counted as they stand, wherever the chunks end", async () => {
  const kinds = fc.array(fc.constantFrom(...(Object.keys(COLUMNS) as Kind[])), {
    minLength: 1,
    maxLength: 5,
  });
  const table = kinds.chain((columns) => {
    const row = columns.map((kind) =>
      kind === "text"
        ? COLUMNS.text.map((text) => `A${text}`)
        : fc.oneof({ weight: 4, arbitrary: COLUMNS[kind] }, fc.constant("")),
    );
    const rows = fc.array(fc.tuple(...row), { minLength: 1, maxLength: 12 });
    return fc.tuple(fc.constant(columns), rows);
  });
  const delimiters = fc.constantFrom(",", ";", "\t", "|");
  const ends = fc.constantFrom("\n", "\r\n");
  await fc.assert(
    fc.asyncProperty(
      table,
      delimiters,
      ends,
      fc.nat(40),
      async ([columns, rows], sign, end, cut) => {
        fc.pre(columns.every((_, at) => rows.some((row) => row[at] !== "")));
        const header = columns.map((_, at) => `h${at}`);
        const lines = [header, ...rows].map((row) => row.join(sign));
        const found = await scan(lines.join(end) + end, sign, cut + 1);
        expect(found).toMatchObject({ header, records: lines.length });
        for (const [at, kind] of columns.entries()) {
          const fields = rows.map((row) => row[at] ?? "");
          expect(found?.columns[at]).toMatchObject(seen(kind, fields));
        }
        const commas = await scan([header, ...rows].map((row) => `${row.join(",")}\n`).join(""));
        expect(found?.fingerprint).toBe(commas?.fingerprint);
        expect(found?.tail).toEqual({
          first: 2,
          text: lines
            .slice(1)
            .map((line) => line + end)
            .join(""),
        });
      },
    ),
    { numRuns: 300 },
  );
});

describe("what is not plain", () => {
  test.each([
    "-",
    "-0",
    "007",
    "5.",
    ".5",
    "1.2.3",
    "1e5",
    "-0.0",
    "12 ",
    " 12",
    "1,5",
    "(5)",
    "5%",
    "[c]",
    "*",
    "..",
    ":",
    "x ",
    "x\u00a0",
    "_x",
    '"x"',
    'x"y',
    "x\\y",
    "x\ty",
    "x\u0001y",
    "x\ry",
    "123456789012345678",
    "2025-1-1",
    "2025-13-01",
    "2025-00-10",
    "2025-01-31",
    "2025-",
    "2025-01-",
    "2025-01-0",
    "2025-01-011",
    "2025/01/01",
    "0999-01-01",
  ])("%j", async (field) => {
    for (const text of [`a;b\n1;${field}\n`, `a;b\n${field};1\n`, `a\n${field}\n`, `a\n${field}`]) {
      for (const size of [1, 3, 1 << 20]) expect(await scan(text, ";", size), text).toBeNull();
    }
  });

  test.each([
    ["a line with too few fields", "a,b\n1,2\n3\n"],
    ["a line with too many", "a,b\n1,2\n3,4,5\n"],
    ["a blank line", "a,b\n1,2\n\n3,4\n"],
    ["words among numbers", "a,b\n1,2\nx,4\n"],
    ["numbers among words", "a,b\nx,2\n1,4\n"],
    ["a date among numbers", "a,b\n2024,2\n2024-01-01,4\n"],
    ["a name that comes twice", "a,a\n1,2\n"],
    ["an empty column", "a,b\n1,\n"],
    ["no record", "a,b\n"],
  ])("%s", async (_what, text) => {
    for (const size of [1, 5, 1 << 20]) expect(await scan(text, ",", size)).toBeNull();
  });

  test("more than a thousand texts of words; of numbers they are only not told", async () => {
    const lines = Array.from({ length: 1001 }, (_, at) => `x${at},${at}\n`);
    expect(await scan(`a,b\n${lines.join("")}`)).toBeNull();
    const found = await scan(`a,b\n${lines.slice(1).join("")}`);
    expect(found?.columns[0]?.texts?.size).toBe(1000);
    const numbers = await scan(`a,b\n${lines.map((line) => line.replace(/x\d+/, "x")).join("")}`);
    expect(numbers?.columns[1]).toMatchObject({ texts: null, integers: 1001, ascending: true });
    expect(numbers?.tail.first).toBe(403);
  });
});
