import { hostname } from "node:os";
import process from "node:process";
import {
  closeAbandonedRuns,
  finishRun,
  type ReleaseRecord,
  recordRelease,
  startRun,
} from "../database/ledger.ts";
import { CanonryError, type ExitCode, worstExit } from "../model/errors.ts";
import type { EventSink } from "../model/events.ts";
import type { LinkRecord } from "../model/link.ts";
import type { ReleaseReport } from "../model/report.ts";
import { READER_VERSION } from "../stages/draft/index.ts";
import type { BackfillOptions } from "./backfill-options.ts";
import { acquireRelease, draftStage, enrichStage } from "./prepare.ts";
import { type PublicationSurvey, releaseKey, type SurveyedRelease } from "./publication-survey.ts";
import { type Published, publishRelease } from "./publish.ts";
import { ReleaseFiles } from "./release-files.ts";
import type { ReleaseLedger } from "./release-ledger.ts";
import { describeLeftOut, exitOfLink, releaseReason, releaseStatus } from "./release-status.ts";
import type { Semaphore } from "./semaphore.ts";
import { inStage } from "./stages.ts";
import type { World } from "./world.ts";

export interface ReleaseContext {
  readonly world: World;
  readonly options: BackfillOptions;
  readonly backfillId: string;
  readonly events: EventSink;
  readonly ledger: ReleaseLedger;
  /** A release holds a slot from its first fetch to its commit. */
  readonly slots: Semaphore;
}

/**
 * Runs the releases of one publication. Fetching and drafting overlap; enriching, deciding and loading go in
 * the order of time, so that the same files always give the same contract.
 */
export async function runReleases(
  survey: PublicationSurvey,
  context: ReleaseContext,
): Promise<readonly ReleaseReport[]> {
  let turn: Promise<unknown> = Promise.resolve();
  const running = survey.releases.map((release) => {
    const before = turn;
    const run = context.slots.run(() => runRelease(survey, release, before, context));
    // A release that has nothing to do is done at once; those before it may not be.
    turn = Promise.allSettled([before, run]);
    return run;
  });
  const settled = await Promise.allSettled(running);
  return settled.flatMap((one) => {
    if (one.status === "rejected") throw one.reason;
    return one.value ?? [];
  });
}

type Outcome = Omit<ReleaseReport, "publication" | "period" | "run_id" | "duration_ms">;

const outcome = (
  status: ReleaseReport["status"],
  reason: string,
  exit: ExitCode = 0,
  more: Partial<Outcome> = {},
): Outcome => ({ status, reason, exit, sources: [], left_out: [], remarks: [], ...more });

/** Null if the whole was interrupted before the release began. */
async function runRelease(
  survey: PublicationSurvey,
  release: SurveyedRelease,
  before: Promise<unknown>,
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

/** What is known without looking further: nothing to fetch, and decided on the same files before. */
function idleOutcome(survey: PublicationSurvey, release: SurveyedRelease): Outcome | null {
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

function asBefore(record: ReleaseRecord, why: string): Outcome {
  return record.status === "loaded"
    ? outcome("unchanged", why)
    : outcome(
        record.status as ReleaseReport["status"],
        `${record.detail}; ${why}`,
        record.exit as ExitCode,
      );
}

/** One release, from its files to its loads. */
class ReleaseWork {
  private readonly survey: PublicationSurvey;
  private readonly release: SurveyedRelease;
  private readonly before: Promise<unknown>;
  private readonly context: ReleaseContext;
  private readonly runId: string;
  private runStarted = false;

  constructor(
    survey: PublicationSurvey,
    release: SurveyedRelease,
    before: Promise<unknown>,
    context: ReleaseContext,
    runId: string,
  ) {
    this.survey = survey;
    this.release = release;
    this.before = before;
    this.context = context;
    this.runId = runId;
  }

  /** Never throws: what goes wrong is the outcome. */
  async run(): Promise<Outcome> {
    const { world } = this.context;
    const name = `canonry.release.${this.survey.publication.code}.${this.release.period}`;
    const held = (): Outcome => outcome("failed", "LOCK_HELD: another run works on it", 8);
    try {
      return await world.database.withLock(name, () => this.locked(), held);
    } catch (error) {
      return this.failed(error);
    }
  }

  private async locked(): Promise<Outcome> {
    const { survey, release } = this;
    const links = await this.acquire();
    const failures = links.filter((link) => link.status === "failed");
    const exit = worstExit(failures.map(exitOfLink));
    const files = links.filter((link) => link.sha256 !== null);
    if (files.length === 0) return this.withoutFiles(links, exit);
    const key = releaseKey(links, survey.editEpoch, survey.publication);
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
    return inStage("acquire", this.place(), () =>
      acquireRelease(world, this.survey.publication, this.release),
    );
  }

  private place(): Parameters<typeof inStage>[1] {
    const { world, events } = this.context;
    const publication = this.survey.publication.code;
    return { events, publication, period: this.release.period, now: () => world.now() };
  }

  private async withoutFiles(links: readonly LinkRecord[], exit: ExitCode): Promise<Outcome> {
    const details = links.map((link) => link.detail ?? link.status);
    const reason = this.release.announced ?? details.join("; ");
    const status = exit === 0 ? "not_published" : "failed";
    if (!this.context.options.dryRun) await this.record(status, null, reason, exit);
    return outcome(status, reason, exit);
  }

  private async draftAndPublish(
    links: readonly LinkRecord[],
    complete: boolean,
  ): Promise<Published> {
    const { world, events, ledger, options, backfillId } = this.context;
    const { publication } = this.survey;
    const { period } = this.release;
    await closeAbandonedRuns(world.database, publication.code, period);
    await startRun(world.database, {
      run_id: this.runId,
      backfill_id: backfillId,
      publication: publication.code,
      period,
      host: hostname(),
      pid: process.pid,
    });
    this.runStarted = true;
    const files = new ReleaseFiles(world);
    const { dryRun, mode } = options;
    const scope = { publication, period, runId: this.runId, events, dryRun };
    try {
      const draft = await draftStage(world, scope, links, files);
      await this.before;
      const enriched = await enrichStage(world, { ...scope, mode, ledger }, draft);
      return await inStage("load", this.place(), () =>
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
    if (!options.dryRun) {
      const kept = status === "unchanged" ? "loaded" : status;
      await this.record(kept, failures.length > 0 ? null : key, reason, exit);
    }
    await finishRun(world.database, this.runId, options.dryRun ? "dry" : status, reason);
    for (const message of remarks) events.emit({ event: "warning", code: "REMARK", message });
    if (exit === 0 || options.dryRun) await world.data.removeRun(this.runId);
    return outcome(status, reason, exit, {
      sources,
      left_out: leftOut.map(describeLeftOut),
      remarks,
    });
  }

  private async failed(error: unknown): Promise<Outcome> {
    const { world, events, options } = this.context;
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
      if (this.runStarted) await finishRun(world.database, this.runId, status, reason);
      if (interrupted) await world.data.removeRun(this.runId);
      else if (!options.dryRun && !stale) await this.record("failed", null, reason, exit);
    };
    // If the database itself went away, the next run finds the release as it was.
    await keep().catch(() => undefined);
    return outcome("failed", reason, exit);
  }

  private record(
    status: string,
    key: string | null,
    detail: string,
    exit: ExitCode,
  ): Promise<void> {
    return recordRelease(this.context.world.database, {
      publication: this.survey.publication.code,
      period: this.release.period,
      status,
      release_key: key,
      reader_version: READER_VERSION,
      detail,
      exit,
    });
  }
}
