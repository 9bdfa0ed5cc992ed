import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { CanonryError, ERRORS, type ExitCode, worstExit } from "../../src/model/errors.ts";
import { sha256, stableJson } from "../../src/model/hash.ts";
import { FreeNames, isCode, LONGEST_NAME, nameOf } from "../../src/model/manifest/names.ts";
import { conventionalMeaning, isMarker } from "../../src/model/marks/marker.ts";
import { periodOfTimeCell } from "../../src/model/marks/time-cell.ts";
import {
  booleanLiteral,
  dateLiteral,
  hundredth,
  integerLiteral,
  isBigint,
  isDigitCode,
  isPlainFigure,
  numberLiteral,
  numberOfCell,
  timestampLiteral,
} from "../../src/model/marks/value.ts";
import type { Cell } from "../../src/model/sheet.ts";

describe("numbers keep every digit", () => {
  test.each([
    ["1,234", "1234"],
    ["£1,234.50", "1234.50"],
    ["9007199254740993", "9007199254740993"],
    ["0.1", "0.1"],
    ["-5", "-5"],
    ["−3", "-3"],
    ["(45)", "-45"],
    ["-£5", "-5"],
    ["12.5%", "12.5"],
    ["1 234", "1234"],
    ["1\u00a0234", "1234"],
    ["0", "0"],
    ["18446744073709551616", "18446744073709551616"],
  ])("%s", (text, literal) => expect(numberLiteral(text)).toBe(literal));

  test.each(["", "12 apples", "1,23", "--5", "1.2.3", "*", "n/a", "<5", "(-5)", "0x10", "NaN"])(
    "%j is no number",
    (text) => {
      expect(numberLiteral(text)).toBeNull();
    },
  );

  test("1E3 is the integer 1000, 1.5 is none, 85.0 is 85", () => {
    expect(integerLiteral("1E3")).toBe("1000");
    expect(integerLiteral("1.5")).toBeNull();
    expect(integerLiteral("85.0")).toBe("85");
  });

  test.each([
    ["12.5", "0.125"],
    ["100", "1"],
    ["-0.5", "-0.005"],
    [".5", "0.005"],
    ["0", "0"],
    ["1234.50", "12.345"],
    ["9007199254740993", "90071992547409.93"],
    ["2E3", "0.02E3"],
  ])("a hundredth of %s is %s", (literal, hundredthOfIt) => {
    expect(hundredth(literal)).toBe(hundredthOfIt);
  });

  test("what has no digit is no integer, zero is", () => {
    for (const text of ["", ".", "-", "+"]) expect(integerLiteral(text)).toBeNull();
    for (const text of ["0", "-0", "0.0", "00"]) expect(integerLiteral(text)).toBe("0");
  });

  test("an integer of any length keeps its digits, with or without a fraction of zeros", () => {
    fc.assert(
      fc.property(fc.bigInt(), (value) => {
        const text = String(value);
        expect(integerLiteral(text)).toBe(text);
        expect(integerLiteral(`${text}.00`)).toBe(text);
        expect(numberLiteral(text.length > 60 ? "0" : text)).toBe(text.length > 60 ? "0" : text);
      }),
    );
  });

  test("thousands are grouped and read back", () => {
    fc.assert(
      fc.property(fc.integer(), (value) => {
        expect(numberLiteral(value.toLocaleString("en-GB"))).toBe(String(value));
      }),
    );
  });

  test("a number in a cell is read whether it is stored as number or as text", () => {
    expect(numberOfCell({ kind: "number", text: "1.50" } as Cell)).toBe("1.50");
    expect(numberOfCell({ kind: "text", text: "£1,234" } as Cell)).toBe("1234");
    expect(numberOfCell({ kind: "text", text: "NA" } as Cell)).toBeNull();
  });

  test("TRUE and no are booleans; 0, 1 and Y are not", () => {
    expect(["TRUE", " yes ", "False", "no"].map(booleanLiteral)).toEqual([
      "true",
      "true",
      "false",
      "false",
    ]);
    for (const text of ["0", "1", "Y", "N", "", "None"]) expect(booleanLiteral(text)).toBeNull();
  });

  test("leading zeros make a code", () => {
    expect(isDigitCode("00123")).toBe(true);
    expect(isDigitCode("0")).toBe(false);
    expect(isDigitCode("123")).toBe(false);
  });

  test.each([
    ["9223372036854775807", true],
    ["9223372036854775808", false],
    ["-9223372036854775808", true],
    ["-9223372036854775809", false],
    ["9223372036854775807.0", true],
    ["0.5", false],
    ["1E18", true],
    ["1E19", false],
  ])("%s is an integer that a bigint holds: %j", (literal, holds) => {
    expect(isBigint(literal)).toBe(holds);
    if (/^\d+$/.test(literal)) expect(isDigitCode(literal)).toBe(!holds);
  });
});

describe("dates are in UK order unless they say otherwise", () => {
  test.each([
    ["03/04/2025", "2025-04-03"],
    ["3-Apr-25", "2025-04-03"],
    ["1st May 2024", "2024-05-01"],
    ["2025-04-03", "2025-04-03"],
  ])("%s", (text, iso) => expect(dateLiteral(text)).toBe(iso));

  test.each(["31/02/2025", "2025-02-30", "13/13/2025", "1 marital 2024", "3 decile 2024", "2025"])(
    "%s is no date",
    (text) => expect(dateLiteral(text)).toBeNull(),
  );

  test("every day is read from each way to write it", () => {
    const day = fc.date({
      min: new Date("1970-01-01"),
      max: new Date("2069-12-31"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(day, (date) => {
        const iso = date.toISOString().slice(0, 10);
        const [year = "", month = "", number = ""] = iso.split("-");
        const name = date.toLocaleString("en-GB", { month: "long", timeZone: "UTC" });
        for (const text of [
          iso,
          `${number}/${month}/${year}`,
          `${number}.${month}.${year.slice(2)}`,
          `${Number(number)}-${name.slice(0, 3)}-${year.slice(2)}`,
          `${Number(number)} ${name} ${year}`,
        ]) {
          expect(dateLiteral(text)).toBe(iso);
        }
      }),
    );
  });

  test("a time keeps its minutes", () => {
    expect(timestampLiteral("2025-04-03 10:15")).toBe("2025-04-03T10:15:00");
    expect(timestampLiteral("03/04/2025 10:15:30.250")).toBe("2025-04-03T10:15:30.250");
    expect(timestampLiteral("2025-04-03 24:00")).toBeNull();
    expect(timestampLiteral("2025-04-03")).toBeNull();
  });

  test("under a header of months a date is its month", () => {
    expect(periodOfTimeCell("2024-04-01", "Month [1]")).toBe("2024-04");
    expect(periodOfTimeCell("2024-04-01", "Day")).toBe("2024-04-01");
    expect(periodOfTimeCell("2024-04-01", "Quarter")).toBe("2024-Q2");
  });
});

describe("the period that a cell of a time column states", () => {
  test.each([
    ["Apr-25", "Month", "2025-04"],
    ["2025-04-01 00:00:00", "Reporting period", "2025-04"],
    ["01/04/2025", "Quarter", "2025-Q2"],
    ["2024-25", "Financial year", "FY2024-25"],
    ["2025 April", "Year Month", "2025-04"],
    ["Q1 2024-25", "", "FY2024-25-Q1"],
  ])("%s under %s is %s", (text, header, period) => {
    expect(periodOfTimeCell(text, header)).toBe(period);
  });

  test.each(["", " ", "North", "*", "All months"])("%j states none", (text) => {
    expect(periodOfTimeCell(text, "Month")).toBeNull();
  });
});

describe("marks", () => {
  test("a token keeps its meaning in any case, and each has its own", () => {
    expect(conventionalMeaning(" [C] ")).toBe("confidential");
    expect(conventionalMeaning("*")).toBe("suppressed");
    expect(conventionalMeaning("[z]")).toBe("not applicable");
    expect(conventionalMeaning("<5")).toMatch(/withheld/);
  });

  test("a token that the notes explain is one, though convention does not know it", () => {
    expect(isMarker("S1")).toBe(false);
    expect(isMarker("S1", new Set(["S1"]))).toBe(true);
    expect(conventionalMeaning("S1")).toBeNull();
  });

  test("zero is a number and no mark", () => expect(isMarker("0")).toBe(false));

  test.each(["constructor", "__proto__", "hasOwnProperty"])("%s means nothing", (text) => {
    expect(isMarker(text)).toBe(false);
    expect(conventionalMeaning(text)).toBeNull();
  });

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
    ["Straße", "strasse"],
    ["STRAẞE", "strasse"],
    ["København Ø", "kobenhavn_o"],
    ["Ærø", "aero"],
    ["Łódź", "lodz"],
    ["Đakovo", "dakovo"],
    ["Þingeyjarsveit í Suður", "thingeyjarsveit_i_sudur"],
    ["Diyarbakır İli", "diyarbakir_ili"],
    ["Żebbuġ (Għawdex) Ħal", "zebbug_ghawdex_hal"],
    ["Cœur", "coeur"],
    ["Kárášjohka Deŋŧ", "karasjohka_dent"],
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

  test("summary_table_1, _2 and _12 are three tables; decile and marital keep their letters", () => {
    const names = ["Summary table 1", "Summary table 2", "Summary table 12"].map(nameOf);
    expect(names).toEqual(["summary_table_1", "summary_table_2", "summary_table_12"]);
    expect(["Decile", "Marital"].map(nameOf)).toEqual(["decile", "marital"]);
  });

  test("headers with nothing of the alphabet in them get names of their own", () => {
    const names = ["年度", "地域", "★"].map(nameOf);
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^column_[0-9a-f]{8}$/);
  });

  test("a name that is taken gets a number and still fits, however long it is", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("a", "a_2", "b", "x".repeat(54)), { maxLength: 30 }),
        (all) => {
          const names = new FreeNames(["b"]);
          const given = all.map((name) => names.take(name));
          expect(new Set(["b", ...given]).size).toBe(all.length + 1);
          for (const name of given) expect(name.length).toBeLessThanOrEqual(LONGEST_NAME);
        },
      ),
    );
  });

  test("a name gets the first number that is free", () => {
    const names = new FreeNames(["a_3"]);
    expect(["a", "a", "a", "a_2", "a"].map((name) => names.take(name))).toEqual([
      "a",
      "a_2",
      "a_4",
      "a_2_2",
      "a_5",
    ]);
  });

  test("names that are equal are not compared with all before them", () => {
    const names = new FreeNames();
    const asked = vi.spyOn(Set.prototype, "has");
    try {
      for (let at = 0; at < 5_000; at++) names.take("column");
      expect(asked.mock.calls.length).toBe(2 * 5_000 - 1);
    } finally {
      asked.mockRestore();
    }
  });

  test.each(["adhd", "a", "pcn_workforce_2", "a".repeat(40)])("%j is a code", (code) => {
    expect(isCode(code)).toBe(true);
  });

  test("two long headers that differ at the end stay different", () => {
    const long = "a".repeat(80);
    expect(nameOf(`${long} one`)).not.toBe(nameOf(`${long} two`));
    expect(new FreeNames(["total", "total_2"]).take("total")).toBe("total_3");
  });

  test.each([
    "../../etc",
    "con",
    "CON",
    "com1",
    "a\n",
    "аdhd",
    "\u202eabc",
    "a".repeat(300),
    "é",
    "1st",
    "a".repeat(41),
    "UPPER",
    "",
  ])("%j is no code", (code) => {
    expect(isCode(code)).toBe(false);
  });
});

test("of several exit codes the first of 1, 7, 8, 4, 6, 5, 3 counts", () => {
  expect(worstExit([3, 5, 6, 4, 8, 7, 1])).toBe(1);
  expect(worstExit([3, 5, 6, 4, 8])).toBe(8);
  expect(worstExit([3, 5, 6])).toBe(6);
  expect(worstExit([0, 0])).toBe(0);
});

test.each([
  [[0, 3, 5], 5],
  [[5, 6], 6],
  [[6, 4], 4],
  [[4, 8], 8],
  [[8, 7], 7],
  [[7, 1], 1],
  [[1, 2], 2],
  [[2, 130], 130],
  [[], 0],
] as readonly [ExitCode[], ExitCode][])("of %j the exit is %i, in any order", (codes, exit) => {
  expect(worstExit(codes)).toBe(exit);
  expect(worstExit(codes.toReversed())).toBe(exit);
});

test("every error has an exit that is no success, and a hint", () => {
  for (const [code, { exit, hint }] of Object.entries(ERRORS)) {
    expect([2, 3, 4, 5, 6, 7, 8, 130], code).toContain(exit);
    expect(hint, code).toMatch(/\S.*[.?]$/);
  }
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

test("an error without a place says none", () => {
  const error = new CanonryError("LOCK_HELD", "a run holds it", { file: undefined });
  expect(error.describe()).toBe(`LOCK_HELD: a run holds it. ${ERRORS.LOCK_HELD.hint}`);
  expect([error.exit, error.retryable]).toEqual([8, true]);
});

test("the hash is sha256 in hex, of text and of its bytes alike", () => {
  const hash = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  expect(sha256("abc")).toBe(hash);
  expect(sha256(Buffer.from("abc"))).toBe(hash);
});

test("stable JSON says the same as JSON, with its keys in order", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(stableJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      const reversed = (one: unknown): unknown =>
        Array.isArray(one)
          ? one.map(reversed)
          : one === null || typeof one !== "object"
            ? one
            : Object.fromEntries(
                Object.entries(one)
                  .toReversed()
                  .map(([key, item]) => [key, reversed(item)]),
              );
      expect(stableJson(reversed(value))).toBe(stableJson(value));
    }),
  );
});

test("equal documents have equal JSON, whatever the order of their keys", () => {
  expect(stableJson({ b: 1, a: [{ d: null, c: undefined }] })).toBe('{"a":[{"d":null}],"b":1}');
});

test("what is told to be a figure at once is the number that it is by the rules", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("0", "1", "9", ".", "-", ",", " ", "e"), maxLength: 17 }),
      (text) => {
        if (isPlainFigure(text)) expect(numberLiteral(text)).toBe(text);
        else expect(text).not.toMatch(/^\d{1,15}$/);
      },
    ),
    { numRuns: 2000 },
  );
});
