import { describe, expect, test } from "vitest";
import type {
  CanonicalManifest,
  ContractColumn,
  Region,
  RegionColumn,
  ReleaseManifest,
  SourceContract,
} from "../../src/model/manifest/manifest.ts";
import { enrich } from "../../src/stages/enrich/index.ts";

const column = (name: string, header: string, more: Partial<RegionColumn> = {}): RegionColumn => ({
  letter: "A",
  header: [header],
  name,
  type: "text",
  role: "dimension",
  markers: {},
  values: 2,
  empty: 0,
  distinct: 2,
  ...more,
});

const region = (sheet: string, columns: RegionColumn[], more: Partial<Region> = {}): Region => ({
  id: `a//${sheet}/1`,
  artifact: "a",
  file: "beds_2025_02.xlsx",
  member: null,
  sheet,
  hidden: false,
  number: 1,
  range: "A1:C3",
  header_rows: [1],
  data_rows: [[2, 3]],
  total_rows: [],
  section_rows: [],
  skipped_rows: [],
  columns,
  n_rows: 2,
  notes: [],
  marker_meanings: {},
  confidence: 1,
  quarantined: false,
  reasons: [],
  fingerprint: "f",
  ...more,
});

const draft = (...regions: Region[]): ReleaseManifest => ({
  schema: "canonry/manifest@1",
  state: "draft",
  publication: "p",
  period: "2025-02",
  reader_version: 1,
  artifacts: [],
  period_evidence: [],
  regions,
  sheets: [],
});

const known = (
  name: string,
  headers: string[],
  more: Partial<ContractColumn> = {},
): ContractColumn => ({
  name,
  headers,
  type: "text",
  role: "dimension",
  markers: [],
  first_period: "2025-01",
  ...more,
});

const source = (
  code: string,
  sheet: string,
  columns: ContractColumn[],
  more: Partial<SourceContract> = {},
): SourceContract => ({
  code,
  title: `Title of ${code}`,
  match: { sheets: [sheet], files: ["beds"], number: 1 },
  grain: [],
  coverage: "period",
  layout: "rows",
  time: [],
  columns,
  first_period: "2025-01",
  ...more,
});

const canonical = (...sources: SourceContract[]): CanonicalManifest => ({
  schema: "canonry/manifest@1",
  state: "canonical",
  publication: "p",
  name: "P",
  version: 1,
  sources,
  history: [],
  digest: "",
});

describe("names and meaning of a canonical manifest on a new draft", () => {
  const BEDS = source("p_beds", "Beds", [
    known("org_code", ["Org"], { description: "Who", said_by: "model" }),
    known("beds", ["Beds"], { role: "measure", unit: "beds" }),
  ]);

  test("a column gets name, role, unit and description, and who said it", () => {
    const sheet = region("Beds", [column("org", "ORG"), column("beds", "Beds")]);
    const { document, unplaced } = enrich(draft(sheet), canonical(BEDS));
    expect(document.state).toBe("enriched");
    expect(document.regions[0]).toMatchObject({
      title: "Title of p_beds",
      columns: [
        { name: "org_code", description: "Who", said_by: "model" },
        { name: "beds", role: "measure", unit: "beds" },
      ],
    });
    expect(unplaced).toEqual({ regions: [], columns: [], sources: [] });
  });

  test("what the publisher says now stays, but for what a person said", () => {
    const said = { description: "now", said_by: "publisher" } as const;
    const sheet = region(
      "Beds",
      [column("org", "Org", said), column("beds", "Beds", { ...said, unit: "%" })],
      { title: "Beds, February" },
    );
    const byPerson = { description: "ours", said_by: "person" } as const;
    const columns = [
      known("org_code", ["Org"], { description: "then", said_by: "publisher" }),
      known("beds", ["Beds"], { unit: "beds", ...byPerson }),
    ];
    const then = { description: "Beds, January", said_by: "publisher" } as const;
    const given = enrich(draft(sheet), canonical({ ...BEDS, columns, ...then })).document
      .regions[0];
    expect(given).toMatchObject({ title: "Beds, February", description: "Beds, February" });
    expect(given?.columns).toMatchObject([said, { ...byPerson, unit: "%" }]);
    const person = enrich(draft(sheet), canonical({ ...BEDS, ...byPerson })).document.regions[0];
    expect(person).toMatchObject({ title: "Beds, February", ...byPerson });
  });

  test("tables, columns and sources without a counterpart are listed", () => {
    const sheet = region("Beds", [column("org", "Org"), column("cots", "Cots", { letter: "C" })]);
    const other = region("Staff", [column("grade", "Grade"), column("staff", "Staff")]);
    const held = region("Broken", [column("x", "X")], { quarantined: true });
    const gone = source("p_gone", "Gone", [known("colour", ["Colour"])]);
    const may = source("p_may", "May", [known("size", ["Size"])], { optional: true });
    const columns = [...BEDS.columns, known("old", ["Old"], { optional: true })];
    const optional = { ...BEDS, columns: [BEDS.columns[0], columns[2]] as ContractColumn[] };
    const { document, unplaced } = enrich(
      draft(sheet, other, held),
      canonical(optional, gone, may),
    );
    expect(unplaced).toEqual({
      regions: ["beds_2025_02.xlsx Staff A1:C3"],
      columns: ["p_beds: Cots (column C)"],
      sources: ["p_gone"],
    });
    expect(document.regions[1]?.columns.map((one) => one.name)).toEqual(["grade", "staff"]);
  });

  test("a table that two sources fit alike gets nothing, and is listed with both", () => {
    const sheet = region("Beds", [column("org", "Org"), column("beds", "Beds")]);
    const twin = { ...BEDS, code: "p_twin" };
    const { document, unplaced } = enrich(draft(sheet), canonical(BEDS, twin));
    expect(document.regions[0]?.columns[0]?.name).toBe("org");
    expect(unplaced.regions).toEqual([expect.stringMatching(/fits p_twin with .* against/)]);
  });

  test("names stay unique: a column that has the name by rule keeps it", () => {
    const sheet = region("Beds", [
      column("org", "Org"),
      column("beds", "Beds"),
      column("org_code", "Another code"),
    ]);
    const { document, unplaced } = enrich(draft(sheet), canonical(BEDS));
    const names = document.regions[0]?.columns.map((one) => one.name);
    expect(names).toEqual(["org", "beds", "org_code"]);
    expect(unplaced.columns).toHaveLength(1);
  });

  test("columns that are headed by periods stay what they are", () => {
    const wide = source(
      "p_wide",
      "Wide",
      [
        known("org", ["Org"]),
        known("data_period", [], { role: "time" }),
        known("value", [], { role: "measure" }),
      ],
      { layout: "unpivot" },
    );
    const periods = ["2025-01", "2025-02"].map((period) =>
      column(`p_${period}`, period, { role: "period", period }),
    );
    const sheet = region("Wide", [column("org", "Org"), ...periods]);
    const { document, unplaced } = enrich(draft(sheet), canonical(wide));
    expect(document.regions[0]?.columns.slice(1)).toEqual(periods);
    expect(unplaced).toEqual({ regions: [], columns: [], sources: [] });
  });
});
