import { describe, expect, test } from "vitest";
import type { GridRow } from "../support/grid.ts";
import { columnOf, onlyTable, rowsOf, seeRows } from "../support/see.ts";

const TOWNS = ["Ashby", "Brill", "Coton", "Denby", "Elton", "Fenton", "Garston", "Hale"];

/** A row of figures for each town, behind its name. */
const towns = (figures: number): GridRow[] =>
  TOWNS.map((town, at) => [
    town,
    ...Array.from({ length: figures }, (_, to) => 31 + at * 17 + to * to * 5 + ((at * to) % 7)),
  ]);

describe("labels of groups beside a title", () => {
  const answers = ["Agree", "Neither", "Disagree"];
  const header: GridRow = ["Town", ...answers, ...answers];

  test("merged down to the header they are its first row", async () => {
    const rows: GridRow[] = [
      ["Survey of residents", "1a The park is clean", null, null, "1b The park is safe"],
      ["Questions 1a and 1b"],
      ["Figures are weighted."],
      [],
      header,
      ...towns(6),
    ];
    const table = onlyTable(await seeRows(rows, { merges: ["B1:D4", "E1:G4"] }));
    expect(rowsOf(table)).toMatchObject({
      range: "A1:G13",
      header_rows: [1, 5],
      data_rows: [[6, 13]],
    });
    expect(table.title).toBe("Survey of residents");
    expect(columnOf(table, "A").header).toEqual(["Town"]);
    expect(columnOf(table, "D").header).toEqual(["1a The park is clean", "Disagree"]);
    expect(columnOf(table, "E").header).toEqual(["1b The park is safe", "Agree"]);
  });

  test("not read, with the same names under each of them, they are a doubt", async () => {
    const rows: GridRow[] = [
      ["Survey of residents", "1a The park is clean", null, null, "1b The park is safe"],
      [],
      ["Figures are weighted.", null, null, "2025"],
      header,
      ...towns(6),
    ];
    const [table] = (await seeRows(rows, { merges: ["B1:D2", "E1:G2"] })).tables;
    expect(table).toMatchObject({ header_rows: [4], quarantined: true });
    expect(table?.reasons[0]).toMatch(/merged labels above row 4 are not read/);
  });
});

describe("labels of blocks between empty columns", () => {
  const years = ["2019", "2020", "2021", "2022"];
  const block = (at: number): GridRow => towns(12)[at]?.slice(1) ?? [];
  const rows = (labels: GridRow): GridRow[] => [
    labels,
    ["Town", ...years, null, ...years, null, ...years],
    ...TOWNS.map((town, at): GridRow => {
      const figures = block(at);
      return [
        town,
        ...figures.slice(0, 4),
        null,
        ...figures.slice(4, 8),
        null,
        ...figures.slice(8),
      ];
    }),
  ];
  const pathsOf = async (labels: GridRow, merges: readonly string[]): Promise<string[]> =>
    onlyTable(await seeRows(rows(labels), { merges })).columns.map(
      ({ letter, header }) => `${letter} ${header.join(" > ")}`,
    );

  test("a label in the middle of its block, or merged over all columns but one, is of the whole", async () => {
    const labels = [
      null,
      "All",
      null,
      null,
      null,
      null,
      null,
      null,
      "Men",
      null,
      null,
      null,
      null,
      "Women",
    ];
    const paths = await pathsOf(labels, ["B1:D1"]);
    expect(paths).toContain("A Town");
    expect(paths).toContain("E All > 2022");
    expect(paths).toContain("G Men > 2019");
    expect(paths).toContain("J Men > 2022");
    expect(paths).toContain("L Women > 2019");
    expect(paths).toContain("O Women > 2022");
  });

  test("the same words in each block are of the column below them", async () => {
    const labels = [
      null,
      null,
      null,
      "Revised",
      null,
      null,
      null,
      null,
      "Revised",
      null,
      null,
      null,
      null,
      "Revised",
    ];
    expect(await pathsOf(labels, [])).toContain("B 2019");
  });
});

describe("rows without a header right above them", () => {
  const day = (at: number): string => `${String(at + 1).padStart(2, "0")}/03/2020`;
  const figures = (from: number): GridRow[] =>
    TOWNS.map((_, at) => [day(from + at), 400 + at * 31, 27 + at * at]);

  test("days of which nothing is published stand between the header and the first row", async () => {
    const empty = Array.from({ length: 6 }, (_, at): GridRow => [day(at)]);
    const rows: GridRow[] = [
      ["Absences by day"],
      [],
      ["Date", "Nurses", "Doctors"],
      ...empty,
      ...figures(6),
    ];
    const table = onlyTable(await seeRows(rows));
    expect(rowsOf(table)).toMatchObject({
      range: "A3:C17",
      header_rows: [3],
      data_rows: [[10, 17]],
    });
    expect(columnOf(table, "C").header).toEqual(["Doctors"]);
  });

  test("a table of a workbook whose columns have no names is a doubt, a list of one figure each is none", async () => {
    const [table] = (await seeRows([["Absences by day"], [], ...figures(0)])).tables;
    expect(table).toMatchObject({ quarantined: true });
    expect(table?.reasons).toContain("no row names the columns");
    const pairs = figures(0).map((row) => row.slice(1));
    const [unlabelled] = (await seeRows([["Absences by day"], [], ...pairs])).tables;
    expect(unlabelled).toMatchObject({ quarantined: true });
    expect(onlyTable(await seeRows([["Absences by town"], [], ...towns(1)]))).toMatchObject({
      range: "A3:B10",
      n_rows: 8,
    });
  });
});

describe("names that are broken over lines", () => {
  const lines: GridRow[] = [
    ["Pay by town"],
    [],
    [null, "Number", null, "Yearly", null, "Yearly"],
    [null, "of jobs", null, "percentage", null, "percentage", "Tenths"],
    ["Town", "(thousand)", "Median", "change", "Mean", "change", "10", "50", "90"],
  ];

  test("a phrase over all lines that comes again is of its own column, a label over the last ones of each", async () => {
    const table = onlyTable(await seeRows([...lines, ...towns(8)]));
    expect(table.columns.map(({ header }) => header.join(" > "))).toEqual([
      "Town",
      "Number > of jobs > (thousand)",
      "Median",
      "Yearly > percentage > change",
      "Mean",
      "Yearly > percentage > change",
      "Tenths > 10",
      "Tenths > 50",
      "Tenths > 90",
    ]);
  });
});

describe("a label over the figure of a year", () => {
  const paths = async (rows: readonly GridRow[]): Promise<readonly string[]> =>
    onlyTable(await seeRows([["Prices by town"], [], ...rows, ...towns(4)])).columns.map(
      ({ header }) => header.join(" > "),
    );

  test("is not of the months beside it", async () => {
    expect(
      await paths([
        [null, "Annual"],
        [null, "average", "Jan", "Feb", "Mar"],
      ]),
    ).toEqual(["", "Annual > average", "Jan", "Feb", "Mar"]);
    expect(
      await paths([
        [null, "Annual change"],
        [null, "2012", "2012", "2013", "2013"],
        [null, null, "Dec", "Jan", "Feb"],
      ]),
    ).toEqual(["", "Annual change > 2012", "2012 > Dec", "2013 > Jan", "2013 > Feb"]);
  });

  test("is of them too if the year's is a total among them", async () => {
    expect(
      await paths([
        [null, "Deaths"],
        [null, "total", "Jan", "Feb", "Mar"],
      ]),
    ).toEqual(["", "Deaths > total", "Deaths > Jan", "Deaths > Feb", "Deaths > Mar"]);
    expect(
      await paths([
        [null, "2012"],
        [null, "Average", "Jan", "Feb", "Mar"],
      ]),
    ).toEqual(["", "2012 > Average", "2012 > Jan", "2012 > Feb", "2012 > Mar"]);
  });
});

describe("a lone cell above a header", () => {
  test.each([[["Jan", "Feb", "Mar", "Apr"]], [["Men", "Women", "Boys", "Girls"]]])(
    "a year above the first of %j is of all of them",
    async (names) => {
      for (const year of [2012, "2012"]) {
        const rows: GridRow[] = [["Staff by town"], [], [null, year], ["Town", ...names]];
        const table = onlyTable(await seeRows([...rows, ...towns(4)]));
        expect(rowsOf(table)).toMatchObject({ header_rows: [3, 4], data_rows: [[5, 12]] });
        expect(columnOf(table, "E").header).toEqual(["2012", names[3]]);
      }
    },
  );

  const years: GridRow = [null, "2019-20", "2020-21", "2021-22", "2022-23"];

  test("above the unit of the table it says something of the table, and names no column", async () => {
    const rows: GridRow[] = [
      ["Spending by town"],
      [null, "Reviewed figures"],
      [null, null, null, null, "£ million"],
      [null, "final"],
      years,
      ...towns(4),
    ];
    const table = onlyTable(await seeRows(rows, { merges: ["B4:E4"] }));
    expect(rowsOf(table)).toMatchObject({ header_rows: [4, 5], data_rows: [[6, 13]] });
    expect(columnOf(table, "B").header).toEqual(["final", "2019-20"]);
  });

  test.each(["headcount", "full time equivalent"])("%s is a unit", async (unit) => {
    const rows: GridRow[] = [
      ["Staff by town"],
      [],
      [null, null, null, null, unit],
      ["Town", ...years.slice(1)],
      ...towns(4),
    ];
    const table = onlyTable(await seeRows(rows));
    expect(rowsOf(table)).toMatchObject({ header_rows: [4], data_rows: [[5, 12]] });
    expect(columnOf(table, "E").header).toEqual(["2022-23"]);
  });
});

test("numbers of columns beside a link to the contents are no table", async () => {
  const rows: GridRow[] = [
    [null, 12, 13, 14, 15, 16],
    ["Return to Contents", 3, 5, 6, 7, 9],
    [],
    ["Staff by town"],
    [],
    ["Town", "Nurses", "Doctors", "Porters", "Cooks", "Clerks"],
    ...towns(5),
  ];
  const seen = await seeRows(rows);
  expect(rowsOf(onlyTable(seen))).toMatchObject({ range: "A6:F14", header_rows: [6] });
  expect(seen.reasons.join()).toContain("B2:F2");
});

describe("a word in capitals in place of figures", () => {
  test("beside tokens, in months below a table of years", async () => {
    const figures = (name: string, at: number): GridRow => [
      name,
      ...Array.from({ length: 4 }, () => (at < 8 ? "[x]" : 100 + at * 13)),
      at === 4 ? "SUPP" : 300 + at * 23,
    ];
    const head = ["Paid", "Repaid", "Abroad", "At home", "Total"];
    const months = Array.from({ length: 20 }, (_, at) => `${at % 2 ? "May" : "June"} ${2001 + at}`);
    const rows: GridRow[] = [
      ["Years", ...head],
      ...Array.from({ length: 3 }, (_, at) => figures(`${2001 + at}-0${2 + at}`, at + 8)),
      ["Months", ...head],
      ...months.map(figures),
    ];
    const [, table, ...others] = (await seeRows(rows)).tables;
    expect(others).toEqual([]);
    expect(rowsOf(table)).toMatchObject({ header_rows: [5], data_rows: [[6, 25]] });
  });

  test("in several cells of a row that has figures too", async () => {
    const kept = towns(5).map((row, at): GridRow => [`0000${at + 1}`, ...row]);
    const out: GridRow = ["00009", "Ilton", "SUPP", "SUPP", "SUPP", -10, 30];
    const rows = [...kept.slice(0, 4), out, ...kept.slice(4, 6), ["Other towns:"]];
    const head = ["Code", "Town", "2017-18", "2018-19", "2019-20", "2020-21", "2021-22"];
    const [table, ...others] = (await seeRows([head, ...rows, ...kept.slice(6)])).tables;
    expect(others).toEqual([]);
    expect(rowsOf(table)).toMatchObject({ header_rows: [1], section_rows: [9] });
    expect(table?.n_rows).toBe(9);
  });
});

describe("a merged cell over labels of rows, in the first row of a header", () => {
  const pathOf = async (labels: readonly string[]): Promise<readonly string[] | undefined> => {
    const group = Array.from(labels, (_, at) => (at === 0 ? "About places" : null));
    const rows: GridRow[] = [
      [...group, "Waiting", null, null],
      [...labels, "1 week", "2 weeks", "3 weeks"],
      ...towns(3).map(
        (row, at): GridRow => [...labels.slice(1).map((label) => `${label} ${at}`), ...row],
      ),
    ];
    const last = "ABCD"[labels.length - 1];
    const first = "ABCD"[labels.length];
    const merges = [`A1:${last}1`, `${first}1:${"CDEFG"[labels.length]}1`];
    return columnOf(onlyTable(await seeRows(rows, { merges })), "A").header;
  };

  test("over all of many labels it is a caption", async () => {
    expect(await pathOf(["Area code", "Area name", "Town"])).toEqual(["Area code"]);
  });

  test("over two it is a group", async () => {
    expect(await pathOf(["Code", "Town"])).toEqual(["About places", "Code"]);
  });
});

describe("labels over blocks without a gap", () => {
  const years = ["2019", "2020", "2021"];
  const pathsOf = async (labels: GridRow): Promise<string[]> =>
    onlyTable(await seeRows([labels, ["Town", ...years, ...years], ...towns(6)])).columns.map(
      ({ header }) => header.join(" > "),
    );
  const whole = [
    "Town",
    ...years.map((year) => `Men > ${year}`),
    ...years.map((year) => `Women > ${year}`),
  ];

  test.each<[string, GridRow]>([
    ["first", [null, "Men", null, null, "Women"]],
    ["middle", [null, null, "Men", null, null, "Women"]],
    ["last", [null, null, null, "Men", null, null, "Women"]],
    ["first or middle", [null, "Men", null, null, null, "Women"]],
  ])("are of all columns of a block: over the %s column", async (_, labels) => {
    expect(await pathsOf(labels)).toEqual(whole);
  });

  test("a column of its own before the blocks has none", async () => {
    const rows: GridRow[] = [
      [null, null, "Men", null, "Women"],
      ["Town", "All", "2020", "2021", "2020", "2021"],
      ...towns(5),
    ];
    const table = onlyTable(await seeRows(rows));
    expect(columnOf(table, "B").header).toEqual(["All"]);
    expect(columnOf(table, "C").header).toEqual(["Men", "2020"]);
    expect(columnOf(table, "F").header).toEqual(["Women", "2021"]);
  });

  test("are a doubt where more columns follow the blocks", async () => {
    const rows: GridRow[] = [
      [null, null, "Men", null, null, "Women"],
      ["Town", ...years, ...years, "Change"],
      ...towns(7),
    ];
    const [table] = (await seeRows(rows)).tables;
    expect(table?.quarantined).toBe(true);
    expect(table?.reasons[0]).toMatch(/C1 "Men" may stand over the column before it too/);
  });
});

describe("a cell alone above the last column", () => {
  const names = (labels: readonly string[]): GridRow => ["Town", ...labels];
  const rows = (top: GridRow, leaf: readonly string[]): GridRow[] => [
    ["Table 3"],
    [],
    top,
    names(leaf),
    ...towns(leaf.length),
  ];
  const leaf = ["Food", "Clothing", "Total"];

  test.each(["£ million", "(₹ crore)", "Reference year 2019 = 100"])(
    "is the unit of all figures: %s",
    async (unit) => {
      const table = onlyTable(await seeRows(rows([null, null, null, unit], leaf)));
      expect(table.header_rows).toEqual([4]);
      expect(table.columns.map((column) => column.unit)).toEqual([undefined, unit, unit, unit]);
      expect(table.reasons[0]).toMatch(/row 3 holds .* alone above the last columns/);
    },
  );

  test("is no part of a name where it is no unit, and is told", async () => {
    const table = onlyTable(await seeRows(rows([null, null, null, "Seasonally adjusted"], leaf)));
    expect(columnOf(table, "D").header).toEqual(["Total"]);
    expect(table.reasons[0]).toMatch(/"Seasonally adjusted" alone/);
  });

  test.each<[string, string, string[]]>([
    ["a name of two lines", "Total", ["Men", "Women", "population"]],
    ["a share", "Percentage change", ["2020", "2021", "2020-21"]],
    ["a column of another kind", "Growth", ["2020", "2021", "2020-21"]],
    ["a year that is provisional", "Provisional", ["2020", "2021", "2022"]],
  ])("stays with its column: %s", async (_, top, last) => {
    const table = onlyTable(await seeRows(rows([null, null, null, top], last)));
    const { header, unit } = columnOf(table, "D");
    expect([...header, unit]).toContain(top);
    expect(columnOf(table, "C")).toMatchObject({ header: [last[1]] });
    expect(columnOf(table, "C").unit).toBeUndefined();
  });
});

describe("lists side by side", () => {
  const rows: GridRow[] = TOWNS.map((town, at) => [town, 400 - at * 7, `${town} East`, 300 - at]);
  const names: GridRow = ["Town", "People", "Town", "People"];

  test("keep the labels that part them", async () => {
    const sheet = await seeRows([["Largest towns"], ["North", null, "South"], names, ...rows]);
    expect(onlyTable(sheet).columns.map(({ header }) => header.join(" > "))).toEqual([
      "North > Town",
      "North > People",
      "South > Town",
      "South > People",
    ]);
  });

  test("are held back where nothing parts them", async () => {
    const [table] = (await seeRows([["Largest towns"], names, ...rows])).tables;
    expect(table?.quarantined).toBe(true);
    expect(table?.reasons[0]).toMatch(/names of the columns come again from C on/);
  });

  test("a caption beside a unit is no label", async () => {
    const leaf = ["Town", "People", "Homes", "Jobs"];
    const table = onlyTable(
      await seeRows([["Largest towns"], ["North", null, "thousand"], leaf, ...towns(3)]),
    );
    expect(table.header_rows).toEqual([3]);
  });
});
