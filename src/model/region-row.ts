import type { Cell } from "./sheet.ts";

/** A row of a region as the loader reads it again from the artifact. */
export interface RegionRow {
  /** 1-based row of the sheet, or record of the CSV. */
  readonly row: number;
  readonly kind: "data" | "total";
  /** Text of the last section row above, if the region has any. */
  readonly section: string | null;
  /** Aligned with `region.columns`; labels of a group are already carried down. Null is empty. */
  readonly cells: readonly (Cell | null)[];
}
