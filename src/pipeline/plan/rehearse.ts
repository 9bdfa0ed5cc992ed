import { Rehearsal } from "../../database/load/rehearsal.ts";
import { worstExit } from "../../model/errors.ts";
import type { BackfillReport } from "../../model/report.ts";
import { HostTurns } from "../../stages/acquire/index.ts";
import { type ManifestCopies, manifestCopies } from "../manifests/manifests.ts";
import type { BackfillOptions } from "../release/backfill-options.ts";
import { type PublicationSurvey, surveyPublication } from "../release/publication-survey.ts";
import { databaseLedger, type Manifest } from "../release/release-ledger.ts";
import { choose, exitsOf, walk } from "../release/walk.ts";
import type { World } from "../world.ts";
import { Forecast } from "./forecast.ts";

export interface RehearsedBackfill {
  readonly report: BackfillReport;
  readonly surveys: readonly PublicationSurvey[];
  readonly forecast: Forecast;
  /** By publication. */
  readonly manifests: ReadonlyMap<string, ManifestCopies>;
}

/**
 * What a backfill would do, found by doing it without keeping it: files are fetched and drafted, releases
 * decided in their order, rows tried in temporary tables. Written are the artifact store, the record of what
 * was fetched, and runs.
 */
export async function rehearse(world: World, options: BackfillOptions): Promise<RehearsedBackfill> {
  const startedAt = world.now().getTime();
  const backfillId = world.newId();
  const publications = choose(world.config.publications, options.publications);
  const manifests = new Map<string, ManifestCopies>();
  const takenUp = new Map<string, Manifest>();
  const surveys: PublicationSurvey[] = [];
  const turns = new HostTurns(world.config.settings.fetch.page_pause_ms, world.signal);
  for (const publication of publications) {
    const copies = await manifestCopies(world, publication);
    manifests.set(publication.code, copies);
    if (copies.takenUp !== null) takenUp.set(publication.code, copies.takenUp);
    const survey = await surveyPublication(world, publication, options, turns);
    // A manifest that is taken up lets every release be decided again.
    const editEpoch = survey.editEpoch + (copies.takenUp === null ? 0 : 1);
    surveys.push({ ...survey, editEpoch });
  }
  const events = world.eventsOf(backfillId, options.watch);
  const { forecast, releases } = await world.database.session(async (session) => {
    const real = databaseLedger(world.database);
    const ledger = new Forecast(real, new Rehearsal(session), takenUp);
    const context = { world, options, backfillId, events, ledger };
    return { forecast: ledger, releases: await walk(surveys, context) };
  });
  const exit = worstExit([...exitsOf(surveys, releases, []), world.signal.aborted ? 130 : 0]);
  const durationMs = world.now().getTime() - startedAt;
  events.emit({ event: "backfill.finished", exit, duration_ms: durationMs });
  await events.flush();
  const report: BackfillReport = {
    backfill_id: backfillId,
    dry_run: true,
    releases,
    exports: [],
    unplaced: surveys.flatMap((one) => one.unplaced),
    unseen: surveys.flatMap((one) => one.unseen),
    repaired: [],
    exit,
    duration_ms: durationMs,
  };
  return { report, surveys, forecast, manifests };
}
