import {
  filesOf,
  type Issue,
  type LeftOut,
  type ReleaseDecision,
  type SourceDecision,
} from "../../model/decision.ts";
import { sha256, stableJson } from "../../model/hash.ts";
import { type QuarantineEntry, tableEntry } from "../../model/quarantine.ts";
import type { Plan, Planned } from "../../model/stage.ts";
import { type BarredContent, contentKey } from "../../model/vintage.ts";

/** What the ledger holds of one source and period. */
export interface LoadRecord {
  readonly source: string;
  readonly load_id: string;
  readonly vintage: number;
  readonly is_current: boolean;
  /** Keys of its issue and of those that hold the same. */
  readonly keys: readonly string[];
  /** Files that any of these came in. */
  readonly artifacts: readonly string[];
}

export interface OutcomeRecord {
  readonly source: string;
  readonly status: string;
  readonly reason: string;
}

export interface LoadFacts {
  readonly decision: ReleaseDecision;
  /** Every file of the release was fetched. */
  readonly complete: boolean;
  /** Loads of the release, any vintage. */
  readonly loads: readonly LoadRecord[];
  readonly outcomes: readonly OutcomeRecord[];
  /** What of the release a person reverted or purged, and what retention expired. */
  readonly barred: readonly BarredContent[];
  /** Keys of what is in quarantine for the release and not resolved. */
  readonly quarantined: readonly string[];
  /** Sources whose current load set rows aside that would now be read otherwise. */
  readonly refit: readonly string[];
}

export type LoadAction =
  | { readonly kind: "load"; readonly decision: SourceDecision; readonly issue: Issue }
  | {
      readonly kind: "record";
      readonly decision: SourceDecision;
      readonly status: "held" | "quarantined";
      readonly reason: string;
      /** Its tables, for the quarantine. */
      readonly entries: readonly QuarantineEntry[];
    }
  /** The issue holds what a load holds, in a file that it did not come in. */
  | {
      readonly kind: "same";
      readonly decision: SourceDecision;
      readonly issue: Issue;
      readonly load_id: string;
    }
  /** Its outcome is that of its current load, or none. */
  | { readonly kind: "stand"; readonly source: string }
  | { readonly kind: "quarantine"; readonly items: readonly LeftOut[] };

/** Identity of something left out, so that a second run records nothing new. */
export function leftOutKey(item: LeftOut): string {
  return sha256(stableJson([item.artifact, item.member, item.sheet, item.range, item.reason]));
}

/** Pure: same facts, same plan. */
export function plan(facts: LoadFacts): Plan<LoadAction> {
  const todo: Planned<LoadAction>[] = [];
  const skipped: { key: string; reason: string }[] = [];
  for (const decision of facts.decision.sources) {
    if (decision.verdict === "load") planIssues(decision, facts, todo, skipped);
    else planRecord(decision, facts, todo, skipped);
  }
  planGone(facts, todo);
  const left = facts.decision.left_out.filter(
    (item) => item.what === "quarantined" || item.what === "unreadable",
  );
  const fresh = left.filter((item) => !facts.quarantined.includes(leftOutKey(item)));
  if (fresh.length > 0) {
    todo.push({
      key: "quarantine",
      action: { kind: "quarantine", items: fresh },
      reason: `${fresh.length} of the release could not be loaded`,
    });
  }
  return { todo, skipped };
}

/**
 * The last issue is to be current; earlier ones are loaded once, for their vintage. Loaded before is
 * not enough: content that goes A, B, A again ends with A current. What a person reverted or purged is no
 * issue any more; what retention expired is one only where it is the last.
 */
function planIssues(
  decision: SourceDecision,
  facts: LoadFacts,
  todo: Planned<LoadAction>[],
  skipped: { key: string; reason: string }[],
): void {
  const loads = facts.loads.filter((load) => load.source === decision.source);
  const current = loads.find((load) => load.is_current);
  const last = decision.issues.findLast(
    (issue) => barOf(decision.source, issue, facts.barred, current, BY_PEOPLE) === null,
  );
  const open = decision.issues.filter((issue) => {
    const because = issue === last ? BY_PEOPLE : BY_ANYONE;
    const bar = barOf(decision.source, issue, facts.barred, current, because);
    if (bar === null) return true;
    const load = loads.find((one) => one.vintage === bar.vintage);
    if (load !== undefined) noteFiles(decision, issue, load, todo);
    skipped.push({ key: issue.key, reason: `${decision.source}: ${bar.reason}` });
    return false;
  });
  if (last === undefined) planStand(decision, facts, "all of it stays out", todo);
  for (const issue of open) {
    const isLast = issue === last;
    const before = loads.find((load) => load.keys.includes(issue.key));
    const isCurrent = current?.keys.includes(issue.key) === true;
    if (before !== undefined) noteFiles(decision, issue, before, todo);
    if (isLast && isCurrent && facts.refit.includes(decision.source)) {
      todo.push({
        key: issue.key,
        action: { kind: "load", decision, issue },
        reason: `${decision.source}: rows that vintage ${current.vintage} set aside are read otherwise now`,
      });
    } else if (isLast && isCurrent) {
      planStand(decision, facts, "its content is that of its load", todo);
      skipped.push({
        key: issue.key,
        reason: `${decision.source}: vintage ${current.vintage} holds the same content`,
      });
    } else if (
      !isLast &&
      (before !== undefined || (last !== undefined && current?.keys.includes(last.key)))
    ) {
      skipped.push({ key: issue.key, reason: `${decision.source}: a later issue is current` });
    } else {
      todo.push({
        key: issue.key,
        action: { kind: "load", decision, issue },
        reason: reasonFor(decision, issue, current),
      });
    }
  }
}

/** Files that hold what a load holds go with it where it is purged. */
function noteFiles(
  decision: SourceDecision,
  issue: Issue,
  load: LoadRecord,
  todo: Planned<LoadAction>[],
): void {
  const files = filesOf(issue);
  if (files.every((one) => load.artifacts.includes(one))) return;
  todo.push({
    key: issue.key,
    action: { kind: "same", decision, issue, load_id: load.load_id },
    reason: `${decision.source}: vintage ${load.vintage} in another file`,
  });
}

/** What is published again is what is loaded, or stays out: an outcome that said otherwise is over. */
function planStand(
  decision: SourceDecision,
  facts: LoadFacts,
  why: string,
  todo: Planned<LoadAction>[],
): void {
  const { source } = decision;
  const known = facts.outcomes.find((outcome) => outcome.source === source);
  if (known === undefined || known.status === "loaded") return;
  const reason = `${source}: ${why}, it is ${known.status} no more`;
  todo.push({ key: source, action: { kind: "stand", source }, reason });
}

/** What waited of a source is over where the release holds no table of it any more, or a person wants none. */
function planGone({ decision, complete, outcomes }: LoadFacts, todo: Planned<LoadAction>[]): void {
  if (!complete || decision.left_out.some((item) => item.what === "unreadable")) return;
  const decided = new Set(decision.sources.map((one) => one.source));
  for (const { source, status } of outcomes) {
    if (status === "loaded" || decided.has(source)) continue;
    const reason = `${source}: the release holds nothing of it, it is ${status} no more`;
    todo.push({ key: source, action: { kind: "stand", source }, reason });
  }
}

const BY_PEOPLE: ReadonlySet<BarredContent["because"]> = new Set(["reverted", "purged"] as const);
const BY_ANYONE: ReadonlySet<BarredContent["because"]> = new Set([
  ...BY_PEOPLE,
  "expired",
] as const);

/** Why an issue is not loaded again; null for one that may be. What is current stays what it is. */
function barOf(
  source: string,
  issue: Issue,
  barred: readonly BarredContent[],
  current: LoadRecord | undefined,
  because: ReadonlySet<BarredContent["because"]>,
): BarredContent | null {
  if (current?.keys.includes(issue.key)) return null;
  const content = contentKey(issue.parts.map((part) => part.region.fingerprint));
  const own = barred.filter((one) => one.source === source && because.has(one.because));
  return own.find((one) => one.keys.includes(issue.key) || one.content === content) ?? null;
}

function reasonFor(
  decision: SourceDecision,
  issue: Issue,
  current: LoadRecord | undefined,
): string {
  const rows = issue.parts.reduce((sum, part) => sum + part.region.n_rows, 0);
  const what =
    current === undefined ? "first load" : `other content than vintage ${current.vintage}`;
  return `${decision.source}: ${what}, ${rows} rows (${issue.evidence})`;
}

function planRecord(
  decision: SourceDecision,
  facts: LoadFacts,
  todo: Planned<LoadAction>[],
  skipped: { key: string; reason: string }[],
): void {
  const status = decision.verdict === "hold" ? "held" : "quarantined";
  const reason = decision.reasons.join("; ");
  const known = facts.outcomes.find((outcome) => outcome.source === decision.source);
  const entries = decision.left_out.map((item) => tableEntry(decision.source, item, item.reason));
  const kept = entries.every((one) => facts.quarantined.includes(one.key));
  if (known?.status === status && known.reason === reason && kept) {
    skipped.push({
      key: decision.source,
      reason: `${decision.source}: ${status} as before: ${reason}`,
    });
    return;
  }
  todo.push({
    key: decision.source,
    action: { kind: "record", decision, status, reason, entries },
    reason: `${decision.source}: ${status}: ${reason}`,
  });
}
