import type { Executor } from "../database.ts";

/** The identity of the warehouse: made with its ledger, and taken over from a backup that is restored. A uuid. */
export async function warehouseId(executor: Executor): Promise<string> {
  const [row] = await executor.rows<{ id: string }>(
    "select warehouse_id::text as id from ops.warehouse",
  );
  if (row === undefined) throw new Error("the ledger says not which warehouse it is");
  return row.id;
}
