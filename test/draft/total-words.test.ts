import { expect, test } from "vitest";
import { totalWord } from "../../src/stages/draft/lines/words.ts";
import type { GridRow } from "../support/grid.ts";
import { onlyTable, rowsOf, seeRows } from "../support/see.ts";

const FIGURES: readonly GridRow[] = [
  ["Region", "2020", "2021"],
  ["Nord", 1204, 1230],
  ["Süd", 2310, 2350],
  ["Ost", 811, 805],
  ["West", 1950, 1972],
];

test.each([
  "Insgesamt",
  "Ensemble",
  "Totaal",
  "Ogółem",
  "Toplam",
  "合計",
  "Итого:",
  "Σύνολο",
  "Hela riket",
])("%s is a word of totals, though its figures were rounded for themselves", async (label) => {
  const table = onlyTable(await seeRows([...FIGURES, [label, 6276, 6356]]));
  expect(rowsOf(table)).toMatchObject({ data_rows: [[2, 5]], total_rows: [6] });
});

test("names that hold a word of totals in another language are none", () => {
  const names = ["Ensemble Theater", "Gesamtschule", "Summerau", "Razemowo"];
  expect(names.filter(totalWord)).toEqual([]);
});
