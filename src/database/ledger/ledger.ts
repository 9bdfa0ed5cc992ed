import type { LeftOut } from "../../model/decision.ts";
import type { CanonicalManifest, SourceContract } from "../../model/manifest/manifest.ts";
import type { Executor } from "../database.ts";
import { resolveHeldBut } from "../quarantine/held.ts";

/** Statements of a run: what was decided before, and what became of it now. */

export interface ReleaseRecord {
  readonly period: string;
  readonly status: string;
  readonly release_key: string | null;
  readonly reader_version: number | null;
  readonly detail: string;
  readonly exit: number;
}

/** All releases of a publication, or one of them, in one statement. */
export function releasesOf(
  executor: Executor,
  publication: string,
  period: string | null = null,
): Promise<ReleaseRecord[]> {
  return executor.rows<ReleaseRecord>(
    `select period, status, release_key, reader_version, detail, exit
       from ops.release where publication = $1 and period = coalesce($2, period)`,
    [publication, period],
  );
}

export async function recordRelease(
  executor: Executor,
  release: ReleaseRecord & { readonly publication: string },
): Promise<void> {
  await executor.rows(
    `insert into ops.release (publication, period, status, release_key, reader_version, detail, exit)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (publication, period) do update
       set status = excluded.status, release_key = excluded.release_key, detail = excluded.detail,
           reader_version = excluded.reader_version, exit = excluded.exit, updated_at = now()
     where (ops.release.status, ops.release.release_key, ops.release.detail, ops.release.exit, ops.release.reader_version)
           is distinct from (excluded.status, excluded.release_key, excluded.detail, excluded.exit, excluded.reader_version)`,
    [
      release.publication,
      release.period,
      release.status,
      release.release_key,
      release.reader_version,
      release.detail,
      release.exit,
    ],
  );
}

/** 0 for a publication that the database does not know. */
export async function editEpoch(executor: Executor, publication: string): Promise<number> {
  const [row] = await executor.rows<{ epoch: number }>(
    "select edit_epoch as epoch from ops.publication where code = $1",
    [publication],
  );
  return row?.epoch ?? 0;
}

export async function startRun(
  executor: Executor,
  run: {
    readonly run_id: string;
    readonly backfill_id: string;
    readonly publication: string;
    readonly period: string;
    readonly host: string;
    readonly pid: number;
  },
): Promise<void> {
  await executor.rows(
    `insert into ops.run (run_id, backfill_id, publication, period, status, host, pid)
     values ($1, $2, $3, $4, 'running', $5, $6)`,
    [run.run_id, run.backfill_id, run.publication, run.period, run.host, run.pid],
  );
}

export async function finishRun(
  executor: Executor,
  runId: string,
  status: string,
  detail: string,
): Promise<void> {
  await executor.rows(
    "update ops.run set status = $2, detail = $3, finished_at = now() where run_id = $1",
    [runId, status, detail],
  );
}

/** Contracts in force of a publication, in the order in which the sources were first seen. */
export function contractsOf(
  executor: Executor,
  publication: string,
): Promise<{ contract: SourceContract; version: number }[]> {
  return executor.rows(
    `select c.document as contract, s.version
       from ops.source s join ops.contract c on c.source = s.code and c.version = s.version
      where s.publication = $1 order by s.position, s.code`,
    [publication],
  );
}

export async function codesOfOthers(executor: Executor, publication: string): Promise<string[]> {
  const rows = await executor.rows<{ code: string }>(
    "select code from ops.source where publication <> $1 order by code",
    [publication],
  );
  return rows.map((row) => row.code);
}

/** A load of a release, and what else holds the same. */
export interface LoadOfRelease {
  readonly source: string;
  readonly load_id: string;
  readonly vintage: number;
  readonly key: string;
  readonly is_current: boolean;
  /** Keys of its issue and of those that hold the same; files that any of them came in. */
  readonly keys: readonly string[];
  readonly artifacts: readonly string[];
}

export function loadsOfRelease(
  executor: Executor,
  publication: string,
  period: string,
): Promise<LoadOfRelease[]> {
  return executor.rows<LoadOfRelease>(
    `select source, load_id::text, vintage, key, is_current,
            array(select l.key union select s.key from ops.same_issue s where s.load_id = l.load_id) as keys,
            array(select p.artifact from ops.part p where p.load_id = l.load_id
                  union select s.artifact from ops.same_issue s where s.load_id = l.load_id) as artifacts
       from ops.load l
      where publication = $1 and period = $2 order by source, vintage`,
    [publication, period],
  );
}

export function outcomesOfRelease(
  executor: Executor,
  publication: string,
  period: string,
): Promise<{ source: string; status: string; reason: string }[]> {
  return executor.rows(
    "select source, status, reason from ops.outcome where publication = $1 and period = $2",
    [publication, period],
  );
}

/** Keys of the tables and files that are in quarantine for a release and not resolved. */
export async function quarantineKeys(
  executor: Executor,
  publication: string,
  period: string,
): Promise<string[]> {
  const rows = await executor.rows<{ key: string }>(
    `select key from ops.quarantine
      where publication = $1 and period = $2 and what <> 'row' and resolved_at is null`,
    [publication, period],
  );
  return rows.map((row) => row.key);
}

export async function recordQuarantine(
  executor: Executor,
  scope: { readonly publication: string; readonly period: string; readonly run_id: string },
  items: readonly (LeftOut & { readonly key: string })[],
): Promise<void> {
  for (const item of items) {
    await executor.rows(
      `insert into ops.quarantine (key, publication, period, artifact, file_name, member, sheet, range, reason, run_id, what)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
      [
        item.key,
        scope.publication,
        scope.period,
        item.artifact,
        item.file,
        item.member,
        item.sheet,
        item.range,
        item.reason,
        scope.run_id,
        item.what === "unreadable" ? "file" : "region",
      ],
    );
  }
}

/** What is no longer left out of a release is resolved, and what waits of any source but those that still do. */
export async function resolveQuarantine(
  executor: Executor,
  release: { readonly publication: string; readonly period: string },
  still: { readonly left_out: readonly string[]; readonly sources: readonly string[] },
): Promise<void> {
  await executor.rows(
    `update ops.quarantine set resolved_at = now()
      where publication = $1 and period = $2 and what <> 'row' and source is null
        and resolved_at is null and not (key = any($3))`,
    [release.publication, release.period, still.left_out],
  );
  await resolveHeldBut(executor, release, still.sources);
}

export async function manifestInForce(
  executor: Executor,
  publication: string,
): Promise<{ text: string; document: CanonicalManifest } | null> {
  const [row] = await executor.rows<{ text: string; document: CanonicalManifest }>(
    "select text, document from ops.manifest where publication = $1 order by version desc limit 1",
    [publication],
  );
  return row ?? null;
}

/** Loads of a publication that are current, by period and source. */
export function currentLoads(
  executor: Executor,
  publication: string,
): Promise<{ source: string; period: string; key: string; vintage: number }[]> {
  return executor.rows(
    `select source, period, key, vintage from ops.load
      where publication = $1 and is_current order by period, source`,
    [publication],
  );
}
