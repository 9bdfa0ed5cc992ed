import { CanonryError } from "../../model/errors.ts";
import type { LoadCommit } from "../../model/load-commit.ts";
import type { ContractColumn } from "../../model/manifest/manifest.ts";
import type { Marks } from "./addends.ts";

/** Rows that are looked at before they are committed, and what is known of them. */
export interface CheckedLoad {
  readonly table: string;
  readonly loadId: number;
  /** Data rows. */
  readonly rows: number;
  readonly load: LoadCommit;
  readonly marks: Marks;
}

export function columnNamed({ load }: CheckedLoad, name: string): ContractColumn {
  const column = load.contract.columns.find((one) => one.name === name);
  if (column === undefined)
    throw new CanonryError("MANIFEST_INVALID", `${load.source} has no column ${name}`);
  return column;
}
