import type { LoadCommit, PartRecord } from "../../model/load-commit.ts";
import type { RowAside } from "../../model/manifest/row-allowance.ts";
import { rowEntries } from "../../model/quarantine.ts";
import type { Executor, Transaction } from "../database.ts";
import { moveHeld } from "./held.ts";
import { insertEntries } from "./quarantine-entries.ts";

/**
 * Rows that the load set aside, in its transaction. Those that waited for it become its own; all others of its
 * source and period are resolved.
 */
export async function keepAside(
  transaction: Transaction,
  load: LoadCommit,
  loadId: number,
  parts: readonly PartRecord[],
): Promise<void> {
  const entries = rowEntries(load.aside(), parts);
  const moved = await moveHeld(transaction, load, loadId, entries);
  await transaction.rows(
    `update ops.quarantine set resolved_at = now()
      where source = $1 and period = $2 and resolved_at is null and load_id is distinct from $3`,
    [load.source, load.period, loadId],
  );
  if (!moved) await insertEntries(transaction, load, loadId, entries);
}

/** Rows that the current loads of a release set aside, by source, in the order in which they were read. */
export async function rowsAsideOf(
  executor: Executor,
  publication: string,
  period: string,
): Promise<ReadonlyMap<string, readonly Pick<RowAside, "row" | "cell" | "raw">[]>> {
  const rows = await executor.rows<Pick<RowAside, "row" | "cell" | "raw"> & { source: string }>(
    `select q.source, q.row, q.cell, q.raw from ops.quarantine q
       join ops.load l on l.load_id = q.load_id and l.is_current
      where q.publication = $1 and q.period = $2 and q.what = 'row' order by q.quarantine_id`,
    [publication, period],
  );
  const found = new Map<string, typeof rows>();
  for (const row of rows) found.set(row.source, [...(found.get(row.source) ?? []), row]);
  return found;
}
