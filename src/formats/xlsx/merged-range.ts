import type { MergedRange } from "../../model/sheet.ts";
import { columnOf } from "./usual-cell.ts";

/** The range that a reference such as `A1:B3` names; null for a single cell, which merges nothing, and for any other text. */
export function mergedRange(ref: string): MergedRange | null {
  const match = /^\$?([A-Z]+)\$?(\d+)(?::\$?([A-Z]+)\$?(\d+))?$/i.exec(ref);
  if (match === null || match[3] === undefined) return null;
  return {
    top: Number(match[2]),
    left: columnOf(match[1] ?? "", 0, match[1]?.length ?? 0),
    bottom: Number(match[4]),
    right: columnOf(match[3], 0, match[3].length),
  };
}
