import type { Executor } from "../database.ts";

/** Whether a version of a contract came from another system, and no release had settled it. */
export async function isProvisional(
  executor: Executor,
  source: string,
  version: number,
): Promise<boolean> {
  const [row] = await executor.rows<{ provisional: boolean }>(
    `select coalesce((document->>'provisional')::boolean, false) as provisional
       from ops.contract where source = $1 and version = $2`,
    [source, version],
  );
  return row?.provisional === true;
}
