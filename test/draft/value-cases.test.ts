import { describe, expect, test } from "vitest";
import type { SheetView } from "../../src/inquiry/inspect/view.ts";
import type { ColumnRole, ColumnType, ContractColumn } from "../../src/model/manifest/manifest.ts";
import type { Cell } from "../../src/model/sheet.ts";
import { retype } from "../../src/stages/canonicalize/column-type.ts";
import { markerMeanings } from "../../src/stages/draft/lines/notes.ts";
import { cellEncoder } from "../../src/stages/load/encode-cell.ts";
import { type GridCell, type GridRow, gridXml } from "../support/grid.ts";
import { columnOf, onlyTable, see, seeCsv, seeRows } from "../support/see.ts";
import { rawXlsx } from "../support/xlsx.ts";

// That 1.5 after integers widens a table and text after numbers holds it, and that two issues of a period are
// two vintages, is proven in the database by test/backfill/once.test.ts.

const MARKS = ["*", "-", ":", "..", ".", "c", "x", "z", "[c]", "[x]", "[z]", "[low]", "<5", "n/a"];

const columnOfType = (
  type: ColumnType,
  role: ColumnRole = "measure",
  markers: readonly string[] = [],
): ContractColumn => ({
  name: "n",
  headers: ["N"],
  type,
  role,
  markers,
  first_period: "2025-01",
});
const text = (value: string): Cell => ({ column: 0, kind: "text", text: value });
const number = (value: string): Cell => ({ column: 0, kind: "number", text: value });

/** Ten rows of a name and two counts, with other cells in one row. */
const withCells = (code: GridRow[0], count: GridRow[0]): GridRow[] => [
  ["Area", "Category", "Patients", "Visits"],
  ...Array.from(
    { length: 10 },
    (_, at): GridRow => [
      `Area ${at}`,
      at === 4 ? (code ?? null) : ("ABDEFGHIJK"[at] ?? null),
      at === 4 ? (count ?? null) : 20 + at * 3,
      7 + at,
    ],
  ),
];

describe("marks in place of a number", () => {
  test.each(MARKS)("%s in a measure: a number is missing and the mark says why", async (mark) => {
    const table = onlyTable(await seeRows(withCells("C", mark)));
    expect(table).toMatchObject({ header_rows: [1], data_rows: [[2, 11]] });
    expect(columnOf(table, "C")).toMatchObject({
      type: "integer",
      role: "measure",
      markers: { [mark]: 1 },
      values: 9,
      empty: 0,
    });
  });

  test.each(MARKS)("%s is loaded as NULL beside the token as published", (mark) => {
    const encode = cellEncoder(columnOfType("bigint", "measure", [mark]));
    expect(encode(text(mark))).toEqual({ value: null, marker: mark });
    expect(encode(text(`${mark} `))).toEqual({ value: null, marker: mark });
  });

  test("suppressed is not missing is not zero", () => {
    const encode = cellEncoder(columnOfType("bigint", "measure", ["*"]));
    expect([text("*"), null, text(" "), number("0"), text("0")].map(encode)).toEqual([
      { value: null, marker: "*" },
      { value: null, marker: null },
      { value: null, marker: null },
      { value: "0", marker: null },
      { value: "0", marker: null },
    ]);
  });

  test("zeros, marks and blanks are counted apart", async () => {
    const table = onlyTable(
      await seeRows([
        ["Area", "Patients", "Visits"],
        ["North", 0, 3],
        ["South", "*", 4],
        ["East", null, 5],
        ["West", 12, 6],
      ]),
    );
    expect(columnOf(table, "B")).toMatchObject({
      sum: 12,
      values: 2,
      empty: 1,
      markers: { "*": 1 },
    });
  });

  test("a measure of nothing but marks is a measure", async () => {
    const table = onlyTable(
      await seeRows([
        ["Area", "Patients", "Deaths"],
        ["North", 11, "[c]"],
        ["South", 12, "[c]"],
        ["East", 15, "[c]"],
      ]),
    );
    expect(columnOf(table, "C")).toMatchObject({ role: "measure", markers: { "[c]": 3 } });
  });
});

describe("a column whose figures stand in totals alone", () => {
  const rows = (total: readonly GridCell[], header: readonly string[]): GridRow[] => [
    ["Area", ...header],
    ...Array.from({ length: 9 }, (_, at): GridRow => [`Area ${at}`, 20 + at, 7 + at * at]),
    ["Total", 216, 267, ...total],
  ];

  test("is a measure where it has a name", async () => {
    const table = onlyTable(await seeRows(rows([11], ["Men", "Women", "Not known"])));
    expect(columnOf(table, "D")).toMatchObject({ type: "integer", role: "measure", empty: 9 });
  });

  test("is none without a name, and told", async () => {
    const sheet = await seeRows(
      rows([0, 483], ["Men", "Women", "", "All"]).map((row, at) =>
        at > 0 && at < 10 ? [...row, null, 27 + at] : row,
      ),
    );
    expect(onlyTable(sheet).columns.map(({ letter }) => letter)).toEqual(["A", "B", "C", "E"]);
    expect(sheet.reasons).toContain("1 figure stands in no table: D11");
  });
});

test("six digits of a month or of two years are times; weeks are counted by no measure", async () => {
  const roleOf = async (header: string, times: readonly number[]): Promise<string> =>
    columnOf(
      onlyTable(
        await seeRows([
          [header, "Cases", "Visits"],
          ...times.map((time, at): GridRow => [time, 20 + at, 90 + at * at]),
        ]),
      ),
      "A",
    ).role;
  expect(await roleOf("Census_month", [202411, 202412, 202501])).toBe("time");
  expect(await roleOf("Time period", [202122, 202223, 202324])).toBe("time");
  expect(await roleOf("Time period", [201011, 201112, 201213])).toBe("dimension");
  expect(await roleOf("Period cost", [202122, 202123, 202324])).toBe("measure");
  expect(await roleOf("Week No.", [7, 8, 9])).toBe("dimension");
});

describe("a number and its mark in one cell", () => {
  const beside = async (cell: string, at = "C"): Promise<unknown> => {
    const seen = columnOf(onlyTable(await seeRows(withCells("C", cell))), at);
    const { type, role, markers, beside: marks, values } = seen;
    return { type, role, markers, beside: marks, values };
  };
  const kept = (token: string): object => ({
    ...{ type: "integer", role: "measure", markers: {}, values: 10 },
    beside: { [token]: 1 },
  });

  test.each([
    ["12 [p]", "[p]", "12"],
    ["13 (r)", "(r)", "13"],
    ["12p", "p", "12"],
    ["1,234*", "*", "1234"],
    ["12 [note 3]", "[note 3]", "12"],
    ["(45) [e]", "[e]", "-45"],
  ])("%s is a value beside %s", async (cell, token, value) => {
    expect(await beside(cell)).toEqual(kept(token));
    const encoded = cellEncoder(columnOfType("bigint", "measure", [token]))(text(cell));
    expect(encoded).toEqual({ value, marker: token });
  });

  test("in a table of two columns, in its first, middle and last row, in a workbook and in a CSV", async () => {
    for (const at of [0, 4, 9]) {
      const cells = Array.from({ length: 10 }, (_, n) => (n === at ? "12p" : 20 + n * 3));
      const rows = cells.map((cell, n): GridRow => [`Area ${n}`, cell]);
      const lines = rows.map((row) => row.join(",")).join("\n");
      for (const sheet of [
        await seeRows([["Area", "Visits"], ...rows]),
        await seeCsv(`Area,Visits\n${lines}\n`),
      ]) {
        const table = onlyTable(sheet);
        expect(table).toMatchObject({ header_rows: [1], data_rows: [[2, 11]] });
        expect(columnOf(table, "B")).toMatchObject({
          type: "integer",
          beside: { p: 1 },
          values: 10,
        });
      }
    }
  });

  test("a letter that only the notes explain", async () => {
    const rows = [12, "13q", 14, "15q", 16].map((cell, n): GridRow => [`Area ${n}`, cell]);
    const of = async (note: string): Promise<SheetView> =>
      seeRows([["Area", "Visits"], ...rows, [], [note]]);
    const column = columnOf(onlyTable(await of("q = queried by the trust")), "B");
    expect(column).toMatchObject({ type: "integer", beside: { q: 2 }, values: 5 });
    expect((await of("Source: returns")).tables).toMatchObject([
      { quarantined: true, reasons: [expect.stringContaining('"13q" in row 3')] },
    ]);
  });

  test.each(["12kg", "12 kg", "3 (m)", "12 days"])(
    "%s may be a unit: held, by its cell",
    async (cell) => {
      const [table, ...others] = (await seeRows(withCells("C", cell))).tables;
      expect(others).toEqual([]);
      expect(table).toMatchObject({ quarantined: true, data_rows: [[2, 11]] });
      expect(table?.reasons[0]).toBe(
        `column C: 1 of 10 rows hold text among numbers, such as "${cell}" in row 6`,
      );
      expect(cellEncoder(columnOfType("bigint"))(text(cell))).toBeNull();
    },
  );

  test("where most figures have a letter behind them it may be their unit: text, and told", async () => {
    const rows = ["12p", "13p", "14p", "15p", 17].map((cell, n): GridRow => [`Area ${n}`, cell]);
    const sheet = await seeRows([["Area", "Price"], ...rows]);
    const told = 'column B is text and no number, since B2 holds "12p"';
    expect(sheet.reasons).toEqual([told]);
    expect(columnOf(onlyTable(sheet), "B")).toMatchObject({ type: "text", values: 5 });
  });

  test.each(["100%*", "12.5% r", "50%[c]", "-0.5% [note 2]"])(
    "the share %s keeps both as one mark, and its cell is told",
    async (cell) => {
      const sheet = await seeRows(withCells("C", cell));
      const column = columnOf(onlyTable(sheet), "C");
      expect(column).toMatchObject({ markers: { [cell]: 1 }, values: 9 });
      expect(sheet.reasons).toEqual([
        `column C: 1 cell holds a share with a mark (C6 holds "${cell}"), which is kept whole as a mark, without a value`,
      ]);
    },
  );

  test("a bound of a share is a mark, and no news", async () => {
    const sheet = await seeRows(withCells("C", "<1%"));
    expect(columnOf(onlyTable(sheet), "C")).toMatchObject({ markers: { "<1%": 1 }, values: 9 });
    expect(sheet.reasons).toEqual([]);
  });

  test("beside fractions a share that is written out counts as one; of two scales the cell is told", async () => {
    const seen = async (...cells: readonly GridCell[]): Promise<SheetView> =>
      seeRows([["Area", "Share"], ...cells.map((cell, n): GridRow => [`Area ${n}`, cell])]);
    const fractions = await seen({ percent: 1 }, { percent: 0 }, "50%", { percent: 1 });
    expect(fractions.reasons).toEqual([]);
    const column = columnOf(onlyTable(fractions), "B");
    expect(column).toMatchObject({ type: "numeric", values: 4 });
    expect(column.sum).toBeCloseTo(2.5);
    expect((await seen({ percent: 0.2 }, "50%", "60%", "70%")).reasons).toEqual([
      'column B: 1 cell holds a fraction that is shown as a share, and B3 holds "50%": each is loaded as it stands',
    ]);
  });

  test("a year with a mark is a time, and stays as it is", async () => {
    const years = ["2019", "2020", "2021 [p]"].map((year, n): GridRow => [year, 10 + n, 7 + n]);
    const table = onlyTable(await seeRows([["Year", "Patients", "Visits"], ...years]));
    expect(columnOf(table, "A")).toMatchObject({ role: "time", values: 3 });
  });

  test("a header such as 5km over figures is a name", async () => {
    const rows = Array.from({ length: 6 }, (_, n): GridRow => [`Runner ${n}`, 20 + n, 43 + n]);
    const table = onlyTable(await seeRows([["Name", "5km", "10km"], ...rows]));
    expect(table).toMatchObject({ header_rows: [1], data_rows: [[2, 7]] });
  });
});

describe("what programs write for no number", () => {
  test.each(["NaN", "nan", "NA", "NULL", "#N/A", "Inf", "-inf"])("%s", async (token) => {
    for (const at of [0, 5, 9]) {
      const rows = Array.from(
        { length: 10 },
        (_, n): GridRow => [`Area ${n}`, n === at ? token : 20 + n * 3],
      );
      const table = onlyTable(await seeRows([["Area", "Visits"], ...rows]));
      expect(table).toMatchObject({ header_rows: [1], data_rows: [[2, 11]] });
      expect(columnOf(table, "B")).toMatchObject({
        type: "integer",
        markers: { [token]: 1 },
        values: 9,
      });
    }
    expect(cellEncoder(columnOfType("bigint"))(text(token))).toEqual({
      value: null,
      marker: token,
    });
  });
});

describe("a code among numbers", () => {
  test.each(["000", "007"])("%s makes the column text, and its cell is told", async (code) => {
    const sheet = await seeRows(withCells("C", code));
    const told = `column C is text and no number, since C6 holds "${code}"`;
    expect(sheet.reasons).toEqual([told]);
    expect(onlyTable(sheet).reasons).toContain(told);
    expect(columnOf(onlyTable(sheet), "C")).toMatchObject({ type: "text", values: 10 });
  });

  test("digits of one length, some with more behind a hyphen, are text, and the first is told", async () => {
    const codes = (n: number): string => (n === 2 ? "25401-1134" : String(25_001 + 97 * n));
    const rows = Array.from({ length: 24 }, (_, n): GridRow => [`Area ${n}`, codes(n), 30 + n]);
    const sheet = await seeRows([["Area", "ZIP", "Beds"], ...rows]);
    expect(columnOf(onlyTable(sheet), "B")).toMatchObject({ type: "text", role: "dimension" });
    expect(sheet.reasons).toEqual(['column B is text and no number, since B4 holds "25401-1134"']);
    const [ranged] = (await seeRows(withCells("C", "10-12"))).tables;
    expect(ranged?.quarantined).toBe(true);
  });

  test("codes of one length are no news", async () => {
    const rows = ["001", "002", "101", "120"].map((code, n) => `${code},Area ${n},${30 + n}`);
    expect((await seeCsv(`Ward,Area,Patients\n${rows.join("\n")}\n`)).reasons).toEqual([]);
  });
});

describe("a column headed by a word for numbers of rows", () => {
  const under = async (header: string, cells: readonly GridCell[]) => {
    const rows = cells.map((cell, at): GridRow => [`Area ${at}`, cell, 2.5 + at]);
    const table = onlyTable(await seeRows([["Table 1"], ["Area", header, "Rate"], ...rows]));
    return { reasons: table.reasons, column: columnOf(table, "B") };
  };

  test.each(["Number", "No.", "#", "Index"])("%s behind labels heads a measure", async (header) => {
    const { column } = await under(header, [230, "[c]", 410, 42]);
    expect(column).toMatchObject({ type: "integer", role: "measure", markers: { "[c]": 1 } });
  });

  test("numbers that rise behind labels are a measure", async () => {
    expect((await under("No.", [1, 2, 3, 4])).column).toMatchObject({ role: "measure" });
  });

  test("first of all columns and rising, it numbers the rows", async () => {
    const rows = [1, 2, 3, 4].map((no): GridRow => [no, `Area ${no}`, 70 - no]);
    const table = onlyTable(await seeRows([["No.", "Area", "Visits"], ...rows]));
    expect(columnOf(table, "A")).toMatchObject({ type: "integer", role: "dimension" });
  });

  test("first of all columns, but neither rising nor without marks, it is a measure", async () => {
    const rows = [31, "*", 12, 44].map((no, at): GridRow => [no, `Area ${at}`, 70 - at]);
    const table = onlyTable(await seeRows([["No.", "Area", "Visits"], ...rows]));
    expect(columnOf(table, "A")).toMatchObject({ role: "measure", markers: { "*": 1 } });
  });

  test("a rank stays a label, and with a mark among its numbers it is text, and told", async () => {
    expect((await under("Rank", [3, 1, 2, 4])).column).toMatchObject({
      type: "integer",
      role: "dimension",
    });
    const { column, reasons } = await under("Rank", [3, 1, "[x]", 2]);
    expect(column).toMatchObject({ type: "text", role: "dimension" });
    expect(reasons).toEqual(['column B is text and no number, since B5 holds "[x]"']);
  });
});

describe("figures that are written as no number is read", () => {
  const under = async (header: string, cells: readonly GridCell[]) => {
    const rows = cells.map((cell, at): GridRow => [`Area ${at}`, cell, 2.5 + at]);
    return onlyTable(await seeRows([["Table 1"], ["Area", header, "Rate"], ...rows]));
  };

  test.each([
    "4,4",
    "1'200'000",
    "1\u2019200\u2019000",
    "1.200.000",
    "1,21,08,549",
    "8,1 %",
    "440173.9 b",
  ])("%s makes a column text, and is told", async (cell) => {
    expect((await under("Persons", [cell, cell, cell, cell])).reasons).toEqual([
      `column B is text and no number, since B3 holds ${JSON.stringify(cell)}`,
    ]);
  });

  test.each([
    ["Notes", ["1,2", "1,3", "2,3", "1,4"]],
    ["Version", ["1.2.1", "1.2.2", "1.3.1", "2.0.0"]],
    ["Age", ["0-4", "5-9", "10-14", "15+"]],
    ["Time", ["12:30", "12:45", "13:10", "14:00"]],
    ["Telephone", ["020 7946 0958", "020 7946 0959", "020 7946 0960", "020 7946 0961"]],
    ["Class", ["1 A", "2 A", "1 B", "2 B"]],
  ])("labels with digits are none: %s", async (header, cells) => {
    expect((await under(header, cells)).reasons).toEqual([]);
  });

  test("a date among figures is told", async () => {
    const cells = [20, 12, { date: "2023-10-14" }, { date: "2023-11-14" }, 24, 31, 17];
    expect((await under("Persons", cells)).reasons).toEqual([
      'column B is text and no number, since B5 holds "2023-10-14"',
    ]);
  });

  test("a date among ranges is told", async () => {
    const cells = ["0-4", { date: "2023-09-05" }, { date: "2023-10-14" }, "15-19", "20+"];
    expect((await under("Age", cells)).reasons).toEqual([
      'column B: 2 dates stand among ranges of numbers (B4 holds "2023-09-05"): a program may have made them of ranges',
    ]);
  });
});

describe("the same letters where words stand", () => {
  test("C, X, Z, Unknown and Not known in a dimension are codes and stay", async () => {
    const codes = ["A", "B", "C", "X", "Z", "Unknown", "Not known", "*", "-", "[c]"];
    const rows = codes.map((code, at): GridRow => [code, 100 + at * 7, 30 + at]);
    const table = onlyTable(await seeRows([["Ethnic category", "Patients", "Visits"], ...rows]));
    expect(table).toMatchObject({ header_rows: [1], data_rows: [[2, 11]] });
    expect(columnOf(table, "A")).toMatchObject({
      type: "text",
      role: "dimension",
      values: 10,
      distinct: 10,
      markers: {},
    });
  });

  test.each([...MARKS, "Unknown", "Not known", "NULL"])("%s of a dimension is loaded", (code) => {
    expect(cellEncoder(columnOfType("text", "dimension"))(text(code))).toEqual({
      value: code,
      marker: null,
    });
  });
});

describe("texts among numbers", () => {
  test.each(["DNF", "ДНФ", "Ζ"])("%s, in capitals, is a mark", async (mark) => {
    const seen = onlyTable(await seeRows(withCells("C", mark)));
    expect(columnOf(seen, "C")).toMatchObject({ type: "integer", markers: { [mark]: 1 } });
  });

  test("one text that is no mark among many numbers: told, and the table is held back", async () => {
    const seen = await seeRows(withCells("C", "see the remark below"));
    const [table] = seen.tables;
    expect(table?.quarantined).toBe(true);
    expect(table?.reasons.join()).toContain('"see the remark below" in row 6');
    expect(columnOf(table ?? onlyTable(seen), "C").type).toBe("integer");
  });

  test("one text in 6,000 rows is found too", async () => {
    const lines = Array.from(
      { length: 6_000 },
      (_, at) => `A${at},North,${at === 5_003 ? "twelve or more" : at % 83}`,
    );
    const seen = await seeCsv(`Code,Area,Patients\n${lines.join("\n")}\n`);
    expect(seen.tables[0]?.quarantined).toBe(true);
    expect(seen.tables[0]?.reasons.join()).toContain('"twelve or more" in row 5005');
  });

  test("a text in a column of numbers is never loaded as NULL", () => {
    expect(cellEncoder(columnOfType("bigint"))(text("twelve"))).toBeNull();
    expect(cellEncoder(columnOfType("bigint", "dimension"))(text("*"))).toBeNull();
  });
});

describe("a type of the first period and a value of the tenth", () => {
  test.each([
    ["bigint", "numeric", true, { kind: "widened", type: "numeric" }],
    ["date", "timestamp", false, { kind: "widened", type: "timestamp" }],
    ["bigint", "text", false, { kind: "widened", type: "text" }],
    ["numeric", "bigint", true, { kind: "same" }],
    ["text", "bigint", false, { kind: "same" }],
    ["bigint", "text", true, { kind: "breaking" }],
    ["numeric", "text", true, { kind: "breaking" }],
    ["date", "text", false, { kind: "breaking" }],
  ] as const)("%s, then %s (measure: %s)", (before, seen, isMeasure, change) => {
    expect(retype(before, seen, isMeasure, false)).toEqual(change);
  });

  test("a type that a person fixed is not widened", () => {
    expect(retype("bigint", "numeric", true, true)).toEqual({ kind: "breaking" });
    expect(retype("numeric", "bigint", true, true)).toEqual({ kind: "same" });
  });

  test("there is no small integer and no length of text to outgrow", () => {
    const encode = cellEncoder(columnOfType("bigint"));
    expect(encode(number("40000"))?.value).toBe("40000");
    expect(encode(number("9223372036854775807"))?.value).toBe("9223372036854775807");
    const long = "x".repeat(10_000);
    expect(cellEncoder(columnOfType("text", "dimension"))(text(long))?.value).toBe(long);
  });

  test("1.5 is no bigint: never rounded", () => {
    expect(cellEncoder(columnOfType("bigint"))(number("1.5"))).toBeNull();
  });
});

describe("values stay what they are", () => {
  test("leading zeros and outer spaces of a code stay", () => {
    const encode = cellEncoder(columnOfType("text", "dimension"));
    expect(encode(text("007"))?.value).toBe("007");
    expect(encode(text(" A"))?.value).toBe(" A");
  });

  test("counts of 64 bits stay exact", async () => {
    const table = onlyTable(
      await seeCsv(
        "Area,Pence,Visits\nNorth,9007199254740993,3\nSouth,922337203685477580,4\nEast,12,5\n",
      ),
    );
    expect(columnOf(table, "B").type).toBe("integer");
    const encode = cellEncoder(columnOfType("bigint"));
    expect(encode(text("9007199254740993"))?.value).toBe("9007199254740993");
  });

  test.each([
    ["9223372036854775807", "integer", "integer"],
    ["-9223372036854775808", "integer", "integer"],
    ["9223372036854775808", "text", "numeric"],
    ["-9223372036854775809", "numeric", "numeric"],
    ["12345678901234567890", "text", "numeric"],
  ])("%s is %s as a text and %s where a workbook says number", async (figure, asText, asNumber) => {
    const lines = ["Area,Pence,Visits", `North,${figure},3`, "South,7,4", "East,12,5"];
    expect(columnOf(onlyTable(await seeCsv(lines.join("\n"))), "B").type).toBe(asText);
    const rows = lines.map((line): GridRow => line.split(","));
    expect(columnOf(onlyTable(await seeRows(rows)), "B").type).toBe(asText);
    const typed = gridXml({ rows }).replaceAll(
      /t="inlineStr"><is><t xml:space="preserve">(-?\d+)<\/t><\/is>/g,
      "><v>$1</v>",
    );
    const book = await see(rawXlsx({ sheets: [{ name: "A", xml: typed }] }), "a.xlsx");
    expect(columnOf(onlyTable(book.sheets[0]), "B").type).toBe(asNumber);
  });

  test("an integer of 19 digits is loaded to the last one; what a bigint cannot hold is refused", () => {
    const encode = cellEncoder(columnOfType("bigint"));
    for (const figure of ["9223372036854775807", "-9223372036854775808"]) {
      expect(encode(text(figure))?.value).toBe(figure);
      expect(encode(number(figure))?.value).toBe(figure);
    }
    expect(encode(number("9223372036854775808"))).toBeNull();
    expect(encode(text("-9223372036854775809"))).toBeNull();
  });

  test("days and months are in UK order unless the text says otherwise", () => {
    const encode = cellEncoder(columnOfType("date", "time"));
    expect(encode(text("03/04/2025"))?.value).toBe("2025-04-03");
    expect(encode(text("2025-03-04"))?.value).toBe("2025-03-04");
    expect(encode(text("04/13/2025"))).toBeNull();
  });
});

test("what a mark means is read behind the word that opens the notes", () => {
  const said = { "[c]": "fewer than 5 people" };
  for (const note of [
    "[c] means fewer than 5 people",
    "Note: [c] means fewer than 5 people",
    "Note 2: [c] = fewer than 5 people.",
    "Key - [c] = fewer than 5 people",
  ]) {
    expect(markerMeanings([note])).toEqual(said);
  }
  expect(markerMeanings(["Notes: figures are provisional", "Key findings: a rise"])).toEqual({});
});

test("columns headed by periods and without a cell are periods beside those with figures, and none alone", async () => {
  const names = ["Jan 2024", "Feb 2024", "Mar 2024", "Apr 2024"];
  const roles = async (published: number) =>
    onlyTable(
      await seeRows([
        ["Area", "Patients", ...names],
        ...Array.from(
          { length: 6 },
          (_, at): GridRow => [
            `Area ${at}`,
            31 + at * at,
            ...names.slice(0, published).map((_name, of) => 20 + at * 7 + of * of * 3),
          ],
        ),
      ]),
    )
      .columns.slice(2)
      .map(({ role, type }) => `${role} ${type}`);
  expect(await roles(4)).toEqual(names.map(() => "period integer"));
  expect(await roles(1)).toEqual(names.map(() => "period integer"));
  expect(await roles(0)).toEqual(names.map(() => "dimension text"));
});
