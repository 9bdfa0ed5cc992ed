import { isWords } from "../lines/cell-class.ts";
import { cellAt } from "../lines/line.ts";
import { beyondDigits } from "./chance.ts";
import { childrenOf } from "./outline.ts";
import { stepsOf } from "./steps.ts";
import { addRow, agreement, agrees, columnSums, nearlyAgrees } from "./sums.ts";
import { MOST_LINES, type Search } from "./total-search.ts";

/** Fewer parents that add up could be chance. */
const LEAST_PARENTS = 2;
/** So many rows of its depth are looked at above a row. */
const MOST_PEERS = 400;

/**
 * Rows that stand less deep than those below them, by indent, in bold above plain ones, or with their label further
 * left, and that are the sum of just the rows one step below them: sub-totals in sub-totals too. Counts only if it
 * holds for most rows that have others below them. Where it does, a row can be the sum of those of its own depth
 * above it.
 */
export function byOutline(search: Search): void {
  const { lines } = search;
  const [key] = search.keys;
  if (key === undefined || lines.length < 6 || lines.length > MOST_LINES) return;
  const indents = lines.map((line) => {
    const label = cellAt(line, key);
    return label === undefined || !isWords(label) ? null : label.indent * 2 + (label.bold ? 0 : 1);
  });
  for (const depths of [indents, stepsOf(search)]) {
    if (takeParents(search, depths)) takeSumsOfPeers(search, depths);
  }
}

function takeParents(search: Search, depths: readonly (number | null)[]): boolean {
  const { values, totals } = search;
  const parents = [...childrenOf(depths)].filter(([, rows]) => rows.length >= 2);
  const found = parents.filter(([at, rows]) => {
    const [total, sums] = [values[at] ?? [], columnSums(values, rows)];
    return agrees(total, sums, rows.length) || mostlyNear(total, sums, rows.length);
  });
  if (found.length < LEAST_PARENTS || found.length < parents.length * 0.6) return false;
  for (const [at, rows] of found) {
    if (!totals.has(at)) totals.set(at, `it is the sum of the ${rows.length} rows set below it`);
  }
  return true;
}

/** People counted once in a total of groups, or rounded shares of a post: near the sum in most columns. */
function mostlyNear(total: readonly number[], sums: readonly number[], parts: number): boolean {
  const { counted, near } = agreement(total, sums, parts);
  return near >= 3 && near >= counted * 0.8;
}

function takeSumsOfPeers({ values, totals }: Search, depths: readonly (number | null)[]): void {
  for (const at of values.keys()) {
    const parts = totals.has(at) ? 0 : peersOf(values, depths, at);
    if (parts > 0) totals.set(at, `it is the sum of the ${parts} rows of its depth above`);
  }
}

/** How many rows of its own depth right above a row add up to it in every column; 0 for none. */
function peersOf(values: Search["values"], depths: readonly (number | null)[], at: number): number {
  const total = values[at] ?? [];
  const depth = depths[at] ?? null;
  const sums = new Array<number>(total.length).fill(0);
  let parts = 0;
  for (let row = at - 1; row >= 0 && depth !== null && parts < MOST_PEERS; row--) {
    const other = depths[row] ?? null;
    if (other === null || other > depth) continue;
    if (other < depth) break;
    addRow(sums, values[row]);
    parts++;
    const { same, counted, digits } = agreement(total, sums, parts);
    const exact = parts >= 3 && same === counted && digits >= beyondDigits(values.length);
    if (exact || nearlyAgrees(total, sums, parts)) return parts;
  }
  return 0;
}
