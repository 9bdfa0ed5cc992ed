import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import type { DataLayer } from "../../src/data-layer/data-layer.ts";
import { type RegionShape, readRegionRows } from "../../src/formats/region-rows.ts";
import { readRows } from "../../src/inquiry/cite/read-cells.ts";
import { LIMITS } from "../../src/model/limits.ts";
import { columnIndex, type SheetRow } from "../../src/model/sheet.ts";
import { bytesOf } from "../../src/model/storage/bytes.ts";

const row = (at: number, cells: Readonly<Record<string, string>>): SheetRow => ({
  row: at,
  cells: Object.entries(cells).map(([letter, text]) => ({
    column: columnIndex(letter),
    kind: "text",
    text,
  })),
});

async function read(
  rows: readonly SheetRow[],
  shape: Partial<RegionShape> & Pick<RegionShape, "columns">,
): Promise<readonly (readonly (string | null)[])[]> {
  const region = { data_rows: [], total_rows: [], section_rows: [], ...shape };
  const batches = async function* (): AsyncGenerator<readonly SheetRow[]> {
    for (const one of rows) yield [one];
  };
  const found: (string | null)[][] = [];
  for await (const batch of readRegionRows(batches(), region)) {
    for (const one of batch) {
      found.push([`${one.row}${one.kind}`, ...one.cells.map((cell) => cell?.text ?? null)]);
    }
  }
  return found;
}

const LABELS = [
  { letter: "A", fill_down: true },
  { letter: "B", fill_down: true },
  { letter: "C" },
];

test("a label is carried down to the next; a new one ends what is carried to its right", async () => {
  const rows = [
    row(2, { A: "North", B: "men", C: "1" }),
    row(3, { C: "2" }),
    row(4, { A: "South", C: "3" }),
    row(5, { B: "women", C: "4" }),
    row(6, { A: "\u00a0 ", C: "5" }),
  ];
  expect(await read(rows, { columns: LABELS, data_rows: [[2, 6]] })).toEqual([
    ["2data", "North", "men", "1"],
    ["3data", "North", "men", "2"],
    ["4data", "South", null, "3"],
    ["5data", "South", "women", "4"],
    ["6data", "South", "women", "5"],
  ]);
});

test("totals take no label from above, and rows outside of all ranges are left out", async () => {
  const rows = [
    row(1, { A: "Title" }),
    row(2, { A: "North", B: "men", C: "1" }),
    row(3, { C: "9" }),
    row(4, { C: "note" }),
    row(5, { C: "2" }),
    row(6, { A: "Source" }),
  ];
  const shape = {
    columns: LABELS,
    data_rows: [
      [2, 2],
      [5, 5],
    ],
    total_rows: [[3, 3]],
  } as const;
  expect(await read(rows, shape)).toEqual([
    ["2data", "North", "men", "1"],
    ["3total", null, null, "9"],
    ["5data", "North", "men", "2"],
  ]);
});

test("a section row names the rows below it and ends every carried label", async () => {
  const rows = [
    row(1, { C: "Year\n 2024", D: " final" }),
    row(2, { A: "North", C: "1" }),
    row(3, { A: "2025" }),
    row(4, { C: "2" }),
  ];
  const shape = {
    columns: [...LABELS, { letter: "D" }, { letter: "" }],
    data_rows: [
      [2, 2],
      [4, 4],
    ],
    section_rows: [
      [1, 1],
      [3, 3],
    ],
  } as const;
  expect(await read(rows, shape)).toEqual([
    ["2data", "North", null, "1", null, "Year 2024 final"],
    ["4data", null, null, "2", null, "2025"],
  ]);
});

test("labels that begin a section row are carried down over this section and the next", async () => {
  const rows = [
    row(1, { A: "North", B: "All", C: "2024" }),
    row(2, { C: "1" }),
    row(3, { C: "2025" }),
    row(4, { C: "2" }),
    row(5, { A: "South", C: "2024" }),
    row(6, { A: "West", C: "3" }),
    row(7, { C: "2025" }),
    row(8, { C: "4" }),
  ];
  const shape = {
    columns: [{ letter: "" }, ...LABELS],
    data_rows: [
      [2, 2],
      [4, 4],
      [6, 6],
      [8, 8],
    ],
    section_rows: [
      [1, 1],
      [3, 3],
      [5, 5],
      [7, 7],
    ],
  } as const;
  expect(await read(rows, shape)).toEqual([
    ["2data", "2024", "North", "All", "1"],
    ["4data", "2025", "North", "All", "2"],
    ["6data", "2024", "West", null, "3"],
    ["8data", "2025", null, null, "4"],
  ]);
});

test("a cell that is cited has the label of its group of sections, from the row that gives it", async () => {
  const content = Buffer.from(
    "North,2024,\n,,1\n,2025,\n,,2\nWest,,3\n,2026,\n,,4\nSouth,,,,beside\n,,5\n",
  );
  const artifact = createHash("sha256").update(content).digest("hex");
  const data = {
    hasArtifact: () => Promise.resolve(true),
    openArtifact: () => Promise.resolve(bytesOf("a.csv", content)),
  } as Partial<DataLayer> as DataLayer;
  const place = {
    columns: {
      place: { letter: "A", header: "", fill_down: true as const },
      figure: { letter: "C", header: "" },
    },
    rows: [2, 4, 5, 7, 9].map((at): [number, number] => [at, at]),
    section_rows: [1, 3, 6, 8].map((at): [number, number] => [at, at]),
  };
  const part = { artifact, file_name: "a.csv", member: null, sheet: null, place };
  const found = await readRows(data, LIMITS, part, [2, 4, 5, 7, 9]);
  const cited = [...(found ?? [])].map(([at, one]) => {
    const { cell, row: from } = one.cell("A", true);
    return [at, cell?.text ?? null, from];
  });
  expect(cited).toEqual([
    [2, "North", 1],
    [4, "North", 1],
    [5, "West", 5],
    [7, null, 7],
    // A label alone in its row is that of the section, whatever a table beside it says.
    [9, null, 9],
  ]);
});

test("nothing is read behind the last row of a region", async () => {
  let asked = 0;
  const endless = async function* (): AsyncGenerator<readonly SheetRow[]> {
    for (;;) yield [row(++asked, { A: String(asked) })];
  };
  const region: RegionShape = {
    columns: [{ letter: "A" }],
    data_rows: [[1, 3]],
    total_rows: [],
    section_rows: [],
  };
  let rows = 0;
  for await (const batch of readRegionRows(endless(), region)) rows += batch.length;
  expect([rows, asked]).toEqual([3, 3]);
});
