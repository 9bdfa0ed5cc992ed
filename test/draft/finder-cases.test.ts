import { describe, expect, test } from "vitest";
import type { SampleCell } from "../../src/stages/draft/lines/cell-class.ts";
import type { Line } from "../../src/stages/draft/lines/line.ts";
import { findTotals } from "../../src/stages/draft/totals/totals.ts";
import { onlyTable, rowsOf, seeCsv, seeRows } from "../support/see.ts";

const csv = (rows: readonly (readonly (string | number)[])[]): string =>
  rows.map((row) => `${row.join(",")}\n`).join("");
const times = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => make(at));

const PLACES = [
  "Ash",
  "Birch",
  "Cedar",
  "Dogwood",
  "Elm",
  "Fir",
  "Gorse",
  "Hazel",
  "Ivy",
  "Juniper",
];

test("two tables of words with the same names stand beside each other, one blank column between", async () => {
  const people = ["Head", "Deputy", "Clerk", "Porter", "Cook", "Driver"];
  const table = (from: number): string[][] => [
    ["Place", "Post", "Grade"],
    ...people.map((post, at) => [PLACES[at + from] ?? "", post, `Band ${(at % 3) + 1}`]),
  ];
  const [left, right] = [table(0), table(3)];
  const seen = await seeCsv(csv(left.map((row, at) => [...row, "", ...(right[at] ?? [])])));
  expect(seen.tables.map(({ range, n_rows }) => [range, n_rows])).toEqual([
    ["A1:C7", 6],
    ["E1:G7", 6],
  ]);
});

test("groups of figures with the same names, one blank column between, are one table", async () => {
  const names = ["Total", "Male", "Female"];
  const rows = times(8, (at) => [
    PLACES[at] ?? "",
    ...times(3, (to) => 90 + 7 * at + 31 * to),
    "",
    ...times(3, (to) => 40 + 5 * at + 17 * to),
  ]);
  const seen = await seeCsv(csv([["", ...names, "", ...names], ...rows]));
  expect(seen.tables.map(({ range }) => range)).toEqual(["A1:H9"]);
});

test("weeks that are counted twice, with words between, are of the header above their dates", async () => {
  const day = (week: number): string => `${String(7 * week - 4).padStart(2, "0")}/01/2025`;
  const weeks = ["Week", 1, 2, 3, 4, "Weeks", 2, 3, 4, 5];
  const dates = weeks.map((week) => (typeof week === "number" ? day(week) : week));
  const rows = times(8, (at) => [PLACES[at] ?? "", ...times(9, (week) => 12 + 7 * at + week * at)]);
  const seen = await seeCsv(
    csv([["Deaths by week"], [], weeks, ["Ended", ...dates.slice(1)], ...rows]),
  );
  expect(rowsOf(onlyTable(seen))).toMatchObject({ header_rows: [3, 4], data_rows: [[5, 12]] });
});

describe("rows that differ from those around them are rows", () => {
  test("figures missing in the first rows, and in other columns from row to row", async () => {
    const years = times(12, (at) => `${1990 + at}.0`);
    const row = (place: number, from: number): (string | number)[] => [
      PLACES[place] ?? "",
      `P0${place}`,
      ...years.map((_, at) => (at >= from && at < from + 3 ? 100 * place + at * 7 + 1 : "")),
    ];
    const rows = [9, 99, 1, 5, 8, 2].map((from, place) => row(place, from));
    const table = onlyTable(await seeCsv(csv([["Place", "Code", ...years], ...rows])));
    expect(rowsOf(table)).toMatchObject({ range: "A1:N7", header_rows: [1], data_rows: [[2, 7]] });
  });

  test("a clock time in another style, a game without a time", async () => {
    const days = ["MONDAY", "TUESDAY", "FRIDAY"];
    const rows = times(9, (at) => [
      `OCT ${at + 1}`,
      days[at % 3] ?? "",
      PLACES[at] ?? "",
      ["15:15:00", "18:00:00", "16:00:00", "5:00PM", "15:15:00", "TBA"][at % 6] ?? "",
    ]);
    const table = onlyTable(
      await seeCsv(
        csv([["Games of the season"], [], ["DAY", "DATE", "OPPONENT", "TIME"], ...rows]),
      ),
    );
    expect(rowsOf(table)).toMatchObject({
      range: "A3:D12",
      header_rows: [3],
      data_rows: [[4, 12]],
    });
  });

  test("a figure with another one in brackets, and one not available with a note", async () => {
    const seen = await seeCsv(
      'Goal,Level,2011,2012,2013\nReading,State,0.71,0.73,74%*\n,District,0.61,0.62,0.63\nTests,State,"1,008 (63%)","1,009 (65%)","1,014 (67%)"\n,District,954 (46%),977 (52%),999 (58%)\nCollege,State,0.656,0.66,0.68\n,District,N/A (see note),N/A (see note),N/A (see note)\n',
    );
    expect(seen.tables.map((table) => [table.range, table.header_rows])).toEqual([["A1:E7", [1]]]);
  });

  test("a token of its own in every cell of a row, right below the label of a group", async () => {
    const group = (name: string, from: number): (string | number)[][] => [
      [name, "", "", "", ""],
      ["", `${from} to ${from + 9}`, "DNR", "DNR", "DNR"],
      ...times(3, (at) => ["", `${from + 10 + at * 10} and more`, 64 + at, 35.4 + at, 53.1 - at]),
    ];
    const seen = await seeCsv(
      csv([["", "Group", "Asked", "Lower", "Upper"], ...group("Age", 18), ...group("Weight", 50)]),
    );
    expect(rowsOf(onlyTable(seen))).toMatchObject({ header_rows: [1], section_rows: [2, 7] });
    expect(onlyTable(seen).n_rows).toBe(8);
  });

  test("months of nothing but words before the first figures", async () => {
    const rows = times(16, (at) => [
      `1973-${String((at % 12) + 1).padStart(2, "0")}-01`,
      ...times(4, (column) => (at < 11 ? "Not Available" : 2000 + at * 13 + column * 101)),
    ]);
    const table = onlyTable(await seeCsv(csv([["Month", "Gas", "Oil", "Coal", "Wood"], ...rows])));
    expect(rowsOf(table)).toMatchObject({ header_rows: [1], data_rows: [[2, 17]] });
  });

  test("a sum that somebody typed far below the table is no row of it", async () => {
    const rows = times(8, (at) => [PLACES[at] ?? "", 120 + at * 31, 47 + at * 11]);
    const seen = await seeCsv(
      csv([["Place", "Men", "Women"], ...rows, ...times(6, () => ["", "", ""]), ["", 3656, 1368]]),
    );
    expect(rowsOf(onlyTable(seen))).toMatchObject({ range: "A1:C9" });
  });
});

describe("what stands above and below a table", () => {
  test.each([
    ["below a column of codes", ["Code", "Place"], (at: number) => [at + 1, PLACES[at] ?? ""]],
    ["below a column of words", ["Place"], (at: number) => [PLACES[at] ?? ""]],
    ["below a column of years", ["Year"], (at: number) => [2014 + at]],
  ])("numbered notes %s are no rows", async (_where, names, labels) => {
    for (const gap of [[], [[]]]) {
      const seen = await seeRows([
        [...names, "Men", "Women"],
        ...times(6, (at) => [...labels(at), 31 + at * at, 17 + 3 * at]),
        ...gap,
        [1, "Includes staff who work part-time."],
        [2, "Leaves out staff of agencies."],
      ]);
      expect(rowsOf(onlyTable(seen))).toMatchObject({ data_rows: [[2, 7]] });
      expect(seen.notes_rows).toEqual([[8 + gap.length, 9 + gap.length]]);
    }
  });

  test("rows without figures whose numbers go on are rows", async () => {
    const table = onlyTable(
      await seeRows([
        ["Rank", "Reason", "Men", "Women"],
        ...times(6, (at) => [at + 1, `Reason with a name ${at}`, 31 + at * at, 17 + 3 * at]),
        [7, "Reason that nobody gave"],
        [8, "Reason that was not asked for"],
      ]),
    );
    expect(rowsOf(table)).toMatchObject({ data_rows: [[2, 9]] });
  });

  test.each([
    ["count down to it", [6, 5, 4, 3, 2]],
    ["are ranks in another order", [3, 6, 2, 5, 4]],
    ["are 0 and 1", [0, 0, 0, 0, 0]],
  ])("a last row 1 without figures is a row where the numbers above %s", async (_how, ranks) => {
    const table = onlyTable(
      await seeRows([
        ["Rank", "Reason", "Men", "Women"],
        ...ranks.map((rank, at) => [rank, `Reason with a name ${at}`, 31 + at * at, 17 + 3 * at]),
        [1, "Reason that nobody gave"],
      ]),
    );
    expect(rowsOf(table)).toMatchObject({ data_rows: [[2, 7]] });
  });

  const figures = times(6, (at) => [PLACES[at] ?? "", 10 + at * 7, 20 + at * at, 5.5 + at]);

  test("lines of a name and what it is describe the table below them", async () => {
    const about = [
      ["Title", "Care by area"],
      ["Published by", "Office of records"],
      ["Scale"],
      ["Contact", "Mr Smith"],
      [],
    ];
    const header = ["Area", "Beds", "Staff", "Rate"];
    const words = times(6, (at) => [PLACES[at] ?? "", PLACES[9 - at] ?? "", "open"]);
    for (const table of [
      [header, ...figures],
      [["Area", "Office", "State"], ...words],
    ]) {
      const seen = onlyTable(await seeCsv(csv([...about, ...table])));
      expect(rowsOf(seen)).toMatchObject({ header_rows: [6], data_rows: [[7, 12]] });
    }
    const alone = onlyTable(await seeCsv(csv(about.slice(0, 4))));
    expect(rowsOf(alone)).toMatchObject({ header_rows: [1] });
  });

  test("groups in every cell of what was a merge, a blank row above the names", async () => {
    const rows = [
      ["Care by area"],
      ["", "", "All ages", "All ages", "All ages"],
      [],
      ["", "", "Beds", "Staff", "Rate"],
      ...figures.map((row, at) => [`E0${at}`, ...row]),
    ];
    const table = onlyTable(await seeCsv(csv(rows)));
    expect(rowsOf(table)).toMatchObject({ range: "A2:E10", header_rows: [2, 4] });
    expect(table.columns.at(-1)?.header).toEqual(["All ages", "Rate"]);
  });

  test("names a blank row above the ids of series", async () => {
    const rows = [
      ["", "All items", "Goods", "Services"],
      [],
      ["", "DR2A", "DR3A", "DR4A"],
      ...times(6, (at) => [`Jan ${2001 + at}`, 100.5 + at, 101.5 - at, 99 + at * at]),
    ];
    const table = onlyTable(await seeCsv(csv(rows)));
    expect(table.columns.map(({ header }) => header[0])).toEqual([
      undefined,
      "All items",
      "Goods",
      "Services",
    ]);
  });

  test("a figure far below, with a note below it, is no row", async () => {
    const rows = [["Area", "Beds", "Staff", "Rate"], ...figures, ...times(9, () => [])];
    const table = onlyTable(
      await seeCsv(csv([...rows, ["", "", 99, 12.5], ["Source: own survey"]])),
    );
    expect(rowsOf(table)).toMatchObject({ range: "A1:D7" });
  });

  test("rows of marks at the end are rows where their times stand above, as in other groups", async () => {
    const group = (name: string, cells: readonly (string | number)[]): (string | number)[][] =>
      [2014, 2015, 2016].map((year) => [name, year, ...cells]);
    const rows = [
      ["Continent", "Year", "Earned", "Paid"],
      ...group("Asia", [12, 7]),
      ...group("Africa", [31, 8]),
      ...group("Europe", ["-", "-"]).map(([, ...cells], at) => [
        at === 0 ? "Europe" : "",
        ...cells,
      ]),
    ];
    const table = onlyTable(await seeCsv(csv(rows)));
    expect(rowsOf(table)).toMatchObject({ range: "A1:D10", data_rows: [[2, 10]] });
  });

  test("rows of words and few figures under a title and above a note", async () => {
    const rows = [
      ["Test", "Entry", "Code", "Name", "Method", "Tube", "State", "Volume", "Unit"],
      ["CLZ", "Test", "CLZ", "Clozapine", "Chromatography", "Red top", "", 1, "mL"],
      ["CLZ", "Specimen", "SRED", "Serum", "", "", "Cold for 14 days", "", ""],
      ["CLZ", "Result", 33840, "Clozapine", "Numeric", "", "", "", "ng/mL"],
      ["CLZ", "Result", 33841, "Norclozapine", "Numeric", "", "", "", "ng/mL"],
    ];
    const seen = await seeCsv(csv([["Definitions of tests"], ...rows, [], ["Source: laboratory"]]));
    expect(rowsOf(onlyTable(seen))).toMatchObject({ header_rows: [2], data_rows: [[3, 6]] });
    expect(seen.notes_rows).toEqual([[8, 8]]);
  });
});

test("blocks under one header, each with a code above that looks like a figure, also one of marks alone", async () => {
  const block = (code: string, mark?: string): (string | number)[][] => [
    ["", "Cost basis"],
    ["Code", code],
    ["Group:", `Drugs of ${code}`],
    ["Age", "Male", "Female"],
    ...PLACES.slice(0, 6).map((place, at) => [
      place,
      mark ?? (at + 1) / 7,
      mark ?? (at * at + 2) / 9,
    ]),
    [],
    [],
  ];
  const rows = [...block("1.3"), ...block("1.3.5"), ...block("1.6"), ...block("2.9", "n/a")];
  const seen = await seeCsv(csv([["Weights", "", ""], [], ...rows]));
  expect(seen.tables.map(({ range, header_rows }) => [range, header_rows])).toEqual([
    ["A6:C12", [6]],
    ["A18:C24", [18]],
    ["A30:C36", [30]],
    ["A42:C48", [42]],
  ]);
});

describe("tables of words", () => {
  test("printed on pages: the header comes again, and rows go on over the page", async () => {
    const head = ["Code", "Topic", "Course"];
    const page = (at: number): string[][] => [
      head,
      [`C.0${at}`, `${PLACES[at]} studies`, "Listen"],
      ["", "", "Compose"],
      ["", "continued", "Present"],
    ];
    const table = onlyTable(await seeCsv(csv([["Standards"], ...[0, 1, 2, 3].flatMap(page)])));
    expect(rowsOf(table)).toMatchObject({ range: "A2:C17", header_rows: [2] });
  });

  test("printed on pages below another table, which is found too", async () => {
    const page = [
      ["Name", "Office", "State"],
      ...times(4, (at) => [PLACES[at] ?? "", "Desk", "on"]),
    ];
    const figures = times(5, (at) => [PLACES[at] ?? "", 10 + at * 7, 20 + at * at]);
    const above = [["Area", "Beds", "Staff"], ...figures, [], []];
    const { tables } = await seeCsv(csv([...above, ...page, ...page, ...page]));
    expect(tables[0]?.range).toBe("A1:C6");
  });

  test("printed on pages above another table, further apart than the pages are", async () => {
    const page = [["Name", "Office", "State"], ...times(18, (at) => [`Room ${at}`, "Desk", "on"])];
    const figures = times(5, (at) => [PLACES[at] ?? "", 10 + at * 7, 20 + at * at]);
    const below = [[], [], ["Area", "Beds", "Staff"], ...figures];
    const { tables } = await seeCsv(csv([...page, ...page, ...page, ...below]));
    expect(tables.at(-1)?.range).toBe("A60:C65");
  });

  test("numbers name columns of letters", async () => {
    const rows = times(12, (at) => [`Site ${at}`, ..."NNTVNAIS".split("")]);
    const table = onlyTable(await seeCsv(csv([["", 6, 9, 15, 47, 54, 93, 119, 171], ...rows])));
    expect(rowsOf(table)).toMatchObject({
      range: "A1:I13",
      header_rows: [1],
      data_rows: [[2, 13]],
    });
  });
});

describe("what is not sure is held back with a reason", () => {
  const held = (seen: Awaited<ReturnType<typeof seeCsv>>): string =>
    seen.tables
      .filter((table) => table.quarantined)
      .map((table) => table.reasons[0])
      .join("; ");

  test("a table of one row right above a table of other columns", async () => {
    const rows = times(6, (at) => [PLACES[at] ?? "", 12 + at * 3, 47 + at * 5, 30 + at * 7]);
    const seen = await seeCsv(
      csv([
        ["", "Men", "Women"],
        ["All", 117, 357],
        ["", "", ""],
        ["Place", "A", "B", "C"],
        ...rows,
      ]),
    );
    expect(held(seen)).toContain("stand so close that they may be one table");
  });

  test("a header that a blank row parts from a table of words", async () => {
    const words = times(6, (at) => [PLACES[at] ?? "", PLACES[9 - at] ?? "", "open"]);
    const [table] = (await seeCsv(csv([["Area", "Office", "State"], [], ...words]))).tables;
    expect(table).toMatchObject({ quarantined: true });
    expect(table?.reasons[0]).toBe(
      "row 1 fills its columns right beside it and is none of its rows",
    );
  });

  test("a row of words that follows rows of figures", async () => {
    const rows = [
      ["Museum", 2011, 2010],
      ["Gallery", 23.8, 17.5],
      ["Keep", "closed", "at work"],
    ];
    const [table] = (await seeCsv(csv(rows))).tables;
    expect(table?.reasons[0]).toBe(
      "row 3 fills its columns right beside it and is none of its rows",
    );
  });

  test("labels alone in the rows right below the last figures", async () => {
    const figures = times(6, (at) => [PLACES[at] ?? "", 10 + at * 7, 20 + at * at]);
    const read = async (more: readonly string[]): Promise<readonly string[]> => {
      const rows = [["Area", "Beds", "Staff"], ...figures, ...more.map((text) => [text])];
      const [table] = (await seeCsv(csv(rows))).tables;
      return table?.quarantined === true ? table.reasons : [];
    };
    expect((await read(PLACES.slice(6, 9)))[0]).toBe(
      "3 labels stand alone right below it: they may be rows without figures",
    );
    expect(await read(["Source: own survey", "1. Beds are open beds", "2. Staff in post"])).toEqual(
      [],
    );
  });

  test("a row that only numbers the columns", async () => {
    const rows = [
      ["Area", "Beds", "Staff", "Rate"],
      [108, 1, 2, 3],
      [],
      ["All", "MGSL", "MGSF", "MGRZ"],
    ];
    const figures = times(6, (at) => [PLACES[at] ?? "", 10 + at * 7, 20 + at * at, 5.5 + at]);
    const { tables } = await seeCsv(csv([...rows, [], ...figures]));
    expect(tables[0]?.reasons[0]).toBe(
      "row 2 numbers the columns and may be of the header of the table below it",
    );
  });

  test("a first row in the form of all others", async () => {
    const rows = times(6, (at) => [PLACES[at] ?? "", "Coach", `(760) 355 - 63${10 + at}`]);
    expect(held(await seeCsv(csv(rows)))).toContain("looks like the others");
    const codes = times(6, (at) => [`E0900000${at + 1}`, PLACES[at] ?? ""]);
    expect(held(await seeCsv(csv(codes)))).toContain("looks like the others");
    const contents = times(4, (at) => [PLACES[at] ?? "", `Beds by ${at}`, `Table ${at + 1}`]);
    expect(held(await seeCsv(csv(contents)))).toContain("looks like the others");
  });

  test("zeros and errors without a label, as a check leaves them", async () => {
    const zeros = times(5, (at) => (at === 4 ? ["#REF!", "#REF!", "#REF!"] : [0, 0, 0]));
    const seen = await seeCsv(csv([["2023-24", "2024-25", "2025-26"], ...zeros]));
    expect(held(seen)).toContain("no cell more than a zero");
  });

  test("five rows of words above the figures", async () => {
    const words = times(5, (at) => ["", `first ${at}`, `second ${at}`, `third ${at}`]);
    const rows = times(6, (at) => [PLACES[at] ?? "", 12 + at * 3, 47 + at * 5, 30 + at * 7]);
    expect(held(await seeCsv(csv([...words, ...rows])))).toContain("seem to name the columns");
  });

  test("a file of regular rows in which no table is found", async () => {
    const rows = times(12, (at) => [`Site ${at}`, ..."NNT".split("")]);
    const seen = await seeCsv(csv([["", 9, 3, 7], ...rows]));
    expect(seen).toMatchObject({ tables: [], quarantined: true });
    expect(seen.reasons[0]).toContain("stand in no table");
  });
});

describe("labels with their values, as on a cover", () => {
  test.each([
    [
      ["Publisher", "The ministry"],
      ["Coverage", "England"],
    ],
    [
      ["Publication date", { date: "2023-11-30" }],
      ["Next publication date", { date: "2024-02-29" }],
    ],
    [["Last updated", { date: "2023-11-30" }]],
  ] as const)("are no sure table: %j", async (...pairs) => {
    const sheet = await seeRows([["Housing"], ...pairs, ["Number of tables", 12]]);
    expect(sheet.tables.every(({ quarantined }) => quarantined)).toBe(true);
  });

  test.each([[["Area", "Patients"]], [["Area", { date: "2023-03-31" }]]] as const)(
    "a row below the names of its columns is one: %j",
    async (names) => {
      const table = onlyTable(await seeRows([["Housing"], [], names, ["England", 12]]));
      expect(table).toMatchObject({ header_rows: [3], n_rows: 1 });
    },
  );
});

describe("the header of one table, parted by an empty column", () => {
  test("stands above blank rows, and cuts nothing", async () => {
    const rows = times(7, (at) => [PLACES[at] ?? "", 1.5 + at, 2.5 + at, "", 3.5 - at, 4.1 + at]);
    const seen = await seeCsv(
      csv([
        ["", "Annual average", "", "", "Quarters", ""],
        ["Country", "2009", "2010.0", "", "Jun", "Sep"],
        ["", "", "", "", "", ""],
        ...rows,
      ]),
    );
    expect(rowsOf(onlyTable(seen))).toMatchObject({ range: "A1:F10", header_rows: [1, 2] });
  });
});

test("a grand total under sub-totals: its counts add up, its shares are means", async () => {
  const group = (name: string, rows: readonly string[][], total: readonly string[]): string[][] => [
    [name, "", "", "", "", ""],
    ...rows,
    ["Sub-total", ...total],
  ];
  const seen = await seeCsv(
    csv([
      ["Area", "Patients", "Seen", "Waited", "Treated", "Referred"],
      ...group(
        "Adults",
        [
          ["Ash", "59", "64.8%", "58.1%", "29", "90.2%"],
          ["Birch", "45", "65.9%", "62.5%", "61", "24.2%"],
          ["Cedar", "86", "8.8%", "90.7%", "60", "35.6%"],
        ],
        ["190", "46.5%", "70.4%", "150", "50%"],
      ),
      ...group(
        "Children",
        [
          ["Elm", "14", "52.6%", "13%", "37", "34.9%"],
          ["Fir", "31", "33.8%", "43.3%", "52", "75.6%"],
          ["Gorse", "101", "53.5%", "40.2%", "26", "2.1%"],
        ],
        ["146", "46.6%", "32.2%", "115", "37.5%"],
      ),
      ["All places", "336", "46.6%", "51.3%", "265", "43.8%"],
    ]),
  );
  expect(onlyTable(seen).total_rows).toEqual([6, 11, 12]);
});

describe("totals that no word tells", () => {
  test("a region above its districts, by their codes: medians do not add up, jobs do", async () => {
    const region = (at: number): (string | number)[][] => [
      [`${PLACES[at]} Region`, `E1200000${at + 1}`, 69 + at * 9, 37.5],
      ...times(3, (part) => [
        `${PLACES[at]} ${part}`,
        `E0600${at}00${part}`,
        20 + part * 3 + at * 3,
        37 + part,
      ]),
    ];
    const rows = [["England", "E92000001", 330, 37.2], ...times(4, region).flat()];
    const table = onlyTable(await seeCsv(csv([["Place", "Code", "Jobs", "Median"], ...rows])));
    expect(table.total_rows).toEqual([2, 3, 7, 11, 15]);
  });

  test("a region above its districts, by their codes, where no figure adds up", async () => {
    const region = (at: number): (string | number)[][] => [
      [`${PLACES[at]} Region`, `E1200000${at + 1}`, 36.1 + at],
      ...times(3, (part) => [`${PLACES[at]} ${part}`, `E0600${at}00${part}`, 37.4 + part]),
    ];
    const table = onlyTable(
      await seeCsv(csv([["Place", "Code", "Median"], ...times(4, region).flat()])),
    );
    expect(table.total_rows).toEqual([2, 6, 10, 14]);
  });

  test("regions and then districts, each in a block, tell nothing but the country above its regions", async () => {
    const rows = [
      ["England", "E92000001", 37.7],
      ...times(4, (at) => [`${PLACES[at]} Region`, `E1200000${at + 1}`, 36.1 + at]),
      ...times(9, (at) => [`${PLACES[at]} ${at}`, `E0600000${at}`, 37.4 + at]),
    ];
    const table = onlyTable(await seeCsv(csv([["Place", "Code", "Median"], ...rows])));
    expect(table.total_rows).toEqual([2]);
  });

  test("a record that happens to be the sum of its neighbours in some columns is none", async () => {
    let seed = 7;
    const random = (most: number): number => {
      seed = (seed * 16807) % 2147483647;
      return 1 + (seed % most);
    };
    const records = times(600, (at) => {
      const items = random(9);
      const place = `${PLACES[random(10) - 1]} Surgery`;
      return [place, `D${1000 + at}`, items, items * 28, items * 2.5, random(90)];
    });
    for (const at of [60, 200, 340]) {
      const parts = records.slice(at + 1, at + 6);
      for (const column of [2, 3, 4])
        (records[at] ?? [])[column] = parts.reduce((all, row) => all + Number(row[column]), 0);
    }
    const header = ["Surgery", "Drug", "Items", "Quantity", "Cost", "Score"];
    expect(onlyTable(await seeCsv(csv([header, ...records]))).total_rows).toEqual([]);
  });

  test("a branch of stepped labels that ends at a coarser level is no total", async () => {
    const county = (at: number): (string | number)[][] => {
      const parts = times(4, (part) => 2011 + at * 317 + part * 129);
      const all = parts.reduce((sum, part) => sum + part, 0);
      return [
        ["", `${PLACES[at]} County`, "", all, all * 3],
        ...parts.map((part, row) => ["", "", `${PLACES[at]} ${row}`, part, part * 3]),
      ];
    };
    const rows = [
      ["", "Ash City", "", 4407, 13234],
      ...county(1),
      ...county(2),
      ["", "Birch City", "", 5113, 15340],
      ["", "Cedar City", "", 5919, 17758],
      ...county(3),
    ];
    const all = [...rows.keys()].filter((at) => (rows[at]?.[1] ?? "") !== "");
    const sum = (column: number): number =>
      all.reduce((total, at) => total + Number(rows[at]?.[column]), 0);
    const table = onlyTable(
      await seeCsv(
        csv([
          ["Region", "County", "District", "Homes", "People"],
          ["North", "", "", sum(3), sum(4)],
          ...rows,
        ]),
      ),
    );
    expect(table.total_rows).toEqual([2, 4, 9, 16]);
  });

  test("labels further right are the parts of the row before them, and a sub-total passes over them", async () => {
    const tax = (name: string, part: string, value: number): (string | number)[] => [
      ...[name, part, value, value * 3 + 0.017, value * 7 + 0.031],
    ];
    const rows = [
      tax("Income", "", 303.157),
      tax("", "Paid", 210.041),
      tax("", "Assessed", 93.116),
      tax("Goods", "", 171.373),
      tax("Profit", "", 91.262),
      tax("", "Onshore", 60.171),
      tax("", "Offshore", 31.091),
      tax("Fuel", "", 24.359),
      tax("Collected", "", 590.151),
      tax("Council", "", 46.603),
    ];
    const sums: readonly [number, readonly number[]][] = [
      [0, [1, 2]],
      [4, [5, 6]],
      [8, [0, 3, 4, 7]],
    ];
    for (const [at, parts] of sums) {
      for (const column of [2, 3, 4])
        (rows[at] ?? [])[column] = Number(
          parts.reduce((all, part) => all + Number(rows[part]?.[column]), 0).toFixed(6),
        );
    }
    const seen = await seeCsv(csv([["Tax", "Part", "2021-22", "2022-23", "2023-24"], ...rows]));
    expect(onlyTable(seen).total_rows).toEqual([2, 6, 10]);
  });

  test('a row right above "of which" is the sum of those below', async () => {
    const sheet = await seeRows([
      ["Stock", "2021-22", "2022-23", "2023-24"],
      ["Cigarettes", 13578.199, 12254.444, 10935.717],
      ["Loose", 4725.067, 4195.662, 3971.508],
      ["of which:"],
      ["Rolled", 4028.478, 3526.385, 3293.657],
      ["Cigars", 400.25, 300.125, 300.75],
      ["Other", 296.339, 369.152, 377.101],
    ]);
    expect(sheet.tables[0]?.total_rows).toEqual([3]);
  });

  test("a row that alone lacks a key is the whole of the counts below, whatever its rates do", async () => {
    const groups = times(4, (at) => [411 + at * 57, 1203 + at * 91, 2011 + at * 13]);
    const rates = (at: number): number[] =>
      times(18, (rate) => 0.1 + ((at * 7 + rate * 3) % 80) / 97);
    const whole = times(3, (column) => groups.reduce((all, row) => all + (row[column] ?? 0), 0));
    const other = times(6, (at) => [311 + at * 29, 877 + at * 41, 1713 + at * 17]);
    const rows = [
      ["National", "", ...whole, ...rates(0)],
      ...groups.map((row, at) => ["Type", `${PLACES[at]}`, ...row, ...rates(at + 1)]),
      ...other.map((row, at) => ["Age", `${PLACES[at + 4]}`, ...row, ...rates(at + 9)]),
    ];
    const header = [
      "Breakdown",
      "Group",
      "Asked",
      "Sent",
      "Answered",
      ...times(18, (at) => `Q${at}`),
    ];
    expect(onlyTable(await seeCsv(csv([header, ...rows]))).total_rows).toEqual([2]);
  });

  test("levels of small figures that all agree are totals of the finest", async () => {
    const places = [
      [2, 1, 3, 0, 2],
      [1, 2, 0, 1, 0],
      [3, 2, 2, 3, 0],
      ...times(9, () => [0, 0, 0, 0, 0]),
    ];
    const levels = [
      ["", "England", 6, 5, 5, 4, 2],
      ["Region", "North", 3, 3, 3, 1, 2],
      ["Region", "South", 3, 2, 2, 3, 0],
      ...places.map((row, at) => ["Board", `Board ${at}`, ...row]),
    ];
    const header = ["Level", "Name", "Apr", "May", "Jun", "Jul", "Aug"];
    expect(onlyTable(await seeCsv(csv([header, ...levels]))).total_rows).toEqual([2, 3, 4]);
  });

  test("rows in bold or of smaller indent are the sum of those set below them, also in each other", () => {
    const outline: [string, number, boolean, number][] = [
      ["Clinical", 0, true, 711],
      ["Doctors", 1, false, 411],
      ["Senior", 2, false, 303],
      ["Junior", 2, false, 108],
      ["Nurses", 1, false, 300],
      ["Support", 0, true, 95],
      ["Porters", 1, false, 41],
      ["Clerks", 1, false, 54],
    ];
    const lines = outline.map(([text, indent, bold, value], row) =>
      lineOf(row + 1, text, { indent, bold }, [value, value * 3, value * 7 + 1000]),
    );
    const found = findTotals(lines, [0], [1, 2], []);
    expect([...found.totals.keys()].map((line) => line.row).sort()).toEqual([1, 2, 6]);
  });
});

function lineOf(
  row: number,
  text: string,
  style: { readonly indent: number; readonly bold: boolean },
  values: readonly number[],
): Line {
  const label: SampleCell = {
    column: 0,
    text,
    class: "text",
    value: Number.NaN,
    percent: false,
    ...style,
  };
  const figures = values.map(
    (value, at): SampleCell => ({
      ...label,
      column: at + 1,
      text: String(value),
      class: "number",
      value,
    }),
  );
  return {
    row,
    cells: [label, ...figures],
    numbers: values.length,
    words: 1,
    markers: 0,
    timely: 0,
    prose: 0,
    sequence: false,
    gap: 0,
    afterElided: false,
    hidden: false,
  };
}
