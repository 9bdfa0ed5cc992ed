import { expect, test } from "vitest";
import { cellName } from "../../src/model/cell-name.ts";

const SHEET = { file_name: "beds.xlsx", member: null, sheet: "Table 3", line: null };
const CSV = { file_name: "beds.csv", member: null, sheet: null };
const F = { letter: "F", header: "Beds\nopen" };

test.each([
  ["Table 3!F47", { ...SHEET, column: F, row: 47 }],
  [
    "beds.xlsx/Table 3!F47",
    { ...SHEET, file_name: "b.zip", member: "beds.xlsx", column: F, row: 47 },
  ],
  ["Table 3, row 47", { ...SHEET, column: { letter: "", header: "" }, row: 47 }],
  ["beds.csv:47, column 6 (Beds open)", { ...CSV, column: F, row: 47, line: 47 }],
  ["beds.csv:52 (record 47), column 6 (Beds open)", { ...CSV, column: F, row: 47, line: 52 }],
  ["beds.csv, record 47, column 6 (Beds open)", { ...CSV, column: F, row: 47, line: null }],
  ["beds.csv, record 47", { ...CSV, column: { letter: "", header: "" }, row: 47, line: null }],
])("%s", (name, cell) => expect(cellName(cell)).toBe(name));
