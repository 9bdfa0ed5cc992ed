import { CanonryError, type ExitCode } from "../../model/errors.ts";
import type { EventSink } from "../../model/events.ts";
import type { PublicationConfig } from "../../model/publication.ts";
import type { ExportReport, ReleaseReport } from "../../model/report.ts";
import type { World } from "../world.ts";
import type { BackfillOptions } from "./backfill-options.ts";
import type { PublicationSurvey } from "./publication-survey.ts";
import type { ReleaseLedger } from "./release-ledger.ts";
import { type ReleaseContext, runReleases } from "./release-run.ts";
import { Semaphore } from "./semaphore.ts";

/** The publications with these codes; all if none is named. Throws PUBLICATION_UNKNOWN. */
export function choose(
  all: readonly PublicationConfig[],
  codes: readonly string[],
): readonly PublicationConfig[] {
  const unknown = codes.find((code) => !all.some((one) => one.code === code));
  if (unknown !== undefined) {
    throw new CanonryError("PUBLICATION_UNKNOWN", `no publication is called ${unknown}`);
  }
  return codes.length === 0 ? all : all.filter((one) => codes.includes(one.code));
}

/** One walk over releases: what it stands on, and who is told. */
export interface Walk {
  readonly world: World;
  readonly options: BackfillOptions;
  readonly backfillId: string;
  readonly events: EventSink;
  readonly ledger: ReleaseLedger;
}

/**
 * Every release of every publication. Publications go side by side; where nothing is kept they go one after
 * the other, so that the same world gives the same forecast.
 */
export async function walk(
  surveys: readonly PublicationSurvey[],
  { events, options, ...rest }: Walk,
): Promise<readonly ReleaseReport[]> {
  events.emit({
    event: "backfill.started",
    publications: surveys.length,
    releases: surveys.reduce((sum, one) => sum + one.releases.length, 0),
  });
  const slots = new Semaphore(options.concurrency);
  const context: ReleaseContext = { ...rest, events, options, slots };
  if (!rest.ledger.rehearses) {
    return (await Promise.all(surveys.map((survey) => runReleases(survey, context)))).flat();
  }
  const reports: ReleaseReport[] = [];
  for (const survey of surveys) reports.push(...(await runReleases(survey, context)));
  return reports;
}

export function exitsOf(
  surveys: readonly PublicationSurvey[],
  releases: readonly ReleaseReport[],
  exports: readonly ExportReport[],
): readonly ExitCode[] {
  return [
    ...surveys.map((one): ExitCode => (one.unplaced.length > 0 ? 6 : 0)),
    ...surveys.flatMap((one) => one.unseen.map((page) => page.exit)),
    ...releases.map((one) => one.exit),
    ...exports.map((one): ExitCode => (one.status === "failed" ? 7 : 0)),
  ];
}
