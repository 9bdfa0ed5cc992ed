import type { PurgedLoad, PurgeScope } from "../../model/purge.ts";
import { beforeOf, contentKey, type Reason, type Vintage, vintageOf } from "../../model/vintage.ts";
import type { Database, Transaction } from "../database.ts";
import { settleMarks } from "../load/marks.ts";
import { lockLoad, makeCurrent, settleLatest } from "../load/point-load.ts";
import { type RowValues, valuesOfLoad } from "../load/same-rows.ts";
import { digestColumns } from "../tables/row-digest.ts";
import { liveColumns } from "../tables/shape-source.ts";
import { bronzeTable } from "../tables/source-table.ts";
import { purgeScope, QUARANTINED_WITH } from "./purge-scope.ts";
import { pointOutcome, vintagesOf } from "./vintages.ts";

/** What is current in place of a load that was purged; null if nothing is. */
export type Successors = ReadonlyMap<string, number | null>;

/**
 * Removes loads from the database in one transaction: rows, ledger, texts that quote them, and which files
 * may be kept; each leaves a tombstone. The files themselves are removed after it. The release's lock is the
 * caller's matter.
 */
export function purgeLoads(
  database: Database,
  loads: readonly { readonly load_id: string; readonly source: string; readonly period: string }[],
  said: Reason,
): Promise<{ readonly scope: PurgeScope; readonly successors: Successors }> {
  return database.transaction((transaction) => purgeWithin(transaction, loads, said));
}

/** As `purgeLoads`, in a transaction that does more. */
export async function purgeWithin(
  transaction: Transaction,
  loads: readonly { readonly load_id: string; readonly source: string; readonly period: string }[],
  said: Reason,
): Promise<{ readonly scope: PurgeScope; readonly successors: Successors }> {
  for (const load of loads) await lockLoad(transaction, load);
  const scope = await purgeScope(transaction, loads);
  const gone = scope.artifacts.filter((one) => one.used_by.length === 0);
  const shas = gone.map((one) => one.sha256);
  await forgetTexts(transaction, scope, shas);
  const successors = new Map<string, number | null>();
  for (const load of scope.loads) {
    await buryLoad(transaction, load, shas, said);
    successors.set(load.source, await succeed(transaction, load));
  }
  await transaction.rows(
    "update ops.artifact set purged_at = now() where sha256 = any($1::text[])",
    [shas],
  );
  await transaction.rows(
    "update ops.link set status = 'purged', detail = $2 where sha256 = any($1::text[])",
    [shas, `purged by ${said.by}: ${said.reason}`],
  );
  await settleReleases(transaction, scope, said);
  return { scope, successors };
}

/** Quarantine, documents and answers in which cells of the loads stand. */
async function forgetTexts(
  transaction: Transaction,
  { loads, artifacts, generations }: PurgeScope,
  gone: readonly string[],
): Promise<void> {
  const ids = loads.map((one) => one.load_id);
  const all = artifacts.map((one) => one.sha256);
  await transaction.rows(`delete from ops.quarantine q where ${QUARANTINED_WITH}`, [
    ids,
    gone,
    all,
  ]);
  // Ids stay, so that what was made of them can still be followed back.
  await transaction.rows(
    `update ops.generation
        set prompt = null, raw = null, parsed = null,
            parsed_metadata = (parsed_metadata - 'unplaced') - 'model'
      where generation_id = any($1::text[])`,
    [generations],
  );
  await transaction.rows("delete from ops.model_response where generation_id = any($1::text[])", [
    generations,
  ]);
  // Of the kinds of drift only these quote cells.
  await transaction.rows(
    `delete from ops.drift d using ops.load l
      where l.load_id = any($1::bigint[]) and d.source = l.source and d.run_id = l.run_id
        and d.kind in ('category_new', 'category_gone')`,
    [ids],
  );
}

async function buryLoad(
  transaction: Transaction,
  load: PurgedLoad,
  gone: readonly string[],
  { by, reason }: Reason,
): Promise<void> {
  const { load_id: id } = load;
  const parts = await transaction.rows<{ artifact: string; fingerprint: string }>(
    "select artifact, fingerprint from ops.part where load_id = $1 order by part",
    [id],
  );
  const same = await transaction.rows<{ artifact: string }>(
    "select artifact from ops.same_issue where load_id = $1",
    [id],
  );
  const files = new Set([...parts, ...same].map((one) => one.artifact));
  const values = await wholeValues(transaction, load);
  await transaction.rows(
    `insert into ops.tombstone (load_id, publication, period, source, vintage, key, artifacts, rows, reason, by, "values")
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      id,
      load.publication,
      load.period,
      load.source,
      load.vintage,
      contentKey(parts.map((one) => one.fingerprint)),
      [...files].filter((one) => gone.includes(one)),
      load.rows,
      reason,
      by,
      values === null ? null : JSON.stringify(values),
    ],
  );
  await transaction.rows(`delete from ${bronzeTable(load.source)} where _load_id = $1`, [id]);
  for (const table of ["part", "load_period", "check_result", "load_marker"]) {
    await transaction.rows(`delete from ops.${table} where load_id = $1`, [id]);
  }
  await transaction.rows("update ops.marker set load_id = null where load_id = $1", [id]);
}

/** Null of a load whose rows are not all in the table: they expired, or some were set aside. */
async function wholeValues(
  transaction: Transaction,
  { load_id: id, source }: PurgedLoad,
): Promise<RowValues | null> {
  const [load] = await transaction.rows<{ whole: boolean }>(
    `select expired_at is null and not exists (
              select 1 from jsonb_array_elements(conservation->'parts') p
               where (p->'rows'->>'quarantined')::bigint > 0) as whole
       from ops.load where load_id = $1`,
    [id],
  );
  if (load?.whole !== true) return null;
  const columns = digestColumns((await liveColumns(transaction, source)) ?? []);
  return valuesOfLoad(transaction, bronzeTable(source), Number(id), columns);
}

/** Removes the ledger's row; if it was current the one before it is. */
async function succeed(transaction: Transaction, load: PurgedLoad): Promise<number | null> {
  const vintages = await vintagesOf(transaction, load);
  const { is_current: wasCurrent } = vintageOf(vintages, load.vintage);
  await transaction.rows("delete from ops.load where load_id = $1", [load.load_id]);
  const next = wasCurrent
    ? withRows(beforeOf(vintages, load.vintage))
    : (vintages.find((one) => one.is_current) ?? null);
  if (wasCurrent) {
    await makeCurrent(transaction, load, next?.load_id ?? null);
    await pointOutcome(transaction, load.publication, load, next?.load_id ?? null);
  }
  await settleLatest(transaction, load.source);
  await settleMarks(transaction, load.source);
  return next?.vintage ?? null;
}

/** What expired has no rows to show: then nothing is current. */
const withRows = (one: Vintage | null): Vintage | null => (one?.expired == null ? one : null);

/** A release that holds no load any more waits for another file; any other is decided again. */
async function settleReleases(
  transaction: Transaction,
  { loads }: PurgeScope,
  { by, reason }: Reason,
): Promise<void> {
  const [first] = loads;
  if (first === undefined) return;
  await transaction.rows(
    `update ops.release r set release_key = null, updated_at = now(),
            status = case when held.any then r.status else 'not_published' end,
            detail = case when held.any then r.detail else $3 end,
            exit = case when held.any then r.exit else 0 end
       from (select exists (select 1 from ops.load
                             where publication = $1 and period = $2 and is_current) as any) held
      where r.publication = $1 and r.period = $2`,
    [first.publication, first.period, `purged by ${by}: ${reason}`],
  );
}
