import { expect, test } from "vitest";
import type { GridRow } from "../support/grid.ts";
import { onlyTable, rowsOf, seeRows } from "../support/see.ts";

const QUARTERS: readonly GridRow[] = [
  ["Period", "Work", "Study"],
  ["2022", 100234, 200345],
  ["2022 Q1", 20100, 40100],
  ["2022 Q2", 30100, 60100],
  ["2022 Q3", 25034, 50145],
  ["2022 Q4", 25000, 50000],
  ["2023", 120100, 220300],
  ["2023 Q1", 30000, 50000],
  ["2023 Q2", 30050, 60000],
  ["2023 Q3", 30050, 55300],
  ["2023 Q4", 30000, 55000],
];

test("a year over its quarters is a total where every figure is their sum", async () => {
  const table = onlyTable(await seeRows(QUARTERS));
  expect(rowsOf(table)).toMatchObject({
    data_rows: [
      [3, 6],
      [8, 11],
    ],
    total_rows: [2, 7],
  });
  expect(table.assertions).toEqual([
    { row: 2, of: [[3, 6]], columns: ["B", "C"] },
    { row: 7, of: [[8, 11]], columns: ["B", "C"] },
  ]);
});

test("a year below its quarters is a total too, rounded for itself", async () => {
  const [header = [], ...rows] = QUARTERS;
  const moved = [
    ...rows.slice(1, 5),
    ["2022", 100235, 200344],
    ...rows.slice(6),
    ["2023", 120100, 220301],
  ];
  expect(onlyTable(await seeRows([header, ...moved])).total_rows).toEqual([6, 11]);
});

test("a year over its quarters is an observation where it is their average", async () => {
  const rows = QUARTERS.map((row, at) =>
    at === 1 ? ["2022", 25058.5, 50086.25] : at === 6 ? ["2023", 30025, 55075] : row,
  );
  const table = onlyTable(await seeRows(rows));
  expect(rowsOf(table)).toMatchObject({ data_rows: [[2, 11]], total_rows: [] });
  expect(table.reasons).toEqual([]);
});

test("labels that come again below several years, which stand in no column of their own, are told", async () => {
  const rows = QUARTERS.map(([label = "", ...figures]): GridRow => {
    const quarter = /Q\d$/.exec(String(label))?.[0];
    return [quarter === undefined ? label : `T${quarter.slice(1)}`, ...figures];
  });
  const table = onlyTable(await seeRows(rows));
  expect(table.total_rows).toEqual([2, 7]);
  expect(table.reasons).toContain(
    'rows 3 and 8 are both "T1", below "2022" and "2023" in the same column: no column says which year such rows are of',
  );
});
