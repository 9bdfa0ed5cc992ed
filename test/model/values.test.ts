import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CanonryError, ERRORS, worstExit } from "../../src/model/errors.ts";
import { stableJson } from "../../src/model/hash.ts";
import { conventionalMeaning, isMarker } from "../../src/model/marker.ts";
import { freeName, isCode, LONGEST_NAME, nameOf } from "../../src/model/names.ts";
import { periodOfTimeCell } from "../../src/model/time-cell.ts";
import {
  dateLiteral,
  integerLiteral,
  isDigitCode,
  numberLiteral,
  timestampLiteral,
} from "../../src/model/value.ts";

describe("numbers keep every digit", () => {
  test.each([
    ["1,234", "1234"],
    ["£1,234.50", "1234.50"],
    ["9007199254740993", "9007199254740993"],
    ["0.1", "0.1"],
    ["-5", "-5"],
  ])("%s", (text, literal) => expect(numberLiteral(text)).toBe(literal));

  test.each(["", "12 apples", "1,23", "--5", "1.2.3", "*", "n/a"])("%j is no number", (text) => {
    expect(numberLiteral(text)).toBeNull();
  });

  test("1E3 is the integer 1000, 1.5 is none, 85.0 is 85", () => {
    expect(integerLiteral("1E3")).toBe("1000");
    expect(integerLiteral("1.5")).toBeNull();
    expect(integerLiteral("85.0")).toBe("85");
  });

  test("leading zeros make a code", () => {
    expect(isDigitCode("00123")).toBe(true);
    expect(isDigitCode("0")).toBe(false);
    expect(isDigitCode("123")).toBe(false);
  });
});

describe("dates are in UK order unless they say otherwise", () => {
  test.each([
    ["03/04/2025", "2025-04-03"],
    ["3-Apr-25", "2025-04-03"],
    ["1st May 2024", "2024-05-01"],
    ["2025-04-03", "2025-04-03"],
  ])("%s", (text, iso) => expect(dateLiteral(text)).toBe(iso));

  test("31/02/2025 is no date", () => expect(dateLiteral("31/02/2025")).toBeNull());
  test("a time keeps its minutes", () => {
    expect(timestampLiteral("2025-04-03 10:15")).toBe("2025-04-03T10:15:00");
  });

  test("under a header of months a date is its month", () => {
    expect(periodOfTimeCell("2024-04-01", "Month [1]")).toBe("2024-04");
    expect(periodOfTimeCell("2024-04-01", "Day")).toBe("2024-04-01");
    expect(periodOfTimeCell("2024-04-01", "Quarter")).toBe("2024-Q2");
  });
});

describe("marks", () => {
  test.each(["*", "-", ":", "..", ".", "c", "x", "z", "[c]", "[x]", "[z]", "[low]", "<5", "n/a"])(
    "%s is one",
    (token) => {
      expect(isMarker(token)).toBe(true);
      expect(conventionalMeaning(token)).not.toBeNull();
    },
  );
  test.each(["North", "12", "", "not a mark but a sentence of words"])("%j is none", (text) => {
    expect(isMarker(text)).toBe(false);
  });
});

describe("names", () => {
  test.each([
    ['a"; drop table x; --', "a_drop_table_x"],
    ["xmin", "xmin_value"],
    ["", "column"],
    ["2024 total", "n_2024_total"],
    ["A&E attendances", "a_and_e_attendances"],
    ["% occupied", "percent_occupied"],
    ["Période", "periode"],
  ])("%j becomes %s", (text, name) => expect(nameOf(text)).toBe(name));

  test("__proto__ and order are no names of their own", () => {
    expect(nameOf("__proto__")).toBe("proto");
    expect(nameOf("order")).toBe("order_value");
  });

  test("any text gives a name that Postgres and JavaScript take; equal texts equal names", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const name = nameOf(text);
        expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
        expect(name.length).toBeLessThanOrEqual(LONGEST_NAME);
        expect(nameOf(text)).toBe(name);
      }),
    );
  });

  test("two long headers that differ at the end stay different", () => {
    const long = "a".repeat(80);
    expect(nameOf(`${long} one`)).not.toBe(nameOf(`${long} two`));
    expect(freeName("total", new Set(["total", "total_2"]))).toBe("total_3");
  });

  test.each(["../../etc", "con", "é", "1st", "a".repeat(41), "UPPER", ""])(
    "%j is no code",
    (code) => {
      expect(isCode(code)).toBe(false);
    },
  );
});

test("of several exit codes the first of 1, 7, 8, 4, 6, 5, 3 counts", () => {
  expect(worstExit([3, 5, 6, 4, 8, 7, 1])).toBe(1);
  expect(worstExit([3, 5, 6, 4, 8])).toBe(8);
  expect(worstExit([3, 5, 6])).toBe(6);
  expect(worstExit([0, 0])).toBe(0);
});

test("an error says its code, what was seen, where, and what to do", () => {
  const error = new CanonryError("CSV_UNCLOSED_QUOTE", "a quote is opened", {
    file: "a.csv",
    row: 7,
  });
  expect(error.describe()).toBe(
    `CSV_UNCLOSED_QUOTE: a quote is opened (file a.csv, row 7). ${ERRORS.CSV_UNCLOSED_QUOTE.hint}`,
  );
});

test("equal documents have equal JSON, whatever the order of their keys", () => {
  expect(stableJson({ b: 1, a: [{ d: null, c: undefined }] })).toBe('{"a":[{"d":null}],"b":1}');
});
