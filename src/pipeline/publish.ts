import type { LeftOut, ReleaseDecision, SourceDecision } from "../model/decision.ts";
import { type Drift, questionId, type Ruling } from "../model/drift.ts";
import { CanonryError } from "../model/errors.ts";
import type { Event, EventSink } from "../model/events.ts";
import type { Unplaced } from "../model/generation.ts";
import type { ReleaseManifest } from "../model/manifest.ts";
import { parsePeriod } from "../model/period.ts";
import type { PublicationConfig } from "../model/publication.ts";
import type { SourceReport } from "../model/report.ts";
import { decide, KEY_SEPARATOR, survey } from "../stages/canonicalize/index.ts";
import { type LoadAction, leftOutKey, loadIssue, plan } from "../stages/load/index.ts";
import type { EnrichedRelease } from "./enrich-release.ts";
import { type CanonicalScope, loadScope } from "./load-scope.ts";
import type { ReleaseFiles } from "./release-files.ts";
import type { ReleaseLedger } from "./release-ledger.ts";
import { templateOf } from "./templates.ts";
import type { World } from "./world.ts";

export interface PublishScope {
  readonly publication: PublicationConfig;
  readonly period: string;
  readonly runId: string;
  readonly events: EventSink;
  readonly complete: boolean;
  readonly ledger: ReleaseLedger;
}

type LoadingScope = PublishScope & CanonicalScope;

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
  };
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const decision = await decideRelease(scope, document, files);
    scope.ledger.decided(decision);
    const again = await applyPlan(world, { ...scope, ...canonical }, decision, files, done);
    if (again) continue;
    return {
      sources: sourcesOf(decision, done),
      leftOut: decision.left_out,
      remarks: [
        ...remarksOf(document),
        ...ghostRemarks(decision, done),
        ...unplacedRemarks(enriched.unplaced),
        ...enriched.remarks,
      ],
    };
  }
  throw new CanonryError("STORAGE_CONFLICT", `other runs kept changing ${scope.publication.code}`);
}

function remarksOf(document: ReleaseManifest): readonly string[] {
  return document.sheets.flatMap((sheet) => {
    const file = document.artifacts.find((one) => one.sha256 === sheet.artifact)?.file ?? null;
    const place = [file, sheet.member, sheet.sheet].filter((part) => part !== null).join(" ");
    return sheet.quarantined ? [] : sheet.reasons.map((reason) => `${place}: ${reason}`);
  });
}

/** A column that is empty from top to bottom is an alarm. */
function ghostRemarks(
  { sources }: ReleaseDecision,
  done: ReadonlyMap<string, SourceReport>,
): readonly string[] {
  return sources
    .filter((one) => done.get(one.source)?.status === "loaded")
    .flatMap(({ source, drift }) =>
      drift
        .filter((one) => one.kind === "column_empty")
        .map((one) => `${source}: column ${one.column ?? ""} is empty: ${one.evidence}`),
    );
}

function unplacedRemarks({ regions, columns }: Unplaced): readonly string[] {
  return [...regions, ...columns].map((place) => `not in the canonical manifest: ${place}`);
}

async function decideRelease(
  scope: PublishScope,
  document: ReleaseManifest,
  files: ReleaseFiles,
): Promise<ReleaseDecision> {
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
      sampleOf: (request) => ledger.sampleOf({ ...request, separator: KEY_SEPARATOR }),
      contractsOf: (code) => ledger.contractsOf(code),
      codesOfOthers: (code) => ledger.codesOfOthers(code),
      rowsOf: (region) => files.rowsOf(region),
    },
  );
  return decide(facts);
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
    loads: await ledger.loadsOfRelease(place),
    outcomes: await ledger.outcomesOfRelease(place),
    barred: await ledger.barredOfRelease(place),
    quarantined: await ledger.quarantineKeys(place),
  });
  noteSkipped(decision, skipped, done);
  for (const { action, reason } of todo) {
    if (world.signal.aborted) throw new CanonryError("INTERRUPTED", "loading was interrupted");
    if (action.kind !== "quarantine" && isSettled(action.decision.source, done)) continue;
    if (
      await applyAction(world, { ...scope, rulings: decision.rulings }, action, reason, files, done)
    )
      return true;
  }
  await ledger.resolveQuarantine(place, decision.left_out.map(leftOutKey));
  return false;
}

function isSettled(source: string, done: ReadonlyMap<string, SourceReport>): boolean {
  const status = done.get(source)?.status;
  return status === "failed" || status === "quarantined" || status === "held";
}

async function applyAction(
  world: World,
  scope: LoadingScope & { readonly rulings: readonly Ruling[] },
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
  const { source, drift } = action.decision;
  if (action.kind === "record") {
    const { status } = action;
    await ledger.recordOutcome({ ...run, source, status, reason: action.reason, drift });
    tell(scope, { event: `source.${status}`, ...place, source, reason: action.reason });
    done.set(source, reportOf(source, status, action.reason));
    return false;
  }
  try {
    const receipt = await loadIssue(action.decision, action.issue, loadScope(scope, drift), {
      rowsOf: (region) => files.rowsOf(region),
      textOf: (region) => files.textOf(region),
      commit: (load) => ledger.commitLoad(load),
    });
    const { generation } = receipt;
    if (generation !== null) await world.data.generations(scope.runId).writeAll(generation);
    const rows = receipt.rows_data + receipt.rows_total;
    tell(scope, { event: "source.loaded", ...place, source, rows, reason });
    const { vintage, rows_data, rows_total } = receipt;
    const changes = changesOf(drift);
    done.set(source, { source, status: "loaded", vintage, rows_data, rows_total, reason, changes });
    return action.decision.issues.length > 1;
  } catch (error) {
    if (error instanceof CanonryError && error.code === "STORAGE_CONFLICT") return true;
    if (!(error instanceof CanonryError) || error.exit !== 6) throw error;
    const refused = refusal(error, action.decision, scope.rulings);
    await ledger.recordOutcome({ ...run, source, ...refused });
    const { status, reason: why } = refused;
    tell(scope, { event: `source.${status}`, ...place, source, reason: why });
    done.set(source, reportOf(source, status, why));
    return false;
  }
}

/**
 * What a load that the data did not allow comes to: a key that comes twice is a question for a person, and
 * stays out once the answer is no.
 */
function refusal(
  error: CanonryError,
  { source, contract, drift }: SourceDecision,
  rulings: readonly Ruling[],
): {
  readonly status: "held" | "quarantined";
  readonly reason: string;
  readonly drift: readonly Drift[];
} {
  const reason = error.describe();
  if (error.code !== "GRAIN_BROKEN") return { status: "quarantined", reason, drift };
  const before = contract.grain.join(" + ");
  const broken: Drift = { kind: "grain_broken", before, evidence: error.message, breaking: true };
  const ruling = rulings.find((one) => one.id === questionId(source, broken));
  if (ruling?.verdict === "rejected") {
    const answer = `rejected by ${ruling.by} on ${ruling.on}: ${reason}`;
    return { status: "quarantined", reason: answer, drift };
  }
  return { status: "held", reason, drift: [...drift, broken] };
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

function reportOf(source: string, status: SourceReport["status"], reason: string): SourceReport {
  return { source, status, rows_data: 0, rows_total: 0, vintage: null, reason, changes: [] };
}

/** Changes that a reader of the table meets: columns that came, and those that hold nothing. */
function changesOf(drift: readonly Drift[]): readonly string[] {
  return drift.flatMap(({ kind, column = "" }) => {
    if (kind === "column_added") return [`column ${column} added`];
    return kind === "column_empty" ? [`column ${column} is empty`] : [];
  });
}

/** In the order of the decision. */
function sourcesOf(
  decision: ReleaseDecision,
  done: ReadonlyMap<string, SourceReport>,
): readonly SourceReport[] {
  return decision.sources.flatMap((one) => done.get(one.source) ?? []);
}
