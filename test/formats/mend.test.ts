import { describe, expect, test } from "vitest";
import { openCsv } from "../../src/formats/csv/open-csv.ts";
import { LIMITS } from "../../src/model/limits.ts";
import { endOfSheet } from "../../src/model/sheet.ts";
import { bytesOf } from "../../src/model/storage/bytes.ts";

const NAMES = [
  "Northern Trust",
  "St Mary, City",
  "Royal Infirmary",
  "Eastern Trust",
  "Western, Old",
];

/** A header and 40 records that are whole; text with a comma stands in quotes. */
function whole(): string[] {
  const lines = ["Date,Code,Name,Beds,Note"];
  for (let at = 0; at < 40; at++) {
    const name = NAMES[at % 5] ?? "";
    const day = String((at % 28) + 1).padStart(2, "0");
    const quoted = name.includes(",") ? `"${name}"` : name;
    lines.push(`2025-01-${day},R${100 + at},${quoted},${50 + at},"Seen, and counted"`);
  }
  return lines;
}

async function read(lines: readonly string[]) {
  const text = `${lines.join("\n")}\n`;
  const workbook = await openCsv(bytesOf("x.csv", Buffer.from(text)), LIMITS);
  const [sheet] = workbook.sheets;
  const rows: string[][] = [];
  if (sheet === undefined) throw new Error("no sheet");
  const end = await endOfSheet(sheet.rows(), (batch) => {
    for (const row of batch) {
      const width = (row.cells.at(-1)?.column ?? -1) + 1;
      const record = new Array<string>(width).fill("");
      for (const cell of row.cells) record[cell.column] = cell.text;
      rows.push(record);
    }
  });
  return { rows, remarks: end.remarks };
}

/** Line 7 as it is, and as another one. */
const broken = (line: string): readonly string[] =>
  whole().map((own, at) => (at === 7 ? line : own));
const CLEAN = ["2025-01-07", "R106", "St Mary, City", "56", "Seen, and counted"];

describe("one broken record among whole ones is read as what fits, and told", () => {
  test.each([
    ["a separator too many", '2025-01-07,,R106,"St Mary, City",56,"Seen, and counted"', CLEAN],
    ["a separator too few", '2025-01-07R106,"St Mary, City",56,"Seen, and counted"', CLEAN],
    [
      "a separator too few at a quote",
      '2025-01-07,R106"St Mary, City",56,"Seen, and counted"',
      CLEAN,
    ],
    [
      "a separator too few between quotes",
      '2025-01-07,R106,Royal Infirmary,56"Seen, and counted"',
      CLEAN.with(2, "Royal Infirmary"),
    ],
    [
      "a text with a separator and without quotes",
      '2025-01-07,R106,St Mary, City,56,"Seen, and counted"',
      CLEAN,
    ],
    [
      "a quote that is text",
      '2025-01-07,"R106,"St Mary, City",56,"Seen, and counted"',
      CLEAN.with(1, '"R106'),
    ],
    ["another separator", '2025-01-07;R106;"St Mary, City";56;"Seen, and counted"', CLEAN],
    [
      "spaces as separators",
      '2025-01-07 R106 Royal Infirmary 56 "Seen, and counted"',
      CLEAN.with(2, "Royal Infirmary"),
    ],
  ])("%s", async (_fault, line, expected) => {
    const { rows, remarks } = await read(broken(line));
    expect(rows[7]).toEqual(expected);
    expect(rows).toHaveLength(41);
    expect(remarks).toHaveLength(1);
    expect(remarks[0]).toMatch(/^record 8: /);
  });

  test("a quote that swallows the lines below gives them back", async () => {
    const { rows, remarks } = await read(broken('2025-01-07,R106,Royal Infirmary,56,"Seen'));
    expect(rows).toHaveLength(41);
    expect(rows[7]).toEqual(["2025-01-07", "R106", "Royal Infirmary", "56", '"Seen']);
    expect(remarks).toHaveLength(1);
  });
});

test("whole records are read as they are written", async () => {
  const { rows, remarks } = await read(whole());
  expect(rows).toHaveLength(41);
  expect(rows[7]).toEqual(["2025-01-07", "R106", "St Mary, City", "56", "Seen, and counted"]);
  expect(remarks).toEqual([]);
});

test("a field over a line end in a record as wide as the others is no fault", async () => {
  const lines = [
    "CODE,NAME,NOTE,OFFICE",
    'SP.X1,Population total,People counted on a day,"World Bank, offices"',
    "Name,Kind,Year,",
    ...Array.from({ length: 24 }, (_, at) => `Item ${at}    ,"1,2${at}",${at * 7},`),
    'Counties    ,"Kent County\n ",,',
    ...Array.from({ length: 10 }, (_, at) => `${at}: a note on what is above,,,`),
  ];
  const { rows, remarks } = await read(lines);
  expect(rows[27]).toEqual(["Counties    ", "Kent County\n "]);
  expect(remarks).toEqual([]);
});

test.each([
  ["which of two it could be is not guessed", "2025-01-07,R106,Royal Infirmary,5,6,7"],
  ["a note below is no record", "Source: monthly return, all trusts"],
  ["fields missing at the end are empty", "2025-01-07,R106,Royal Infirmary,56"],
])("%s", async (_why, line) => {
  const { rows, remarks } = await read(broken(line));
  expect(rows[7]).toEqual(line.split(","));
  expect(remarks).toEqual([]);
});

test("a file whose records are of many kinds is left as it is", async () => {
  const lines = Array.from({ length: 40 }, (_, at) =>
    Array.from({ length: 3 + (at % 4) }, () => at).join(","),
  );
  const { rows, remarks } = await read(lines);
  expect(rows.map((row) => row.length)).toEqual(lines.map((line) => line.split(",").length));
  expect(remarks).toEqual([]);
});
