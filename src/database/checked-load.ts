import type { CheckResult } from "../model/check.ts";
import { CanonryError } from "../model/errors.ts";
import type { LoadCommit } from "../model/load-commit.ts";
import type { ContractColumn } from "../model/manifest.ts";
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

/** What a check found; how bad it is, the caller knows. */
export type Finding = Pick<CheckResult, "status"> &
  Pick<CheckResult["detail"], "expected" | "found" | "count" | "cells">;

export function columnNamed({ load }: CheckedLoad, name: string): ContractColumn {
  const column = load.contract.columns.find((one) => one.name === name);
  if (column === undefined)
    throw new CanonryError("MANIFEST_INVALID", `${load.source} has no column ${name}`);
  return column;
}

/** Passed if nothing was hit, else broken by so many. */
export function finding(
  expected: string,
  what: string,
  { count, cells }: Pick<Finding, "count" | "cells">,
): Finding {
  const status = count === 0 ? "passed" : "broken";
  return { status, expected, found: `${count} ${what}`, count, cells };
}
