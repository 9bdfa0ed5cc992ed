import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openCsv } from "../../src/formats/csv/open-csv.ts";
import { LIMITS } from "../../src/model/limits.ts";
import type { Region } from "../../src/model/manifest/manifest.ts";
import type { Bytes } from "../../src/model/storage/bytes.ts";
import { readPlainSheet } from "../../src/stages/draft/plain/plain-sheet.ts";
import { readSheet } from "../../src/stages/draft/read-sheet.ts";

const ARTIFACT = "a".repeat(64);

/** A text as a file that says it is large, in chunks of some size. */
function fileOf(text: string, size = 1 << 20): Bytes {
  const content = Buffer.from(text);
  return {
    name: "a.csv",
    sizeBytes: 9 << 20,
    localPath: null,
    read: (offset, length) => Promise.resolve(content.subarray(offset, offset + length)),
    async *stream(start = 0) {
      for (let at = start; at < content.length; at += size) yield content.subarray(at, at + size);
    },
  };
}

/** What is seen of a CSV by its bytes, null if it is read as any other; and what is seen of it as any other. */
async function seen(text: string, size?: number) {
  const [sheet] = (await openCsv(fileOf(text, size), LIMITS)).sheets;
  if (sheet === undefined) throw new Error("no sheet");
  const byBytes = await readPlainSheet(sheet, ARTIFACT, "a.csv");
  const { text: _bytes, ...cells } = sheet;
  return { byBytes, byCells: await readSheet(cells, ARTIFACT, "a.csv", []) };
}

/** What both ways must agree on; distinct decimals are not counted by bytes, and only bytes tell what ascends. */
function told(region: Region | undefined): object {
  const { plain: _plain, regular: _regular, columns, ...rest } = region as Region;
  return {
    ...rest,
    columns: columns.map(({ ascending: _ascending, distinct, sum, ...column }) => ({
      ...column,
      distinct: column.type === "numeric" ? null : distinct,
      ...(sum === undefined ? {} : { sum: sum.toFixed(3) }),
    })),
  };
}

const count = fc.oneof(
  { weight: 6, arbitrary: fc.nat(2_000_000).map((n) => n.toLocaleString("en-GB")) },
  { weight: 3, arbitrary: fc.nat(999).map(String) },
  { weight: 1, arbitrary: fc.constantFrom("*", "[c]", "-", "..", "", " ", "<5") },
);
const COLUMNS: Readonly<Record<string, fc.Arbitrary<string>>> = {
  Code: fc.nat(60).map((n) => `E0${n + 100}`),
  Name: fc.constantFrom(
    "Leeds",
    "  Bath ",
    "York, City of",
    'The "Wirral"',
    "Hull\u00a0",
    "Ely; Cambs",
  ),
  Area: fc.constantFrom("North", "South", "na", "c", "Café"),
  Day: fc.tuple(fc.nat(27), fc.nat(11)).map(([day, month]) => {
    const two = (value: number): string => String(value + 1).padStart(2, "0");
    return `${two(day)}/${two(month)}/2024`;
  }),
  Attendances: count,
  Admissions: count,
  Rate: fc.oneof(
    fc.nat(99_999).map((n) => `${(n / 100).toFixed(2)}%`),
    fc.nat(99_999).map((n) => `-${n / 100}`),
    fc.constantFrom("x", "", "(4.5)"),
  ),
};

const table = fc
  .record({
    names: fc.subarray(Object.keys(COLUMNS), { minLength: 3 }),
    delimiter: fc.constantFrom(",", ";", "\t"),
    end: fc.constantFrom("\n", "\r\n"),
    always: fc.boolean(),
    cut: fc.integer({ min: 40, max: 2_000 }),
  })
  .chain((given) => {
    const row = fc.tuple(...given.names.map((name) => COLUMNS[name] as fc.Arbitrary<string>));
    return fc.record({
      given: fc.constant(given),
      rows: fc.array(row, { minLength: 20, maxLength: 60 }),
    });
  });

function textOf(
  lines: readonly (readonly string[])[],
  { delimiter, end, always }: { delimiter: string; end: string; always: boolean },
): string {
  const field = (text: string): string =>
    always || text.includes(delimiter) || text.includes('"')
      ? `"${text.replaceAll('"', '""')}"`
      : text;
  return lines.map((line) => line.map(field).join(delimiter) + end).join("");
}

test("by bytes the same is seen as by cells", async () => {
  let known = 0;
  await fc.assert(
    fc.asyncProperty(table, async ({ given, rows }) => {
      const { byBytes, byCells } = await seen(textOf([given.names, ...rows], given), given.cut);
      if (byBytes === null) return;
      known++;
      expect(byCells.regions).toHaveLength(1);
      expect(told(byBytes.regions[0])).toEqual(told(byCells.regions[0]));
      expect(byBytes.claims).toEqual(byCells.claims);
    }),
    { numRuns: 150 },
  );
  expect(known).toBeGreaterThan(90);
}, 60_000);

/** 6,000 records: what stands in the middle neither end shows. */
function long(at: number, odd: string): string {
  const lines = ["Code,Name,Attendances,Admissions"];
  for (let row = 0; row < 6_000; row++) {
    lines.push(
      row === at
        ? odd
        : `E${100 + (row % 90)}," Area ${row % 90}","${1 + (row % 9)},${200 + (row % 700)}",${row % 50 === 3 ? "*" : row}`,
    );
  }
  return `${lines.join("\n")}\n`;
}

test("a mark, a blank and a separator in the middle of a long file are counted as they are everywhere", async () => {
  for (const odd of [
    'E101,Hull,"1,234",[c]',
    "E102,Hull,*,17",
    'E103,"  ",..,0.5',
    'E104,"a ""b""",1,2',
  ]) {
    const { byBytes, byCells } = await seen(long(4_000, odd));
    expect(told(byBytes?.regions[0]), odd).toEqual(told(byCells.regions[0]));
    expect(byBytes?.regions[0]?.regular).toBe(true);
  }
});

test("whether numbers count up is told by bytes as by cells", async () => {
  const file = (area: string, numberOf: (row: number) => string): string => {
    const rows = Array.from({ length: 3_000 }, (_, row) => `${numberOf(row)},${area},${row % 7}\n`);
    return `No.,Area,Visits\n${rows.join("")}`;
  };
  for (const area of ["Leeds", " Leeds "]) {
    for (const [numberOf, role] of [
      [(row: number) => String(row), "dimension"],
      [(row: number) => (row === 2_700 ? "" : String(row + 1)), "dimension"],
      [(row: number) => String(row === 2_700 ? 5 : row), "measure"],
      [(row: number) => (row === 2_700 ? "*" : String(row)), "measure"],
    ] as const) {
      const { byBytes, byCells } = await seen(file(area, numberOf));
      expect(byCells.regions[0]?.columns[0]).toMatchObject({ role });
      expect(told(byBytes?.regions[0])).toEqual(told(byCells.regions[0]));
    }
  }
});

describe("a record in the middle that is not like the others: the file is read as any other", () => {
  test.each([
    ["a total", 'Total,All areas,"9,999",1'],
    ["a total among names", 'E101,Grand total,"9,999",1'],
    ["a word among figures", 'E101,Hull,"1,234",see note'],
    ["a narrow one", "See the notes,,,"],
    ["one field less", 'E101,Hull,"1,234"'],
    ["one field more", 'E101,Hull,"1,234",1,2'],
    ["a blank line", ""],
    ["a line end in quotes", 'E101,"Hull\nEast","1,234",1'],
    ["a quote in a field", 'E101,Hull 5" pipe,"1,234",1'],
    ["text behind a quote", 'E101,"Hull" East,"1,234",1'],
    ["a return in a field", 'E101,Hull\rEast,"1,234",1'],
  ])("%s", async (_what, odd) => {
    const { byBytes } = await seen(long(4_000, odd));
    expect(byBytes).toBeNull();
  });
});
