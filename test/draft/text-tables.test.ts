import { describe, expect, test } from "vitest";
import type { GridRow } from "../support/grid.ts";
import { columnsOf, onlyTable, rowsOf, seeCsv, seeRows } from "../support/see.ts";

const csv = (...lines: readonly string[]): string => `${lines.join("\n")}\n`;
const COMMAS = ["Hessen;4,4;4,0;5,4", "Bayern;2,8;2,6;3,6", "Bremen;9,9;9,1;11,2"];
const RANGES: GridRow[] = [
  ["Angola", "63.1 [61.8-64.4]", "60.7 [59.1-62.2]", "65.5 [64.2-66.8]"],
  ["Brazil", "75.9 [75.3-76.5]", "72.4 [71.7-73.1]", "79.4 [78.8-79.9]"],
  ["Ghana", "66.3 [64.9-67.7]", "63.7 [62.2-65.3]", "69.2 [67.7-70.6]"],
];
const rangeLines = RANGES.map((row) => row.join(","));

describe("a second line of names over texts with digits", () => {
  test("below years that come again, with decimal commas", async () => {
    const table = onlyTable(
      await seeCsv(csv(";2019;2019;2020", "Land;Männer;Frauen;Männer", ...COMMAS)),
    );
    expect(rowsOf(table)).toMatchObject({ header_rows: [1, 2], data_rows: [[3, 5]] });
    expect(columnsOf(table).map(([, header]) => header)).toEqual([
      "Land",
      "2019 > Männer",
      "2019 > Frauen",
      "2020 > Männer",
    ]);
  });

  test("below a name or a year that comes again, with ranges", async () => {
    for (const head of ['"",Life,Life,Life', "Country,2019,2019,2019"]) {
      const table = onlyTable(
        await seeCsv(csv(head, "Country,Both sexes,Male,Female", ...rangeLines)),
      );
      expect(rowsOf(table)).toMatchObject({ header_rows: [1, 2], data_rows: [[3, 5]] });
    }
  });

  test("below a merged cell, in a workbook", async () => {
    const rows: GridRow[] = [
      ["Country", "Life expectancy", null, null],
      [null, "Both sexes", "Male", "Female"],
      ...RANGES,
    ];
    const table = onlyTable(await seeRows(rows, { merges: ["A1:A2", "B1:D1"] }));
    expect(rowsOf(table)).toMatchObject({ header_rows: [1, 2], data_rows: [[3, 5]] });
    expect(columnsOf(table)[1]?.[1]).toBe("Life expectancy > Both sexes");
  });

  test("a row without figures below names that differ is a row", async () => {
    const table = onlyTable(
      await seeCsv(csv("Land;Männer;Frauen;Alle", "Berlin;entfällt;offen;keine", ...COMMAS)),
    );
    expect(rowsOf(table)).toMatchObject({ header_rows: [1], data_rows: [[2, 5]] });
  });

  test("names that come again, and no line that tells them apart, hold the table back", async () => {
    const row = "Berlin;entfällt;entfällt;entfällt";
    const { tables } = await seeCsv(csv("Land;2019;2019;2020", row, ...COMMAS));
    expect(tables).toMatchObject([{ quarantined: true, header_rows: [1] }]);
    expect(tables[0]?.reasons.join()).toContain('is named "2019"');
  });

  test("names that come again over words are no news", async () => {
    const rows = ["Ada,Lima,Oslo", "Ben,Rome,Bern", "Cid,Riga,Kyiv", "Dan,Lyon,Bonn"];
    onlyTable(await seeCsv(csv("Name,Town,Town", ...rows)));
  });
});

describe("rows of texts with figures that end in no table", () => {
  test("hold a sheet back that has nothing else", async () => {
    const seen = await seeRows([["Country", 2019, null, null], ...RANGES]);
    expect(seen).toMatchObject({ tables: [], quarantined: true });
    expect(seen.reasons.join()).toContain("rows 2 to 4 hold texts with figures");
  });

  test("a list of sheets, titles with years and dates is no such thing", async () => {
    const seen = await seeRows([
      ["Contents"],
      ["1", "People, 2011 to 2020", "12 May 2021", "Table 1"],
      ["2", "Towns, 2011 to 2020", "13 May 2021", "Table 2"],
      ["3", "Roads, 2011 to 2020", "14 May 2021", "Table 3"],
    ]);
    expect(seen.reasons.join()).not.toContain("texts with figures");
  });
});
