import type { QuarantineEntry } from "../../model/quarantine.ts";
import type { Transaction } from "../database.ts";

/** Of what release and source entries are, and who wrote them. */
export interface EntriesPlace {
  readonly publication: string;
  readonly period: string;
  readonly source: string;
  readonly run_id: string;
}

/** Writes entries of a source in their order. `loadId`: the load that set them aside; null if there is none. */
export async function insertEntries(
  transaction: Transaction,
  { publication, period, source, run_id: runId }: EntriesPlace,
  loadId: number | null,
  entries: readonly QuarantineEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  await transaction.rows(
    `insert into ops.quarantine (publication, period, source, load_id, run_id, what, key, artifact, file_name,
                                 member, sheet, range, row, cell, raw, reason)
     select $1, $2, $3, $4, $5, what, key, artifact, file_name, member, sheet, range, row, cell, raw, reason
       from unnest($6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[],
                   $13::bigint[], $14::text[], $15::jsonb[], $16::text[]) with ordinality
              as e(what, key, artifact, file_name, member, sheet, range, row, cell, raw, reason, position)
      order by position`,
    [
      publication,
      period,
      source,
      loadId,
      runId,
      entries.map((one) => one.what),
      entries.map((one) => one.key),
      entries.map((one) => one.artifact),
      entries.map((one) => one.file),
      entries.map((one) => one.member),
      entries.map((one) => one.sheet),
      entries.map((one) => one.range),
      entries.map((one) => one.row),
      entries.map((one) => one.cell),
      entries.map((one) => (one.raw === null ? null : JSON.stringify(one.raw))),
      entries.map((one) => one.reason),
    ],
  );
}
