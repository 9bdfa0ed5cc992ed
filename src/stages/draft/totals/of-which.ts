import type { Line } from "../lines/line.ts";
import { lineText } from "../lines/notes.ts";
import { addRow, agrees, exceeds } from "./sums.ts";
import type { Search } from "./total-search.ts";

const OF_WHICH = /^of which\b/i;

/** Rows right above the words "of which" that the rows below these add up to; the innermost first. */
export function byOfWhich(search: Search, labels: readonly Line[]): void {
  const opened = labels.filter((line) => OF_WHICH.test(lineText(line)));
  for (const label of [...opened].reverse()) {
    const at = search.lines.findLastIndex((line) => line.row < label.row);
    if (at < 0 || search.totals.has(at)) continue;
    const parts = partsBelow(search, at);
    if (parts > 0) search.totals.set(at, `the ${parts} rows "of which" it is add up to it`);
  }
}

function partsBelow({ values, totals }: Search, at: number): number {
  const total = values[at] ?? [];
  const sums = new Array<number>(total.length).fill(0);
  let parts = 0;
  for (let row = at + 1; row < values.length; row++) {
    if (totals.has(row)) continue;
    addRow(sums, values[row]);
    parts++;
    if (parts >= 2 && agrees(total, sums, parts, true)) return parts;
    if (exceeds(sums, total)) return 0;
  }
  return 0;
}
