import type { Draft } from "./draft.ts";
import { countRows, type FoundTable } from "./found.ts";
import type { Line } from "./line.ts";

/** Below this a table is held back with its reasons. */
export const LEAST_CONFIDENCE = 0.6;

interface Doubt {
  readonly weight: number;
  readonly reason: string;
}

/** Confidence is one minus the doubts; each doubt is a reason that a person can check. */
export function judge(
  table: FoundTable,
  rows: readonly Line[],
  header: readonly Line[],
  draft: Draft,
): FoundTable {
  const doubts: Doubt[] = [];
  if (header.length === 0) {
    const firm = rows.length >= 3 && table.columns.length >= 2;
    doubts.push({ weight: firm ? 0.3 : 0.5, reason: "no row names the columns" });
  }
  const figures = table.columns.filter((column) => column.numeric);
  const nameless = figures.filter((column) => column.header.length === 0);
  if (header.length > 0 && nameless.length > 0) {
    const share = nameless.length / Math.max(1, figures.length);
    doubts.push({
      weight: 0.15 + 0.35 * share,
      reason: `${nameless.length} columns of figures have no header`,
    });
  }
  if (rows.length + countRows(table.dataRows) <= 2 && header.length === 0) {
    doubts.push({ weight: 0.3, reason: "a single row of figures" });
  }
  if (draft.sample.remarks.some((remark) => remark.includes("odd rows"))) {
    doubts.push({ weight: 0.5, reason: "too many rows are unlike the others" });
  }
  const weight = doubts.reduce((sum, doubt) => sum + doubt.weight, 0);
  const confidence = Math.max(0, Math.round((1 - weight) * 100) / 100);
  return {
    ...table,
    confidence,
    quarantined: confidence < LEAST_CONFIDENCE,
    reasons: [...doubts.map((doubt) => doubt.reason), ...table.reasons],
  };
}
