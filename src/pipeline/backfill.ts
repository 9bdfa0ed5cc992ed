import { worstExit } from "../model/errors.ts";
import type { BackfillReport } from "../model/report.ts";
import { HostTurns } from "../stages/acquire/index.ts";
import { syncManifests } from "./manifests/manifests.ts";
import { rehearse } from "./plan/rehearse.ts";
import { exportAll } from "./projections/projections.ts";
import { readState, rebuildState } from "./projections/state.ts";
import type { BackfillOptions } from "./release/backfill-options.ts";
import { type PublicationSurvey, surveyPublication } from "./release/publication-survey.ts";
import { databaseLedger, type ReleaseLedger } from "./release/release-ledger.ts";
import { choose, exitsOf, walk } from "./release/walk.ts";
import { tidyUp } from "./tidy-up.ts";
import { removePurged } from "./vintages/purged-files.ts";
import type { World } from "./world.ts";

/** What keeps a backfill to less than it would do by itself. */
export interface Bounds {
  readonly survey: (survey: PublicationSurvey) => PublicationSurvey;
  readonly ledger: (ledger: ReleaseLedger) => ReleaseLedger;
}

const NONE: Bounds = { survey: (survey) => survey, ledger: (ledger) => ledger };

/**
 * Walks every chosen release through the pipeline, then writes exports and state. Publications are
 * independent of each other; the releases of one are decided in order of time. A failure of one
 * release never hides the others: it is in the report, and in the exit code.
 */
export async function backfill(
  world: World,
  options: BackfillOptions,
  bounds: Bounds = NONE,
): Promise<BackfillReport> {
  if (options.dryRun) return (await rehearse(world, options)).report;
  const startedAt = world.now().getTime();
  const backfillId = world.newId();
  const publications = choose(world.config.publications, options.publications);
  const purged = await removePurged(world);
  const untidy = await tidyUp(world);
  const repaired = [...purged, ...(await syncManifests(world)), ...(await stateRepair(world))];
  const turns = new HostTurns(world.config.settings.fetch.page_pause_ms, world.signal);
  const found = await Promise.all(
    publications.map((publication) => surveyPublication(world, publication, options, turns)),
  );
  const surveys = found.map(bounds.survey);
  const events = world.eventsOf(backfillId, options.watch);
  for (const { path, reason } of repaired)
    events.emit({ event: "projection.repaired", path, reason });
  for (const { key, reason } of untidy)
    events.emit({ event: "warning", code: "LEFTOVER", message: `${key}: ${reason}` });
  const ledger = bounds.ledger(databaseLedger(world.database));
  const releases = await walk(surveys, { world, options, backfillId, events, ledger });
  const exports = await exportAll(world, events);
  await world.database.inTurn("canonry.projections", async () => {
    repaired.push(...(await syncManifests(world)).filter((one) => one.edited));
    await rebuildState(world);
  });
  const exit = worstExit([...exitsOf(surveys, releases, exports), world.signal.aborted ? 130 : 0]);
  const durationMs = world.now().getTime() - startedAt;
  events.emit({ event: "backfill.finished", exit, duration_ms: durationMs });
  await events.flush();
  return {
    backfill_id: backfillId,
    dry_run: false,
    releases,
    exports,
    unplaced: surveys.flatMap((one) => one.unplaced),
    unseen: surveys.flatMap((one) => one.unseen),
    repaired: repaired.map(({ path, reason }) => ({ path, reason })),
    exit,
    duration_ms: durationMs,
  };
}

async function stateRepair(
  world: World,
): Promise<{ path: string; reason: string; edited: boolean }[]> {
  const isNew = (await readState(world)).ledger_at === null;
  const reason = await rebuildState(world);
  return reason === null || isNew ? [] : [{ path: "data/state/state.json", reason, edited: true }];
}
