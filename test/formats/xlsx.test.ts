import { describe, expect, test } from "vitest";
import { serialDate } from "../../src/formats/serial-date.ts";
import { isDateFormat } from "../../src/formats/xlsx/styles.ts";
import { XmlScanner } from "../../src/formats/xml.ts";
import { readAll, refusal } from "../support/cells.ts";
import { oneSheet, rawXlsx } from "../support/xlsx.ts";

const cellsOf = async (
  xml: string,
  more: Parameters<typeof oneSheet>[1] = {},
): Promise<Readonly<Record<string, string>>> =>
  (await readAll(oneSheet(xml, more), "a.xlsx")).sheets[0] ?? {};

describe("cells of a workbook", () => {
  test("shared, inline and formula texts; numbers to the last digit; booleans and errors", async () => {
    const xml = `<dimension ref="A1"/><sheetData><row r="2">
      <c r="A2" t="s"><v>1</v></c><c r="B2" t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r></is></c>
      <c r="C2" t="str"><f>A1&amp;B1</f><v>a&lt;b &#163;</v></c><c r="D2"><v>0.30000000000000004</v></c>
      <c r="E2"><v>9007199254740993</v></c><c r="F2" t="b"><v>1</v></c><c r="G2" t="e"><v>#N/A</v></c>
      <c r="H2" t="s"><v>2</v></c><c r="I2" t="n"/></row></sheetData>`;
    const strings = ["zero", "one", "<r><t>ri</t></r><r><t>ch</t></r><rPh><t>hint</t></rPh>"];
    expect(await cellsOf(xml, { strings })).toEqual({
      A2: "text:one",
      B2: "text:inline",
      C2: "text:a<b £",
      D2: "number:0.30000000000000004",
      E2: "number:9007199254740993",
      F2: "boolean:TRUE",
      G2: "error:#N/A",
      H2: "text:rich",
    });
  });

  test("dates by their format, in both date systems; elapsed time is a number", async () => {
    const xml = `<sheetData><row r="1"><c r="A1" s="1"><v>45748</v></c><c r="B1" s="4"><v>45748.5</v></c><c r="C1" s="5"><v>1.5</v></c><c r="D1" s="2"><v>0.25</v></c></row></sheetData>`;
    expect(await cellsOf(xml)).toEqual({
      A1: "date:2025-04-01",
      B1: "date:2025-04-01T12:00:00",
      C1: "number:1.5",
      D1: "number:0.25",
    });
    expect((await cellsOf(xml, { date1904: true }))["A1"]).toBe("date:2029-04-02");
  });

  test("rows and cells without references follow each other; a far cell costs nothing", async () => {
    const xml = `<sheetData><row><c><v>1</v></c><c><v>2</v></c></row><row r="1048576"><c r="XFD1048576"><v>3</v></c></row></sheetData>`;
    expect(await cellsOf(xml)).toEqual({ A1: "number:1", B1: "number:2", XFD1048576: "number:3" });
  });

  test("prefixes of namespaces, single quotes, comments and CDATA change nothing", async () => {
    const xml = `<?xml version="1.0"?><x:worksheet xmlns:x="m"><x:sheetData><!-- > --><x:row r='1'><x:c r='A1' t='inlineStr'><x:is><x:t><![CDATA[a & b]]></x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>`;
    expect(await cellsOf(xml)).toEqual({ A1: "text:a & b" });
  });

  test("merged ranges, hidden rows, columns and sheets are told; chart sheets are no sheets", async () => {
    const content = rawXlsx({
      sheets: [
        {
          name: "A",
          xml: `<cols><col min="2" max="3" hidden="1"/></cols><sheetData><row r="1" hidden="1"><c r="A1"><v>1</v></c></row></sheetData><mergeCells><mergeCell ref="A1:C2"/></mergeCells>`,
        },
        { name: "Chart", xml: "", type: "chartsheet" },
        { name: "B", xml: "<sheetData/>", state: "veryHidden" },
      ],
    });
    const { workbook, ends } = await readAll(content, "a.xlsx");
    expect(workbook.sheets.map((sheet) => [sheet.name, sheet.hidden])).toEqual([
      ["A", false],
      ["B", true],
    ]);
    expect(ends[0]).toMatchObject({
      merges: [{ top: 1, left: 0, bottom: 2, right: 2 }],
      hiddenColumns: [1, 2],
    });
    expect(workbook.remarks.join()).toContain("Chart");
  });

  test("a text of control characters is unescaped", async () => {
    const xml = `<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" t="s"><v>0</v></c></row></sheetData>`;
    expect((await cellsOf(xml, { strings: ["line_x000D_end"] }))["B1"]).toBe("text:line\rend");
  });

  test("what no text of a database can hold stays as it is written: NUL, half a surrogate pair", async () => {
    const xml = `<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData>`;
    const text = "_x0000_ _xD83D_ &#0; &#xDE00; _x005F_x0041_ &#x1F600;";
    expect((await cellsOf(xml, { strings: [text] }))["A1"]).toBe(
      "text:_x0000_ _xD83D_ &#0; &#xDE00; _x0041_ \u{1F600}",
    );
  });

  test("lines of a text end with a line feed, however the file was saved", async () => {
    const xml = `<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>a\r\nb\rc&#13;d</t></is></c></row></sheetData>`;
    expect((await cellsOf(xml))["A1"]).toBe("text:a\nb\nc\rd");
    const seen: string[] = [];
    const handler = { open() {}, close() {}, text: (text: string) => void seen.push(text) };
    const scanner = new XmlScanner(handler, 1000, {});
    for (const piece of ["<t>a\r", "\nb\r", "c\r", "</t>"]) scanner.write(piece);
    scanner.end();
    expect(seen.join("")).toBe("a\nb\nc\n");
  });

  test("an inline text counts, not the value left beside it", async () => {
    const xml = `<sheetData><row r="1"><c r="A1" t="inlineStr"><v>1.0</v><is><t>1.</t></is></c></row></sheetData>`;
    expect((await cellsOf(xml))["A1"]).toBe("text:1.");
  });
});

describe("formats of numbers", () => {
  test.each(["dd/mm/yyyy", "mmm\\-yy;@", "[$-809]d mmm yyyy", 'yyyy" year"', "h:mm"])(
    "%s is a date",
    (code) => {
      expect(isDateFormat(code)).toBe(true);
    },
  );
  test.each(["0.00", "#,##0_);[Red](#,##0)", "General", "0.00E+00", '0" days"', "[h]:mm", "0%"])(
    "%s is none",
    (code) => {
      expect(isDateFormat(code)).toBe(false);
    },
  );
  test("the 29 February 1900 never was, and what is before counts one day less", () => {
    expect(serialDate(59, false)).toBe("1900-02-28");
    expect(serialDate(60, false)).toBeNull();
    expect(serialDate(61, false)).toBe("1900-03-01");
    expect(serialDate(1, false)).toBe("1900-01-01");
    expect(serialDate(0.5, false)).toBeNull();
  });
});

describe("hostile workbooks", () => {
  const row = '<sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>';

  test.each([
    [
      "a DTD",
      `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l "lol">]><worksheet>${row}</worksheet>`,
      "XML_DTD_FORBIDDEN",
    ],
    ["a tag that never ends", "<?xml version='1.0'?><worksheet><sheetData", "WORKBOOK_CORRUPT"],
    [
      "rows in the wrong order",
      '<sheetData><row r="2"/><row r="1"/></sheetData>',
      "WORKBOOK_CORRUPT",
    ],
  ])("%s", async (_what, xml, code) => {
    expect(await refusal(oneSheet(xml), "a.xlsx")).toBe(code);
  });

  test("more cells, merges, or text than the limits: SHEET_TOO_LARGE", async () => {
    const cells = `<sheetData>${Array.from({ length: 50 }, (_, at) => `<row r="${at + 1}"><c><v>1</v></c></row>`).join("")}</sheetData>`;
    expect(await refusal(oneSheet(cells), "a.xlsx", { sheet_cells: 10 })).toBe("SHEET_TOO_LARGE");
    const merges = `${row}<mergeCells>${'<mergeCell ref="A1:B2"/>'.repeat(20)}</mergeCells>`;
    expect(await refusal(oneSheet(merges), "a.xlsx", { sheet_merges: 10 })).toBe("SHEET_TOO_LARGE");
    const long = `<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>${"x".repeat(400_000)}</t></is></c></row></sheetData>`;
    expect(await refusal(oneSheet(long), "a.xlsx", { cell_bytes: 1000 })).toBe("SHEET_TOO_LARGE");
    const strings = Array.from({ length: 100 }, () => "x".repeat(100));
    expect(
      await refusal(oneSheet(row, { strings }), "a.xlsx", { shared_strings_bytes: 1000 }),
    ).toBe("SHEET_TOO_LARGE");
  });

  test("an encrypted one, and one without its workbook", async () => {
    const ole = Buffer.concat([
      Buffer.from("d0cf11e0a1b11ae1", "hex"),
      Buffer.alloc(600),
      Buffer.from("EncryptedPackage", "utf16le"),
      Buffer.alloc(4000),
    ]);
    expect(await refusal(ole, "a.xlsx")).toBe("WORKBOOK_ENCRYPTED");
  });
});
