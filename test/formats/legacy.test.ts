import { utils, type WorkBook, type WorkSheet, write } from "@e965/xlsx";
import { describe, expect, test } from "vitest";
import { openWorkbook } from "../../src/formats/open-workbook.ts";
import { LIMITS } from "../../src/model/limits.ts";
import { endOfSheet, type SheetRow } from "../../src/model/sheet.ts";
import { bytesOf } from "../../src/model/storage/bytes.ts";
import { readAll, refusal } from "../support/cells.ts";
import { rawZip } from "../support/zip.ts";

const KINDS = [
  ["biff8", "a.xls"],
  ["xlsb", "a.xlsb"],
  ["ods", "a.ods"],
] as const;

function saved(
  sheets: Readonly<Record<string, WorkSheet>>,
  bookType: (typeof KINDS)[number][0],
): Buffer {
  const book: WorkBook = utils.book_new();
  for (const [name, sheet] of Object.entries(sheets)) utils.book_append_sheet(book, sheet, name);
  book.Workbook = {
    Sheets: book.SheetNames.map((name) => ({ name, Hidden: name === "Old" ? 1 : 0 })),
  };
  return write(book, { type: "buffer", bookType }) as Buffer;
}

function mixed(): WorkSheet {
  const sheet = utils.aoa_to_sheet([["Title"], ["007", 0.1, 45_748, 0.25, true], ["x", -3]]);
  sheet["C2"] = { t: "n", v: 45_748, z: "dd/mm/yyyy" };
  sheet["D2"] = { t: "n", v: 0.25, z: "0%" };
  sheet["C3"] = { t: "e", v: 42, w: "#N/A" };
  sheet["!merges"] = [{ s: { r: 0, c: 0 }, e: { r: 0, c: 2 } }];
  sheet["!rows"] = [{}, {}, { hidden: true }];
  sheet["!cols"] = [{ wch: 9 }, { wch: 9, hidden: true }];
  sheet["!ref"] = "A1:E3";
  return sheet;
}

describe.each(KINDS)("%s", (type, name) => {
  test("the cells are those that were written, whatever the format", async () => {
    const { sheets, ends } = await readAll(saved({ Data: mixed() }, type), name);
    expect(sheets[0]).toEqual({
      A1: "text:Title",
      A2: "text:007",
      B2: "number:0.1",
      C2: "date:2025-04-01",
      D2: "number:0.25",
      E2: "boolean:TRUE",
      A3: "text:x",
      B3: "number:-3",
      // The library writes no errors into an ods.
      ...(type === "ods" ? {} : { C3: "error:#N/A" }),
    });
    expect(ends[0]?.merges).toEqual([{ top: 1, left: 0, bottom: 1, right: 2 }]);
    // The library writes no hidden columns into an ods.
    expect(ends[0]?.hiddenColumns).toEqual(type === "ods" ? [] : [1]);
  });

  test("a hidden sheet is told", async () => {
    const content = saved({ Data: mixed(), Old: utils.aoa_to_sheet([["a"]]) }, type);
    const { workbook } = await readAll(content, name);
    expect(workbook.sheets.map((sheet) => [sheet.name, sheet.hidden])).toEqual([
      ["Data", false],
      ["Old", type !== "ods"],
    ]);
  });

  test("more cells or merged ranges than the limits", async () => {
    const content = saved({ Data: mixed() }, type);
    expect(await refusal(content, name, { sheet_cells: 5 })).toBe("SHEET_TOO_LARGE");
    expect(await refusal(content, name, { sheet_merges: 0 })).toBe("SHEET_TOO_LARGE");
  });
});

test.each(KINDS)("%s: percentages are told, and the hidden rows of an xlsb", async (type, name) => {
  const bytes = bytesOf(name, saved({ Data: mixed() }, type));
  const workbook = await openWorkbook(bytes, { limits: LIMITS, fileName: name });
  const rows: SheetRow[] = [];
  const [sheet] = workbook.sheets;
  if (sheet === undefined) throw new Error("no sheet");
  await endOfSheet(sheet.rows(), (batch) => void rows.push(...batch));
  await workbook.close();
  const percents = rows.flatMap((row) => row.cells).filter((cell) => cell.percent === true);
  expect(percents.map((cell) => cell.text)).toEqual(["0.25"]);
  if (type === "xlsb") expect(rows.map((row) => row.hidden === true)).toEqual([false, false, true]);
});

test("a workbook that needs more memory than it may have, or more time", async () => {
  const rows = Array.from({ length: 8_000 }, (_, at) =>
    Array.from({ length: 10 }, (_x, c) => `t${at}-${c}`),
  );
  const content = saved({ Data: utils.aoa_to_sheet(rows) }, "biff8");
  expect(await refusal(content, "a.xls", { legacy_memory_mb: 16 })).toBe("WORKBOOK_TOO_LARGE");
  expect(await refusal(content, "a.xls", { legacy_seconds: 0.05 })).toBe("WORKBOOK_TIMEOUT");
});

test("a NUL in a text of an old workbook becomes the escape that an xlsx writes", async () => {
  const sheet = utils.aoa_to_sheet([["a\u0000b"]]);
  const { sheets } = await readAll(saved({ Data: sheet }, "biff8"), "a.xls");
  expect(sheets[0]).toEqual({ A1: "text:a_x0000_b" });
});

describe("an ods by hand", () => {
  const cell = (attributes: string, shown: string): string =>
    `<table:table-cell ${attributes}><text:p>${shown}</text:p></table:table-cell>`;
  const text = (shown: string): string => cell('office:value-type="string"', shown);
  const row = (cells: string, more = ""): string =>
    `<table:table-row ${more}>${cells}</table:table-row>`;
  const style = (name: string, display: boolean): string =>
    `<style:style style:name="${name}" style:family="table"><style:table-properties table:display="${display}"/></style:style>`;
  const table = (name: string, tableStyle: string, content: string): string =>
    `<table:table table:name="${name}" table:style-name="${tableStyle}">${content}</table:table>`;
  const ods = (...tables: readonly string[]): Buffer =>
    rawZip([
      { name: "mimetype", content: "application/vnd.oasis.opendocument.spreadsheet" },
      { name: "META-INF/manifest.xml", content: "<manifest:manifest/>" },
      { name: "styles.xml", content: "<office:document-styles/>" },
      {
        name: "content.xml",
        content: `<?xml version="1.0"?><office:document-content><office:automatic-styles>${style("ta1", true)}${style("ta2", false)}</office:automatic-styles><office:body><office:spreadsheet>${tables.join("")}</office:spreadsheet></office:body></office:document-content>`,
      },
    ]);

  test("hidden sheets, columns and rows are told", async () => {
    const columns = `<table:table-column/><table:table-column table:visibility="collapse" table:number-columns-repeated="2"/><table:table-column table:number-columns-repeated="16381"/>`;
    const rows = [
      row(text("a")),
      row(text("b"), 'table:visibility="collapse" table:number-rows-repeated="2"'),
      row(text("c"), 'table:visibility="filter"'),
      row(text("d")),
    ];
    const content = ods(
      table("A &amp; B", "ta1", columns + rows.join("")),
      table("Old", "ta2", row(text("x"))),
    );
    const { workbook, ends, hiddenRows } = await readAll(content, "a.ods");
    expect(workbook.sheets.map((sheet) => [sheet.name, sheet.hidden])).toEqual([
      ["A & B", false],
      ["Old", true],
    ]);
    expect(ends.map((end) => end.hiddenColumns)).toEqual([[1, 2], []]);
    expect(hiddenRows).toEqual([[2, 3, 4], []]);
  });

  test("values of cells that show no text are cells", async () => {
    const value = (attributes: string): string => `<table:table-cell ${attributes}/>`;
    const number = value('office:value="1.50" office:value-type="float"');
    const others = [
      value('office:value-type="percentage" office:value="0.25"'),
      value('office:value-type="date" office:date-value="2025-04-01T00:00:00"'),
      value('office:value-type="boolean" office:boolean-value="true"'),
      value('office:value-type="string" office:string-value="a &amp; b"'),
      `<table:table-cell office:value-type="float" office:value="7"></table:table-cell>`,
    ];
    const gap = '<table:table-cell table:number-columns-repeated="2"/>';
    const rows = [
      row(number + gap + text("shown") + number),
      row(others.join("")),
      row(number, 'table:number-rows-repeated="2"'),
      row(text("last") + number),
      row(gap + number),
    ];
    const { sheets } = await readAll(ods(table("A", "ta1", rows.join(""))), "a.ods");
    expect(sheets[0]).toEqual({
      ...{ A1: "number:1.50", D1: "text:shown", E1: "number:1.50" },
      ...{ A2: "number:0.25", B2: "date:2025-04-01", C2: "boolean:TRUE", D2: "text:a & b" },
      ...{ E2: "number:7", A3: "number:1.50", A4: "number:1.50" },
      ...{ A5: "text:last", B5: "number:1.50", C6: "number:1.50" },
    });
    const wide = row(number, 'table:number-rows-repeated="1000"');
    const many = ods(table("A", "ta1", wide));
    expect(await refusal(many, "a.ods", { sheet_cells: 500 })).toBe("SHEET_TOO_LARGE");
  });

  test("errors, as LibreOffice and Excel save them, are errors and no figures", async () => {
    const libre = `table:formula="of:=NA()" office:value-type="string" office:string-value="" calcext:value-type="error"`;
    const excel = `table:formula="of:=1/0" office:value-type="float" office:value="0"`;
    const cells = [
      cell(libre, "#N/A"),
      cell(libre, "Err:502"),
      cell(excel, "#DIV/0!"),
      text("#N/A"),
    ];
    const { sheets } = await readAll(ods(table("A", "ta1", row(cells.join("")))), "a.ods");
    expect(sheets[0]).toEqual({
      A1: "error:#N/A",
      B1: "error:Err:502",
      C1: "error:#DIV/0!",
      D1: "text:#N/A",
    });
  });
});
