import { addRow, agrees } from "./sums.ts";
import { MOST_LINES, type Search } from "./total-search.ts";

/** A first row that several blocks add up to one after the other: all but the finest block are totals. */
export function byBlocks(search: Search): void {
  const { values } = search;
  const total = values[0];
  if (total === undefined || values.length < 5 || values.length > MOST_LINES) return;
  const blocks: [number, number][] = [];
  let first = 1;
  let sums = new Array<number>(total.length).fill(0);
  for (let at = 1; at < values.length; at++) {
    addRow(sums, values[at]);
    if (at === first || !agrees(total, sums, at - first + 1)) continue;
    blocks.push([first, at]);
    first = at + 1;
    sums = new Array<number>(total.length).fill(0);
  }
  const last = blocks.at(-1);
  if (blocks.length < 2 || last === undefined || last[1] !== values.length - 1) return;
  const finest = last[1] - last[0] + 1;
  if (blocks.some((block) => block !== last && (block[1] - block[0] + 1) * 3 > finest)) return;
  for (let at = 0; at < last[0]; at++) {
    search.totals.set(at, "the finer rows below add up to it");
  }
}
