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
