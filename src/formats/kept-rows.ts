import type { Sheet, SheetEnd, SheetRow, Workbook } from "../model/sheet.ts";

/** How many cells may stay in memory at once, over all the workbooks that share it. */
export class CellBudget {
  private left: number;

  constructor(cells: number) {
    this.left = cells;
  }

  take(cells: number): boolean {
    if (cells > this.left) return false;
    this.left -= cells;
    return true;
  }

  giveBack(cells: number): void {
    this.left += cells;
  }
}

/**
 * The same workbook, whose sheets are parsed once where they are small: the rows of a first whole pass stay in
 * memory for the later ones, as far as the budget goes. A larger sheet is read again each time.
 */
export function keepRows(workbook: Workbook, budget: CellBudget): Workbook {
  const sheets = workbook.sheets.map((sheet) => new KeptSheet(sheet, budget));
  return {
    ...workbook,
    sheets: sheets.map((kept) => ({ ...kept.sheet, rows: () => kept.rows() })),
    async close() {
      for (const kept of sheets) kept.drop();
      await workbook.close();
    },
  };
}

interface Kept {
  readonly batches: (readonly SheetRow[])[];
  cells: number;
}

class KeptSheet {
  readonly sheet: Sheet;
  private readonly budget: CellBudget;
  private whole: (Kept & { readonly end: SheetEnd }) | null = null;
  private tooLarge = false;

  constructor(sheet: Sheet, budget: CellBudget) {
    this.sheet = sheet;
    this.budget = budget;
  }

  rows(): AsyncGenerator<readonly SheetRow[], SheetEnd> {
    if (this.whole !== null) return replay(this.whole);
    return this.tooLarge ? this.sheet.rows() : this.readAndKeep();
  }

  drop(): void {
    if (this.whole !== null) this.budget.giveBack(this.whole.cells);
    this.whole = null;
    this.tooLarge = true;
  }

  /** A pass that ends early, or goes beyond the budget, leaves nothing behind. */
  private async *readAndKeep(): AsyncGenerator<readonly SheetRow[], SheetEnd> {
    let kept: Kept | null = { batches: [], cells: 0 };
    const rows = this.sheet.rows();
    try {
      for (;;) {
        const next = await rows.next();
        if (next.done === true) {
          kept = this.keep(kept, next.value);
          return next.value;
        }
        kept = this.add(kept, next.value);
        yield next.value;
      }
    } finally {
      this.letGo(kept);
      await rows.return(NO_END);
    }
  }

  private add(kept: Kept | null, batch: readonly SheetRow[]): Kept | null {
    if (kept === null) return null;
    const cells = batch.reduce((sum, row) => sum + row.cells.length + 1, 0);
    if (this.budget.take(cells)) {
      kept.cells += cells;
      kept.batches.push(batch);
      return kept;
    }
    this.tooLarge = true;
    this.letGo(kept);
    return null;
  }

  /** Null if the rows stay; two passes at once keep them once. */
  private keep(kept: Kept | null, end: SheetEnd): Kept | null {
    if (kept === null || this.whole !== null || this.tooLarge) return kept;
    this.whole = { ...kept, end };
    return null;
  }

  private letGo(kept: Kept | null): void {
    if (kept !== null) this.budget.giveBack(kept.cells);
  }
}

const NO_END: SheetEnd = { merges: [], hiddenColumns: [], remarks: [] };

async function* replay({
  batches,
  end,
}: Kept & { readonly end: SheetEnd }): AsyncGenerator<readonly SheetRow[], SheetEnd> {
  yield* batches;
  return end;
}
