import type { ReleaseRecord } from "../../database/ledger/ledger.ts";
import type { ExitCode } from "../../model/errors.ts";
import type { LinkRecord } from "../../model/link.ts";
import type { ReleaseReport } from "../../model/report.ts";
import { type PublicationSurvey, releaseKey, type SurveyedRelease } from "./publication-survey.ts";

/** What became of a release, before it is known whose and when. */
export type Outcome = Omit<ReleaseReport, "publication" | "period" | "run_id" | "duration_ms">;

export const outcome = (
  status: ReleaseReport["status"],
  reason: string,
  exit: ExitCode = 0,
  more: Partial<Outcome> = {},
): Outcome => ({ status, reason, exit, sources: [], left_out: [], remarks: [], ...more });

/** What is known without looking further: nothing to fetch, and decided on the same files before. */
export function idleOutcome(survey: PublicationSurvey, release: SurveyedRelease): Outcome | null {
  const { record, links } = release;
  if (release.fetches.todo.length > 0 || release.reprocess !== null || record === null) return null;
  const [why] = release.fetches.skipped;
  if (release.announced !== null && record.status !== "not_published")
    return asBefore(record, `now only ${release.announced}`);
  if (record.status === "not_published")
    return release.announced === null || release.announced === record.detail
      ? outcome("not_published", why?.reason ?? record.detail)
      : null;
  const key = releaseKey(links, survey.editEpoch, survey.publication);
  return record.release_key === key ? asBefore(record, why?.reason ?? "nothing new") : null;
}

export function asBefore(record: ReleaseRecord, why: string): Outcome {
  return record.status === "loaded"
    ? outcome("unchanged", why)
    : outcome(
        record.status as ReleaseReport["status"],
        `${record.detail}; ${why}`,
        record.exit as ExitCode,
      );
}

/** A release whose files were all purged stays what its earlier files made it; null if none was. */
export function keptWithoutFiles(
  record: ReleaseRecord | null,
  links: readonly LinkRecord[],
  reason: string,
): { readonly record: ReleaseRecord; readonly outcome: Outcome } | null {
  if (record === null || !links.some((link) => link.status === "purged")) return null;
  const waits = record.status === "not_published";
  return { record, outcome: waits ? outcome("not_published", reason) : asBefore(record, reason) };
}
