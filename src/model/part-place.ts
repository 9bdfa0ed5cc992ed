import type { RowRange } from "./manifest/manifest.ts";

/** A column of a sheet. */
export interface PlacedColumn {
  /** "F"; "" for the label of the section, which stands in a row of its own. */
  readonly letter: string;
  /** As printed, levels joined by " | ". */
  readonly header: string;
  /** The label stands on the first row of its group and is carried down. */
  readonly fill_down?: true;
  /** Its numbers are fractions that the sheet shows as percentages: a written "12.5%" among them is 0.125. */
  readonly fractions?: true;
}

/** Where the cells of a part stand: kept with the load, so that a value can be cited and read again. */
export interface PartPlace {
  /** By column of the table. */
  readonly columns: Readonly<Record<string, PlacedColumn>>;
  /** Layout `unpivot`: by data period the column that became rows. */
  readonly periods?: Readonly<Record<string, PlacedColumn>>;
  /** Where labels are carried: the rows of data and totals, and those that head a section. */
  readonly rows?: readonly RowRange[];
  readonly section_rows?: readonly RowRange[];
}
