import fc from "fast-check";
import { expect, test } from "vitest";
import { openCsv } from "../../src/formats/csv/open-csv.ts";
import { readRegionRows } from "../../src/formats/region-rows.ts";
import type { Part } from "../../src/model/decision.ts";
import type { DigestColumn } from "../../src/model/digest/row-digest.ts";
import { LIMITS } from "../../src/model/limits.ts";
import type { ColumnType, SourceContract } from "../../src/model/manifest/manifest.ts";
import type { RowAside } from "../../src/model/manifest/row-allowance.ts";
import { markerName } from "../../src/model/marks/marked-columns.ts";
import { columnLetter } from "../../src/model/sheet.ts";
import { partEncoder } from "../../src/stages/load/encode-part.ts";
import { RegularEncoder } from "../../src/stages/load/regular-part.ts";

const COLUMNS: readonly { readonly name: string; readonly type: ColumnType; marks?: true }[] = [
  { name: "area", type: "text" },
  { name: "code", type: "text" },
  { name: "cases", type: "bigint", marks: true },
  { name: "rate", type: "numeric", marks: true },
  { name: "year", type: "bigint" },
  { name: "day", type: "date" },
  { name: "seen_at", type: "timestamp" },
  { name: "open", type: "boolean" },
];

const CONTRACT = {
  code: "p_t",
  layout: "rows",
  time: ["day"],
  grain: [],
  columns: [
    ...COLUMNS.map(({ name, type, marks }) => ({
      name,
      type,
      role: marks === true ? "measure" : "dimension",
      markers: marks === true ? ["DNF", "p"] : [],
    })),
    // Of an earlier month: no field fills it.
    { name: "gone", type: "numeric", role: "measure", markers: [] },
  ],
} as unknown as SourceContract;

const TABLE: readonly DigestColumn[] = CONTRACT.columns.flatMap((column): DigestColumn[] => [
  { name: column.name, type: column.type },
  ...(column.role === "measure" ? [{ name: markerName(column.name), type: "text" as const }] : []),
]);

const figure = fc.oneof(
  fc.nat(9_000_000).map((n) => n.toLocaleString("en-GB")),
  fc.integer().map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.nat(99_999).map((n) => (n / 100).toFixed(2)),
  fc.constantFrom(
    ...[
      "007",
      "-0",
      "0",
      "-",
      "+5",
      "1,23",
      "1,234,56",
      "12,345.60",
      "1234,567",
      "£4,500",
      "(12)",
      "5.",
      ".5",
    ],
    ...[
      "12.0",
      "1E3",
      "999999999999999",
      "9999999999999999999",
      "-1,000",
      "*",
      "[c]",
      " 12 ",
      " ",
      "DNF",
    ],
    ...[
      "12 [p]",
      "1,234*",
      "0.5 (r)",
      "13p",
      "14 r",
      "12kg",
      "3 (m)",
      "9.5% [r]",
      "(4) [e]",
      "007 [p]",
    ],
    ...["50%", "\u221212", "1 234", "1,234.", ",123", "12,", "--5", "1.2.3", "0,123", "\\N"],
  ),
);
const word = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 12 }).map((text) => text.replace(/[\r\n\u0000]/g, "")),
  fc.constantFrom(
    "",
    " ",
    "\u00a0",
    " \u2003",
    "Leeds",
    " Bath ",
    'The "Wirral"',
    "a,b",
    "a\\b",
    "a\tb",
    "true",
    "12",
  ),
);
const day = fc.oneof(
  fc
    .tuple(fc.nat(30), fc.nat(12), fc.integer({ min: 1990, max: 2030 }))
    .map(([d, m, y]) => `${d + 1}/${m}/${y}`),
  fc
    .tuple(fc.nat(11), fc.nat(30))
    .map(([m, d]) => `2024-${String(m + 1).padStart(2, "0")}-${String(d + 1).padStart(2, "0")}`),
  fc.constantFrom("1st May 2024", "30-Nov-24", "2024-02-30", "", "0999-01-01", "2024-1-01", "x"),
);
const moment = fc.oneof(day, fc.constantFrom("2024-05-01 10:15", "01/05/2024 10:15:30.5", "25:00"));
const flag = fc.constantFrom("TRUE", "false", "Yes", " no ", "1", "", "maybe");
const record = fc.tuple(word, word, figure, figure, figure, day, moment, flag);

const place = { loadId: "42", part: 3, columns: TABLE };

test.each([
  { delimiter: ",", end: "\n", always: false },
  { delimiter: ";", end: "\r\n", always: true },
])(
  "a record's bytes become the line that its cells become: $delimiter",
  async ({ delimiter, end, always }) => {
    const field = (text: string): string =>
      always || /["\t]/.test(text) || text.includes(delimiter)
        ? `"${text.replaceAll('"', '""')}"`
        : text;
    await fc.assert(
      fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 12 }), async (records) => {
        const header = COLUMNS.map((column) => column.name);
        const text = [header, ...records]
          .map((one) => one.map(field).join(delimiter) + end)
          .join("");
        const content = Buffer.from(text);
        const bytes = {
          name: "a.csv",
          sizeBytes: content.length,
          localPath: null,
          read: (offset: number, length: number) =>
            Promise.resolve(content.subarray(offset, offset + length)),
          async *stream(start = 0) {
            for (let at = start; at < content.length; at += 64) yield content.subarray(at, at + 64);
          },
        };
        const region = {
          artifact: "a".repeat(64),
          file: "a.csv",
          member: null,
          sheet: null,
          regular: true,
          data_rows: [[2, records.length + 1]],
          total_rows: [],
          section_rows: [],
          columns: header.map((name, at) => ({ letter: columnLetter(at), header: [name] })),
        };
        const bindings = header.map((column, index) => ({ column, index }));
        const part = { region, bindings, periods: [] } as unknown as Part;
        const [aside, asideOfCells]: RowAside[][] = [[], []];
        const encoder = new RegularEncoder(CONTRACT, part, place, (row) => aside?.push(row));
        const cells = partEncoder(CONTRACT, part, place, (row) => asideOfCells?.push(row));
        const workbook = await openCsv(bytes, LIMITS);
        let expected = "";
        for await (const batch of readRegionRows(
          workbook.sheets[0]?.rows() ?? fail(),
          part.region,
        )) {
          for (const row of batch) expected += cells.encode(row);
        }
        const dialect = { ...workbook.dialect, delimiter, quote: '"', escape: '"' };
        fc.pre(workbook.dialect?.delimiter === delimiter && workbook.dialect.newline === end);
        const lines: Buffer[] = [];
        for await (const piece of encoder.linesOf({ bytes, dialect: dialect as never }))
          lines.push(Buffer.from(piece));
        expect(Buffer.concat(lines).toString()).toBe(expected);
        expect(aside).toEqual(asideOfCells);
        expect(encoder.digest.facts()).toEqual(cells.digest.facts());
        for (const what of ["rows", "aside", "asideCells", "periods", "columns"] as const) {
          expect(encoder.tally[what]).toEqual(cells.tally[what]);
        }
      }),
      { numRuns: 400 },
    );
  },
);

function fail(): never {
  throw new Error("no sheet");
}
