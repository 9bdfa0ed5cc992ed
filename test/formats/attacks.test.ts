import { describe, expect, test } from "vitest";
import { RecordParser } from "../../src/formats/csv/records.ts";
import { readAll, refusal } from "../support/cells.ts";
import { oneSheet } from "../support/xlsx.ts";
import { rawZip } from "../support/zip.ts";

const CELL = '<row r="1"><c r="A1"><v>1</v></c></row>';

describe("archives that promise little and hold much", () => {
  test("members that are small alone and too large together", async () => {
    const zip = rawZip(
      ["a", "b", "c"].map((name) => ({ name: `${name}.csv`, content: "1,2\n".repeat(100) })),
    );
    expect(await refusal(zip, "a.zip", { archive_total_bytes: 1000 })).toBe("ARCHIVE_TOO_LARGE");
    expect((await readAll(zip, "a.zip", { archive_total_bytes: 1200 })).sheets).toHaveLength(3);
  });

  test("a NUL in a name", async () => {
    const zip = rawZip([{ name: "x\u0000.csv", content: "1,2\n" }]);
    expect(await refusal(zip, "a.zip")).toBe("ARCHIVE_UNSAFE_PATH");
  });

  test("two workbooks in one: readers would disagree", async () => {
    const more = [{ name: "xl/Workbook.xml", content: "<workbook/>" }];
    expect(await refusal(oneSheet(`<sheetData>${CELL}</sheetData>`, { more }), "a.xlsx")).toBe(
      "ARCHIVE_DUPLICATE_ENTRY",
    );
  });
});

describe("workbooks", () => {
  test("200,001 merged ranges under the ordinary limits", async () => {
    const merges = '<mergeCell ref="A1:B2"/>'.repeat(200_001);
    const xml = `<sheetData>${CELL}</sheetData><mergeCells>${merges}</mergeCells>`;
    expect(await refusal(oneSheet(xml), "a.xlsx")).toBe("SHEET_TOO_LARGE");
  });

  test("one shared string of many runs is measured before it ends", async () => {
    const run = `<r><t>${"x".repeat(500)}</t></r>`;
    const book = oneSheet(`<sheetData>${CELL}</sheetData>`, { strings: [run.repeat(1000)] });
    const limits = { shared_strings_bytes: 10_000 };
    expect(await refusal(book, "a.xlsx", limits)).toBe("SHEET_TOO_LARGE");
  });

  test("shared strings that are empty count too", async () => {
    const book = oneSheet(`<sheetData>${CELL}</sheetData>`, {
      strings: Array.from({ length: 5000 }, () => ""),
    });
    expect(await refusal(book, "a.xlsx", { shared_strings_bytes: 1000 })).toBe("SHEET_TOO_LARGE");
  });

  test("one cell of many runs", async () => {
    const run = `<r><t>${"x".repeat(500)}</t></r>`.repeat(1000);
    const xml = `<sheetData><row r="1"><c r="A1" t="inlineStr"><is>${run}</is></c></row></sheetData>`;
    expect(await refusal(oneSheet(xml), "a.xlsx", { cell_bytes: 10_000 })).toBe("SHEET_TOO_LARGE");
  });

  test("one row of more cells than a sheet may have", async () => {
    const xml = `<sheetData><row r="1">${"<c><v>1</v></c>".repeat(5000)}</row></sheetData>`;
    expect(await refusal(oneSheet(xml), "a.xlsx", { sheet_cells: 100 })).toBe("SHEET_TOO_LARGE");
  });

  test("hidden columns told over and over cost no more than once", async () => {
    const cols = '<col min="1" max="16384" hidden="1"/>'.repeat(20_000);
    const wrong = '<col min="-9" max="3" hidden="1"/><col max="2" hidden="1"/>';
    const xml = `<cols>${cols}${wrong}</cols><sheetData>${CELL}</sheetData>`;
    const { ends } = await readAll(oneSheet(xml), "a.xlsx");
    expect(ends[0]?.hiddenColumns).toEqual(Array.from({ length: 16_384 }, (_, at) => at));
  });

  test("a dimension that lies and a cell in the last corner are read at once", async () => {
    const xml = `<dimension ref="A1:XFD1048576"/><sheetData>${CELL}<row r="1048576"><c r="XFD1048576"><v>2</v></c></row></sheetData>`;
    const before = performance.now();
    const { sheets } = await readAll(oneSheet(xml), "a.xlsx");
    expect(sheets[0]).toEqual({ A1: "number:1", XFD1048576: "number:2" });
    expect(performance.now() - before).toBeLessThan(5000);
  });

  test.each([
    ["shared strings", { name: "xl/sharedStrings.xml" }],
    ["properties", { name: "docProps/core.xml" }],
  ])("an entity in the %s", async (_what, { name }) => {
    const content = '<!DOCTYPE a [<!ENTITY l8 SYSTEM "file:///etc/passwd">]><a>&l8;</a>';
    const book = rawZip([
      { name: "[Content_Types].xml", content: "<Types/>" },
      {
        name: "xl/workbook.xml",
        content: "<workbook><sheets/></workbook>",
      },
      {
        name: "xl/_rels/workbook.xml.rels",
        content:
          '<Relationships><Relationship Id="t" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
      },
      { name, content },
    ]);
    expect(await refusal(book, "a.xlsx")).toBe("XML_DTD_FORBIDDEN");
  });
});

describe("texts", () => {
  test.each(["a.csv", "a.xlsx", "a.zip"])("a PDF called %s", async (name) => {
    expect(await refusal("%PDF-1.7\n1 0 obj", name)).toBe("FORMAT_MISMATCH");
  });

  test("a NUL in UTF-16 with its mark", async () => {
    const text = Buffer.from("\ufeffa,b\n1,\u0000\n", "utf16le");
    expect(await refusal(text, "a.csv")).toBe("CSV_ENCODING");
    expect(await refusal(Buffer.from(text).swap16(), "a.csv")).toBe("CSV_ENCODING");
  });

  test("bytes that are marked as UTF-8 and are not", async () => {
    const text = Buffer.concat([Buffer.from("\ufeffa,b\n1,"), Buffer.from([0x96, 10])]);
    expect(await refusal(text, "a.csv")).toBe("CSV_ENCODING");
  });

  test("quoted fields in a file of carriage returns", async () => {
    const { sheets } = await readAll('"a","b"\r"1","x, y"\r"2","z"\r', "a.csv");
    expect(sheets[0]).toEqual({
      A1: "text:a",
      B1: "text:b",
      A2: "text:1",
      B2: "text:x, y",
      A3: "text:2",
      B3: "text:z",
    });
  });

  test.each(["\n", "\r\n", "\r"] as const)("line end %j, cut anywhere", (newline) => {
    const text = ['"a","b"', '"1","x, ""y"""', '"2","z"', ""].join(newline);
    const dialect = { delimiter: ",", quote: '"', escape: '"', newline } as const;
    const parsed = (cut: number): RecordParser => {
      const parser = new RecordParser(dialect, 1000, {});
      parser.write(text.slice(0, cut));
      parser.write(text.slice(cut));
      parser.end();
      return parser;
    };
    const whole = parsed(text.length).rows;
    expect(whole.map((row) => row.cells.map((cell) => cell.text))).toEqual([
      ["a", "b"],
      ["1", 'x, "y"'],
      ["2", "z"],
    ]);
    for (let cut = 0; cut < text.length; cut++) expect(parsed(cut).rows, `${cut}`).toEqual(whole);
  });

  test("an empty file has no cells", async () => {
    expect((await readAll("", "a.csv")).sheets).toEqual([{}]);
  });
});
