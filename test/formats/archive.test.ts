import { utils, write } from "@e965/xlsx";
import { describe, expect, test } from "vitest";
import { readAll, refusal } from "../support/cells.ts";
import { rawZip } from "../support/zip.ts";

const CSV = "Code,Number\n001,10\n002,20\n";

describe("archives", () => {
  test("members are sheets, in the order of their paths; hidden ones and papers are passed over", async () => {
    const zip = rawZip([
      { name: "b/two.csv", content: CSV },
      { name: "__MACOSX/._one.csv", content: "x" },
      { name: "a/one.csv", content: CSV },
      { name: "readme.pdf", content: "%PDF" },
    ]);
    const { workbook, sheets } = await readAll(zip, "a.zip");
    expect(workbook.sheets.map((sheet) => sheet.member)).toEqual(["a/one.csv", "b/two.csv"]);
    expect(sheets[0]).toEqual(sheets[1]);
    expect(workbook.remarks).toEqual(["readme.pdf is no table: passed over"]);
  });

  test("a ZIP in a ZIP is read, one more is not", async () => {
    const inner = rawZip([{ name: "one.csv", content: CSV }]);
    const outer = rawZip([{ name: "inner.zip", content: inner }]);
    expect((await readAll(outer, "a.zip")).workbook.sheets[0]?.member).toBe("inner.zip/one.csv");
    expect(await refusal(rawZip([{ name: "outer.zip", content: outer }]), "a.zip")).toBe(
      "ARCHIVE_TOO_LARGE",
    );
  });

  test.each([
    ["a path upwards", [{ name: "../x.csv", content: CSV }], "ARCHIVE_UNSAFE_PATH"],
    ["an absolute path", [{ name: "/etc/x.csv", content: CSV }], "ARCHIVE_UNSAFE_PATH"],
    ["a path of another system", [{ name: "..\\x.csv", content: CSV }], "ARCHIVE_UNSAFE_PATH"],
    ["a link", [{ name: "x.csv", content: "/etc/passwd", mode: 0o120777 }], "ARCHIVE_UNSAFE_PATH"],
    ["a wrong checksum", [{ name: "x.csv", content: CSV, crc: 1 }], "ARCHIVE_CORRUPT"],
    [
      "a size that lies",
      [{ name: "x.csv", content: "x".repeat(5000), size: 10 }],
      "ARCHIVE_SIZE_MISMATCH",
    ],
    [
      "two entries of one name",
      [
        { name: "x.csv", content: CSV },
        { name: "X.csv", content: "a\n1\n" },
      ],
      "ARCHIVE_DUPLICATE_ENTRY",
    ],
    [
      "an encrypted member",
      [{ name: "x.csv", content: CSV, encrypted: true }],
      "WORKBOOK_ENCRYPTED",
    ],
  ])("%s: %s", async (_what, members, code) => {
    expect(await refusal(rawZip(members), "a.zip")).toBe(code);
  });

  test("too many entries, and one that inflates beyond all measure", async () => {
    const many = rawZip(
      Array.from({ length: 30 }, (_, at) => ({ name: `${at}.csv`, content: CSV })),
    );
    expect(await refusal(many, "a.zip", { archive_entries: 10 })).toBe("ARCHIVE_TOO_LARGE");
    const bomb = rawZip([{ name: "x.csv", content: Buffer.alloc(30 << 20, "0,0\n") }]);
    expect(await refusal(bomb, "a.zip")).toBe("ARCHIVE_TOO_LARGE");
  });

  test("a ZIP that is cut", async () => {
    const zip = rawZip([{ name: "x.csv", content: CSV }]);
    expect(await refusal(zip.subarray(0, zip.length - 30), "a.zip")).toBe("ARCHIVE_CORRUPT");
  });
});

describe("what a file is, its bytes say", () => {
  test.each([
    ["a login page called xlsx", "<!DOCTYPE html><html>", "a.xlsx", "FORMAT_MISMATCH"],
    ["a page called csv", "<html><body>", "a.csv", "FORMAT_MISMATCH"],
    ["a ZIP called csv", rawZip([]), "a.csv", "FORMAT_MISMATCH"],
    ["a CSV called xlsx", CSV, "a.xlsx", "FORMAT_MISMATCH"],
    ["a PDF", "%PDF-1.7", "a.pdf", "FORMAT_UNKNOWN"],
  ])("%s", async (_what, content, name, code) => {
    expect(await refusal(content, name)).toBe(code);
  });
});

describe("old workbooks, in a child", () => {
  const rows = [
    ["Name", "Number", "Yes"],
    ["North", 10.5, true],
  ];
  const made = (bookType: "biff8" | "xlsb" | "ods"): Buffer => {
    const book = utils.book_new();
    utils.book_append_sheet(book, utils.aoa_to_sheet(rows), "Data");
    return write(book, { type: "buffer", bookType }) as Buffer;
  };

  test.each([
    ["biff8", "a.xls"],
    ["xlsb", "a.xlsb"],
    ["ods", "a.ods"],
  ] as const)("%s", async (type, name) => {
    const { sheets, workbook } = await readAll(made(type), name);
    expect(workbook.sheets[0]?.name).toBe("Data");
    expect(sheets[0]).toEqual({
      A1: "text:Name",
      B1: "text:Number",
      C1: "text:Yes",
      A2: "text:North",
      B2: "number:10.5",
      C2: "boolean:TRUE",
    });
  });

  test("one that is not done at the deadline is ended", async () => {
    expect(await refusal(made("biff8"), "a.xls", { legacy_seconds: 0.01 })).toBe(
      "WORKBOOK_TIMEOUT",
    );
  });
});
