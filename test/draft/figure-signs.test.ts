import { describe, expect, test } from "vitest";
import type { TableView } from "../../src/inquiry/inspect/view.ts";
import { numberLiteral } from "../../src/model/marks/value.ts";
import { columnOf, onlyTable, seeCsv, seeRows } from "../support/see.ts";

const csv = (...lines: readonly string[]): string => `${lines.join("\n")}\n`;

async function heldBack(content: string): Promise<TableView> {
  const { tables } = await seeCsv(content);
  expect(tables).toMatchObject([{ quarantined: true }]);
  return tables[0] as TableView;
}

describe("thousands and decimals are never mistaken for each other", () => {
  test.each(["0,884", "00,884", "-0,884", "0 884"])("%s has no thousands", (text) => {
    expect(numberLiteral(text)).toBeNull();
  });

  test("three digits behind a comma, between semicolons and beside a decimal comma", async () => {
    const table = await heldBack(
      csv(
        "Datum;USD;GBP",
        "02.01.2023;1,068;0,884",
        "03.01.2023;1,055;0,881",
        "04.01.2023;1,060;0,882",
      ),
    );
    expect(table.reasons[0]).toMatch(/^column B: B2 holds "1,068", which may be 1068 or 1\.068/);
    expect(columnOf(table, "C").type).toBe("text");
  });

  test("three digits behind a comma, between semicolons, with nothing that says more", async () => {
    await heldBack(csv("Datum;USD;JPY", "Januar;1,068;1,397", "März;1,055;1,376"));
  });

  test("three digits behind a point, beside decimal commas", async () => {
    const table = await heldBack(
      csv("Provincia;Población;Tasa", "Lugo;333.940;9,67", "Soria;386.464;15,02", "Jaén;1.762;4,5"),
    );
    expect(table.reasons[0]).toMatch(/^column B: B2 holds "333\.940", which may be 333940 or/);
  });

  test("three digits behind each point, and whole numbers of three digits at most", async () => {
    for (const separator of [";", ","]) {
      await heldBack(
        csv("Ort;Zahl", "Aich;4.125", "Au;987", "Berg;12.340", "Dorf;3.078", "Egg;654").replaceAll(
          ";",
          separator,
        ),
      );
    }
  });

  test("texts of a workbook among its numbers", async () => {
    const { tables } = await seeRows([
      ["Ort", "Zahl", "Fläche"],
      ["Aich", "4.125", 12],
      ["Au", 987, 13],
      ["Berg", "12.340", 25],
      ["Dorf", "3.078", 71],
    ]);
    expect(tables).toMatchObject([{ quarantined: true }]);
  });

  test.each([
    ["a point before other than three digits", "Area;Rate;People", "A;12.5;1,234", "B;2.3;3,187"],
    ["a zero before the point", "Area;Rate;People", "A;0.123;12", "B;12.345;3", "C;1.250;4"],
    ["no whole numbers and no comma", "Area;Rate;Index", "A;1.123;1.012", "B;12.345;7.115"],
    ["whole numbers beside thousands", "Area;People", "A;1,234", "B;987", "C;12,345", "D;56"],
    [
      "a table that has other decimals",
      "Area,Corn,All",
      "A,4.125,1.5",
      "B,987,2.25",
      "C,12.345,7.5",
      "D,3.078,1.1",
    ],
    ["millions", "Area;People;More", "A;1,234;1,234,567", "B;9,871;2,345,678"],
    ["lists of notes", "Area,People,Notes", 'A,"1,234","1,2"', 'B,"9,871",1', 'C,"9,100",2'],
    [
      "whole numbers of four digits",
      "Area,Rate",
      "A,4.125",
      "B,987",
      "C,12.345",
      "D,3.078",
      "E,1024",
    ],
  ])("English figures are loaded: %s", async (_, ...lines) => {
    expect(onlyTable(await seeCsv(csv(...lines))).reasons.join()).not.toMatch(/may be|decimals/);
  });

  test("figures with decimal commas alone are texts, and that is told", async () => {
    const table = onlyTable(await seeCsv(csv("Land;Quote", "A;9,67", "B;15,02", "C;1,1")));
    expect(table.reasons).toEqual(['column B is text and no number, since B2 holds "9,67"']);
  });

  test("a large file is read no other way", async () => {
    const lines = Array.from({ length: 420_000 }, (_, at) => {
      const part = 100 + (at % 890);
      return `Gemeinde ${at};${at % 3 === 0 ? part : `${1 + (at % 99)}.${part}`}`;
    });
    const table = await heldBack(`Gemeinde;Einwohner\n${lines.join("\n")}\n`);
    expect(table.reasons[0]).toMatch(/^column B: B3 holds "2\.101"/);
  });
});
