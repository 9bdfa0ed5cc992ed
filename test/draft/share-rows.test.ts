import { expect, test } from "vitest";
import type { GridRow } from "../support/grid.ts";
import { onlyTable, seeRows } from "../support/see.ts";

const CHANGES: readonly GridRow[] = [
  ["Year ending", "Applications", "Grants"],
  ["June 2021", 31000, 15000],
  ["June 2022", 63000, 16000],
  ["June 2023", 78000, 21000],
];

test("a row of nothing but shares among rows of counts is told", async () => {
  const table = onlyTable(await seeRows([...CHANGES, ["Percentage change", "+24%", "+31%"]]));
  expect(table.reasons).toEqual([
    'row 5 ("Percentage change +24% +31%") holds nothing but shares, where the other rows hold none: its figures are loaded among theirs',
  ]);
});

test("shares in a column of shares are not told", async () => {
  const rows = CHANGES.map((row, at): GridRow => [...row, at === 0 ? "Share" : `${40 + at}%`]);
  expect(onlyTable(await seeRows(rows)).reasons).toEqual([]);
});
