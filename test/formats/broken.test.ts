import { utils, type WorkSheet, write } from "@e965/xlsx";
import { describe, expect, test } from "vitest";
import { CanonryError } from "../../src/model/errors.ts";
import { readAll, refusal } from "../support/cells.ts";
import { oneSheet } from "../support/xlsx.ts";
import { rawZip } from "../support/zip.ts";

/** What `npm run torture` found: files that were read as something they do not say, or ended without a code. */
const sheet = (rows: string, more = ""): Buffer =>
  oneSheet(`<sheetData>${rows}</sheetData>${more}`);
const row = (cells: string): Buffer => sheet(`<row r="1">${cells}</row>`);

describe("places that no sheet has", () => {
  test.each(["Infinity", "1e9", "1.5", "1048577", "-1", "x"])("row %s", async (r) => {
    expect(await refusal(sheet(`<row r="${r}"><c><v>1</v></c></row>`), "a.xlsx")).toBe(
      "WORKBOOK_CORRUPT",
    );
  });

  test.each(["XFE1", "ZZZZ99999999", "1", ""])("cell %s", async (r) => {
    expect(await refusal(row(`<c r="${r}"><v>1</v></c>`), "a.xlsx")).toBe("WORKBOOK_CORRUPT");
  });

  test("a merged range outside the sheet is passed over, and told", async () => {
    const merges =
      '<mergeCells><mergeCell ref="A1:XFE9"/><mergeCell ref="A1:A1048577"/></mergeCells>';
    const { ends } = await readAll(sheet('<row r="1"><c><v>1</v></c></row>', merges), "a.xlsx");
    expect(ends[0]?.merges).toEqual([]);
    expect(ends[0]?.remarks).toHaveLength(2);
  });
});

describe("cells that do not stand where cells stand", () => {
  const cell = '<c r="A1"><v>1</v></c>';
  test.each([
    ["twice in one row", `<row r="1">${cell}${cell}</row>`],
    ["one in another", `<row r="1"><c r="A1">${cell}<v>2</v></c></row>`],
    ["behind a row", `<row r="1">${cell}</row><c r="B1"><v>2</v></c>`],
    ["a value in no cell", `<row r="1">${cell}<v>2</v></c></row>`],
    ["a row that ends in a cell", `<row r="1"><c r="A1"><v>1</v></row></c>`],
    ["a row without its end", `<row r="1">${cell}`],
  ])("%s", async (_what, rows) => {
    expect(await refusal(sheet(rows), "a.xlsx")).toBe("WORKBOOK_CORRUPT");
  });

  test("a row that the next one ends keeps its cells", async () => {
    const { sheets } = await readAll(sheet(`<row r="1">${cell}<row r="2"/>`), "a.xlsx");
    expect(sheets).toEqual([{ A1: "number:1" }]);
  });
});

describe("values that are not of their kind", () => {
  test("numbers and dates that are none are the text that stands there", async () => {
    const cells = `<c><v>1,5</v></c><c><v>NaN</v></c><c t="d"><v>soon</v></c><c><v> </v></c><c><v> 2 </v></c>`;
    const { sheets } = await readAll(row(cells), "a.xlsx");
    expect(sheets).toEqual([{ A1: "text:1,5", B1: "text:NaN", C1: "text:soon", E1: "number:2" }]);
  });

  test("a shared string that is not there is no empty cell", async () => {
    const book = oneSheet('<sheetData><row r="1"><c t="s"><v>1</v></c></row></sheetData>', {
      strings: ["only one"],
    });
    expect(await refusal(book, "a.xlsx")).toBe("WORKBOOK_CORRUPT");
  });

  test("a NUL is refused, and its escape stays as it is written", async () => {
    const text = (value: string): Buffer => row(`<c t="inlineStr"><is><t>${value}</t></is></c>`);
    expect(await refusal(text("a\u0000b"), "a.xlsx")).toBe("WORKBOOK_CORRUPT");
    const { sheets } = await readAll(text("a_x0000_b"), "a.xlsx");
    expect(sheets).toEqual([{ A1: "text:a_x0000_b" }]);
  });
});

describe.each([
  ["biff8", "a.xls"],
  ["xlsb", "a.xlsb"],
] as const)("%s", (bookType, name) => {
  const saved = (cell: WorkSheet[string], sheetName = "S"): Buffer => {
    const book = utils.book_new();
    utils.book_append_sheet(book, { A1: cell, "!ref": "A1:A1" } as WorkSheet, sheetName);
    return write(book, { type: "buffer", bookType }) as Buffer;
  };

  test("a NUL in the name of a sheet", async () => {
    expect(await refusal(saved({ t: "s", v: "a" }, "S\u0000"), name)).toBe("WORKBOOK_CORRUPT");
  });
});

test("what the library prints does not stand between the lines of its reader", async () => {
  const pack = rawZip([
    { name: "xl/workbook.bin", content: "" },
    { name: "Index/Document.iwa", content: "\u0000\u0009no iwa" },
  ]);
  const failure = await readAll(pack, "a.xlsb").catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "WORKBOOK_CORRUPT" });
  expect((failure as CanonryError).message).not.toContain("broken line");
});

test("xls: a number that is none", async () => {
  const book = utils.book_new();
  utils.book_append_sheet(book, utils.aoa_to_sheet([[1234.5678]]), "S");
  const content = write(book, { type: "buffer", bookType: "biff8" }) as Buffer;
  const number = Buffer.alloc(8);
  number.writeDoubleLE(1234.5678);
  content.writeDoubleLE(Number.POSITIVE_INFINITY, content.indexOf(number));
  expect(await refusal(content, "a.xls")).toBe("WORKBOOK_CORRUPT");
});

describe("records of very many fields", () => {
  test("as many as a sheet has columns, and one more", async () => {
    const { sheets } = await readAll(`${",".repeat(16_383)}x\n`, "a.csv");
    expect(Object.keys(sheets[0] ?? {})).toEqual(["XFD1"]);
    expect(await refusal(`${",".repeat(16_384)}x\n`, "a.csv")).toBe("CSV_ROW_WIDTH");
  });

  test("signs that are not the delimiter may be many", async () => {
    const { sheets } = await readAll(`a,b\n1,${"x ".repeat(20_000)}\n2,y\n`, "a.csv");
    expect(sheets[0]).toMatchObject({ A1: "text:a", B3: "text:y" });
  });
});

test("what an error quotes of a file keeps to one line and holds no control characters", () => {
  const error = new CanonryError("ARCHIVE_CORRUPT", "a\u0000b\nc\u001b[2J", {
    member: "x\u001b]0;y\u0007",
  });
  expect(error.message).toBe("a b c [2J");
  expect(error.describe()).toMatch(/^ARCHIVE_CORRUPT: a b c \[2J \(member x \]0;y \)\. /);
  expect(new CanonryError("ARCHIVE_CORRUPT", "x".repeat(1e6)).message).toHaveLength(1000);
});
