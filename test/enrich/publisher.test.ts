import { describe, expect, test } from "vitest";
import type { ReleaseManifest, SourceContract } from "../../src/model/manifest/manifest.ts";
import { draftOf } from "../support/draft.ts";
import { type Grid, type GridRow, gridXlsx } from "../support/grid.ts";
import { column, meant, region, release } from "../support/region.ts";
import { rawZip } from "../support/zip.ts";

const REGIONS = ["North East", "North West", "Yorkshire", "East Midlands", "West Midlands"];
const HEAD: GridRow = ["Area code", "Place", "Patients", "Visits"];
const BODY: GridRow[] = REGIONS.map((name, at) => [
  `E1200000${at + 1}`,
  name,
  1203 + at * 37,
  410 + at * 29,
]);
const TABLE: Grid = { name: "Table 1", rows: [HEAD, ...BODY] };

const enriched = async (content: Buffer, file: string): Promise<ReleaseManifest> =>
  meant(await draftOf(content, file));

const workbook = (...grids: readonly Grid[]): Promise<ReleaseManifest> =>
  enriched(gridXlsx(grids), "a.xlsx");

type Said = Readonly<Record<string, readonly (string | undefined)[]>>;

/** Of each column of the first table who says what, and where. */
function said({ regions }: ReleaseManifest): Said {
  const [first] = regions;
  const entries = first?.columns.map(
    (one) => [one.name, [one.said_by, one.description, one.said_in]] as const,
  );
  return Object.fromEntries(entries ?? []);
}

describe("a data dictionary", () => {
  const ENTRIES: GridRow[] = [
    ["Patients", "Persons who were seen at least once"],
    ["Visits [1]", "Times that a patient was seen"],
    ["Beds", "Beds that were open"],
  ];

  test.each<[string, readonly GridRow[]]>([
    ["field and description", [["Field", "Description"], ...ENTRIES]],
    ["variable and definition", [["Variable name", "Definition"], ...ENTRIES]],
    ["a title above", [["Metadata"], [], ["List of variables", "Description"], ...ENTRIES]],
    [
      "a type between",
      [["Column", "Type", "Meaning"], ...ENTRIES.map(([a, b]) => [a, "number", b] as GridRow)],
    ],
    [
      "gaps between",
      [
        ["Column name", "Comment", "Description"],
        ...ENTRIES.map(([a, b]) => [a, "", b] as GridRow),
      ],
    ],
    [
      "letters of columns before",
      [
        ["Columns", "Name of field", "Description"],
        ...ENTRIES.map(([a, b], at) => ["ABC"[at] ?? "", a, b] as GridRow),
      ],
    ],
  ])("with %s describes the columns that it names", async (_name, rows) => {
    const found = said(await workbook({ name: "Metadata", rows }, TABLE));
    const first = rows.findIndex((row) => row.includes("Patients")) + 1;
    expect(found["patients"]).toEqual([
      "publisher",
      "Persons who were seen at least once",
      `Metadata, row ${first}`,
    ]);
    expect(found["visits"]).toEqual([
      "publisher",
      "Times that a patient was seen",
      `Metadata, row ${first + 1}`,
    ]);
    expect(found["area_code"]).toEqual(["rule", "Code of the area", undefined]);
    expect(found["place"]).toEqual([undefined, undefined, undefined]);
  });

  test("without a header defines its terms on the lines below, or beside them", async () => {
    const rows: GridRow[] = [
      ["Notation"],
      ["Patients"],
      ["is the number of persons who were seen at least once in"],
      ["the period, wherever they live."],
      ["Visits", "are all times that a patient was seen"],
      ["Place", "Yorkshire"],
    ];
    const found = said(await workbook({ name: "Notation", rows }, TABLE));
    expect(found["patients"]).toEqual([
      "publisher",
      "The number of persons who were seen at least once in the period, wherever they live.",
      "Notation, row 2",
    ]);
    expect(found["visits"]?.[1]).toBe("All times that a patient was seen");
    expect(found["place"]?.[0]).toBeUndefined();
  });

  test("that says two things of one field says nothing of it", async () => {
    const rows: GridRow[] = [
      ["Field", "Description"],
      ["Visits", "Of children"],
      ["Visits", "Of adults"],
      ["Patients", "Persons seen"],
    ];
    const found = said(await workbook({ name: "Fields", rows }, TABLE));
    expect(found["visits"]).toEqual([undefined, undefined, undefined]);
    expect(found["patients"]?.[0]).toBe("publisher");
  });

  test("that repeats the header says nothing", async () => {
    const rows: GridRow[] = [
      ["Field", "Description"],
      ["Visits", "visits"],
      ["Patients", "Persons seen"],
      ["Beds", "Open beds"],
    ];
    expect(said(await workbook({ name: "Fields", rows }, TABLE))["visits"]?.[0]).toBeUndefined();
  });

  test("beside the data in a ZIP counts too", async () => {
    const csv = (rows: readonly GridRow[]): string => rows.map((row) => row.join(",")).join("\n");
    const zip = rawZip([
      { name: "data.csv", content: csv([HEAD, ...BODY]) },
      { name: "data_dictionary.csv", content: csv([["field_name", "description"], ...ENTRIES]) },
    ]);
    const release = await enriched(zip, "a.zip");
    const data = release.regions.find((one) => one.member === "data.csv");
    expect(data?.columns.map((one) => [one.name, one.said_by, one.said_in])).toEqual([
      ["area_code", "rule", undefined],
      ["place", undefined, undefined],
      ["patients", "publisher", "data_dictionary.csv, row 2"],
      ["visits", "publisher", "data_dictionary.csv, row 3"],
    ]);
  });
});

describe("a list of contents", () => {
  const BARE: Grid[] = [TABLE, { ...TABLE, name: "Table 2" }];
  const titles = ({ regions }: ReleaseManifest): unknown[] =>
    regions.map((one) => [one.title, one.description, one.said_by, one.said_in]);

  test.each<[string, readonly GridRow[]]>([
    [
      "in two cells",
      [
        ["Table 1", "Patients by region"],
        ["Table 2", "Visits by region"],
      ],
    ],
    [
      "with the title first",
      [
        ["Patients by region", "Table 1"],
        ["Visits by region", "Table 2"],
      ],
    ],
    ["in one cell", [["Table 1: Patients by region"], ["Table 2: Visits by region"]]],
    ["by number alone", [["1. Patients by region"], ["2. Visits by region"]]],
    [
      "with a dash and a chart",
      [
        ["Table 1 - Patients by region"],
        ["Table 2 – Visits by region"],
        ["Chart 1", "A chart of patients"],
      ],
    ],
  ])("%s gives its titles to tables that have none", async (_name, rows) => {
    const contents: Grid = { name: "Contents", rows: [["Contents"], [], ...rows] };
    expect(titles(await workbook(contents, ...BARE))).toEqual([
      ["Patients by region", "Patients by region", "publisher", "Contents, row 3"],
      ["Visits by region", "Visits by region", "publisher", "Contents, row 4"],
    ]);
  });

  test("does not replace the title that stands over a table", async () => {
    const contents: Grid = {
      name: "Contents",
      rows: [["Contents"], ["Table 1", "Another title for it"]],
    };
    const own: Grid = {
      name: "Table 1",
      rows: [["Patients and visits by region, England"], [], HEAD, ...BODY],
    };
    expect(titles(await workbook(contents, own))[0]).toEqual([
      "Patients and visits by region, England",
      "Patients and visits by region, England",
      "publisher",
      undefined,
    ]);
  });
});

test("the cover says title, dates, status, contact and source, each with its place", async () => {
  const cover: Grid = {
    name: "Cover",
    rows: [
      ["Patients in England"],
      ["Official statistics in development"],
      ["Publication date: 13 March 2025"],
      ["Next release:", "12 June 2025"],
      ["Contact details"],
      ["Telephone:", "020 7946 0000"],
      ["Email: statistics@example.org"],
      ["Source:"],
      ["The survey of patients"],
    ],
  };
  expect((await workbook(cover, TABLE)).about).toEqual({
    status: {
      text: "Official statistics in development",
      said_by: "publisher",
      said_in: "Cover, row 2",
    },
    published: { text: "13 March 2025", said_by: "publisher", said_in: "Cover, row 3" },
    next_release: { text: "12 June 2025", said_by: "publisher", said_in: "Cover, row 4" },
    contact: { text: "statistics@example.org", said_by: "publisher", said_in: "Cover, row 7" },
    source: { text: "The survey of patients", said_by: "publisher", said_in: "Cover, row 8" },
  });
});

test("words without end are not carried: the manifest stays small, the tables are whole", async () => {
  const notes = Array.from(
    { length: 6 },
    (_, at): Grid => ({
      name: `Notes ${at}`,
      rows: Array.from({ length: 1200 }, () => ["A note. ".repeat(100)]),
    }),
  );
  const found = await workbook(...notes, TABLE);
  expect(found.documents?.map((one) => one.lines.length)).toEqual([1000, 1000, 1000, 1000]);
  expect(JSON.stringify(found).length).toBeLessThan(2_500_000);
  expect(found.regions.map((one) => one.n_rows)).toEqual([5]);
});

describe("markers that a sheet of notes explains", () => {
  const MARKED: Grid = {
    name: "Table 1",
    rows: [HEAD, ...BODY.slice(1), ["E12000009", "South West", "[c]", "[x]"]],
  };

  test.each<[string, readonly GridRow[]]>([
    [
      "as sentences",
      [["Notes"], ["[c] = counts below five"], ["[x] = not collected"], ["[q] = another table's"]],
    ],
    [
      "as a table",
      [
        ["Notation"],
        ["Symbol", "Meaning"],
        ["[c]", "counts below five"],
        ["[x]", "not collected"],
        ["[q]", "another table's"],
      ],
    ],
  ])("%s hold for all tables, where they stand in them", async (_name, rows) => {
    const found = await workbook({ name: "Notes", rows }, MARKED);
    expect(found.regions[0]?.marker_meanings).toEqual({
      "[c]": "counts below five",
      "[x]": "not collected",
    });
  });

  test("the table's own notes count more", () => {
    const document = {
      artifact: "a".repeat(64),
      member: null,
      sheet: "Notes",
      kind: "notes" as const,
      lines: [],
      marker_meanings: { "*": "of the file", "#": "of the file" },
    };
    const marked = region([column("x", { role: "measure", markers: { "*": 1, "#": 1 } })], {
      marker_meanings: { "*": "its own" },
    });
    const [found] = meant(release([marked], { documents: [document] })).regions;
    expect(found?.marker_meanings).toEqual({ "*": "its own", "#": "of the file" });
  });
});

describe("units", () => {
  const measure = (header: string): ReturnType<typeof column> =>
    column(header, { role: "measure", type: "numeric" });
  const unitsOf = (headers: readonly string[], more: Parameters<typeof region>[1]): unknown[] => {
    const [found] = meant(release([region(headers.map(measure), more)])).regions;
    return found?.columns.map((one) => one.unit) ?? [];
  };

  test.each<[string, Parameters<typeof region>[1], string]>([
    ["a note", { notes: ["Units: £ million"] }, "£ million"],
    ["a sentence", { notes: ["All figures are in thousands."] }, "thousands"],
    ["the title", { title: "Table 1: Receipts by tax (£ million)" }, "£ million"],
    ["the title after a comma", { title: "Receipts by tax, £ billion" }, "£ billion"],
    ["a rate", { notes: ["Unit: per 100,000"] }, "per 100,000"],
  ])(
    "of a table, from %s, are those of columns that name no other measure",
    (_name, more, unit) => {
      const headers = [
        "Income tax",
        "Percentage of total",
        "Number of payers",
        "Annual change (%)",
      ];
      expect(unitsOf(headers, more)).toEqual([unit, "%", undefined, "%"]);
    },
  );

  test("of a column stand on any level of its header, the lowest first", () => {
    const levels = [
      ["Aged 0-15", "%"],
      ["Costs, £ million", "Per cent"],
      ["Costs, £ million", "Drugs"],
    ];
    const columns = levels.map((header) => ({ ...measure(header.join(" ")), header }));
    const [found] = meant(release([region(columns)])).regions;
    expect(found?.columns.map((one) => one.unit)).toEqual(["%", "%", "£ million"]);
  });

  test("that notes and title state in two ways are not taken", () => {
    const more = { title: "Receipts (£ million)", notes: ["Units: thousands"] };
    expect(unitsOf(["Income tax"], more)).toEqual([undefined]);
  });

  test("are no bounds and no prose", () => {
    const more = {
      title: "Households with an income over £20,000",
      notes: ["Figures may not add up, see the £ million table"],
    };
    expect(unitsOf(["Households over £20,000", "Within 10% of target", "Cost (£)"], more)).toEqual([
      undefined,
      undefined,
      "£",
    ]);
  });
});

describe("who counts more", () => {
  const DICTIONARY = {
    artifact: "a".repeat(64),
    member: null,
    sheet: "Fields",
    kind: "dictionary" as const,
    lines: [
      { row: 1, cells: ["Field", "Description"] },
      { row: 2, cells: ["Region", "As the publisher says"] },
    ],
    marker_meanings: {},
  };
  const contract = (
    by: "person" | "canonical" | "model",
    more: Partial<SourceContract> = {},
  ): SourceContract => ({
    code: "p_a",
    title: "A",
    match: { sheets: ["Table 1"], files: ["a"], number: 1 },
    grain: [],
    coverage: "period",
    layout: "rows",
    time: [],
    columns: [
      {
        name: "region",
        headers: ["Region"],
        type: "text",
        role: "dimension",
        description: `As ${by} says`,
        said_by: by,
        markers: [],
        first_period: "2025-10",
      },
    ],
    first_period: "2025-10",
    ...more,
  });
  const who = (
    contracts: readonly SourceContract[],
    documents: ReleaseManifest["documents"] = [],
  ): unknown => {
    const [found] = meant(release([region([column("Region")])], { documents }), contracts).regions;
    return [found?.columns[0]?.said_by, found?.columns[0]?.description];
  };

  test("person before publisher before canonical before rule", () => {
    expect(who([contract("person")], [DICTIONARY])).toEqual(["person", "As person says"]);
    expect(who([contract("canonical")], [DICTIONARY])).toEqual([
      "publisher",
      "As the publisher says",
    ]);
    expect(who([contract("canonical")])).toEqual(["canonical", "As canonical says"]);
    expect(who([])).toEqual(["rule", "Region"]);
  });

  test("the source of the same sheet before others", () => {
    const other = { match: { sheets: ["Table 9"], files: ["a"], number: 1 } };
    expect(who([contract("model", other), contract("canonical")])).toEqual([
      "canonical",
      "As canonical says",
    ]);
    expect(who([contract("canonical", other)])).toEqual(["canonical", "As canonical says"]);
  });
});

test.each([
  ["Sub ICB Location Code", "Code of the sub-ICB location"],
  ["CommissionerParentOrgCode", "Code of the organisation above the commissioner"],
  ["LSOA11CD", "Code of the lower layer super output area"],
  ["Age group (years)", "Age band"],
  ["Week ending", "Last day of the period that the row describes"],
  ["Income by region, 2020", null],
  ["Area team name", null],
])("the glossary says of %j: %j", (header, description) => {
  const [found] = meant(release([region([column(header)])])).regions;
  expect(found?.columns[0]?.description ?? null).toBe(description);
});

test.each([
  ["Lower 95% CI", "Lower limit of the confidence interval"],
  ["Headcount", "Headcount: persons, however many hours each works"],
  ["Total FTE", "Full-time equivalent"],
  ["Median", "Median"],
  ["Patients waiting", null],
])("the glossary says of the measure %j: %j", (header, description) => {
  const measure = column(header, { role: "measure", type: "numeric" });
  const [found] = meant(release([region([measure])])).regions;
  expect(found?.columns[0]?.description ?? null).toBe(description);
});
