import { describe, expect, test } from "vitest";
import { LONGEST_NAME } from "../../src/model/manifest/names.ts";
import { type GridRow, gridBook, gridCsv, gridXlsx } from "../support/grid.ts";
import { columnOf, columnsOf, onlyTable, rowsOf, see, seeRows, seeSheets } from "../support/see.ts";
import { rawZip } from "../support/zip.ts";

const REGIONS = ["North East", "North West", "Yorkshire", "East Midlands", "West Midlands"];

/** Rows of a code, a region and two counts; the first row is `HEAD`. */
const HEAD: GridRow = ["Code", "Region", "Patients", "Visits"];
const body = (from = 0): GridRow[] =>
  REGIONS.map((region, at) => [`E1200000${at + 1}`, region, 1203 + at * 37 + from, 410 + at * 29]);

describe("around a table", () => {
  const sheet: GridRow[] = [
    ["Table 3: Patients and visits by region, England"],
    ["This worksheet contains one table. Some cells refer to notes."],
    ["Contact: statistics@example.org"],
    [],
    HEAD,
    ...body(),
    ["", "England", 6385, 2340],
    [],
    ["Source: Patient survey"],
    ["[c] = confidential"],
  ];

  test("title, note, contact and blank rows above, a total, notes and source below", async () => {
    const seen = await seeRows(sheet);
    expect(rowsOf(onlyTable(seen))).toEqual({
      range: "A5:D11",
      header_rows: [5],
      data_rows: [[6, 10]],
      total_rows: [11],
      section_rows: [],
    });
    expect(onlyTable(seen).title).toBe("Table 3: Patients and visits by region, England");
    expect(seen.notes_rows).toContainEqual([13, 14]);
    expect(columnOf(onlyTable(seen), "C").sum).toBe(6385);
  });

  test("a list of contents and a cover sheet are no tables", async () => {
    const sheets = await seeSheets(
      {
        name: "Cover",
        rows: [
          ["Patients and visits in England"],
          ["Publication date: 13 March 2025"],
          ["Contact: statistics@example.org"],
          ["Coverage: England"],
        ],
      },
      {
        name: "Contents",
        rows: [
          ["Contents"],
          [],
          ["Worksheet", "Title", "Notes"],
          ["Table 1", "Patients by region", "1, 2"],
          ["Table 2", "Visits by region", "3"],
          ["Table 3", "Visits by age", ""],
        ],
      },
      { name: "Table 3", rows: sheet },
    );
    expect(sheets.map((one) => one.tables.length)).toEqual([0, 0, 1]);
  });

  test("a list of periods, as links to their sheets, is no table", async () => {
    const periods = (first: number): GridRow =>
      Array.from({ length: 5 }, (_, at) => `${first + at}-${first + at + 2}`);
    const sheet = await seeRows([["Contents"], ...[1980, 1985, 1990, 1995].map(periods)]);
    expect(sheet.tables).toEqual([]);
  });

  test("a note that begins with Source does not end a table whose data go on", async () => {
    const seen = await seeRows([
      HEAD,
      ...body(),
      ["Source: the survey of the first half; what follows is from the second"],
      ...body(7),
    ]);
    expect(rowsOf(onlyTable(seen))).toMatchObject({
      range: "A1:D12",
      data_rows: [
        [2, 6],
        [8, 12],
      ],
    });
  });

  test("a sheet of notes alone has no table, and its rows are notes", async () => {
    const seen = await seeRows([
      ["Notes"],
      ["Note 1: The figures are rounded to the nearest five and may not add up to the totals."],
      ["Note 2: Boundaries are those of April 2023, as published by the statistics authority."],
    ]);
    expect(seen.tables).toEqual([]);
  });
});

describe("headers", () => {
  const counts = (rows: number): GridRow[] =>
    Array.from({ length: rows }, (_, at) => [
      REGIONS[at % 5] ?? "",
      120 + at * 7,
      340 + at * 11,
      571 + at * 13,
      788 + at * 3,
    ]);

  test("two rows with merged groups: each column has the path of its groups", async () => {
    const seen = await seeRows(
      [["Region", "Men", "", "Women", ""], ["", "2023", "2024", "2023", "2024"], ...counts(5)],
      { merges: ["A1:A2", "B1:C1", "D1:E1"] },
    );
    const table = onlyTable(seen);
    expect(rowsOf(table)).toMatchObject({ header_rows: [1, 2], data_rows: [[3, 7]] });
    expect(table.columns.map((column) => column.header)).toEqual([
      ["Region"],
      ["Men", "2023"],
      ["Men", "2024"],
      ["Women", "2023"],
      ["Women", "2024"],
    ]);
    expect(table.columns.map((column) => column.name)).toEqual([
      "region",
      "men_2023",
      "men_2024",
      "women_2023",
      "women_2024",
    ]);
  });

  test("three rows with merged groups", async () => {
    const seen = await seeRows(
      [
        ["", "All patients", "", "", ""],
        ["", "Waiting", "", "Treated", ""],
        ["Region", "Men", "Women", "Men", "Women"],
        ...counts(5),
      ],
      { merges: ["B1:E1", "B2:C2", "D2:E2"] },
    );
    const table = onlyTable(seen);
    expect(table.header_rows).toEqual([1, 2, 3]);
    expect(columnOf(table, "E").header).toEqual(["All patients", "Treated", "Women"]);
  });

  test("blank columns that space out one table part nothing and are no columns", async () => {
    const spaced = (row: GridRow): GridRow => [
      row[0] ?? null,
      null,
      row[1] ?? null,
      row[2] ?? null,
      null,
      row[3] ?? null,
    ];
    const seen = await seeRows([["Region", "Men", "Women", "All"], ...counts(6)].map(spaced));
    const table = onlyTable(seen);
    expect(table.range).toBe("A1:F7");
    expect(table.columns.map((column) => column.letter)).toEqual(["A", "C", "D", "F"]);
  });

  test("a row of units names nothing and is no observation", async () => {
    const table = onlyTable(
      await seeRows([
        ["Region", "Patients", "Share", "Spending", "Rate"],
        ["", "Number", "%", "£ million", "per 1,000"],
        ...counts(5),
      ]),
    );
    expect(rowsOf(table)).toMatchObject({ header_rows: [1], data_rows: [[3, 7]] });
    expect(columnOf(table, "D")).toMatchObject({ header: ["Spending"], unit: "£ million" });
  });

  test("a header repeated in the middle is no observation and ends nothing", async () => {
    const table = onlyTable(await seeRows([HEAD, ...body(), HEAD, ...body(3)]));
    expect(rowsOf(table)).toMatchObject({
      range: "A1:D12",
      header_rows: [1],
      data_rows: [
        [2, 6],
        [8, 12],
      ],
    });
    expect(columnOf(table, "C")).toMatchObject({ type: "integer", role: "measure", values: 10 });
  });

  test("years that are numbers head columns", async () => {
    const table = onlyTable(await seeRows([["Region", 2021, 2022, 2023, 2024], ...counts(5)]));
    expect(rowsOf(table)).toMatchObject({ header_rows: [1], data_rows: [[2, 6]] });
    expect(columnsOf(table).slice(1)).toEqual([
      ["B", "2021", "integer", "period"],
      ["C", "2022", "integer", "period"],
      ["D", "2023", "integer", "period"],
      ["E", "2024", "integer", "period"],
    ]);
  });

  test("names that come twice are told apart by number, in the order of the columns", async () => {
    const table = onlyTable(
      await seeRows([["Region", "Number", "Rate", "Number", "Rate"], ...counts(5)]),
    );
    expect(table.columns.map((column) => column.name)).toEqual([
      "region",
      "number",
      "rate",
      "number_2",
      "rate_2",
    ]);
  });

  test("a column without a name is named by its letter", async () => {
    const table = onlyTable(await seeRows([["", "Men", "Women", "", "All"], ...counts(5)]));
    expect(table.header_rows).toEqual([1]);
    expect(table.columns.map((column) => [column.letter, column.name])).toEqual([
      ["A", "column_a"],
      ["B", "men"],
      ["C", "women"],
      ["D", "column_d"],
      ["E", "all_value"],
    ]);
  });
});

describe("rows", () => {
  test.each([0, "*", "-", "0"])("a first row that begins with %j is data", async (first) => {
    const table = onlyTable(
      await seeRows([
        ["Age", "Patients", "Visits"],
        [first, 0, 0],
        [1, 31, 12],
        [2, 0, 17],
        [3, 55, 0],
      ]),
    );
    expect(rowsOf(table)).toMatchObject({ header_rows: [1], data_rows: [[2, 5]] });
    expect(columnOf(table, "B")).toMatchObject({ sum: 86, values: 4, empty: 0 });
  });

  test.each(["*", "-"])("a row of nothing but %s beside its label is data", async (mark) => {
    const table = onlyTable(
      await seeRows([HEAD, ["E12000009", "South West", mark, mark], ...body()]),
    );
    expect(rowsOf(table)).toMatchObject({ header_rows: [1], data_rows: [[2, 7]] });
    expect(columnOf(table, "C")).toMatchObject({ type: "integer", markers: { [mark]: 1 } });
  });

  test.each([
    [120, 340, 560, 780],
    [1, 2, 3, 4],
    [30, 20, 10, 0],
  ])(
    "a row of counts that happen to run evenly (%i, %i, %i, %i) is data, wherever it stands",
    async (...run) => {
      const others: GridRow[] = [
        ["South", 31, 12, 7, 90],
        ["East", 11, 45, 71, 3],
        ["West", 85, 17, 2, 66],
      ];
      for (const at of [0, 1, 3]) {
        const rows = others.toSpliced(at, 0, ["North", ...run]);
        const table = onlyTable(
          await seeRows([["Area", "Men", "Women", "Boys", "Girls"], ...rows]),
        );
        expect(rowsOf(table)).toMatchObject({ header_rows: [1], data_rows: [[2, 5]] });
      }
    },
  );

  test("a first row with a count that looks like a year is data", async () => {
    const rows = body().with(0, ["E12000001", "North East", 1931, 410]);
    for (const width of [3, 4]) {
      const cut = [HEAD, ...rows].map((row) => row.slice(0, width));
      expect(rowsOf(onlyTable(await seeRows(cut)))).toMatchObject({
        header_rows: [1],
        data_rows: [[2, 6]],
      });
    }
  });

  test("12,000 rows are 12,000 rows, and the last of them counts for the type", async () => {
    const rows: GridRow[] = Array.from({ length: 12_000 }, (_, at) => [
      `P${10_000 + at}`,
      at % 97,
      at === 11_999 ? 0.5 : at % 13,
    ]);
    const table = onlyTable(await seeRows([["Practice", "Patients", "Rate"], ...rows]));
    expect(table).toMatchObject({ range: "A1:C12001", n_rows: 12_000, data_rows: [[2, 12_001]] });
    expect(columnOf(table, "B").type).toBe("integer");
    expect(columnOf(table, "C").type).toBe("numeric");
  });

  test("a table of words alone is one", async () => {
    const rows = REGIONS.map((region, at) => [`E1200000${at + 1}`, region, at % 2 ? "Yes" : "No"]);
    const table = onlyTable(await seeRows([["Code", "Region", "Took part"], ...rows]));
    expect(rowsOf(table)).toMatchObject({ range: "A1:C6", header_rows: [1], data_rows: [[2, 6]] });
    expect(table.columns.map((column) => column.role)).toEqual(Array(3).fill("dimension"));
  });

  test("a table of two columns is one", async () => {
    const rows = REGIONS.map((region, at) => [region, 12 + at * 5]);
    const table = onlyTable(await seeRows([["Region", "Patients"], ...rows]));
    expect(rowsOf(table)).toMatchObject({ range: "A1:B6", header_rows: [1], data_rows: [[2, 6]] });
  });

  test("a table of one row is one", async () => {
    const seen = await seeRows([
      ["Table 1: England"],
      [],
      ["Country", "Patients", "Visits"],
      ["England", 5031, 920],
    ]);
    expect(rowsOf(onlyTable(seen))).toMatchObject({
      range: "A3:C4",
      header_rows: [3],
      data_rows: [[4, 4]],
      total_rows: [],
    });
  });

  test("labels given once are carried down, and the table says of which column", async () => {
    const table = onlyTable(
      await seeRows(
        [
          ["Region", "Sex", "Patients", "Visits"],
          ["North", "Men", 13, 22],
          ["", "Women", 15, 31],
          ["", "Not known", 4, 6],
          ["South", "Men", 23, 41],
          ["", "Women", 28, 44],
          ["", "Not known", 2, 3],
        ],
        { merges: ["A2:A4", "A5:A7"] },
      ),
    );
    expect(columnOf(table, "A")).toMatchObject({ fill_down: true, role: "dimension" });
    expect(columnOf(table, "A")).toMatchObject({ empty: 0, distinct: 2 });
    expect(columnOf(table, "B").fill_down).toBeUndefined();
  });

  const PARTS: readonly GridRow[] = [
    ["North", null, 1234, 1240],
    [null, "Durham", 634, 630],
    [null, "Darlington", 400, 410],
    [null, "Hartlepool", 200, 200],
    ["London", null, 2345, 2350],
    [null, "Camden", 1000, 1010],
    [null, "Barnet", 845, 840],
    [null, "Bexley", 500, 500],
  ];

  test("labels of totals that head their parts are carried down over these", async () => {
    const header = ["Region", "Authority", "Men", "Women"];
    const table = onlyTable(await seeRows([header, ...PARTS]));
    expect(rowsOf(table)).toMatchObject({
      data_rows: [
        [3, 5],
        [7, 9],
      ],
    });
    expect(columnOf(table, "A")).toMatchObject({ fill_down: true, empty: 0, distinct: 2 });
  });

  test("labels of totals that stand below their parts are not carried down, and told", async () => {
    const rows = [
      ...PARTS.slice(1, 4),
      ...PARTS.slice(0, 1),
      ...PARTS.slice(5),
      ...PARTS.slice(4, 5),
    ];
    const table = onlyTable(await seeRows([["Region", "Authority", "Men", "Women"], ...rows]));
    expect(rowsOf(table)).toMatchObject({ total_rows: [5, 9] });
    expect(columnOf(table, "A").fill_down).toBeUndefined();
    expect(table.reasons).toContain("column A has labels on totals alone, from A5");
  });

  test("the year of a block of quarters is carried down, whatever stands above", async () => {
    const quarters = (year: number, from: number): GridRow[] =>
      ["Q1", "Q2", "Q3", "Q4"].map((quarter, at) => [
        at === 0 ? year : null,
        quarter,
        from + at * 7,
        from - at * at,
      ]);
    const table = onlyTable(
      await seeRows([
        ["Year", "Quarter", "Receipts", "Disposals"],
        [2021, null, 4011, 3907],
        [2022, null, 4133, 3951],
        [],
        ...quarters(2021, 1003),
        [],
        ...quarters(2022, 1012),
      ]),
    );
    expect(columnOf(table, "A")).toMatchObject({ fill_down: true, empty: 0, distinct: 2 });
  });

  test("one breakdown below another is no group of it", async () => {
    const table = onlyTable(
      await seeRows([
        ["Age", "Sex", "Patients", "Visits"],
        ["Under 40", null, 41, 57],
        ["40 and over", null, 62, 61],
        [null, "Men", 44, 70],
        [null, "Women", 59, 48],
      ]),
    );
    expect(columnOf(table, "A").fill_down).toBeUndefined();
  });

  test("labels on the middle row of their groups hold a table back", async () => {
    const group = (year: string, from: number): GridRow[] =>
      ["Q1", "Q2", "Q3"].map((quarter, at) => [at === 1 ? year : null, quarter, from + at, 3 * at]);
    const sheet = await seeRows([
      ["Year", "Quarter", "Starts", "Completions"],
      ...group("2021", 11),
      ...group("2022", 24),
    ]);
    expect(sheet.tables[0]).toMatchObject({ quarantined: true });
    expect(sheet.tables[0]?.reasons[0]).toMatch(/^column A is empty from row 2 to A3/);
  });

  test("a cell of single rows behind names is not carried down, and told", async () => {
    const rows = Array.from(
      { length: 12 },
      (_, at): GridRow => [
        `Practice ${at}`,
        at === 4 || at === 9 ? { date: `2021-0${at}-15` } : null,
        `Town ${at}`,
        31 + at * 7,
      ],
    );
    const table = onlyTable(await seeRows([["Practice", "Closed", "Town", "Patients"], ...rows]));
    expect(columnOf(table, "B")).toMatchObject({ values: 2, empty: 10 });
    expect(columnOf(table, "B").fill_down).toBeUndefined();
    expect(table.reasons[0]).toMatch(/^column B is empty from row 2 to B6/);
  });

  test("labels of a finer level are carried down below the first label of a coarser one", async () => {
    const years = (area: string | null, place: string | null, from: number): GridRow[] =>
      [2021, 2022, 2023].map((year, at) => [
        at === 0 ? area : null,
        at === 0 ? place : null,
        year,
        from + 7 * at,
        from - at * at,
      ]);
    const table = onlyTable(
      await seeRows([
        ["Area", "Country", "Year", "Flows", "Positions"],
        ...years("Europe", null, 711),
        ...years(null, "France", 123),
        ...years(null, "Spain", 344),
        ...years("Asia", null, 512),
        ...years(null, "India", 275),
      ]),
    );
    expect(columnOf(table, "A")).toMatchObject({ fill_down: true });
    expect(columnOf(table, "B")).toMatchObject({ fill_down: true });
  });

  test("a date among names of months stands for its month", async () => {
    const periodsOf = async (date: string): Promise<(string | undefined)[]> => {
      const header = ["Area", "Mar-25", { date }, "Jan-25"];
      const rows = ["North", "South", "West"].map((name, at) => [name, 14 + at, 29 - at, 31 * at]);
      const table = onlyTable(await seeRows([header, ...rows]));
      return table.columns.slice(1).map(({ period }) => period);
    };
    expect(await periodsOf("2025-02-01")).toEqual(["2025-03", "2025-02", "2025-01"]);
    expect(await periodsOf("2025-02-28")).toEqual(["2025-03", "2025-02", "2025-01"]);
    expect(await periodsOf("2025-02-14")).toEqual(["2025-03", "2025-02-14", "2025-01"]);
    expect(await periodsOf("2025-01-31")).toEqual(["2025-03", "2025-01-31", "2025-01"]);
  });

  test("the label of the first group stands below a header over codes of digits", async () => {
    const rows = (from: number): (string | number)[][] =>
      ["Crops", "Forestry", "Fishing"].map((name, at) => [
        `0000${from + at}`,
        name,
        130 + 40 * at + from,
        90 + 7 * at * from,
      ]);
    const table = onlyTable(
      await seeRows([
        ["Code", "Trade", "2023", "2024"],
        ["Land and sea"],
        ...rows(1),
        ["Works"],
        ...rows(4),
      ]),
    );
    expect(rowsOf(table)).toMatchObject({ section_rows: [2, 6] });
  });

  test("labels of groups beside those of sections are carried down over them", async () => {
    const block = (place: string, from: number): (string | number)[][] =>
      ["Last year", "This year"].flatMap((section, at) => [
        [at === 0 ? place : "", section],
        ["", "Men", from + at, from + 7],
        ["", "Women", from + 2 * at, from + 9],
      ]);
    const table = onlyTable(
      await seeRows([
        ["", "Sex", "Patients", "Visits"],
        ...block("North", 13),
        ...block("South", 34),
        ...block("West", 57),
      ]),
    );
    expect(rowsOf(table)).toMatchObject({ range: "A1:D19", section_rows: [2, 5, 8, 11, 14, 17] });
    expect(columnOf(table, "A")).toMatchObject({ fill_down: true, empty: 0, distinct: 3 });
  });

  test("a column with gaps that are gaps is not filled", async () => {
    const rows = body().map(([code, region, ...rest], at) => [
      code ?? "",
      region ?? "",
      at === 2 ? "closed" : "",
      ...rest,
    ]);
    const table = onlyTable(await seeRows([["Code", "Region", "Remark", "Men", "Women"], ...rows]));
    expect(columnOf(table, "C")).toMatchObject({ values: 1, empty: 4 });
    expect(columnOf(table, "C").fill_down).toBeUndefined();
  });
});

describe("several tables on a sheet", () => {
  test("below each other, each with its caption, header and notes", async () => {
    const seen = await seeRows([
      ["Table 1a: Patients by region"],
      HEAD,
      ...body(),
      ["Note: counts are rounded."],
      [],
      [],
      ["Table 1b: Staff by grade"],
      ["Grade", "Doctors", "Nurses"],
      ["Junior", 51, 230],
      ["Senior", 38, 122],
      ["Lead", 9, 40],
      ["Note: headcount."],
    ]);
    expect(seen.tables.map(rowsOf)).toMatchObject([
      { range: "A2:D7", header_rows: [2], data_rows: [[3, 7]] },
      { range: "A12:C15", header_rows: [12], data_rows: [[13, 15]] },
    ]);
    expect(seen.tables.map((table) => table.title)).toEqual([
      "Table 1a: Patients by region",
      "Table 1b: Staff by grade",
    ]);
    expect(seen.notes_rows).toEqual([
      [8, 8],
      [16, 16],
    ]);
  });

  test("beside each other, with other rows", async () => {
    const left: GridRow[] = [HEAD, ...body(), ...body(9)];
    const right: GridRow[] = [
      ["Grade", "Doctors", "Nurses"],
      ["Junior", 51, 230],
      ["Senior", 38, 122],
      ["Lead", 9, 40],
    ];
    const seen = await seeRows(left.map((row, at) => [...row, null, null, ...(right[at] ?? [])]));
    expect(seen.tables.map(rowsOf)).toMatchObject([
      { range: "A1:D11", header_rows: [1], data_rows: [[2, 11]] },
      { range: "G1:I4", header_rows: [1], data_rows: [[2, 4]] },
    ]);
  });
});

describe("sheets", () => {
  test.each(["Care contacts", "Metric 1", "Title", "Columns", "Notes", "Contents"])(
    "a sheet called %s with a table holds data",
    async (name) => {
      const [sheet] = await seeSheets({ name, rows: [HEAD, ...body()] });
      expect(rowsOf(onlyTable(sheet))).toMatchObject({ range: "A1:D6", data_rows: [[2, 6]] });
    },
  );

  test("hidden rows and columns and filtered rows are data, and the table says so", async () => {
    const table = onlyTable(
      await seeRows([HEAD, ...body()], { hiddenRows: [3, 5], hiddenColumns: [2], filter: "A1:D6" }),
    );
    expect(table).toMatchObject({ range: "A1:D6", data_rows: [[2, 6]] });
    expect(columnOf(table, "C").sum).toBe(6385);
    expect(table.reasons).toContainEqual(expect.stringMatching(/2 rows are hidden/));
    expect(table.reasons).toContainEqual(
      expect.stringMatching(/hidden in the workbook.*column C$/),
    );
  });

  test("a hidden sheet is read and marked as hidden", async () => {
    const sheets = await seeSheets(
      { name: "Shown", rows: [HEAD, ...body()] },
      { name: "Hidden", rows: [HEAD, ...body()], state: "hidden" },
      { name: "Very hidden", rows: [HEAD, ...body()], state: "veryHidden" },
    );
    expect(sheets.map((sheet) => [sheet.hidden, sheet.tables.length])).toEqual([
      [false, 1],
      [true, 1],
      [true, 1],
    ]);
  });
});

describe("formats", () => {
  const grid = {
    rows: [
      ["Title of a table"],
      [],
      ["Code", "Day", "Patients", "Share", "Spending"],
      ["007", { date: "2025-04-01" }, 1200, { percent: 0.25 }, "£1,200"],
      ["008", { date: "2025-04-02" }, 35, { percent: 0.5 }, "£35"],
      ["011", { date: "2025-04-03" }, 0, { percent: 0.125 }, "$0"],
      ["012", { date: "2025-04-04" }, "1,001", { percent: 0 }, "12"],
    ] as GridRow[],
  };
  const files = [
    ["a.xlsx", gridXlsx([grid])],
    ["a.xls", gridBook([grid], "biff8")],
    ["a.xlsb", gridBook([grid], "xlsb")],
    ["a.ods", gridBook([grid], "ods")],
    ["a.csv", Buffer.from(gridCsv(grid))],
    ["a.tsv", Buffer.from(gridCsv(grid, "\t"))],
  ] as const;
  const expected = [
    ["A", "Code", "text", "dimension"],
    ["B", "Day", "date", "time"],
    ["C", "Patients", "integer", "measure"],
    ["D", "Share", "numeric", "measure"],
    ["E", "Spending", "integer", "measure"],
  ];

  test.each(files)(
    "%s: codes, dates, numbers as text, percentages, money",
    async (name, content) => {
      const table = onlyTable((await see(content, name)).sheets[0]);
      expect(rowsOf(table)).toMatchObject({
        range: "A3:E7",
        header_rows: [3],
        data_rows: [[4, 7]],
      });
      expect(columnsOf(table)).toEqual(expected);
      expect([columnOf(table, "C").sum, columnOf(table, "E").sum]).toEqual([2236, 1247]);
      const share = /csv|tsv/.test(name) ? 87.5 : 0.875;
      expect(columnOf(table, "D").sum).toBeCloseTo(share, 9);
    },
  );

  test("a ZIP of them: each member has the same table", async () => {
    const zip = rawZip(files.map(([name, content]) => ({ name, content })));
    const seen = await see(zip, "all.zip");
    expect(seen.sheets.map((sheet) => sheet.member)).toEqual(files.map(([name]) => name).sort());
    for (const sheet of seen.sheets) expect(columnsOf(onlyTable(sheet))).toEqual(expected);
  });

  test("days are counted from 1904 where the workbook says so", async () => {
    const rows: GridRow[] = [
      ["Day", "Patients", "Visits"],
      [{ date: "2025-04-01" }, 10, 12],
      [{ date: "2025-04-02" }, 20, 17],
      [{ date: "2025-04-03" }, 30, 31],
    ];
    const evidence = async (date1904: boolean): Promise<unknown> =>
      (await see(gridXlsx([{ rows }], { date1904 }), "a.xlsx")).period_evidence.map(
        (one) => one.period,
      );
    expect(await evidence(false)).toContain("2025-04-03");
    expect(await evidence(true)).toContain("2029-04-04");
  });

  test("dates that are texts are dates, in UK order", async () => {
    const table = onlyTable(
      await seeRows([
        ["Day", "Patients", "Visits"],
        ["03/04/2025", 10, 12],
        ["04-Apr-25", 20, 17],
        ["5 April 2025", 30, 31],
      ]),
    );
    expect(columnsOf(table)[0]).toEqual(["A", "Day", "date", "time"]);
  });

  test("formulas give what the publisher last saw, and errors stand in place of numbers", async () => {
    const table = onlyTable(
      await seeRows([
        ["Region", "Patients", "Rate"],
        ["North", { formula: "1+1", cached: 15 }, { formula: "B2/0", cached: 0.5 }],
        ["South", { formula: "2+2", cached: 17 }, { error: "#DIV/0!" }],
        ["East", 11, { error: "#N/A" }],
        [{ formula: 'A1&"x"', cached: "West" }, 12, 0.25],
      ]),
    );
    expect(columnOf(table, "B")).toMatchObject({ type: "integer", sum: 55 });
    expect(columnOf(table, "C")).toMatchObject({
      type: "numeric",
      sum: 0.75,
      markers: { "#DIV/0!": 1, "#N/A": 1 },
    });
    expect(columnOf(table, "A").values).toBe(4);
  });
});

describe("names of columns", () => {
  test("500 columns are 500 columns", async () => {
    const names = Array.from({ length: 499 }, (_, at) => `Measure ${at + 1}`);
    const row = (label: string, n: number): GridRow => [label, ...names.map((_, at) => at * 3 + n)];
    const table = onlyTable(
      await seeRows([["Region", ...names], row("North", 1), row("South", 5), row("East", 8)]),
    );
    expect(table.columns).toHaveLength(500);
    expect(new Set(table.columns.map((column) => column.name)).size).toBe(500);
    expect(table.columns.at(-1)).toMatchObject({ letter: "SF", name: "measure_499" });
  });

  test("long, equal after shortening, reserved, begun with a digit, not ASCII: each gets its own", async () => {
    const long =
      "Number of patients who waited more than eighteen weeks from referral to treatment for";
    const header = [`${long} men`, `${long} women`, "Select", "2 week waits", "Qualité", "地域"];
    const row = (label: string, n: number): GridRow => [
      label,
      ...header.map((_, at) => at * 7 + n),
    ];
    const table = onlyTable(
      await seeRows([["order", ...header], row("North", 3), row("South", 1), row("East", 9)]),
    );
    const names = table.columns.map((column) => column.name);
    expect(new Set(names).size).toBe(7);
    for (const name of names) {
      expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(name.length).toBeLessThanOrEqual(LONGEST_NAME);
    }
    expect([names[0], names[3], names[4], names[5]]).toEqual([
      "order_value",
      "select_value",
      "n_2_week_waits",
      "qualite",
    ]);
    expect(table.columns.map((column) => column.header.at(-1))).toEqual(["order", ...header]);
  });
});

describe("every figure of a sheet is in a table or told", () => {
  const TABLE: readonly GridRow[] = [
    ["Area", "Patients", "Visits"],
    ...Array.from({ length: 10 }, (_, at): GridRow => [`Area ${at}`, 20 + at * 7, 3 + at * at]),
  ];

  test.each([
    ["beside a row", TABLE.map((row, at): GridRow => (at === 4 ? [...row, 77] : row)), "D5"],
    [
      "apart from a row",
      TABLE.map((row, at): GridRow => (at === 4 ? [...row, null, null, 77] : row)),
      "F5",
    ],
    [
      "far below",
      [...TABLE, ...Array.from({ length: 20 }, (): GridRow => []), [null, null, null, 99, 7]],
      "D32:E32",
    ],
  ])("a figure %s", async (_where, rows, range) => {
    const sheet = await seeRows(rows);
    const figures = range.includes(":") ? "2 figures stand" : "1 figure stands";
    expect(sheet.reasons).toEqual([`${figures} in no table: ${range}`]);
    expect(onlyTable(sheet)).toMatchObject({ range: "A1:C11", n_rows: 10 });
  });

  test.each([
    ["a word", "late", ["1 text stands beside rows in no column: F5"]],
    ["a mark", "[r]", ["1 text stands beside rows in no column: F5"]],
    ["a sentence", "This figure was revised after a late return from one of the areas.", []],
  ])("%s apart from a row", async (_what, text, reasons) => {
    const sheet = await seeRows(
      TABLE.map((row, at): GridRow => (at === 4 ? [...row, null, null, text] : row)),
    );
    expect(sheet.reasons).toEqual(reasons);
    expect(onlyTable(sheet)).toMatchObject({ range: "A1:C11", n_rows: 10 });
  });

  test("a figure without a label below a blank row", async () => {
    const sheet = await seeRows([...TABLE, [], [], [null, null, 99]]);
    expect(sheet.reasons).toEqual([
      "C14 stands alone below a blank row, without the label that the other rows have: it is taken for a row",
    ]);
  });

  test("numbers of notes and years are words of the notes", async () => {
    const notes: readonly GridRow[] = [[], [1, "Counts are of people"], ["Released", 2025]];
    expect((await seeRows([...TABLE, ...notes])).reasons).toEqual([]);
  });
});
