import { hostname } from "node:os";
import process from "node:process";
import { startRun } from "../../database/ledger/ledger.ts";
import { concludeRun, releaseLock, takeOver } from "../../database/ledger/release-lock.ts";
import { CanonryError, type ExitCode, worstExit } from "../../model/errors.ts";
import type { EventSink } from "../../model/events.ts";
import { hasContent, type LinkRecord } from "../../model/link.ts";
import type { ReleaseReport } from "../../model/report.ts";
import { READER_VERSION } from "../../stages/draft/index.ts";
import { inStage } from "../stages.ts";
import type { World } from "../world.ts";
import type { BackfillOptions } from "./backfill-options.ts";
import { acquireRelease, draftStage, enrichStage } from "./prepare.ts";
import {
  asItIsNow,
  type PublicationSurvey,
  releaseKey,
  type SurveyedRelease,
} from "./publication-survey.ts";
import { type Published, publishRelease } from "./publish.ts";
import { ReleaseFiles } from "./release-files.ts";
import type { ReleaseLedger } from "./release-ledger.ts";
import {
  asBefore,
  idleOutcome,
  keptWithoutFiles,
  type Outcome,
  outcome,
} from "./release-outcome.ts";
import { describeLeftOut, exitOfLink, releaseReason, releaseStatus } from "./release-status.ts";
import type { Semaphore } from "./semaphore.ts";

export interface ReleaseContext {
  readonly world: World;
  readonly options: BackfillOptions;
  readonly backfillId: string;
  readonly events: EventSink;
  readonly ledger: ReleaseLedger;
  /** A release holds a slot from its first fetch to its commit. */
  readonly slots: Semaphore;
}

/** The first release of a publication that could not be worked on, and why; null: none. */
type Blocked = Promise<{
  readonly period: string;
  readonly by: "EARLIER_FAILED" | "LOCK_HELD";
} | null>;

const BLOCKING = new Map<ExitCode, "EARLIER_FAILED" | "LOCK_HELD">([
  [7, "EARLIER_FAILED"],
  [8, "LOCK_HELD"],
]);

async function blockedBy(run: Promise<ReleaseReport | null>): Blocked {
  const report = await run.catch(() => null);
  const by = report === null ? undefined : BLOCKING.get(report.exit);
  return report === null || by === undefined ? null : { period: report.period, by };
}

/**
 * Runs the releases of one publication. Fetching and drafting overlap; enriching, deciding and loading go in
 * the order of time, so that the same files always give the same contract: behind a release that storage,
 * database or another runner did not let be worked on, none is loaded.
 */
export async function runReleases(
  survey: PublicationSurvey,
  context: ReleaseContext,
): Promise<readonly ReleaseReport[]> {
  let turn: Blocked = Promise.resolve(null);
  const running = survey.releases.map((release) => {
    const before = turn;
    const run = context.slots.run(() => runRelease(survey, release, before, context));
    // A release that has nothing to do is done at once; those before it may not be.
    turn = Promise.all([before, blockedBy(run)]).then(([first, own]) => first ?? own);
    return run;
  });
  const settled = await Promise.allSettled(running);
  return settled.flatMap((one) => {
    if (one.status === "rejected") throw one.reason;
    return one.value ?? [];
  });
}

/** Null if the whole was interrupted before the release began. */
async function runRelease(
  survey: PublicationSurvey,
  release: SurveyedRelease,
  before: Blocked,
  context: ReleaseContext,
): Promise<ReleaseReport | null> {
  const { world } = context;
  if (world.signal.aborted) return null;
  const startedAt = world.now().getTime();
  const place = { publication: survey.publication.code, period: release.period };
  const idle = idleOutcome(survey, release);
  if (idle !== null) return { ...place, ...idle, run_id: null, duration_ms: 0 };
  const runId = world.newId();
  const events = world.eventsOf(runId, context.options.watch);
  events.emit({ event: "release.started", ...place });
  const work = new ReleaseWork(survey, release, before, { ...context, events }, runId);
  const done = await work.run();
  const durationMs = world.now().getTime() - startedAt;
  events.emit({
    event: "release.finished",
    ...place,
    status: done.status,
    reason: done.reason,
    duration_ms: durationMs,
  });
  await events.flush();
  return { ...place, ...done, run_id: runId, duration_ms: durationMs };
}

/** One release, from its files to its loads. */
class ReleaseWork {
  private readonly survey: PublicationSurvey;
  private release: SurveyedRelease;
  private readonly before: Blocked;
  private readonly context: ReleaseContext;
  private readonly runId: string;
  private readonly place: { readonly publication: string; readonly period: string };
  private runStarted = false;

  constructor(
    survey: PublicationSurvey,
    release: SurveyedRelease,
    before: Blocked,
    context: ReleaseContext,
    runId: string,
  ) {
    this.survey = survey;
    this.release = release;
    this.before = before;
    this.context = context;
    this.runId = runId;
    this.place = { publication: survey.publication.code, period: release.period };
  }

  /** Never throws: what goes wrong is the outcome. */
  async run(): Promise<Outcome> {
    const { database } = this.context.world;
    const held = (): Outcome => outcome("failed", "LOCK_HELD: another run works on it", 8);
    const work = (): Promise<Outcome> =>
      this.locked().catch((error: unknown) => this.failed(error));
    try {
      return await database.withLock(releaseLock(this.place), work, held);
    } catch (error) {
      return this.failed(error);
    }
  }

  private async locked(): Promise<Outcome> {
    const { survey } = this;
    await takeOver(this.context.world.database, this.place);
    const release = await asItIsNow(this.context.world, survey, this.release);
    this.release = release;
    const links = await this.acquire();
    const failures = links.filter((link) => link.status === "failed");
    const exit = worstExit(failures.map(exitOfLink));
    const files = links.filter(hasContent);
    const key = releaseKey(links, survey.editEpoch, survey.publication);
    if (files.length === 0) return this.withoutFiles(links, exit, key);
    if (
      release.record?.release_key === key &&
      release.reprocess === null &&
      failures.length === 0
    ) {
      return asBefore(release.record, "the files hold what they held");
    }
    const published = await this.draftAndPublish(files, failures.length === 0);
    return this.conclude(published, failures, exit, key);
  }

  private acquire(): Promise<readonly LinkRecord[]> {
    const { world } = this.context;
    if (this.release.fetches.todo.length === 0) return Promise.resolve(this.release.links);
    return inStage("acquire", this.stagePlace, () =>
      acquireRelease(world, this.survey.publication, this.release),
    );
  }

  private get stagePlace(): Parameters<typeof inStage>[1] {
    const { world, events } = this.context;
    return { events, ...this.place, now: () => world.now() };
  }

  private async withoutFiles(
    links: readonly LinkRecord[],
    exit: ExitCode,
    key: string,
  ): Promise<Outcome> {
    const details = [...new Set(links.map((link) => link.detail ?? link.status))];
    const reason = this.release.announced ?? details.join("; ");
    const kept = exit === 0 ? keptWithoutFiles(this.release.record, links, reason) : null;
    if (kept !== null) {
      const { status, detail, exit: was } = kept.record;
      await this.record(status, status, key, detail, was as ExitCode);
      return kept.outcome;
    }
    const status = exit === 0 ? "not_published" : "failed";
    await this.record(status, status, null, reason, exit);
    return outcome(status, reason, exit);
  }

  private async draftAndPublish(
    links: readonly LinkRecord[],
    complete: boolean,
  ): Promise<Published> {
    const { world, events, ledger, options, backfillId } = this.context;
    const { publication } = this.survey;
    const { period } = this.release;
    await startRun(world.database, {
      run_id: this.runId,
      backfill_id: backfillId,
      ...this.place,
      host: hostname(),
      pid: process.pid,
    });
    this.runStarted = true;
    const files = new ReleaseFiles(world);
    const { dryRun, mode } = options;
    const scope = { publication, period, runId: this.runId, events, dryRun };
    try {
      const draft = await draftStage(world, scope, links, files);
      const blocked = await this.before;
      if (blocked !== null) throw new CanonryError(blocked.by, `it comes after ${blocked.period}`);
      const enriched = await enrichStage(world, { ...scope, mode, ledger }, draft);
      return await inStage("load", this.stagePlace, () =>
        publishRelease(world, { ...scope, complete, ledger }, enriched, files),
      );
    } finally {
      await files.close();
    }
  }

  private async conclude(
    { sources, leftOut, remarks }: Published,
    failures: readonly LinkRecord[],
    linkExit: ExitCode,
    key: string,
  ): Promise<Outcome> {
    const { world, options, events } = this.context;
    const found = releaseStatus(sources, leftOut);
    const good = found.status === "loaded" || found.status === "unchanged";
    const status = failures.length > 0 && good ? "partial" : found.status;
    const exit = worstExit([found.exit, linkExit]);
    const missing = failures.map((link) => `; ${link.url}: ${link.detail ?? "failed"}`).join("");
    const reason = `${releaseReason(sources, leftOut)}${missing}`;
    const kept = status === "unchanged" ? "loaded" : status;
    await this.record(status, kept, failures.length > 0 ? null : key, reason, exit);
    for (const message of remarks) events.emit({ event: "warning", code: "REMARK", message });
    if (exit === 0 || options.dryRun) await world.data.removeRun(this.runId);
    return outcome(status, reason, exit, {
      sources,
      left_out: leftOut.map(describeLeftOut),
      remarks,
    });
  }

  private async failed(error: unknown): Promise<Outcome> {
    const { world, events } = this.context;
    const known = error instanceof CanonryError;
    const message = error instanceof Error ? error.message : String(error);
    const reason = known ? error.describe() : `a bug: ${message}`;
    const exit = known ? error.exit : 1;
    const interrupted = exit === 130;
    // What a plan forbids leaves the release as it was.
    const stale = known && error.code === "PLAN_STALE";
    if (!known && error instanceof Error) {
      events.emit({ event: "warning", code: "BUG", message: error.stack ?? message });
    }
    const keep = async (): Promise<void> => {
      const status = interrupted ? "interrupted" : "failed";
      await this.record(status, interrupted || stale ? null : "failed", null, reason, exit);
      if (interrupted) await world.data.removeRun(this.runId);
    };
    // If the database went away, or the release to another run, the next run finds it as it was.
    await keep().catch(() => undefined);
    return outcome("failed", reason, exit);
  }

  /** What the run came to, and what the release is from now on; null: as before. */
  private record(
    runStatus: string,
    status: string | null,
    key: string | null,
    detail: string,
    exit: ExitCode,
  ): Promise<void> {
    const { world, options } = this.context;
    const { dryRun } = options;
    const run = { run_id: this.runId, status: dryRun ? "dry" : runStatus, detail };
    const kept = { release_key: key, reader_version: READER_VERSION, detail, exit };
    return concludeRun(
      world.database,
      this.place,
      this.runStarted ? run : null,
      dryRun || status === null ? null : { status, ...kept },
    );
  }
}
