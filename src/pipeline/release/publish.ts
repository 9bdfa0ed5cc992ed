import { YamlMerger } from "../../formats/yaml.ts";
import { filesOf, type LeftOut, type ReleaseDecision } from "../../model/decision.ts";
import { CanonryError } from "../../model/errors.ts";
import type { Event, EventSink } from "../../model/events.ts";
import type { LoadResult } from "../../model/load-commit.ts";
import type { Ruling } from "../../model/manifest/drift.ts";
import type { ReleaseManifest, SourceContract } from "../../model/manifest/manifest.ts";
import { asideDigest } from "../../model/manifest/row-allowance.ts";
import { parsePeriod } from "../../model/period/period.ts";
import type { PublicationConfig } from "../../model/publication.ts";
import type { SourceReport } from "../../model/report.ts";
import { decide, KEY_SEPARATOR, survey } from "../../stages/canonicalize/index.ts";
import { type LoadAction, leftOutKey, loadIssue, plan, tryIssue } from "../../stages/load/index.ts";
import { templateOf } from "../manifests/templates.ts";
import type { World } from "../world.ts";
import type { EnrichedRelease } from "./enrich-release.ts";
import { type CanonicalScope, loadScope } from "./load-scope.ts";
import type { ReleaseFiles } from "./release-files.ts";
import type { ReleaseLedger } from "./release-ledger.ts";
import { remarksOf } from "./release-remarks.ts";
import { loadedReport, refusal, reportOf } from "./source-report.ts";

export interface PublishScope {
  readonly publication: PublicationConfig;
  readonly period: string;
  readonly runId: string;
  readonly events: EventSink;
  readonly complete: boolean;
  readonly ledger: ReleaseLedger;
}

type LoadingScope = PublishScope & CanonicalScope & { readonly rulings: readonly Ruling[] };

export interface Published {
  readonly sources: readonly SourceReport[];
  readonly leftOut: readonly LeftOut[];
  /** What was read otherwise than it is written, by file and sheet. */
  readonly remarks: readonly string[];
}

/** Another run changes the contract at most this often while one release waits. */
const MOST_ROUNDS = 50;

/**
 * Decides what the tables of a release are, and loads them. A decision that another run overtook is made
 * again; what fails for one source is recorded with it and stops no other.
 */
export async function publishRelease(
  world: World,
  scope: PublishScope,
  enriched: EnrichedRelease,
  files: ReleaseFiles,
): Promise<Published> {
  const { document } = enriched;
  const done = new Map<string, SourceReport>();
  const canonical = {
    enrichedId: enriched.id,
    template: await templateOf(world.data, "canonical"),
    merger: new YamlMerger(),
  };
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const { decision, rulings } = await decideRelease(scope, document, files);
    scope.ledger.decided(decision);
    const loading = { ...scope, ...canonical, rulings };
    const again = await applyPlan(world, loading, decision, files, done);
    if (again) continue;
    const sources = sourcesOf(decision, done);
    return {
      sources,
      leftOut: decision.left_out,
      remarks: remarksOf(decision, sources, enriched),
    };
  }
  throw new CanonryError("STORAGE_CONFLICT", `other runs kept changing ${scope.publication.code}`);
}

async function decideRelease(
  scope: PublishScope,
  document: ReleaseManifest,
  files: ReleaseFiles,
): Promise<{ readonly decision: ReleaseDecision; readonly rulings: readonly Ruling[] }> {
  const { ledger } = scope;
  const manifest = await ledger.manifestInForce(scope.publication.code);
  const rulings = manifest?.document.decisions ?? [];
  const { complete, publication, period } = scope;
  const barred = await ledger.barredOfRelease({ publication: publication.code, period });
  const purged = barred.flatMap((one) => (one.because === "purged" ? one.source : []));
  const facts = await survey(
    { release: document, publication, complete, purged, rulings },
    {
      seenOf: (code, text) => ledger.seenOf(code, { text, end: endOf(text) }),
      periodsHolding: (source, content, but) => ledger.periodsHolding({ source, content, but }),
      sampleOf: (request) => ledger.sampleOf({ ...request, separator: KEY_SEPARATOR }),
      contractsOf: (code) => ledger.contractsOf(code),
      codesOfOthers: (code) => ledger.codesOfOthers(code),
      rowsOf: (region) => files.rowsOf(region),
    },
  );
  return { decision: decide(facts), rulings };
}

/** What the source's checks are compared with; read only where one asks. */
async function earlierOf(
  { code, checks = [] }: SourceContract,
  { ledger }: PublishScope,
  start: string,
): Promise<readonly number[]> {
  if (!checks.some((one) => one.kind === "row_count")) return [];
  const earlier = await ledger.earlierRows(code, start);
  return earlier.map((one) => one.rows);
}

function endOf(period: string): string {
  const parsed = parsePeriod(period);
  if (parsed === null) throw new CanonryError("PERIOD_INVALID", `${period} is no period`);
  return parsed.end;
}

/** True if what was left of the plan has to be decided again. */
async function applyPlan(
  world: World,
  scope: LoadingScope,
  decision: ReleaseDecision,
  files: ReleaseFiles,
  done: Map<string, SourceReport>,
): Promise<boolean> {
  const { ledger } = scope;
  const place = { publication: scope.publication.code, period: scope.period };
  const { todo, skipped } = plan({
    decision,
    complete: scope.complete,
    loads: await ledger.loadsOfRelease(place),
    outcomes: await ledger.outcomesOfRelease(place),
    barred: await ledger.barredOfRelease(place),
    quarantined: await ledger.quarantineKeys(place),
    refit: await refitOf(scope, decision, files),
  });
  noteSkipped(decision, skipped, done);
  for (const { action, reason } of todo) {
    if (world.signal.aborted) throw new CanonryError("INTERRUPTED", "loading was interrupted");
    if (action.kind !== "quarantine" && isSettled(sourceOf(action), done)) continue;
    if (await applyAction(world, scope, action, reason, files, done)) return true;
  }
  await ledger.resolveQuarantine(place, {
    left_out: decision.left_out.map(leftOutKey),
    sources: [...done.keys()].filter((source) => isSettled(source, done)),
  });
  return false;
}

/** Sources whose rows in quarantine would be read otherwise: a manifest or a rule was corrected. */
async function refitOf(
  { ledger, publication, period }: LoadingScope,
  decision: ReleaseDecision,
  files: ReleaseFiles,
): Promise<readonly string[]> {
  const aside = await ledger.rowsAside({ publication: publication.code, period });
  const found: string[] = [];
  for (const one of decision.sources) {
    const [before, issue] = [aside.get(one.source), one.issues.at(-1)];
    if (before === undefined || issue === undefined || one.verdict !== "load") continue;
    const now = await tryIssue(one, issue, files);
    if (asideDigest(period, now) !== asideDigest(period, before)) found.push(one.source);
  }
  return found;
}

const sourceOf = (action: Exclude<LoadAction, { readonly kind: "quarantine" }>): string =>
  action.kind === "stand" ? action.source : action.decision.source;

function isSettled(source: string, done: ReadonlyMap<string, SourceReport>): boolean {
  const status = done.get(source)?.status;
  return status === "failed" || status === "quarantined" || status === "held";
}

async function applyAction(
  world: World,
  scope: LoadingScope,
  action: LoadAction,
  reason: string,
  files: ReleaseFiles,
  done: Map<string, SourceReport>,
): Promise<boolean> {
  const { ledger } = scope;
  const place = { publication: scope.publication.code, period: scope.period };
  const run = { ...place, run_id: scope.runId };
  if (action.kind === "quarantine") {
    const items = action.items.map((item) => ({ ...item, key: leftOutKey(item) }));
    await ledger.recordQuarantine(run, items);
    return false;
  }
  if (action.kind === "stand") {
    await ledger.standAgain({ ...run, source: action.source });
    return false;
  }
  const { source, drift } = action.decision;
  if (action.kind === "same") {
    const { key } = action.issue;
    await ledger.recordSame(action.load_id, { key, artifacts: filesOf(action.issue) });
    return false;
  }
  if (action.kind === "record") {
    const { status, entries } = action;
    await ledger.recordOutcome({ ...run, source, status, reason: action.reason, drift, entries });
    tell(scope, { event: `source.${status}`, ...place, source, reason: action.reason });
    done.set(source, reportOf(source, status, action.reason));
    return false;
  }
  try {
    const receipt = await commit(world, scope, action, files);
    if ("same_as" in receipt) {
      await ledger.standAgain({ ...run, source });
      noteSame(source, receipt.reason, done);
      return action.decision.issues.length > 1;
    }
    const rows = receipt.rows_data + receipt.rows_total;
    tell(scope, { event: "source.loaded", ...place, source, rows, reason });
    done.set(source, loadedReport(source, receipt, reason, drift));
    return action.decision.issues.length > 1;
  } catch (error) {
    if (error instanceof CanonryError && error.code === "STORAGE_CONFLICT") return true;
    if (!(error instanceof CanonryError) || error.exit !== 6) throw error;
    const refused = refusal(error, action, scope.rulings);
    await ledger.recordOutcome({ ...run, source, ...refused });
    const { status, reason: why } = refused;
    tell(scope, { event: `source.${status}`, ...place, source, reason: why });
    done.set(source, reportOf(source, status, why));
    if (error.code === "CHECK_ABORTED") throw error;
    return false;
  }
}

/** The source is as before, unless an earlier issue of the release was loaded just now. */
function noteSame(source: string, reason: string, done: Map<string, SourceReport>): void {
  if (done.get(source)?.status === "loaded") return;
  done.set(source, reportOf(source, "unchanged", `${source}: ${reason}`));
}

/** Loads one issue and keeps the generation that it brings. */
async function commit(
  world: World,
  scope: LoadingScope,
  { decision, issue }: Extract<LoadAction, { readonly kind: "load" }>,
  files: ReleaseFiles,
): Promise<LoadResult> {
  const { contract, drift } = decision;
  const start = parsePeriod(scope.period)?.start ?? scope.period;
  const given = {
    rulings: scope.rulings,
    earlier_rows: await earlierOf(contract, scope, start),
    total_history: await scope.ledger.totalHistory(contract.code, start),
  };
  const result = await loadIssue(decision, issue, loadScope(scope, drift, given), {
    rowsOf: (region) => files.rowsOf(region),
    textOf: (region) => files.textOf(region),
    commit: (load) => scope.ledger.commitLoad(load),
  });
  if ("same_as" in result) return result;
  const { generation } = result;
  if (generation !== null) await world.data.generations(scope.runId).writeAll(generation);
  return result;
}

function noteSkipped(
  decision: ReleaseDecision,
  skipped: readonly { readonly key: string; readonly reason: string }[],
  done: Map<string, SourceReport>,
): void {
  for (const one of decision.sources) {
    if (done.has(one.source)) continue;
    const own = skipped.find(
      (skip) => skip.key === one.issues.at(-1)?.key || skip.key === one.source,
    );
    if (own === undefined) continue;
    const status =
      one.verdict === "load" ? "unchanged" : one.verdict === "hold" ? "held" : "quarantined";
    done.set(one.source, reportOf(one.source, status, own.reason));
  }
}

/** What is only rehearsed did not happen. */
function tell({ ledger, events }: PublishScope, event: Event): void {
  if (!ledger.rehearses) events.emit(event);
}

/** In the order of the decision. */
function sourcesOf(
  decision: ReleaseDecision,
  done: ReadonlyMap<string, SourceReport>,
): readonly SourceReport[] {
  return decision.sources.flatMap((one) => done.get(one.source) ?? []);
}
