/** Something that was not loaded, and why. */
export interface QuarantinedItem {
  /** A number; of a source "<source>@<period>". */
  readonly id: string;
  /** source: its last load was refused. */
  readonly what: "file" | "region" | "row" | "source";
  readonly publication: string;
  readonly period: string;
  readonly source: string | null;
  readonly artifact: string | null;
  readonly file: string | null;
  readonly member: string | null;
  readonly sheet: string | null;
  readonly range: string | null;
  readonly row: number | null;
  /** Of a row: the cell that does not fit, "F47". */
  readonly cell: string | null;
  /** Of a row: all its cells as published, in the order of the file. */
  readonly raw: readonly (string | null)[] | null;
  readonly reason: string;
  /** The load that set a row aside. */
  readonly load_id: string | null;
  readonly created_at: string;
  readonly resolved_at: string | null;
  readonly open: boolean;
}
