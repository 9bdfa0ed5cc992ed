import fc from "fast-check";
import { expect, test } from "vitest";
import type { SheetView, TableView } from "../../src/inquiry/inspect/view.ts";
import type { RowRange } from "../../src/model/manifest/manifest.ts";
import { gridBook, gridCsv, gridXlsx } from "../support/grid.ts";
import {
  drawn,
  type Layout,
  type LayoutSpec,
  layoutSpec,
  makeLayout,
  type TableAnswer,
} from "../support/layout.ts";
import { see } from "../support/see.ts";

const RUNS = { numRuns: 120 } as const;

const expanded = (ranges: readonly RowRange[]): number[] =>
  ranges.flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, at) => first + at),
  );

function seenTable(table: TableView): TableAnswer {
  return {
    range: table.range,
    header_rows: table.header_rows,
    data_rows: expanded(table.data_rows),
    total_rows: table.total_rows,
    section_rows: table.section_rows,
    columns: table.columns.map(({ letter, header, name, type, role, markers, sum, fill_down }) => ({
      letter,
      header,
      name,
      type,
      role,
      markers,
      sum: sum === undefined ? null : Number(sum.toFixed(4)),
      fillDown: fill_down === true,
    })),
  };
}

const rounded = (table: TableAnswer): TableAnswer => ({
  ...table,
  columns: table.columns.map((column) => ({
    ...column,
    sum: column.sum === null ? null : Number(column.sum.toFixed(4)),
  })),
});

/** The sheet is seen exactly as it was laid out, and nothing of it is held back. */
function expectSeen(sheet: SheetView | undefined, layout: Layout, saved: string): void {
  const tables = sheet?.tables ?? [];
  const why = `${saved}\n${drawn(layout)}\n`;
  expect(tables.map(seenTable), why).toEqual(layout.tables.map(rounded));
  expect(
    tables.filter((table) => table.quarantined).map((table) => table.reasons),
    why,
  ).toEqual([]);
  expect(expanded(sheet?.notes_rows ?? []), why).toEqual(layout.notesRows);
}

test("a sheet saved as xlsx is seen as it was laid out", async () => {
  await fc.assert(
    fc.asyncProperty(layoutSpec, async (spec) => {
      const layout = makeLayout(spec, { plain: false });
      expectSeen((await see(gridXlsx([layout]), "a.xlsx")).sheets[0], layout, "xlsx");
    }),
    RUNS,
  );
});

test("a sheet saved as CSV, without its merged cells, is seen as it was laid out", async () => {
  await fc.assert(
    fc.asyncProperty(layoutSpec, async (spec) => {
      const layout = makeLayout(spec, { plain: true });
      expectSeen((await see(gridCsv(layout), "a.csv")).sheets[0], layout, "csv");
    }),
    RUNS,
  );
});

test("sheets saved as ods are seen as they were laid out", async () => {
  // One file of many sheets: each ods costs a process.
  const many = fc.array(layoutSpec, { minLength: 20, maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(many, async (specs: readonly LayoutSpec[]) => {
      const layouts = specs.map((spec) => makeLayout(spec, { plain: false }));
      const { sheets } = await see(gridBook(layouts, "ods"), "a.ods");
      for (const [at, layout] of layouts.entries()) expectSeen(sheets[at], layout, "ods");
    }),
    { numRuns: 2, endOnFailure: true },
  );
});
