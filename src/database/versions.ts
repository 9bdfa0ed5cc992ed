import type { AppliedDrift, StoredVersion } from "../model/changelog.ts";
import type { Executor } from "./database.ts";
import { iso } from "./iso.ts";

/** Every version of a publication's manifest, oldest first. */
export function manifestVersions(
  executor: Executor,
  publication: string,
): Promise<StoredVersion[]> {
  return executor.rows<StoredVersion>(
    `select version, document, by, run_id,
            ${iso("created_at")} as created_at
       from ops.manifest where publication = $1 order by version`,
    [publication],
  );
}

/** Drift that loads of a publication applied, in the order in which it was recorded. */
export function appliedDrift(executor: Executor, publication: string): Promise<AppliedDrift[]> {
  return executor.rows<AppliedDrift>(
    `select run_id, source, detail as drift from ops.drift
      where publication = $1 and verdict = 'applied' order by drift_id`,
    [publication],
  );
}
