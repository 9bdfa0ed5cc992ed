import {
  type AppliedDrift,
  type Changelog,
  changelogOf,
  comparedVersions,
  type Documents,
  type StoredVersion,
} from "../../model/manifest/changelog.ts";
import type { CanonicalManifest } from "../../model/manifest/manifest.ts";
import type { Executor } from "../database.ts";
import { iso } from "../iso.ts";

/** Every version of a publication's manifest, oldest first. */
export function manifestVersions(
  executor: Executor,
  publication: string,
): Promise<StoredVersion[]> {
  return executor.rows<StoredVersion>(
    `select version, by, run_id, ${iso("created_at")} as created_at
       from ops.manifest where publication = $1 order by version`,
    [publication],
  );
}

/** What these versions of a publication's manifest say. */
export async function manifestDocuments(
  executor: Executor,
  publication: string,
  versions: readonly number[],
): Promise<Documents> {
  if (versions.length === 0) return new Map();
  const rows = await executor.rows<{ version: number; document: CanonicalManifest }>(
    "select version, document from ops.manifest where publication = $1 and version = any($2::int[])",
    [publication, versions],
  );
  return new Map(rows.map((row) => [row.version, row.document]));
}

/** Drift that loads of a publication applied, in the order in which it was recorded. */
function appliedDrift(executor: Executor, publication: string): Promise<AppliedDrift[]> {
  return executor.rows<AppliedDrift>(
    `select run_id, source, detail as drift from ops.drift
      where publication = $1 and verdict = 'applied' order by drift_id`,
    [publication],
  );
}

/** How a publication's manifest became what it is; null if it has none. Reads the documents that it compares. */
export async function manifestChangelog(
  executor: Executor,
  publication: string,
): Promise<Changelog | null> {
  const versions = await manifestVersions(executor, publication);
  const newest = versions.slice(-1).map((one) => one.version);
  const documents = await manifestDocuments(executor, publication, newest);
  const [last] = documents.values();
  if (last === undefined) return null;
  const drift = await appliedDrift(executor, publication);
  const compared = comparedVersions(versions, last, drift);
  const others = await manifestDocuments(executor, publication, compared);
  return changelogOf(versions, new Map([...documents, ...others]), drift);
}
