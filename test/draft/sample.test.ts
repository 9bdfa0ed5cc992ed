import fc from "fast-check";
import { expect, test } from "vitest";
import type { Cell, Sheet, SheetEnd, SheetRow } from "../../src/model/sheet.ts";
import { PackedRows } from "../../src/stages/draft/lines/packed-rows.ts";
import { sampleSheet } from "../../src/stages/draft/lines/sample.ts";

const cells = fc.uniqueArray(
  fc.record(
    {
      column: fc.nat(16_383),
      kind: fc.constantFrom<Cell["kind"]>("text", "number", "boolean", "date", "error"),
      // A half of a surrogate pair is no text of UTF-8; a string may hold it all the same.
      text: fc.oneof(fc.string({ unit: "binary" }), fc.constant("\ud800 \u0000")),
      percent: fc.constant(true),
      bold: fc.constant(true),
      formula: fc.constant(true),
      indent: fc.integer({ min: 1, max: 250 }),
    },
    { requiredKeys: ["column", "kind", "text"] },
  ),
  { selector: (cell) => cell.column, maxLength: 6 },
);
const rows = fc.array(
  fc.record(
    { row: fc.integer({ min: 1, max: 1_048_576 }), cells, hidden: fc.constant(true) },
    { requiredKeys: ["row", "cells"] },
  ),
  { maxLength: 600 },
);

test("rows that wait, as they are and packed, are the rows as they were read", () => {
  fc.assert(
    fc.property(rows, fc.nat(500), (given, looseCells) => {
      const packed = new PackedRows(looseCells);
      for (const row of given) packed.add(row);
      expect([...packed.rows()]).toEqual(given);
    }),
    { numRuns: 50 },
  );
});

/** A sheet of a code and nineteen numbers a row; `odd` gives other cells to some rows. */
function sheetOf(count: number, odd: Readonly<Record<number, readonly Cell[]>>): Sheet {
  const usual = (row: number): readonly Cell[] => [
    { column: 0, kind: "text", text: `Place ${row % 50}` },
    ...Array.from({ length: 19 }, (_, at): Cell => {
      return { column: at + 1, kind: "number", text: String((row * 31 + at) % 997) };
    }),
  ];
  return {
    name: "Data",
    member: null,
    hidden: false,
    position: 0,
    async *rows(): AsyncGenerator<readonly SheetRow[], SheetEnd> {
      for (let from = 1; from <= count; from += 100) {
        const batch = Array.from({ length: Math.min(100, count - from + 1) }, (_, at) => from + at);
        yield batch.map((row) => ({ row, cells: odd[row] ?? usual(row) }));
      }
      return Promise.resolve({ merges: [], hiddenColumns: [], remarks: [] });
    },
  };
}

const text = (column: number, text: string): Cell => ({ column, kind: "text", text });
const ODD = { 9000: [text(0, "Total")], 12000: [text(0, "  ")], 15000: [text(1, "none")] };

test("a sheet of 400,000 cells is looked at whole", async () => {
  const sample = await sampleSheet(sheetOf(20_000, ODD));
  expect(sample.elided).toEqual([]);
  expect(sample.rows.map((one) => one.row)).toEqual(
    Array.from({ length: 20_000 }, (_, at) => at + 1).filter((row) => row !== 12_000),
  );
  expect(sample).toMatchObject({ lastRow: 20_000, blankCells: 1, cells: 399_943 });
});

test("of a larger one the head, the odd rows and the tail are kept, and every row is accounted for", async () => {
  const sample = await sampleSheet(sheetOf(40_000, ODD));
  expect(sample).toMatchObject({ lastRow: 40_000, blankCells: 1, cells: 799_943 });
  const kept = sample.rows.map((one) => one.row);
  expect(kept.slice(0, 2_002)).toEqual([
    ...Array.from({ length: 2_000 }, (_, at) => at + 1),
    9_000,
    15_000,
  ]);
  const tail = kept.slice(2_002);
  expect(tail.length).toBeGreaterThanOrEqual(500);
  expect(tail).toEqual(tail.map((_, at) => 40_001 - tail.length + at));
  const left = sample.elided.reduce((sum, run) => sum + run.rows, 0);
  expect(kept.length + left).toBe(39_999);
});
