import type { MergedRange } from "../../../model/sheet.ts";
import type { Core } from "../cores/column-count.ts";
import type { Line } from "../lines/line.ts";

/** What stands above the first line of a core. Indexes into the lines of the pane, ascending. */
export interface HeaderZone {
  readonly header: number[];
  /** Units, series ids, column numbers: neither names nor observations. */
  readonly unit: number[];
  /** Labels of the first group, between header and data. */
  readonly section: number[];
  /** Lines that turned out to be rows without figures. */
  readonly data: number[];
  /** What stands alone in a line above the last column and is of all of them. Units are in `unit` too. */
  readonly corner: number[];
  /** Times alone below the header: periods of which nothing is published. */
  readonly ahead: number[];
}

export interface Walk {
  readonly lines: readonly Line[];
  readonly core: Core;
  readonly merges: readonly MergedRange[];
  /** Rows that name tables beside each other. */
  readonly naming: ReadonlySet<number>;
  readonly zone: HeaderZone;
  readonly left: number;
  readonly right: number;
}
