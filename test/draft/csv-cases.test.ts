import { describe, expect, test } from "vitest";
import type { SheetView } from "../../src/inquiry/inspect/view.ts";
import { columnOf, columnsOf, onlyTable, rowsOf, seeCsv } from "../support/see.ts";

// Cells, encodings and dialects by themselves stand in test/formats/csv.test.ts; here is what becomes of them.

const RECORDS = [
  ["Code", "Région", "Patients", "Spending £"],
  ["007", "Nord – Ouest", "12", "1.5"],
  ["008", "Señora", "35", "2.25"],
  ["011", "Café", "20", "0"],
];
const joined = (delimiter: string, end: string): string =>
  RECORDS.map((record) => record.join(delimiter) + end).join("");

const COLUMNS = [
  ["A", "Code", "text", "dimension"],
  ["B", "Région", "text", "dimension"],
  ["C", "Patients", "integer", "measure"],
  ["D", "Spending £", "numeric", "measure"],
];

async function expectRecords(content: Buffer | string, name = "a.csv"): Promise<void> {
  const table = onlyTable(await seeCsv(content, name));
  expect(rowsOf(table)).toMatchObject({ range: "A1:D4", header_rows: [1], data_rows: [[2, 4]] });
  expect(columnsOf(table)).toEqual(COLUMNS);
  expect([columnOf(table, "C").sum, columnOf(table, "D").sum]).toEqual([67, 3.75]);
}

describe("one table, however it is written", () => {
  const text = joined(",", "\n");
  test.each([
    ["UTF-8", Buffer.from(text)],
    ["UTF-8 with a byte-order mark", Buffer.from(`\ufeff${text}`)],
    ["UTF-16", Buffer.from(`\ufeff${text}`, "utf16le")],
    ["UTF-16, big end first", Buffer.from(`\ufeff${text}`, "utf16le").swap16()],
    ["windows-1252", Buffer.from(text.replaceAll("–", "\u0096"), "latin1")],
  ])("in %s", async (_encoding, content) => {
    await expectRecords(content);
  });

  test.each([";", "\t", "|"])("with the delimiter %j", async (delimiter) => {
    await expectRecords(joined(delimiter, "\n"));
  });

  test.each(["\r", "\r\n"])("with the line end %j", async (end) => {
    await expectRecords(joined(",", end));
  });

  test("without a line end behind the last record", async () => {
    await expectRecords(text.trimEnd());
  });

  test("as .tsv and as .txt", async () => {
    await expectRecords(joined("\t", "\n"), "a.tsv");
    await expectRecords(text, "a.txt");
  });
});

test("quotes inside quotes, delimiters and line ends inside quotes are text", async () => {
  const table = onlyTable(
    await seeCsv(
      'Name,"Patients, all",Visits\n"The ""old"" town",12,3\n"two\nlines, one record",15,4\n"",9,1\n',
    ),
  );
  expect(rowsOf(table)).toMatchObject({ header_rows: [1], data_rows: [[2, 4]] });
  expect(columnOf(table, "B")).toMatchObject({ header: ["Patients, all"], sum: 36 });
  expect(columnOf(table, "A")).toMatchObject({ values: 2, empty: 1 });
});

test("ragged records: a short one has empty cells at its end, and shifts nothing", async () => {
  const table = onlyTable(
    await seeCsv(
      "Code,Name,Patients,Visits\nA1,North,12,3\nA2,South,15\nA3,East,9,1\nA4,West,7,2\n",
    ),
  );
  expect(rowsOf(table)).toMatchObject({ range: "A1:D5", data_rows: [[2, 5]] });
  expect(columnOf(table, "D")).toMatchObject({ values: 3, empty: 1, sum: 6 });
});

test("a record with a field too many that cannot be mended holds the table back, and names the cell", async () => {
  const records = Array.from({ length: 30 }, (_, at) => `X${10 + at},${100 + 7 * at},${at / 2}`);
  const whole = onlyTable(await seeCsv(`Code,Count,Rate\n${records.join("\n")}\n`));
  expect(whole.quarantined).toBe(false);
  for (const [at, wide] of [
    [7, "X08,1,500,8.5"],
    [4, "X05,50,5.5,7"],
  ] as const) {
    const text = records.with(at, wide).join("\n");
    const [table] = (await seeCsv(`Code,Count,Rate\n${text}\n`)).tables;
    expect(table?.quarantined).toBe(true);
    expect(table?.reasons[0]).toBe(
      `D${at + 2} stands behind the last of 3 columns: is there a separator too many in its record?`,
    );
  }
});

test("words apart behind whole records are notes on them, and told", async () => {
  const records = Array.from({ length: 30 }, (_, at) => `X${10 + at},${100 + 7 * at},${at / 2},,,`);
  const read = (line: string): Promise<SheetView> =>
    seeCsv(`Code,Count,Rate,,,\n${records.with(7, line).join("\n")}\n`);
  const sheet = await read("X17,149,3.5,,,late return");
  expect(rowsOf(onlyTable(sheet))).toMatchObject({ range: "A1:C31" });
  expect(sheet.reasons).toEqual([
    "a text stands apart behind the last column, from F9: taken for notes on the rows",
  ]);
  for (const line of ["X17,149,,,,late return", "X17,149,3.5,,,12", "X17,149,3.5,late return,,"])
    expect((await read(line)).tables[0]?.quarantined, line).toBe(true);
});

test("notes behind the records are notes, whether or not a blank record parts them", async () => {
  const records = "Code,Name,Patients\nA1,North,12\nA2,South,15\nA3,East,9\n";
  for (const [notes, rows] of [
    ["Source: Patient survey\n", [[5, 5]]],
    ["\nSource: Patient survey\n* suppressed\n", [[6, 7]]],
  ] as const) {
    const seen = await seeCsv(records + notes);
    expect(rowsOf(onlyTable(seen))).toMatchObject({ range: "A1:C4", data_rows: [[2, 4]] });
    expect(seen.notes_rows).toEqual(rows);
  }
});

test("a header later than the first line", async () => {
  const seen = await seeCsv(
    "Patients by region,,\nProduced on 12 March 2025,,\n,,\nCode,Name,Patients\nA1,North,12\nA2,South,15\nA3,East,9\n",
  );
  expect(rowsOf(onlyTable(seen))).toMatchObject({
    range: "A4:C7",
    header_rows: [4],
    data_rows: [[5, 7]],
  });
});

test("codes with leading zeros are text, also where some have none", async () => {
  const table = onlyTable(await seeCsv("Code,Patients,Visits\n001,12,5\n120,15,3\n035,9,8\n"));
  expect(columnOf(table, "A")).toMatchObject({ type: "text", role: "dimension", distinct: 3 });
});

test("NA, None, NULL and TRUE in a column of words are values", async () => {
  const table = onlyTable(
    await seeCsv("Name,Group,Patients\nNA,None,1\nNULL,TRUE,2\nNone,NA,3\nLondon,NULL,5\n"),
  );
  expect(rowsOf(table)).toMatchObject({ header_rows: [1], data_rows: [[2, 5]] });
  for (const letter of ["A", "B"]) {
    expect(columnOf(table, letter)).toMatchObject({
      type: "text",
      role: "dimension",
      values: 4,
      empty: 0,
      markers: {},
    });
  }
});

test("TRUE and FALSE throughout are booleans", async () => {
  const table = onlyTable(await seeCsv("Name,Open,Patients\nNorth,TRUE,1\nSouth,FALSE,2\n"));
  expect(columnOf(table, "B").type).toBe("boolean");
});

test("many lines of text below a table of figures are no rows, and each is looked at once", async () => {
  const notes = Array.from({ length: 120_000 }, (_, at) => `word${at % 7}`).join("\n");
  const table = onlyTable(await seeCsv(`a,b\n1,2\n3,4\n${notes}\n`));
  expect(rowsOf(table)).toMatchObject({ range: "A1:B3", header_rows: [1], data_rows: [[2, 3]] });
}, 20_000);

test("a table of ten thousand columns of words: no column is held against every other one", async () => {
  const line = (word: string): string =>
    Array.from({ length: 10_000 }, (_, at) => `${word}${at}`).join(",");
  const rows = Array.from({ length: 12 }, (_, at) => line(`${"xyz"[at % 3]}`));
  const table = onlyTable(await seeCsv(`${line("Name ")}\n${rows.join("\n")}\n`));
  expect(rowsOf(table)).toMatchObject({ header_rows: [1], data_rows: [[2, 13]] });
  expect(table.columns).toHaveLength(10_000);
}, 20_000);

describe("a record with one value", () => {
  const CODES = ["X01,Acre,12,7", "X02,Bow,35,9", "X03,Cole,20,4", "X06,Dene,31,8", "X07,Esk,18,3"];
  const beside = (record: string, at: number): string =>
    `${["Code,Name,Patients,Visits", ...CODES.toSpliced(at, 0, record)].join("\n")}\n`;

  test.each([0, 1, 3, 5])(
    "a code like the others is a row whose other cells are empty: %i",
    async (at) => {
      const table = onlyTable(await seeCsv(beside("X05,,,", at)));
      expect(rowsOf(table)).toMatchObject({ data_rows: [[2, 7]], section_rows: [] });
      expect(columnOf(table, "A")).toMatchObject({ values: 6, empty: 0 });
      expect(columnOf(table, "C")).toMatchObject({ type: "integer", values: 5, empty: 1 });
    },
  );

  test("a word that may be the label of the rows below it is told", async () => {
    const sheet = await seeCsv(beside("North,,,", 2));
    expect(sheet.reasons).toEqual([
      'row 4 holds "North" alone: it is taken for the label of the rows below it',
    ]);
    expect(rowsOf(onlyTable(sheet))).toMatchObject({ section_rows: [4] });
  });

  test("a word right below the last row is told, and the table doubted where the file ends with it", async () => {
    const sheet = await seeCsv(beside("North,,,", 5));
    expect(sheet.reasons).toEqual([
      'row 7 holds "North" alone right below the last row: it is taken for a note',
    ]);
    expect(sheet.tables.map((one) => one.quarantined)).toEqual([true]);
    const noted = await seeCsv(beside("Note: all figures are rounded,,,", 5));
    expect(noted.tables.map((one) => one.quarantined)).toEqual([false]);
  });

  test("a next record of two cells, of another kind than those above, is a doubt", async () => {
    const zoned = ["15:00:00", "15:00:00Z", "15:00:00+03:00"].map(
      (time) => `2020-01-01T${time},${time}\n`,
    );
    const sheet = await seeCsv(`taken,time\n${zoned.join("")}`);
    expect(sheet.tables.map((one) => [one.quarantined, one.reasons])).toEqual([
      [true, ["row 3 fills its columns right beside it and is none of its rows"]],
    ]);
  });

  test("among words it parts no table", async () => {
    const records = ["X01,Acre,red", "X02,Bow,blue", "X05,,", "X03,Cole,red", "X06,Dene,grey"];
    const table = onlyTable(await seeCsv(`Code,Name,Kind\n${records.join("\n")}\n`));
    expect(rowsOf(table)).toMatchObject({ header_rows: [1], data_rows: [[2, 6]] });
  });
});
