import type { DigestColumn } from "../../model/digest/row-digest.ts";
import { CanonryError } from "../../model/errors.ts";
import type { LoadCommit, LoadCounts, LoadReceipt, LoadResult } from "../../model/load-commit.ts";
import { parsePeriod } from "../../model/period/period.ts";
import { recordChecks, runChecks } from "../checks/checks.ts";
import type { Database, Transaction } from "../database.ts";
import { identifier } from "../identifier.ts";
import { isProvisional } from "../ledger/contract-state.ts";
import { keepContract } from "../ledger/keep-contract.ts";
import { keepRelease, nameLoader } from "../ledger/release-lock.ts";
import { keepAside } from "../quarantine/quarantine.ts";
import { keepDigests } from "../tables/load-digests.ts";
import { digestColumns } from "../tables/row-digest.ts";
import { shapeSource } from "../tables/shape-source.ts";
import { bronzeTable } from "../tables/source-table.ts";
import { checkRows } from "./check-rows.ts";
import { settleGrain } from "./grain.ts";
import { keepMarks } from "./marks.ts";
import { lockLoad, makeCurrent, settleLatest } from "./point-load.ts";
import { hasEarlier, keepSame, sameRows } from "./same-rows.ts";

/**
 * Commits one load: shape of the table, rows, ledger, current pointer, contract, manifest, drift and
 * outcome, or nothing of it. Throws STORAGE_CONFLICT if the contract is no longer the one that it was
 * planned with (plan again), LOCK_LOST if the release is no longer this run's, GRAIN_BROKEN if two rows have
 * one key, CHECK_BROKEN or CHECK_ABORTED if a check says so, ROWS_ASIDE if more rows do not fit than may,
 * CONSERVATION_BROKEN if the table does not hold what was written. An issue whose rows are those of a load is
 * not loaded: what was written for it is taken back, and it is remembered as the same.
 */
export function commitLoad(database: Database, load: LoadCommit): Promise<LoadResult> {
  return database.transaction(async (transaction) => {
    await nameLoader(transaction, load.run_id);
    await lockLoad(transaction, load);
    const isCompared = await hasEarlier(transaction, load);
    if (isCompared) await transaction.rows("savepoint unwritten");
    // For the check of the grain, which sorts the keys of the load.
    await transaction.rows("set local work_mem = '128MB'");
    await checkContract(transaction, load);
    const { shape, statements } = await shapeSource(transaction, load.contract, load.changed);
    const opened = await openLoad(transaction, load);
    const rows = await copyRows(transaction, load, opened.load_id, digestColumns(shape.columns));
    const made = { ...opened, ...rows, statements };
    const same = isCompared ? await sameRows(transaction, load, made) : null;
    if (same !== null) {
      await transaction.rows("rollback to savepoint unwritten");
      await keepSame(transaction, same.same_as.load_id, {
        key: load.key,
        artifacts: [...rows.counts.parts.map((one) => one.artifact), ...load.copies],
      });
      await keepRelease(transaction, database, load);
      return same;
    }
    const receipt = await keepLoad(transaction, load, made);
    await keepRelease(transaction, database, load);
    load.agree?.(receipt, statements);
    return receipt;
  });
}

interface ProvenRows {
  /** Columns of the table that the digest covers. */
  readonly covered: readonly DigestColumn[];
  readonly counts: LoadCounts;
}

/** Rows into the table, compared with what was written. */
async function copyRows(
  transaction: Transaction,
  load: LoadCommit,
  loadId: number,
  covered: readonly DigestColumn[],
): Promise<ProvenRows> {
  const table = bronzeTable(load.source);
  const copied = await transaction.copyIn(
    table,
    load.copy_columns.map(identifier),
    load.lines(String(loadId), covered),
  );
  const counts = load.counts();
  await checkRows(transaction, load, { table, loadId, columns: covered, copied }, counts);
  return { covered, counts };
}

/** Checks of what the rows say, and all that the ledger keeps of them. */
async function keepLoad(
  transaction: Transaction,
  load: LoadCommit,
  made: ProvenRows & { readonly load_id: number; readonly vintage: number },
): Promise<LoadReceipt> {
  const { load_id: loadId, vintage, covered, counts } = made;
  const table = bronzeTable(load.source);
  const contract = await settleGrain(transaction, load, { table, loadId }, () =>
    isProvisional(transaction, load.source, load.base_version),
  );
  const checks = await runChecks(transaction, load, { table, loadId, rows: counts.rows_data });
  await recordChecks(transaction, loadId, checks);
  const { version, generation } = await keepContract(transaction, load, contract, loadId);
  await closeLoad(transaction, load, loadId, version, counts);
  await point(transaction, load, loadId, counts);
  await keepDigests(transaction, { loadId, period: load.period }, covered, counts.facts);
  await keepMarks(transaction, load.source, loadId, load);
  await record(transaction, load, loadId);
  await keepAside(transaction, load, loadId, counts.parts);
  await keepSame(transaction, String(loadId), { key: load.key, artifacts: load.copies });
  return {
    load_id: String(loadId),
    vintage,
    rows_data: counts.rows_data,
    rows_total: counts.rows_total,
    rows_aside: load.aside().length,
    checks,
    contract_version: version,
    generation,
  };
}

/** The contract in force is the one that the load was planned with. Nobody changes it until the commit. */
async function checkContract(transaction: Transaction, load: LoadCommit): Promise<void> {
  await transaction.rows(
    "insert into ops.publication (code, name) values ($1, $2) on conflict (code) do nothing",
    [load.publication, load.publication_name],
  );
  if (load.changed) {
    await transaction.rows("select 1 from ops.publication where code = $1 for update", [
      load.publication,
    ]);
  }
  const [source] = await transaction.rows<{ publication: string; version: number }>(
    "select publication, version from ops.source where code = $1 for share",
    [load.source],
  );
  if (source !== undefined && source.publication !== load.publication) {
    throw new CanonryError("STORAGE_CONFLICT", `${load.source} belongs to ${source.publication}`);
  }
  if ((source?.version ?? 0) !== load.base_version) {
    throw new CanonryError(
      "STORAGE_CONFLICT",
      `the contract of ${load.source} is at version ${source?.version ?? 0}, the load was planned with ${load.base_version}`,
    );
  }
}

async function openLoad(
  transaction: Transaction,
  load: LoadCommit,
): Promise<{ load_id: number; vintage: number }> {
  const [row] = await transaction.rows<{ load_id: number; vintage: number }>(
    `insert into ops.load (publication, period, source, vintage, key, reading_hash, contract_version,
                           rows_data, rows_total, conservation, is_current, run_id)
     select $1, $2, $3, coalesce(max(vintage), 0) + 1, $4, $5, 0, 0, 0, '{}', false, $6
       from (select vintage from ops.load where source = $3 and period = $2
             union all select vintage from ops.tombstone where source = $3 and period = $2) used
     returning load_id, vintage`,
    [load.publication, load.period, load.source, load.key, load.reading_hash, load.run_id],
  );
  if (row === undefined) throw new CanonryError("CONSERVATION_BROKEN", "the ledger gave no load");
  return row;
}

async function closeLoad(
  transaction: Transaction,
  _load: LoadCommit,
  loadId: number,
  version: number,
  counts: LoadCounts,
): Promise<void> {
  await transaction.rows(
    `update ops.load set contract_version = $2, rows_data = $3, rows_total = $4, conservation = $5,
            profile = $6
      where load_id = $1`,
    [
      loadId,
      version,
      counts.rows_data,
      counts.rows_total,
      JSON.stringify(counts.conservation),
      JSON.stringify(counts.profile),
    ],
  );
  for (const part of counts.parts) {
    await transaction.rows(
      `insert into ops.part (load_id, part, artifact, file_name, member, sheet, range, fingerprint, rows_data, rows_total)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        loadId,
        part.part,
        part.artifact,
        part.file_name,
        part.member,
        part.sheet,
        part.range,
        part.fingerprint,
        part.rows_data,
        part.rows_total,
      ],
    );
  }
}

/** Moves the pointer to this load, and for each data period to the latest release that holds it. */
async function point(
  transaction: Transaction,
  load: LoadCommit,
  loadId: number,
  counts: LoadCounts,
): Promise<void> {
  await makeCurrent(transaction, load, loadId);
  const periods = [...new Set([load.period, ...counts.periods.map((one) => one.period)])];
  const known = periods.flatMap((text) => parsePeriod(text) ?? []);
  await transaction.rows(
    `insert into ops.period (period, period_start, period_end)
     select * from unnest($1::text[], $2::date[], $3::date[]) on conflict (period) do nothing`,
    [known.map((one) => one.text), known.map((one) => one.start), known.map((one) => one.end)],
  );
  await transaction.rows(
    `insert into ops.load_period (load_id, source, period, rows)
     select $1, $2, * from unnest($3::text[], $4::bigint[])`,
    [
      loadId,
      load.source,
      counts.periods.map((one) => one.period),
      counts.periods.map((one) => one.rows),
    ],
  );
  await settleLatest(transaction, load.source);
}

async function record(transaction: Transaction, load: LoadCommit, loadId: number): Promise<void> {
  for (const drift of load.drift) {
    await transaction.rows(
      `insert into ops.drift (publication, period, source, kind, verdict, detail, run_id)
       values ($1, $2, $3, $4, 'applied', $5, $6)`,
      [load.publication, load.period, load.source, drift.kind, JSON.stringify(drift), load.run_id],
    );
  }
  await transaction.rows(
    `insert into ops.outcome (publication, period, source, status, reason, load_id, run_id)
     values ($1, $2, $3, 'loaded', '', $4, $5)
     on conflict (publication, period, source) do update
       set status = 'loaded', reason = '', questions = '{}', load_id = excluded.load_id, run_id = excluded.run_id, updated_at = now()`,
    [load.publication, load.period, load.source, loadId, load.run_id],
  );
}
