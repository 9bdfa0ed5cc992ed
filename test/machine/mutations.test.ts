import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openWorkbook } from "../../src/formats/open-workbook.ts";
import type { TableView } from "../../src/inquiry/inspect/view.ts";
import { LIMITS } from "../../src/model/limits.ts";
import { type Cell, columnLetter, endOfSheet } from "../../src/model/sheet.ts";
import { bytesOf } from "../../src/model/storage/bytes.ts";
import { CORPUS } from "../support/corpus.ts";
import { type Grid, type GridCell, gridXlsx } from "../support/grid.ts";
import { see } from "../support/see.ts";
import { Series, SeriesServer } from "../support/series.ts";

/** Two real releases that follow each other, and the sheet that is mutated. */
const PAIRS = [
  {
    of: "nhs-online-consultation-submissions",
    before:
      "2024-10/Submissions via Online Consultation Systems in General Practice - October 2024.xlsx",
    after:
      "2024-11/Submissions via Online Consultation Systems in General Practice - November 2024.xlsx",
  },
  {
    of: "nhs-community-health-waiting-lists",
    before: "2024-09/Community-health-services-waiting-lists-2024-25-September.xlsx",
    after: "2024-10/Community-health-services-waiting-lists-2024-25-October.xlsx",
  },
  {
    of: "nhs-beds-kh03-overnight",
    before: "2024-Q1/Beds-Open-Overnight-Web_File-Q1-2024-25-revised.xlsx",
    after: "2024-Q2/Beds-Open-Overnight-Web_File-Q2-2024-25.xlsx",
  },
] as const;

interface Copy {
  readonly grids: readonly {
    readonly name: string;
    readonly rows: GridCell[][];
    merges: string[];
  }[];
  /** The longest table with figures, and its sheet. */
  readonly sheet: number;
  readonly table: TableView;
}

function gridCell(cell: Cell): GridCell {
  if (cell.kind === "text") return cell.text;
  if (cell.kind === "boolean") return cell.text === "TRUE";
  if (cell.kind === "error") return { error: cell.text };
  if (cell.kind === "date") return { date: cell.text.slice(0, 10) };
  return cell.percent === true ? { percent: Number(cell.text) } : Number(cell.text);
}

/** The cells and merges of a real workbook, to be written again by the tests' own writer. */
async function copyOf(path: string): Promise<Copy> {
  const content = await readFile(path);
  const name = basename(path);
  const workbook = await openWorkbook(bytesOf(name, content), { limits: LIMITS, fileName: name });
  const grids: { name: string; rows: GridCell[][]; merges: string[] }[] = [];
  for (const sheet of workbook.sheets) {
    const rows: GridCell[][] = [];
    const end = await endOfSheet(sheet.rows(), (batch) => {
      for (const { row, cells } of batch) {
        while (rows.length < row) rows.push([]);
        for (const cell of cells) {
          const line = rows[row - 1] ?? [];
          while (line.length <= cell.column) line.push(null);
          line[cell.column] = gridCell(cell);
        }
      }
    });
    const merges = end.merges.map(
      (one) => `${columnLetter(one.left)}${one.top}:${columnLetter(one.right)}${one.bottom}`,
    );
    grids.push({ name: sheet.name ?? "csv", rows, merges });
  }
  await workbook.close();
  const view = await see(gridXlsx(grids), "copy.xlsx");
  const tables = view.sheets.flatMap((sheet) => {
    const at = grids.findIndex((grid) => grid.name === sheet.name);
    return sheet.tables.map((table) => ({ sheet: at, table }));
  });
  const [longest] = tables
    .filter(({ table }) => !table.quarantined && measuresOf(table).length >= 2)
    .sort((a, b) => b.table.n_rows - a.table.n_rows);
  if (longest === undefined) throw new Error(`no table with figures in ${name}`);
  return { grids, ...longest };
}

const indexOf = (letter: string): number =>
  [...letter].reduce((sum, one) => sum * 26 + one.charCodeAt(0) - 64, 0) - 1;

/** Columns of figures whose sums differ clearly, so that a person would see the swap. */
function measuresOf(table: TableView): readonly number[] {
  const measures = table.columns.filter(
    (one) => one.role === "measure" && (one.sum ?? 0) > 0 && one.values > table.n_rows / 2,
  );
  const chosen: typeof measures = [];
  for (const one of measures) {
    const apart = chosen.every(
      (other) =>
        Math.min(one.sum ?? 0, other.sum ?? 0) / Math.max(one.sum ?? 1, other.sum ?? 1) < 0.8,
    );
    if (apart) chosen.push(one);
  }
  return chosen.map((one) => indexOf(one.letter));
}

const server = SeriesServer.start();
beforeAll(() => server);
afterAll(async () => (await server).close());

describe.each(PAIRS)("$of", ({ of, before, after }) => {
  let series: Series;
  afterEach(() => series.close());

  /** Loads the first release, then the second one as it was changed; what its table came to. */
  const loaded = async (
    change: (copy: Copy) => Grid[],
  ): Promise<{
    readonly code: string;
    readonly status: string;
    readonly drift: readonly string[];
  }> => {
    series = await Series.make(await server);
    const [first, second] = await Promise.all(
      [before, after].map((path) => copyOf(join(CORPUS, of, path))),
    );
    if (first === undefined || second === undefined) throw new Error("no pair");
    await series.home.write("inbox/copy-2025-01.xlsx", gridXlsx(first.grids));
    await series.home.write("inbox/copy-2025-02.xlsx", gridXlsx(change(second)));
    await series.load("2025-01");
    const name = second.grids[second.sheet]?.name ?? "";
    const [part] = await series.rows<{ source: string }>(
      `select l.source from ops.part p join ops.load l using (load_id) where p.sheet = '${name.replaceAll("'", "''")}' limit 1`,
    );
    const code = part?.source ?? "";
    const sources = await series.load("2025-02");
    const kinds = await series.rows<{ kind: string }>(
      `select kind from ops.drift where period = '2025-02' and source = '${code}'`,
    );
    return {
      code,
      status: sources.find((one) => one.source === code)?.status ?? "absent",
      drift: kinds.map((one) => one.kind),
    };
  };

  test("unchanged, it loads without a question", async () => {
    const { status, drift } = await loaded((copy) => [...copy.grids]);
    expect(status).toBe("loaded");
    expect(drift).not.toContain("values_moved");
  });

  test("two headers swapped over their figures are caught", async () => {
    const { status, drift } = await loaded(({ grids, sheet, table }) => {
      const [a = 0, b = 0] = measuresOf(table);
      for (const row of table.header_rows) {
        const line = grids[sheet]?.rows[row - 1] ?? [];
        [line[a], line[b]] = [line[b] ?? null, line[a] ?? null];
      }
      const own = grids[sheet];
      if (own !== undefined) own.merges = [];
      return [...grids];
    });
    expect(status).not.toBe("loaded");
    expect(drift.filter((kind) => ["values_moved", "column_renamed"].includes(kind))).not.toEqual(
      [],
    );
  });

  test("figures that slipped one column to the right are caught", async () => {
    const { status } = await loaded(({ grids, sheet, table }) => {
      const [first = 0] = measuresOf(table);
      for (const [from, to] of table.data_rows) {
        for (let row = from; row <= to; row++) grids[sheet]?.rows[row - 1]?.splice(first, 0, null);
      }
      return [...grids];
    });
    expect(status).not.toBe("loaded");
  });

  test("a renamed sheet is the same table, and told", async () => {
    const { status, drift } = await loaded(({ grids, sheet }) =>
      grids.map((grid, at) =>
        at === sheet ? { ...grid, name: "Renamed by the publisher" } : grid,
      ),
    );
    expect(status).toBe("loaded");
    expect(drift).toContain("sheet_renamed");
  });
});
