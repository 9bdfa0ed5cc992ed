import { expect, test } from "vitest";
import type { GridRow } from "../support/grid.ts";
import { columnOf, onlyTable, rowsOf, seeCsv, seeRows } from "../support/see.ts";

const SALES: readonly GridRow[] = [
  ["Sales"],
  ["Area", "Cars", "Vans"],
  ["Leeds", 20, 12],
  ["York", 22, 14],
  ["Hull", 22, 14],
];
const PEOPLE: readonly GridRow[] = [
  ["Region", "Unit", "2020", "2021"],
  ["Norte", "Number", 3575, 3587],
  ["Centro", "Number", 2217, 2228],
  ["Algarve", "Number", 438, 467],
  ["Madeira", "Number", 254, 251],
];

test.each([
  ["a date of update", ["Last updated:", "14 December 2023"]],
  ["a date of update as a date", ["Last updated:", { date: "2023-12-14" }]],
  ["a source", ["Source:", "DfT"]],
  ["a source in another language", ["Quelle: Amt für Statistik", null, "Blatt 2"]],
] as [string, GridRow][])("%s right below the figures is no row", async (_what, line) => {
  const table = onlyTable(await seeRows([...SALES, line]));
  expect(rowsOf(table)).toMatchObject({ range: "A2:C5", data_rows: [[3, 5]] });
  expect(columnOf(table, "B")).toMatchObject({ type: "integer", role: "measure", sum: 64 });
});

test("from the first line of notes on none is a row", async () => {
  const text = PEOPLE.map((row) => `${row.join(",")}\n`).join("");
  const seen = await seeCsv(`${text}Source:,Statistics Office,,\nExtracted on,2023-03-15,,\n`);
  expect(rowsOf(onlyTable(seen))).toMatchObject({ range: "A1:D5", data_rows: [[2, 5]] });
});

test("a key of marks right below the figures is no row", async () => {
  const key: readonly GridRow[] = [
    ["..", "not available"],
    ["p", "provisional"],
  ];
  expect(onlyTable(await seeRows([...PEOPLE, ...key])).range).toBe("A1:D5");
});

test("a list of notes with names of its own below the records of a file is no row of them", async () => {
  const seen = await seeCsv(
    '"Area","Year","Value","Value Footnotes"\n"Aruba","2021","107151","1"\n"Austria","2021","8951520",""\n"Belgium","2021","11552615","2"\n"Cyprus","2021","900352",""\n"footnoteSeqID","Footnote"\n"1","De jure population."\n',
  );
  const table = onlyTable(seen);
  expect(table.range).toBe("A1:D5");
  expect(columnOf(table, "B")).toMatchObject({ type: "integer", role: "time" });
});

test("a last area whose figures are marks is a row, and not told", async () => {
  const table = onlyTable(await seeRows([...PEOPLE, ["Açores", "Number", "..", ".."]]));
  expect(rowsOf(table)).toMatchObject({ data_rows: [[2, 6]] });
  expect(table.reasons).toEqual([]);
});

test("labels of all rows that open as notes do say nothing of the last one", async () => {
  const rows: readonly GridRow[] = [
    ["Group", "Kind", "Unit", "2020", "2021"],
    ["1. Food", "Goods", "Index", 120, 131],
    ["2. Drink", "Goods", "Index", 48, 52],
    ["3. Rent", "Services", "Index", 210, 224],
    ["4. Other", "Services", "Index", null, null],
  ];
  expect(onlyTable(await seeRows(rows)).range).toBe("A1:E5");
});

test("a last row without a figure, where all others have one, is told", async () => {
  const table = onlyTable(await seeRows([...PEOPLE, ["Açores", "Number"]]));
  expect(rowsOf(table)).toMatchObject({ data_rows: [[2, 6]] });
  expect(table.reasons).toEqual([
    'row 6 ("Açores Number") has no figure, where every row above has one: it is taken for a row',
  ]);
});

test("a lone figure behind a colon below rows of several is told", async () => {
  const table = onlyTable(await seeRows([...SALES, ["Number of observations:", 3]]));
  expect(table.reasons).toEqual([
    'row 6 ("Number of observations: 3") has one figure behind a colon, where the other rows have more: it is taken for a row',
  ]);
});
