import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CellBudget, keepRows } from "../../src/formats/kept-rows.ts";
import type { Sheet, SheetEnd, SheetRow, Workbook } from "../../src/model/sheet.ts";

const END: SheetEnd = { merges: [], hiddenColumns: [3], remarks: ["read"] };

/** A workbook of sheets with so many rows of two cells, in batches of three; `reads` counts passes begun. */
function counted(sizes: readonly number[]): { workbook: Workbook; reads: number[] } {
  const reads = sizes.map(() => 0);
  const sheets = sizes.map((size, position): Sheet => {
    const row = (at: number): SheetRow => ({
      row: at + 1,
      cells: [0, 1].map((column) => ({
        column,
        kind: "text",
        text: `${position}.${at}.${column}`,
      })),
    });
    return {
      name: `Sheet ${position}`,
      member: null,
      hidden: false,
      position,
      async *rows() {
        reads[position] = (reads[position] ?? 0) + 1;
        for (let at = 0; at < size; at += 3) {
          await Promise.resolve();
          yield Array.from({ length: Math.min(3, size - at) }, (_none, one) => row(at + one));
        }
        return END;
      },
    };
  });
  const base = { format: "xlsx", properties: {}, dialect: null, remarks: [] } as const;
  return { workbook: { ...base, sheets, close: () => Promise.resolve() }, reads };
}

async function pass(sheet: Sheet | undefined): Promise<readonly unknown[]> {
  const seen: unknown[] = [];
  const rows = sheet?.rows();
  for (;;) {
    const next = await rows?.next();
    if (next === undefined || next.done === true) return [...seen, next?.value];
    seen.push(...next.value);
  }
}

describe("rows that stay in memory", () => {
  test("every pass gives what the sheet gives, whatever the budget", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 0, max: 200 }),
        fc.array(fc.nat({ max: 3 }), { maxLength: 8 }),
        async (sizes, budget, order) => {
          const plain = counted(sizes).workbook;
          const kept = keepRows(counted(sizes).workbook, new CellBudget(budget));
          for (const at of order.map((one) => one % sizes.length)) {
            expect(await pass(kept.sheets[at])).toEqual(await pass(plain.sheets[at]));
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  test("a small sheet is parsed once, a large one each time", async () => {
    const { workbook, reads } = counted([10, 100]);
    const kept = keepRows(workbook, new CellBudget(50));
    for (let times = 0; times < 3; times++) for (const sheet of kept.sheets) await pass(sheet);
    expect(reads).toEqual([1, 3]);
  });

  test("what a closed workbook kept is free for the next", async () => {
    const budget = new CellBudget(50);
    const first = keepRows(counted([10]).workbook, budget);
    await pass(first.sheets[0]);
    const { workbook, reads } = counted([10]);
    const second = keepRows(workbook, budget);
    await pass(second.sheets[0]);
    await first.close();
    for (let times = 0; times < 3; times++) await pass(second.sheets[0]);
    expect(reads).toEqual([4]);
    const third = counted([10]);
    const last = keepRows(third.workbook, budget);
    for (let times = 0; times < 3; times++) await pass(last.sheets[0]);
    expect(third.reads).toEqual([1]);
  });

  test("a pass that ends early keeps nothing", async () => {
    const { workbook, reads } = counted([10]);
    const budget = new CellBudget(30);
    const kept = keepRows(workbook, budget);
    for await (const _batch of kept.sheets[0]?.rows() ?? []) break;
    await pass(kept.sheets[0]);
    await pass(kept.sheets[0]);
    expect(reads).toEqual([2]);
  });
});
