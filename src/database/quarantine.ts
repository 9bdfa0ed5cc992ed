import { sha256, stableJson } from "../model/hash.ts";
import type { LoadCommit, PartRecord } from "../model/load-commit.ts";
import type { RowAside } from "../model/row-allowance.ts";
import type { Executor, Transaction } from "./database.ts";

/** Rows that the load set aside, in its transaction; those of the load before it are resolved. */
export async function keepAside(
  transaction: Transaction,
  load: LoadCommit,
  loadId: number,
  parts: readonly PartRecord[],
): Promise<void> {
  await transaction.rows(
    `update ops.quarantine set resolved_at = now()
      where source = $1 and period = $2 and resolved_at is null`,
    [load.source, load.period],
  );
  const rows = load.aside();
  if (rows.length === 0) return;
  const place = (part: number): PartRecord | undefined => parts.find((one) => one.part === part);
  await transaction.rows(
    `insert into ops.quarantine (publication, period, source, load_id, run_id, what, key, artifact, file_name,
                                 member, sheet, range, row, cell, raw, reason)
     select $1, $2, $3, $4, $5, 'row', q.key, p.artifact, p.file_name, p.member, p.sheet, p.range,
            q.row, q.cell, q.raw, q.reason
       from unnest($6::text[], $7::int[], $8::bigint[], $9::text[], $10::jsonb[], $11::text[])
              as q(key, part, row, cell, raw, reason)
       join unnest($12::int[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[])
              as p(part, artifact, file_name, member, sheet, range) on p.part = q.part`,
    [
      load.publication,
      load.period,
      load.source,
      loadId,
      load.run_id,
      rows.map((one) =>
        sha256(stableJson([place(one.part)?.artifact, one.part, one.row, one.cell, one.raw])),
      ),
      rows.map((one) => one.part),
      rows.map((one) => one.row),
      rows.map((one) => one.cell),
      rows.map((one) => JSON.stringify(one.raw)),
      rows.map((one) => one.reason),
      parts.map((one) => one.part),
      parts.map((one) => one.artifact),
      parts.map((one) => one.file_name),
      parts.map((one) => one.member),
      parts.map((one) => one.sheet),
      parts.map((one) => one.range),
    ],
  );
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
