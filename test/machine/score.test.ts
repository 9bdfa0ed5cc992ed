import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FileView } from "../../src/inquiry/inspect/view.ts";
import { gridXlsx } from "../support/grid.ts";
import { PROJECT } from "../support/home.ts";
import { type LayoutSpec, makeLayout, type TableAnswer } from "../support/layout.ts";
import { see } from "../support/see.ts";

/** The scorer beside the checkout. */
const SCORER = join(PROJECT, "../shared/score/score.mjs");

const SPEC: LayoutSpec = {
  seed: 7,
  left: 1,
  titles: 1,
  notesAbove: 1,
  gapAbove: 1,
  beside: false,
  tables: [
    {
      dimensions: ["code", "name"],
      measures: ["count", "count", "decimal"],
      headerRows: 2,
      years: false,
      namesOnTop: true,
      rows: 12,
      marks: true,
      blanks: false,
      total: "bottom",
      totalLabel: "Total",
      sections: 0,
      subtotals: false,
      units: false,
      carried: false,
      spacedRows: 0,
      spacedColumn: "none",
      notesBelow: 2,
      gapBelow: 1,
    },
  ],
};

interface Score {
  readonly sheets: number;
  readonly exact: number;
  readonly exactWithTotals: number;
  readonly silent: number;
  readonly flagged: number;
}

describe("the scorer notices what is planted", () => {
  const layout = makeLayout(SPEC, { plain: false });
  let folder: string;
  let seen: FileView;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "canonry-scored-"));
    seen = await see(gridXlsx([layout]), "a.xlsx");
    const tables = layout.tables.map(keyOf);
    const key = [{ file: "a.xlsx", sheet: "Sheet1", sure: true, tables }];
    await writeFile(join(folder, "truth.json"), JSON.stringify(key));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const scored = async (view: FileView): Promise<Score> => {
    const file = join(folder, "a.xlsx");
    const path = join(folder, "seen.ndjson");
    await writeFile(path, `${JSON.stringify({ ...view, file })}\n`);
    const args = ["sheets", join(folder, "truth.json"), "--corpus", folder, "--seen", path];
    const { stdout } = await promisify(execFile)(process.execPath, [SCORER, ...args]);
    return JSON.parse(stdout) as Score;
  };
  const withTable = (change: Partial<FileView["sheets"][number]["tables"][number]>): FileView => ({
    ...seen,
    sheets: seen.sheets.map((sheet) => ({
      ...sheet,
      tables: sheet.tables.map((table) => ({ ...table, ...change })),
    })),
  });
  const table = (): FileView["sheets"][number]["tables"][number] => {
    const found = seen.sheets[0]?.tables[0];
    if (found === undefined) throw new Error("no table was seen");
    return found;
  };

  test("what is seen of a generated layout is exact, totals too", async () => {
    expect(await scored(seen)).toMatchObject({
      sheets: 1,
      exact: 1,
      exactWithTotals: 1,
      silent: 0,
    });
  });

  test("a header one row lower is silently wrong, and flagged if it is held back", async () => {
    const header_rows = table().header_rows.map((row) => row + 1);
    expect(await scored(withTable({ header_rows }))).toMatchObject({ exact: 0, silent: 1 });
    expect(await scored(withTable({ header_rows, quarantined: true }))).toMatchObject({
      exact: 0,
      silent: 0,
      flagged: 1,
    });
  });

  test("a missing row, a total among the observations, a mark too many, another sum", async () => {
    const [first = [0, 0]] = table().data_rows;
    const [total = 0] = table().total_rows;
    const columns = table().columns;
    const planted = [
      { data_rows: [[first[0] + 1, first[1]] as const] },
      { columns: columns.slice(1) },
      { columns: columns.map((one) => ({ ...one, markers: { ...one.markers, "*": 40 } })) },
      { columns: columns.map((one) => ({ ...one, sum: (one.sum ?? 0) + 1 })) },
    ];
    for (const change of planted) {
      expect(await scored(withTable(change))).toMatchObject({ exact: 0, silent: 1 });
    }
    const among = { data_rows: [[first[0], total] as const], total_rows: [] };
    expect(await scored(withTable(among))).toMatchObject({ exactWithTotals: 0 });
  });
});

/** An answer as the keys of the corpus have it. */
function keyOf(answer: TableAnswer): object {
  const markers: Record<string, number> = {};
  const sums: Record<string, number> = {};
  for (const column of answer.columns) {
    for (const [token, count] of Object.entries(column.markers)) {
      markers[token] = (markers[token] ?? 0) + count;
    }
    if (column.sum !== null) sums[column.letter] = column.sum;
  }
  const { header_rows, total_rows, columns } = answer;
  // The scorer asks for a count of a token that the key names, so each is named, and 0 where it is not seen.
  return {
    header_rows,
    data_rows: answer.data_rows.map((row) => [row, row]),
    total_rows,
    columns: columns.map(({ letter, header }) => ({ letter, header })),
    markers: { "*": 0, ...markers },
    sums,
  };
}
