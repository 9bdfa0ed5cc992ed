import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RecordParser } from "../../src/formats/csv/records.ts";
import { readAll, refusal } from "../support/cells.ts";

const cellsOf = async (content: Buffer | string): Promise<Readonly<Record<string, string>>> =>
  (await readAll(content, "a.csv")).sheets[0] ?? {};
const texts = async (content: Buffer | string): Promise<readonly string[]> =>
  Object.values(await cellsOf(content)).map((cell) => cell.replace("text:", ""));

describe("encodings", () => {
  const text = "Name,Value\nCafé – £5,1\n";
  test.each([
    ["UTF-8", Buffer.from(text)],
    ["UTF-8 with its mark", Buffer.from(`\ufeff${text}`)],
    ["UTF-16 little-endian", Buffer.from(`\ufeff${text}`, "utf16le")],
    ["UTF-16 big-endian", Buffer.from(`\ufeff${text}`, "utf16le").swap16()],
    ["windows-1252", Buffer.from(text.replace("–", "\u0096"), "latin1")],
  ])("%s", async (_name, content) => {
    expect(await texts(content)).toEqual(["Name", "Value", "Café – £5", "1"]);
  });

  test("NUL bytes, and UTF-16 without its mark: CSV_ENCODING", async () => {
    expect(await refusal(Buffer.from(text, "utf16le"), "a.csv")).toBe("CSV_ENCODING");
    expect(await refusal("a,b\n1,\u0000\n", "a.csv")).toBe("CSV_ENCODING");
  });
});

describe("dialects", () => {
  const rows = [
    ["Code", "Name", "Number"],
    ["001", "North", "10"],
    ["002", "South", "20"],
  ];
  test.each([",", ";", "\t", "|"])("delimiter %j", async (delimiter) => {
    expect(await texts(rows.map((row) => row.join(delimiter)).join("\n"))).toEqual(rows.flat());
  });

  test.each(["\n", "\r\n", "\r"])("line end %j", async (end) => {
    expect(await texts(rows.map((row) => row.join(",")).join(end) + end)).toEqual(rows.flat());
  });

  test("quotes inside quotes, delimiters and line ends inside quotes", async () => {
    expect(await texts('Name,Text\n"a, b","say ""hi"""\n"two\nlines",x\n')).toEqual([
      "Name",
      "Text",
      "a, b",
      'say "hi"',
      "two\nlines",
      "x",
    ]);
  });

  test("an apostrophe that opens no field", async () => {
    const record = ",',007,0,007,1/0/1990,1/0/1990,TRUE\n,,0,0,0,1st May 2024,2024-01-01,TRUE\n";
    expect(await texts(`a,b,c,d,e,f,g,h\n${record}`)).toContain("'");
    const long = `a,b\n',1\n${`${"word ".repeat(60)},2\n`.repeat(1_000)}`;
    expect((await texts(long)).slice(0, 4)).toEqual(["a", "b", "'", "1"]);
    expect(await texts("a,b\n'x, y',1\n'z, w',2\n")).toEqual(["a", "b", "x, y", "1", "z, w", "2"]);
  });

  test("a blank before a quote that opens a field, and a quote that opens none", async () => {
    expect(
      await texts('Day,Visits,Place\n1 May, "6,000", "The ""Old"" Hall"\n2 May,5,x\n'),
    ).toEqual([
      ...["Day", "Visits", "Place", "1 May", "6,000", 'The "Old" Hall', "2 May", "5", "x"],
    ]);
    const text = 'Day,Note\n1 May, "so called" week\n2 May, "open\n3 May,x\n';
    expect(await texts(text)).toEqual([
      "Day",
      "Note",
      "1 May",
      ' "so called" week',
      "2 May",
      ' "open',
      "3 May",
      "x",
    ]);
  });

  test("a backslash before a quote", async () => {
    expect(await texts('"Name","Text"\n"a","say \\"hi\\""\n"b","x"\n')).toEqual([
      "Name",
      "Text",
      "a",
      'say "hi"',
      "b",
      "x",
    ]);
  });

  test("the texts NA, None, NULL, TRUE and 007 stay what they are", async () => {
    expect(await texts("a,b,c,d,e\nNA,None,NULL,TRUE,007\n")).toEqual([
      "a",
      "b",
      "c",
      "d",
      "e",
      "NA",
      "None",
      "NULL",
      "TRUE",
      "007",
    ]);
  });
});

describe("records", () => {
  test("blank ones count, ragged ones keep their cells", async () => {
    expect(await cellsOf("a,b\n\n1\n1,2,3\n,,\n9,\n")).toEqual({
      A1: "text:a",
      B1: "text:b",
      A3: "text:1",
      A4: "text:1",
      B4: "text:2",
      C4: "text:3",
      A6: "text:9",
    });
  });

  test("a quote that never closes, and a record that never ends", async () => {
    expect(await refusal('a,b\n1,"x\n', "a.csv")).toBe("CSV_UNCLOSED_QUOTE");
    expect(await refusal(`a,b\n${"x".repeat(5000)}`, "a.csv", { csv_record_bytes: 1000 })).toBe(
      "CSV_LINE_TOO_LONG",
    );
  });

  test("cut into pieces anywhere, the records are the same", () => {
    const field = fc.string({ unit: fc.constantFrom("a", "1", ",", '"', "\n", "\r\n", " ", "é") });
    // Behind a blank a quote opens a field that ends on its line.
    const onOneLine = (text: string): string => text.replaceAll(/[\r\n]/g, "");
    const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(
        fc.array(fc.array(field, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
        fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 5 }),
        fc.constantFrom(",", ", "),
        (fields, cuts, between) => {
          const rows = between === "," ? fields : fields.map((row) => row.map(onOneLine));
          const text = rows.map((row) => row.map(quoted).join(between)).join("\n");
          const dialect = { delimiter: ",", quote: '"', escape: '"', newline: "\n" } as const;
          const parser = new RecordParser(dialect, 1e6, {});
          let from = 0;
          for (const cut of [...cuts].sort((a, b) => a - b)) {
            parser.write(text.slice(from, Math.max(from, cut)));
            from = Math.max(from, Math.min(cut, text.length));
          }
          parser.write(text.slice(from));
          parser.end();
          const found = rows.map((row, at) => {
            const cells = parser.rows.find((one) => one.row === at + 1)?.cells ?? [];
            return row.map((_, column) => cells.find((cell) => cell.column === column)?.text ?? "");
          });
          expect(found).toEqual(rows);
          expect(parser.record).toBe(rows.length);
        },
      ),
    );
  });
});
