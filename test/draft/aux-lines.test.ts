import { describe, expect, test } from "vitest";
import type { GridRow } from "../support/grid.ts";
import { columnOf, onlyTable, rowsOf, seeCsv, seeRows } from "../support/see.ts";

const TOWNS: readonly GridRow[] = [
  ["Ashby", 740, 719, 1459],
  ["Brill", 16027, 17379, 33406],
  ["Coton", 323, 288, 611],
  ["Denby", 1874, 1800, 3674],
];
const NAMES: GridRow = ["Town", "Men", "Women", "Persons"];

describe("numbers of columns right below an only line of names", () => {
  test.each<[string, GridRow]>([
    ["in brackets", ["(1)", "(2)", "(3)", "(4)"]],
    ["bare", [1, 2, 3, 4]],
    ["as texts", ["1", "2", "3", "4"]],
    ["from 0", [0, 1, 2, 3]],
    ["after a letter", ["a", 1, 2, 3]],
  ])("%s they are no row, in a workbook and in a CSV", async (_, numbers) => {
    const rows = [NAMES, numbers, ...TOWNS];
    const csv = rows.map((row) => `${row.join(",")}\n`).join("");
    for (const table of [await seeRows(rows), await seeCsv(csv)].map(onlyTable)) {
      expect(rowsOf(table)).toMatchObject({ header_rows: [1], data_rows: [[3, 6]] });
      expect(columnOf(table, "B")).toMatchObject({ header: ["Men"], sum: 18964 });
      expect(columnOf(table, "B")).not.toHaveProperty("unit");
    }
  });

  test("the first of rows that letters name is a row though its figures count", async () => {
    const rows: GridRow[] = [NAMES, ["a", 1, 2, 3], ["b", 4, 5, 9], ["c", 2, 2, 4], ["d", 7, 1, 8]];
    expect(rowsOf(onlyTable(await seeRows(rows)))).toMatchObject({ data_rows: [[2, 5]] });
  });

  test.each([
    ["that count on", [1, 2, 3, 4]],
    ["in any order", [1, 7, 9, 14]],
  ])("the first of rows with numbers for labels, %s, is a row", async (_, ids) => {
    const figures = [
      [2, 3, 4],
      [5, 6, 11],
      [8, 2, 10],
      [3, 3, 6],
    ];
    const rows = [NAMES, ...ids.map((id, at) => [id, ...(figures[at] ?? [])])];
    expect(rowsOf(onlyTable(await seeRows(rows)))).toMatchObject({ data_rows: [[2, 5]] });
  });
});

describe("a power of ten right below the names", () => {
  const years: GridRow[] = [
    [2018, 82906, 40889, 42017],
    [2019, 83093, 41000, 42093],
    [2020, 83161, 41038, 42123],
    [2021, 83196, 41063, 42133],
  ];
  const names: GridRow = ["Year", "All persons", "Men", "Women"];

  test.each<[string, GridRow, readonly string[]]>([
    ["merged over all figures", [null, "1 000"], ["B2:D2"]],
    ["over the first of them", [null, "1,000"], []],
    ["over each of them", [null, 1000, 1000, 1000], []],
  ])("%s, without a label, is their unit", async (_, unit, merges) => {
    const table = onlyTable(await seeRows([names, unit, ...years], { merges: [...merges] }));
    expect(rowsOf(table)).toMatchObject({ header_rows: [1], data_rows: [[3, 6]] });
    expect(columnOf(table, "B")).toMatchObject({ sum: 332356, unit: String(unit[1]) });
  });

  test("that the rows add up to is a row", async () => {
    const shares: GridRow[] = [
      ["Group", "Weight"],
      [null, 1000],
      ["Food", 110],
      ["Housing", 290],
      ["Transport", 400],
      ["Other", 200],
    ];
    expect(rowsOf(onlyTable(await seeRows(shares)))?.range).toBe("A1:B6");
  });

  test("above numbers of columns it leaves all lines of names", async () => {
    const rows: GridRow[] = [
      ["No.", "Town", "Population"],
      [null, null, "all", "men", "women"],
      [null, null, "1 000"],
      [null, null, 1, 2, 3],
      [1, "Ashby", 6288, 3107, 3181],
      [2, "Brill", 13140, 6514, 6626],
      [3, "Coton", 4057, 1999, 2058],
      [4, "Denby", 680, 337, 343],
    ];
    const merges = ["A1:A4", "B1:B4", "C1:E1", "C3:E3"];
    const table = onlyTable(await seeRows(rows, { merges }));
    expect(rowsOf(table)).toMatchObject({ header_rows: [1, 2], data_rows: [[5, 8]] });
    expect(columnOf(table, "D").header).toEqual(["Population", "men"]);
  });
});

describe("what a database says of its series above their times", () => {
  const csv = (rows: readonly GridRow[]): string =>
    rows.map((row) => `${row.join(",")}\n`).join("");
  const times: GridRow[] = [
    ["2022", 100, 99.1],
    ["2023", 97.2, 96],
    ["2023 Q4", 96.5, 95.2],
    ["2023 DEC", 95.1, 94.4],
  ];
  const about: GridRow[] = [
    ["CDID", "J5EK", "EAPT"],
    ["PreUnit", "", ""],
    ["Unit", "Index", "Per cent"],
    ["Release Date", "19-07-2024", "19-07-2024"],
    ["Next release", "16 August 2024", "16 August 2024"],
    ["Important Notes", "", ""],
  ];

  test("is no name: the titles are, and the unit is the unit of each", async () => {
    const table = onlyTable(
      await seeCsv(csv([["Title", "Retail volume", "Retail food"], ...about, ...times])),
    );
    expect(rowsOf(table)).toMatchObject({
      header_rows: [1],
      data_rows: [[8, 11]],
      section_rows: [],
    });
    expect(columnOf(table, "A")).toMatchObject({ role: "time" });
    expect(columnOf(table, "B")).toMatchObject({ header: ["Retail volume"], unit: "Index" });
    expect(columnOf(table, "C")).toMatchObject({ header: ["Retail food"], unit: "Per cent" });
  });

  test("may be parted by blank rows, below the title of the file", async () => {
    const rows: GridRow[] = [
      ["F1 Rates"],
      ["Title", "Target", "Overnight"],
      ["Frequency", "Monthly", "Monthly"],
      ["Units", "Per cent", "Per cent"],
      [],
      ["Source", "Bank", "Bank"],
      ["Publication date", "01-Mar-2023", "01-Mar-2023"],
      ["Series ID", "FIRMT", "FIRMI"],
      ["31/08/2022", 1.85, 1.81],
      ["30/09/2022", 2.35, 2.31],
      ["31/10/2022", 2.6, 2.56],
    ];
    const table = onlyTable(await seeCsv(csv(rows)));
    expect(rowsOf(table)).toMatchObject({ header_rows: [2], data_rows: [[9, 11]] });
    expect(columnOf(table, "C").header).toEqual(["Overnight"]);
  });

  test("stands below a line of names without a label; what tells equal ones apart is of the header", async () => {
    const days = ["1978-02-01", "1978-03-01", "1978-04-01"];
    const rows: GridRow[] = [
      [null, "Employed", "Employed", "Rate"],
      ["Unit", "000", "000", "Percent"],
      ["Series Type", "Trend", "Original", "Original"],
      ["Frequency", "Month", "Month", "Month"],
      ["Collection Month", 1, 1, 1],
      ["Series Start", ...[1, 2, 3].map(() => ({ date: "1978-02-01" }))],
      ["No. Obs", 3, 3, 3],
      ["Series ID", "A84423127L", "A84423129T", "A84423130A"],
      ...days.map((date, at): GridRow => [{ date }, 5983.1 + at, 6022.5 + at * 2, 6.1 + at]),
    ];
    const table = onlyTable(await seeRows(rows));
    expect(rowsOf(table)).toMatchObject({ header_rows: [1, 3], data_rows: [[9, 11]] });
    expect(columnOf(table, "A")).toMatchObject({ type: "date", role: "time" });
    expect(columnOf(table, "B")).toMatchObject({ header: ["Employed", "Trend"], unit: "000" });
  });

  test("above a line of names of their own it is what it was: a title", async () => {
    const rows: GridRow[] = [
      ["Title", "Births and deaths"],
      ["Source", "Registrars"],
      ["Release date", "19-07-2024"],
      ["Year", "Births", "Deaths"],
      ...[2019, 2020, 2021].map((year, at): GridRow => [year, 740 + at, 690 - at]),
    ];
    expect(rowsOf(onlyTable(await seeRows(rows)))).toMatchObject({
      header_rows: [4],
      data_rows: [[5, 7]],
    });
  });

  test("without a title its dates are a doubt", async () => {
    const rows = [["Release date", "19-07-2024", "19-07-2024"], ...times];
    const [table] = (await seeCsv(csv(rows))).tables;
    expect(table).toMatchObject({ quarantined: true });
    expect(table?.reasons[0]).toMatch(/row 1 seems to say when the figures were published/);
  });
});

describe("a label alone below the word for the times of a header", () => {
  const years: GridRow = ["TIME", "2019", "2020", "2021"];
  const rates: GridRow[] = [
    ["Belgium", 5.5, 5.8, 6.3],
    ["Denmark", 5, 5.6, 5.1],
    ["Germany", 3, 3.7, 3.9],
    ["Spain", 14.1, 15.5, 14.9],
  ];

  test("is the name of the labels where it names a dimension", async () => {
    const table = onlyTable(await seeRows([years, ["GEO (Labels)"], ...rates]));
    expect(rowsOf(table)).toMatchObject({
      header_rows: [1, 2],
      data_rows: [[3, 6]],
      section_rows: [],
    });
    expect(columnOf(table, "A").header).toEqual(["GEO (Labels)"]);
    expect(columnOf(table, "B").header).toEqual(["2019"]);
  });

  test("is of the rows below it where it names one thing", async () => {
    const rows: GridRow[] = [years, ["England"], ["Births", 5, 6, 7], ["Deaths", 3, 4, 4]];
    expect(rowsOf(onlyTable(await seeRows(rows)))).toMatchObject({
      header_rows: [1],
      section_rows: [2],
    });
  });

  test("is of the rows below it where another one follows", async () => {
    const rows: GridRow[] = [years, ["Regions"], ...rates, ["Countries"], ...rates];
    expect(rowsOf(onlyTable(await seeRows(rows)))).toMatchObject({
      header_rows: [1],
      section_rows: [2, 7],
    });
  });
});

describe("a block of numbered words below a table", () => {
  const table = "Year,Births,Deaths\n2019,10,12\n2020,11,14\n2021,13,15\n\n";

  test.each([
    ["sentences", "1,Estimates are rounded.\n2,Figures follow the sample.\n"],
    ["words under a heading", "Footnotes:\n\n1,Provisional.\n2,Revised.\n"],
  ])("is notes: %s", async (_, notes) => {
    const sheet = await seeCsv(table + notes);
    expect(rowsOf(onlyTable(sheet))).toMatchObject({ range: "A1:C4" });
    expect(sheet.claims.note).toBeGreaterThan(3);
  });

  test("is another table where it ranks names", async () => {
    expect((await seeCsv(`${table}1,Olivia\n2,Amelia\n3,Isla\n`)).tables).toHaveLength(2);
  });
});

describe("columns of figures side by side with the same names", () => {
  const rows = (names: GridRow): GridRow[] => [names, ...TOWNS];

  test("are told", async () => {
    const table = onlyTable(await seeRows(rows(["Town", "Rate", "Rate", "Persons"])));
    expect(table.reasons).toContain("columns B, C have the same names: Rate");
  });

  test("are not where each stands beside its own figure", async () => {
    const changes = TOWNS.map((row, at): GridRow => [...row, at + 0.5]);
    const names: GridRow = ["Town", "Men", "Change", "Women", "Change"];
    expect(onlyTable(await seeRows([names, ...changes])).reasons).toEqual([]);
  });
});
