import type { LeftOut } from "./decision.ts";
import { sha256, stableJson } from "./hash.ts";
import type { PartRecord } from "./load-commit.ts";
import type { RowAside } from "./manifest/row-allowance.ts";

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
  /** The load that set a row aside; null for a row of a source that is held or refused. */
  readonly load_id: string | null;
  /** Of a source that is held: the questions that it waits for. */
  readonly questions: readonly string[];
  readonly created_at: string;
  readonly resolved_at: string | null;
  readonly open: boolean;
}

/** What a source did not load: a table, or a row of one. */
export interface QuarantineEntry
  extends Pick<QuarantinedItem, "member" | "sheet" | "range" | "row" | "cell" | "raw" | "reason"> {
  readonly what: "region" | "row";
  /** Equal for equal content at one place. */
  readonly key: string;
  readonly artifact: string;
  readonly file: string;
}

/** The entry of a table that a source does not load. Pure. */
export function tableEntry(
  source: string,
  place: Pick<LeftOut, "artifact" | "file" | "member" | "sheet" | "range">,
  reason: string,
): QuarantineEntry {
  const { artifact, file, member, sheet, range } = place;
  const key = sha256(stableJson([source, artifact, member, sheet, range, reason]));
  return {
    ...{ what: "region", key, artifact, file, member, sheet, range },
    ...{ row: null, cell: null, raw: null, reason },
  };
}

/** Where a part of a load stands. */
export type PartOrigin = Pick<
  PartRecord,
  "part" | "artifact" | "file_name" | "member" | "sheet" | "range"
>;

/** The entries of rows that do not fit, in their order. Pure. */
export function rowEntries(
  rows: readonly RowAside[],
  parts: readonly PartOrigin[],
): readonly QuarantineEntry[] {
  return rows.flatMap(({ part, row, cell, raw, reason }) => {
    const origin = parts.find((one) => one.part === part);
    if (origin === undefined) return [];
    const { artifact, file_name: file, member, sheet, range } = origin;
    const key = sha256(stableJson([artifact, part, row, cell, raw]));
    return [{ what: "row", key, artifact, file, member, sheet, range, row, cell, raw, reason }];
  });
}
