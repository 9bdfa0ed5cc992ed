import { utils, type WorkBook, type WorkSheet, write } from "@e965/xlsx";
import { describe, expect, test } from "vitest";
import { openWorkbook } from "../../src/formats/open-workbook.ts";
import { bytesOf } from "../../src/model/bytes.ts";
import { LIMITS } from "../../src/model/limits.ts";
import { endOfSheet, type SheetRow } from "../../src/model/sheet.ts";
import { readAll, refusal } from "../support/cells.ts";

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
