import { describe, expect, test } from "vitest";
import type { GridRow } from "../support/grid.ts";
import { onlyTable, seeRows } from "../support/see.ts";

const below: GridRow[] = [
  ["York", 11, 20, 35, 40],
  ["Hull", 20, 22, 24, 20],
  ["Leeds", 31, 18, 44, 52],
];

describe("a first row whose figures step evenly", () => {
  const evenly: GridRow = ["City of London", 1, 2, 3, 4];

  test.each<[string, GridRow[], number]>([
    ["ages", [["Area", 16, 17, 18, 19], evenly], 2],
    [
      "ages without a label",
      [
        [null, 16, 17, 18, 19],
        ["Ely", 100, 110, 120, 130],
      ],
      2,
    ],
    [
      "weeks",
      [
        ["Week", 1, 2, 3, 4],
        ["Ely", 10, 11, 12, 13],
      ],
      2,
    ],
    ["years and the label of a group", [["Area", 2019, 2020, 2021, 2022], ["South"], evenly], 2],
    [
      "years that come again",
      [[null, "Starts", null, "Completions"], ["Area", 2021, 2022, 2021, 2022], evenly],
      3,
    ],
  ])("is a row below %s", async (_, top, header) => {
    const table = onlyTable(await seeRows([["Births"], ...top, ...below]));
    expect(table.header_rows.at(-1)).toBe(header);
    expect(table.data_rows.at(-1)?.at(-1)).toBe(1 + top.length + below.length);
    expect(table.n_rows).toBe(4);
  });

  test("is a row where it begins with a month", async () => {
    const table = onlyTable(
      await seeRows([
        ["Births"],
        ["Month", "Ely", "Hull", "York", "Leeds"],
        ["Jan 2023", 10, 20, 30, 40],
        ["Feb 2023", 11, 20, 35, 40],
        ["Mar 2023", 20, 22, 24, 20],
      ]),
    );
    expect(table).toMatchObject({ header_rows: [2], n_rows: 3 });
  });

  test.each<[string, GridRow, GridRow]>([
    ["numbers of columns", ["Area", 2019, 2020, 2021, 2022], [null, 1, 2, 3, 4]],
    ["named numbers of columns", ["Area", 2019, 2020, 2021, 2022], ["Column", 1, 2, 3, 4]],
    ["weeks of two years", [null, 2020, 2020, 2021, 2021], ["Week", 1, 2, 3, 4]],
    ["a line with a letter", ["Area", 2019, 2020, 2021, 2022], ["(a)", 1, 2, 3, 4]],
  ])("stays above the rows: %s", async (_, first, second) => {
    const table = onlyTable(await seeRows([["Births"], first, second, ...below]));
    expect(table).toMatchObject({ n_rows: 3, data_rows: [[4, 6]] });
  });
});

describe("a first row whose figures are all one text", () => {
  const rows: GridRow[] = [
    ["Austria", 8880, 8917, 8952],
    ["Belgium", 11489, 11538, 11593],
    ["Cyprus", 1198, 1207, 1216],
  ];
  const years: GridRow = ["Economy", "2019", "2020", "2021"];
  const alike = (label: string | null, text: string): GridRow => [label, text, text, text];

  test.each(["/", "//", "…", "•", "***", "np", "n.d.", "k.A."])(
    "is a row where %s stands for no figure",
    async (mark) => {
      const table = onlyTable(await seeRows([years, alike("Andorra", mark), ...rows]));
      expect(table).toMatchObject({ header_rows: [1], data_rows: [[2, 5]] });
    },
  );

  test("is held back with its header where it may be a row", async () => {
    const [table] = (await seeRows([years, alike("Andorra", "confidential"), ...rows])).tables;
    expect(table?.quarantined).toBe(true);
    expect(table?.reasons[0]).toMatch(/row 2 holds "confidential" over all figures/);
  });

  test.each<[string, string | null]>([
    ["£m", null],
    ["£m", "Unit"],
    ["%", "Area"],
    ["No.", "Area"],
    ["000s", null],
  ])("stays above the rows where it is a unit: %s beside %s", async (unit, label) => {
    const table = onlyTable(await seeRows([years, alike(label, unit), ...rows]));
    expect(table.data_rows).toEqual([[3, 5]]);
  });

  test("stays in the header below labels of groups", async () => {
    const top: GridRow[] = [
      [null, "Men", "Women", "Men"],
      ["Area", "persons", "persons", "share"],
    ];
    const table = onlyTable(await seeRows([...top, ...rows]));
    expect(table.header_rows).toEqual([1, 2]);
  });
});

describe("a unit alone below the header", () => {
  const header: GridRow[] = [["Table 5"], ["Area", "2021", "2022"]];
  const counts: GridRow[] = [
    ["Leeds", 20, 33],
    ["York", 40, 44],
  ];
  const rates: GridRow[] = [
    ["Leeds", 2.1, 3.3],
    ["York", 4, 4.4],
  ];

  test("labels rows where another one stands below them", async () => {
    const rows = [...header, [null, "Number"], ...counts, [null, "Rate per 1,000"], ...rates];
    const table = onlyTable(await seeRows(rows));
    expect(table.section_rows).toEqual([3, 6]);
    expect(table.columns.map(({ unit }) => unit)).toEqual([undefined, undefined, undefined]);
  });

  test("stays a unit above labels of another kind", async () => {
    const rows = [...header, [null, "Number"], ...counts, [null, "Women"], ...rates];
    expect(onlyTable(await seeRows(rows)).section_rows).toEqual([6]);
  });
});
