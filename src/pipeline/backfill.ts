import { CanonryError, type ExitCode, worstExit } from "../model/errors.ts";
import type { EventSink } from "../model/events.ts";
import type { PublicationConfig } from "../model/publication.ts";
import type { BackfillReport, ExportReport, ReleaseReport } from "../model/report.ts";
import { HostTurns } from "../stages/acquire/index.ts";
import type { BackfillOptions } from "./backfill-options.ts";
import { exportSources } from "./exports.ts";
import { syncManifests } from "./manifests.ts";
import { type PublicationSurvey, surveyPublication } from "./publication-survey.ts";
import { type ReleaseContext, runReleases } from "./release-run.ts";
import { Semaphore } from "./semaphore.ts";
import { readState, rebuildState } from "./state.ts";
import type { World } from "./world.ts";

/**
 * Walks every chosen release through the pipeline, then writes exports and state. Publications are
 * independent of each other; the releases of one are decided in order of time. A failure of one
 * release never hides the others: it is in the report, and in the exit code.
 */
export async function backfill(world: World, options: BackfillOptions): Promise<BackfillReport> {
  const startedAt = world.now().getTime();
  const backfillId = world.newId();
  const publications = choose(world.config.publications, options.publications);
  const repaired = options.dryRun
    ? []
    : [...(await syncManifests(world)), ...(await stateRepair(world))];
  const turns = new HostTurns(world.config.settings.fetch.page_pause_ms, world.signal);
  const surveys = await Promise.all(
    publications.map((publication) => surveyPublication(world, publication, options, turns)),
  );
  const events = world.eventsOf(backfillId, options.watch);
  for (const { path, reason } of repaired)
    events.emit({ event: "projection.repaired", path, reason });
  events.emit({
    event: "backfill.started",
    publications: surveys.length,
    releases: surveys.reduce((sum, one) => sum + one.releases.length, 0),
  });
  const context = { world, options, backfillId, events, slots: new Semaphore(options.concurrency) };
  const releases = await walk(surveys, context);
  const exports = options.dryRun ? [] : await exportAll(world, events);
  if (!options.dryRun) {
    await world.database.inTurn("canonry.projections", async () => {
      repaired.push(...(await syncManifests(world)).filter((one) => one.edited));
      await rebuildState(world);
    });
  }
  const exit = worstExit([...exitsOf(surveys, releases, exports), world.signal.aborted ? 130 : 0]);
  const durationMs = world.now().getTime() - startedAt;
  events.emit({ event: "backfill.finished", exit, duration_ms: durationMs });
  await events.flush();
  return {
    backfill_id: backfillId,
    dry_run: options.dryRun,
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

async function walk(
  surveys: readonly PublicationSurvey[],
  context: ReleaseContext,
): Promise<readonly ReleaseReport[]> {
  const all = await Promise.all(surveys.map((survey) => runReleases(survey, context)));
  return all.flat();
}

async function exportAll(world: World, events: EventSink): Promise<readonly ExportReport[]> {
  if (world.signal.aborted) return [];
  const exports = await exportSources(world, { sources: [], deep: false });
  for (const one of exports) {
    if (one.status !== "written") continue;
    events.emit({ event: "export.written", source: one.source, rows: one.rows });
  }
  return exports;
}

function exitsOf(
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

function choose(
  all: readonly PublicationConfig[],
  codes: readonly string[],
): readonly PublicationConfig[] {
  const unknown = codes.find((code) => !all.some((one) => one.code === code));
  if (unknown !== undefined) {
    throw new CanonryError("PUBLICATION_UNKNOWN", `no publication is called ${unknown}`);
  }
  return codes.length === 0 ? all : all.filter((one) => codes.includes(one.code));
}
