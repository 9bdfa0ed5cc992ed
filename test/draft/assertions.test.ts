import { expect, test } from "vitest";
import { onlyTable, seeCsv } from "../support/see.ts";

const rowsOf = async (lines: readonly string[]) => onlyTable(await seeCsv(`${lines.join("\n")}\n`));

test("a published total that holds becomes an assertion: its rows, and the columns that add up", async () => {
  const table = await rowsOf([
    "Region,Patients,Visits,Mean wait",
    "North,1200,5310,3.2",
    "South,2300,4180,4.1",
    "East,3100,7720,2.7",
    "Total,6600,17210,3.3",
  ]);
  expect(table.assertions).toEqual([{ row: 5, of: [[2, 4]], columns: ["B", "C"] }]);
});

test("a column with a mark among its parts is not asserted", async () => {
  const table = await rowsOf([
    "Region,Patients,Visits",
    "North,1200,5310",
    "South,2300,*",
    "East,3100,7720",
    "Total,6600,17210",
  ]);
  expect(table.assertions).toEqual([{ row: 5, of: [[2, 4]], columns: ["B"] }]);
});

test("sub-totals are sums of their groups, the grand total of the sub-totals or of all rows", async () => {
  const table = await rowsOf([
    "Area,Patients,Visits",
    "Ashby,120,531",
    "Barrow,230,418",
    "Sub-total,350,949",
    "Calder,310,772",
    "Derwent,415,624",
    "Sub-total,725,1396",
    "Total,1075,2345",
  ]);
  expect(table.assertions.map(({ row, of }) => [row, of])).toEqual([
    [4, [[2, 3]]],
    [7, [[5, 6]]],
    [
      8,
      [
        [2, 3],
        [5, 6],
      ],
    ],
  ]);
});

test("a total that nearly adds up, beside columns that do, is told", async () => {
  const table = await rowsOf([
    "Region,Patients,Visits,Admitted",
    "North,1200,5310,400",
    "South,2300,4180,510",
    "East,3100,7720,620",
    "Total,6600,17210,1531",
  ]);
  expect(table.assertions[0]?.columns).toEqual(["B", "C"]);
  expect(table.reasons).toContain("row 5 says 1531 in D, and its 3 rows add up to 1530");
});

test.each([
  ["more than its rows, as if one were lost", "Total,7300,9000", { expected: ["B", "C"] }],
  ["less than its rows in one column", "Total,7300,4000", { said: ["B", "C"] }],
  ["far more than its rows", "Total,9900,33000", { said: ["B", "C"] }],
  ["among its rows, as an average is", "Total,2200,1700", {}],
])(
  "a total that adds up in no column is asserted all the same: %s",
  async (_what, total, asked) => {
    const rows = ["Region,Patients,Visits", "North,1200,1310", "South,2300,2180", "East,3100,3720"];
    const table = await rowsOf([...rows, total]);
    expect(table.assertions).toEqual([{ row: 5, of: [[2, 4]], columns: [], ...asked }]);
  },
);

test("of a row that is called a total, and was taken for data, all other rows are the parts", async () => {
  const table = await rowsOf([
    "Region,Patients",
    "North,1200",
    "South,2300",
    "East,3100",
    "All patients,7300",
  ]);
  expect(table.data_rows).toEqual([[2, 5]]);
  expect(table.assertions).toEqual([{ row: 5, of: [[2, 4]], columns: [], expected: ["B"] }]);
});

test("a group's total that does not hold is asserted of the rows that such totals stand behind", async () => {
  const table = await rowsOf([
    "Area,Patients,Visits",
    "Ashby,120,531",
    "Barrow,230,418",
    "Sub-total,350,949",
    "Calder,310,772",
    "Derwent,415,624",
    "Sub-total,825,1496",
    "Total,1175,2445",
  ]);
  expect(table.assertions.map(({ row, of, expected }) => [row, of, expected])).toContainEqual([
    7,
    [[5, 6]],
    ["B", "C"],
  ]);
});

test("a total in the midst of a table that is a sum of nothing near it has no parts", async () => {
  const table = await rowsOf([
    "Item,Income,Costs",
    "Fees,120,531",
    "Total services,999,818",
    "Grants,230,418",
    "Gifts,310,772",
  ]);
  expect(table.assertions).toEqual([{ row: 3, of: [], columns: [], said: ["B", "C"] }]);
});

const GROUPS = [
  "Group,Tax,2024,2025",
  "Income tax,,3000,3200",
  ",Pay as you earn,2400,2550",
  ",Self assessment,600,650",
  "Excise,,470,445",
  ",Tobacco,210,200",
  ",Spirits,110,105",
  ",Wine,150,140",
  "Duties,,1120,1234",
  ",Stamp,420,434",
  ",Fuel,700,800",
];

test("a row that is taken for a total by its labels, and is the sum of no rows, is told", async () => {
  expect((await rowsOf(GROUPS)).assertions.map(({ row, taken }) => [row, taken])).toEqual([
    [2, undefined],
    [5, undefined],
    [9, undefined],
  ]);
  const table = await rowsOf([
    ...GROUPS,
    "Customs,,812,847",
    "Fines,,77,81",
    "Levies,,331,359",
    ",Soft drinks,40,44",
    ",Climate,51,55",
    ",Landfill,22,25",
    ",Aggregates,58,60",
    ",Apprentices,30,35",
  ]);
  expect(table.total_rows).toEqual([2, 5, 9, 14]);
  expect(table.assertions.filter((one) => one.taken === true)).toEqual([
    { row: 14, of: [[15, 19]], columns: [], said: ["C", "D"], taken: true },
  ]);
});

test.each([
  ["nearly the sum of its rows", "Fees,,402,911", ",Land,200,450\n,Deeds,200,450"],
  ["an average of its rows", "Fees,,230,411", ",Land,200,360\n,Deeds,260,450"],
  ["the sum of rows that stand elsewhere", "Drink and smoke,,470,445", ""],
  ["the head of a group with a mark in it", "Fees,,880,990", ",Land,*,*\n,Deeds,260,450"],
])(
  "a row that is taken for a total by its labels is not told where it is %s",
  async (_what, head, rows) => {
    const table = await rowsOf([
      ...GROUPS,
      head,
      ...rows.split("\n").filter((row) => row !== ""),
      ",Coal,11,13",
    ]);
    expect(table.total_rows).toContain(12);
    expect(table.assertions.filter((one) => one.taken === true)).toEqual([]);
  },
);

test("a table without totals asserts nothing", async () => {
  const table = await rowsOf(["Region,Patients", "North,1200", "South,2300", "East,3100"]);
  expect(table.assertions).toEqual([]);
});
