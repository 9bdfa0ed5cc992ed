import type { DigestColumn } from "../../model/digest/row-digest.ts";
import { CanonryError } from "../../model/errors.ts";
import type { LoadCounts } from "../../model/load-commit.ts";
import type { SourceContract } from "../../model/manifest/manifest.ts";
import type { Database, Executor, Transaction } from "../database.ts";
import { identifier } from "../identifier.ts";
import { checkRows } from "../load/check-rows.ts";
import { lockLoad } from "../load/point-load.ts";
import { digestOf, keepDigests, type LoadDigest } from "../tables/load-digests.ts";
import { digestColumns, loadFacts } from "../tables/row-digest.ts";
import { liveColumns } from "../tables/shape-source.ts";
import { bronzeTable } from "../tables/source-table.ts";

/** A load whose rows left their table, with all that says how they were read. */
export interface ExpiredLoad {
  readonly load_id: number;
  readonly publication: string;
  readonly source: string;
  readonly period: string;
  readonly vintage: number;
  /** That it was loaded by. */
  readonly contract: SourceContract;
  readonly digest: LoadDigest | null;
  /** In their order. */
  readonly parts: readonly {
    readonly artifact: string;
    readonly file_name: string;
    readonly size_bytes: number;
    readonly member: string | null;
    readonly sheet: string | null;
    readonly fingerprint: string;
  }[];
}

/** Null if its rows stand in their table, or there is no such load. */
export async function expiredLoad(executor: Executor, id: string): Promise<ExpiredLoad | null> {
  const [load] = await executor.rows<ExpiredLoad>(
    `select l.load_id, l.publication, l.source, l.period, l.vintage, c.document as contract, l.digest,
            (select jsonb_agg(jsonb_build_object('artifact', p.artifact, 'file_name', p.file_name,
                      'size_bytes', coalesce(a.size_bytes, 0), 'member', p.member, 'sheet', p.sheet,
                      'fingerprint', p.fingerprint) order by p.part)
               from ops.part p left join ops.artifact a on a.sha256 = p.artifact
              where p.load_id = l.load_id) as parts
       from ops.load l join ops.contract c on c.source = l.source and c.version = l.contract_version
      where l.load_id = $1 and l.expired_at is not null`,
    [id],
  );
  return load ?? null;
}

/** The rows of a load, read again. */
export interface RowsAgain {
  readonly copy_columns: readonly string[];
  lines(loadId: string, columns: readonly DigestColumn[]): AsyncIterable<string | Uint8Array>;
  /** Once the lines were read. */
  counts(): LoadCounts;
}

/**
 * Puts the rows of an expired load back under their number. They are what they were, or nothing is done: throws
 * VINTAGE_UNREADABLE if their digest is not that of the ledger.
 */
export function bringBackRows(
  database: Database,
  load: ExpiredLoad,
  rows: RowsAgain,
): Promise<void> {
  return database.transaction(async (transaction) => {
    await lockLoad(transaction, load);
    await transaction.rows("select 1 from ops.source where code = $1 for update", [load.source]);
    if ((await expiredLoad(transaction, String(load.load_id))) === null) return;
    const covered = load.digest?.columns ?? [];
    const copied = await transaction.copyIn(
      bronzeTable(load.source),
      rows.copy_columns.map(identifier),
      rows.lines(String(load.load_id), covered),
    );
    const counts = rows.counts();
    proveAgain(load, covered, counts);
    await settleRows(transaction, load, covered, copied, counts);
    await transaction.rows(
      "update ops.load set expired_at = null, expired_by = null where load_id = $1",
      [load.load_id],
    );
  });
}

function proveAgain(
  load: ExpiredLoad,
  covered: readonly DigestColumn[],
  { facts }: LoadCounts,
): void {
  const now = digestOf(covered, facts);
  const { digest } = load;
  if (digest?.data === now.data && digest.total === now.total && digest.row_sum === now.row_sum)
    return;
  throw unreadable(
    load,
    digest === null
      ? "no digest was taken of it"
      : `its rows have the digest ${now.data} + ${now.total} now, ${digest.data} + ${digest.total} when they were loaded`,
  );
}

export function unreadable({ source, period, vintage }: ExpiredLoad, what: string): CanonryError {
  return new CanonryError(
    "VINTAGE_UNREADABLE",
    `vintage ${vintage} of ${source} ${period} cannot be brought back: ${what}`,
  );
}

/** The table holds what was written. Where a column of it was widened since, the digest is that of the wider one. */
async function settleRows(
  transaction: Transaction,
  load: ExpiredLoad,
  covered: readonly DigestColumn[],
  copied: number,
  counts: LoadCounts,
): Promise<void> {
  const { source, period, load_id: loadId } = load;
  const table = bronzeTable(source);
  const live = digestColumns((await liveColumns(transaction, source)) ?? []);
  const isAsItWas = covered.every(
    ({ name, type }, at) => live[at]?.name === name && live[at].type === type,
  );
  if (isAsItWas) {
    await checkRows(transaction, load, { table, loadId, columns: covered, copied }, counts);
    return;
  }
  const held = await loadFacts(transaction, table, live, {
    loads: [loadId],
    parts: true,
    periods: true,
  });
  const rows = held.reduce((sum, one) => sum + one.rows, 0);
  if (rows !== counts.rows_data + counts.rows_total || rows !== copied)
    throw unreadable(load, `${rows} of ${copied} rows are in the table`);
  await keepDigests(transaction, { loadId, period }, live, held);
}
