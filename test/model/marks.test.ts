import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ContractColumn, SourceContract } from "../../src/model/manifest/manifest.ts";
import { FreeNames, nameOf } from "../../src/model/manifest/names.ts";
import { cellHolds } from "../../src/model/marks/held-value.ts";
import { markKind, meaningOfMark } from "../../src/model/marks/mark-meaning.ts";
import { clashingName, markedMeasures } from "../../src/model/marks/marked-columns.ts";
import { conventionalMeaning } from "../../src/model/marks/marker.ts";
import { sameNumber } from "../../src/model/marks/value.ts";
import { parseFilter } from "../../src/model/row-filter.ts";
import type { Cell } from "../../src/model/sheet.ts";

const NOBODY = { person: {}, publisher: {}, place: {} };
const cell = (text: string, kind: Cell["kind"] = "text"): Cell => ({ column: 0, kind, text });

function contract(...columns: readonly Partial<ContractColumn>[]): SourceContract {
  return {
    code: "s",
    title: "S",
    match: { sheets: [], files: [], number: 1 },
    grain: [],
    coverage: "period",
    layout: "rows",
    time: [],
    first_period: "2025-01",
    columns: columns.map((column) => ({
      name: "n",
      headers: [],
      type: "bigint",
      role: "measure",
      markers: [],
      first_period: "2025-01",
      ...column,
    })),
  };
}

describe("what a mark means", () => {
  test.each([
    ["Suppressed: counts under 5", "suppressed"],
    ["not available due to disclosure control", "suppressed"],
    ["values of less than 5 have been suppressed", "suppressed"],
    ["data not submitted", "missing"],
    ["Not yet available", "missing"],
    ["not applicable", "not_applicable"],
    ["n/a", "not_applicable"],
    ["rounds to zero, less than half the unit", "zero"],
    ["nil or negligible", "zero"],
    ["fewer than 10", "bounded"],
    ["provisional figures, subject to revision", "provisional"],
    ["estimated, revised", "estimated"],
    ["low reliability", "unreliable"],
    ["break in series", "break"],
    ["see the methodology", "unknown"],
    ["nil or not available", "unknown"],
    ["rounds to zero or suppressed", "unknown"],
    ["not available / not applicable", "unknown"],
  ])("%s: %s", (meaning, kind) => expect(markKind(meaning)).toBe(kind));

  test("suppressed, missing, zero, not applicable, provisional and bounds stay apart by convention", () => {
    const kinds = ["[c]", "*", "[x]", "..", "[low]", "[z]", "[p]", "<5", "[u]", "-"].map((token) =>
      markKind(conventionalMeaning(token) ?? ""),
    );
    expect(kinds).toEqual([
      "suppressed",
      "suppressed",
      "missing",
      "missing",
      "zero",
      "not_applicable",
      "provisional",
      "bounded",
      "unreliable",
      "unknown",
    ]);
  });

  test("a person counts before the publisher, the publisher before the convention; else it is unknown", () => {
    const said = {
      person: { "*": "not yet counted" },
      publisher: { "*": "suppressed", "[C]": "data missing" },
      place: { "[C]": "Notes, row 7" },
    };
    expect(["*", "[c]", "..", "[q1]"].map((token) => meaningOfMark(token, said))).toEqual([
      { token: "*", meaning: "not yet counted", kind: "unknown", said_by: "person", said_in: null },
      {
        token: "[c]",
        meaning: "data missing",
        kind: "missing",
        said_by: "publisher",
        said_in: "Notes, row 7",
      },
      { token: "..", meaning: "not available", kind: "missing", said_by: "rule", said_in: null },
      { token: "[q1]", meaning: "unknown", kind: "unknown", said_by: "rule", said_in: null },
    ]);
    expect(meaningOfMark("constructor", NOBODY).said_by).toBe("rule");
  });

  test.each([
    ["/", "unreliable"],
    ["•", "suppressed"],
    ["…", "missing"],
    ["k. A.", "missing"],
    ["np", "missing"],
  ])("signs of other countries have their conventions: %s is %s", (token, kind) =>
    expect(meaningOfMark(token, NOBODY).kind).toBe(kind),
  );
});

describe("names of marks and meanings are nobody else's", () => {
  test.each(["Beds marker", "Beds meaning", "beds_MARKER", "Beds (meaning)"])("%s", (header) => {
    expect(nameOf(header)).toMatch(/^beds_(?:marker|meaning)_value$/);
  });

  test("whatever the headers are, no two columns of table or view have one name", () => {
    const word = fc.constantFrom("beds", "marker", "meaning", "value", "2", "_", " ");
    const header = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join(" "));
    fc.assert(
      fc.property(fc.array(header, { minLength: 1, maxLength: 12 }), (headers) => {
        const names = new FreeNames();
        const columns = headers.map((text) => ({ name: names.take(nameOf(text)), markers: ["*"] }));
        return clashingName(contract(...columns)) === null;
      }),
      { verbose: true },
    );
  });

  test("a name that a person gives and that is taken is found", () => {
    expect(clashingName(contract({ markers: ["*"] }, { name: "n_meaning" }))).toBe("n_meaning");
    expect(clashingName(contract({ markers: ["*"] }, { name: "n_marker" }))).toBe("n_marker");
    expect(clashingName(contract({}, { name: "n_marker" }))).toBeNull();
    expect(clashingName(contract({}, {}))).toBe("n");
  });

  test("a column of marks is told from one that is called so", () => {
    const known = contract({ markers: ["*"] }, { name: "own_meaning" });
    expect(markedMeasures(known, ["n", "n_marker", "own_meaning"])).toEqual(["n"]);
    expect(markedMeasures(contract({}, { name: "n_marker" }), ["n", "n_marker"])).toEqual([]);
  });
});

describe("a filter of rows", () => {
  test.each([
    ["org_code=RX1", [["org_code", "RX1"]]],
    [
      "region = London and measure=admissions",
      [
        ["region", "London"],
        ["measure", "admissions"],
      ],
    ],
    ["region=Tyne and Wear", [["region", "Tyne and Wear"]]],
    [
      'a=\'x and b=2\' and b = "say ""no"""',
      [
        ["a", "x and b=2"],
        ["b", 'say "no"'],
      ],
    ],
    ["a='it''s'", [["a", "it's"]]],
    [
      "Region=x AND b=",
      [
        ["region", "x"],
        ["b", ""],
      ],
    ],
    ["a=1; drop table ops.load", [["a", "1; drop table ops.load"]]],
    ["a=b=c", [["a", "b=c"]]],
  ])("%s", (text, pairs) => {
    expect(parseFilter(text).map(({ column, value }) => [column, value])).toEqual(pairs);
  });

  test.each(["", " ", "region", "= 5", "a > 5", "1=1", "a='x' or b=2", "a='x", "a='x' 'y'"])(
    "%j is refused",
    (text) => {
      expect(() => parseFilter(text)).toThrow(expect.objectContaining({ code: "FILTER_INVALID" }));
    },
  );

  test("any quoted value comes back", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        const text = `x='${a.replaceAll("'", "''")}' and y="${b.replaceAll('"', '""')}"`;
        expect(parseFilter(text)).toEqual([
          { column: "x", value: a },
          { column: "y", value: b },
        ]);
      }),
    );
  });
});

describe("a cell holds what the table does", () => {
  test("numbers are compared to the last digit, however they are written", () => {
    expect(sameNumber("1.50", "15E-1")).toBe(true);
    expect(sameNumber("-0.0", "0")).toBe(true);
    expect(sameNumber("1234000", "1.234e6")).toBe(true);
    expect(sameNumber("9007199254740993", "9007199254740992")).toBe(false);
    expect(sameNumber("1", "-1")).toBe(false);
    expect(sameNumber("x", "x")).toBe(false);
  });

  test("a literal is the same number with its point moved and its exponent with it", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), fc.nat(20), (n, digits) =>
        sameNumber(`${n}${"0".repeat(digits)}`, `${n}e${digits}`),
      ),
    );
  });

  const held = (
    type: ContractColumn["type"],
    value: string | null,
    marker: string | null = null,
    fractions = false,
  ) => ({
    type,
    value,
    marker,
    fractions,
  });
  test.each([
    [cell("1,234"), held("bigint", "1234"), true],
    [cell("1,234"), held("bigint", "1235"), false],
    [cell("12.5%"), held("numeric", "12.50"), true],
    [cell("12.5%"), held("numeric", "0.125"), false],
    [cell("12.5%"), held("numeric", "0.125", null, true), true],
    [cell("12.5%"), held("numeric", "12.5", null, true), false],
    [cell("12.5"), held("numeric", "12.5", null, true), true],
    [cell("* "), held("bigint", null, "*"), true],
    [cell("*"), held("bigint", null, null), false],
    [cell("0"), held("bigint", null, null), false],
    [cell(" "), held("bigint", null, null), true],
    [null, held("bigint", null, null), true],
    [null, held("bigint", "0", null), false],
    [cell("007"), held("text", "007"), true],
    [cell("7"), held("text", "007"), false],
    [cell("03/04/2025"), held("date", "2025-04-03"), true],
    [cell("03/04/2025"), held("date", "2025-03-04"), false],
    [cell("2025-04-03"), held("date", "2025-04-03 00:00:00"), true],
    [cell("2025-04-03T10:15:00"), held("timestamp", "2025-04-03 10:15:00"), true],
    [cell("03/04/2025"), held("timestamp", "2025-04-03 00:00:00"), true],
    [cell("Yes"), held("boolean", "true"), true],
  ] as const)("%j, %j: %s", (found, table, same) => expect(cellHolds(found, table)).toBe(same));
});
