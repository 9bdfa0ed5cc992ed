import { describe, expect, test } from "vitest";
import { RecordParser } from "../../src/formats/csv/records.ts";
import { readAll } from "../support/cells.ts";

/** What reads these in the square of their length takes minutes; only that misses the time. */
const HANGS_MS = 20_000;
const LENGTH = 2_000_000;

const fill = (text: string): string => text.repeat(LENGTH / text.length);

async function outcome(text: string): Promise<string> {
  return readAll(text, "a.csv").then(
    ({ sheets }) => `${Object.keys(sheets[0] ?? {}).length} cells`,
    (error: { code?: string }) => error.code ?? String(error),
  );
}

describe("a long record with many signs is read in the time of its length", () => {
  test.each([
    ["fields in quotes, parted by another sign", `in full\n"Name"\t${fill('"2005"\t')}"x"\ny\n`],
    ["quotes between letters, up to one that closes", `a,b\n1,"${fill('x"x')}",3\nx,y\n`],
    ["doubled quotes where a backslash escapes", `a,b\n1,"\\"x"\n2,"${fill('""x')}",3\n`],
    ["carriage returns as line ends", `a,b\r1,"${fill('x"x')}",3\rx,y\r`],
    ["spaces before a sign", `a,b\n1,${" ".repeat(60_000)}|\nx,y\n`],
  ])(
    "%s",
    async (_name, text) => {
      expect(await outcome(text)).toMatch(/^(?:\d+ cells|CSV_[A-Z_]+)$/);
    },
    HANGS_MS,
  );

  test(
    "records of many columns, separated by a sign that stands in texts too",
    async () => {
      const line = (count: number, sign: string): string =>
        Array.from({ length: count }, (_, at) => at).join(sign);
      const whole = `${line(200, ",")}\n`.repeat(400);
      expect(await outcome(whole + `${line(230, ";")}\n`.repeat(50))).toBe("80050 cells");
    },
    HANGS_MS,
  );

  test(
    "a record that comes in small pieces",
    () => {
      const dialect = { delimiter: ",", quote: '"', escape: '"', newline: "\n" } as const;
      const parser = new RecordParser(dialect, 1e8, {});
      const piece = "two\nlines\n".repeat(10);
      parser.write('1,"');
      for (let at = 0; at < 100_000; at++) parser.write(piece);
      parser.write('",2\n');
      parser.end();
      expect(parser.rows.map((row) => row.cells.length)).toEqual([3]);
    },
    HANGS_MS,
  );
});

test("carriage returns as line ends: a quote that ends no field is of its own record", async () => {
  const { sheets } = await readAll('a,b\r"1"x,2\r3,"4"\r5,6\r', "a.csv");
  expect(sheets[0]).toEqual({
    A1: "text:a",
    B1: "text:b",
    A2: "text:1x",
    B2: "text:2",
    A3: "text:3",
    B3: "text:4",
    A4: "text:5",
    B4: "text:6",
  });
});

test("a record longer than the limit is refused, whatever the pieces", () => {
  const dialect = { delimiter: ",", quote: '"', escape: '"', newline: "\n" } as const;
  for (const size of [1, 7, 400, 999]) {
    const parser = new RecordParser(dialect, 1000, {});
    const text = `"${"x".repeat(5000)}"\n`;
    expect(() => {
      for (let at = 0; at < text.length; at += size) parser.write(text.slice(at, at + size));
    }, `${size}`).toThrow("longer than 1000");
  }
});
