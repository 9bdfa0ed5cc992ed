import type { CanonryError } from "../../model/errors.ts";
import type { LoadReceipt } from "../../model/load-commit.ts";
import { type CheckResult, describeCheck } from "../../model/manifest/check.ts";
import { type Drift, questionId, type Ruling } from "../../model/manifest/drift.ts";
import { type QuarantineEntry, tableEntry } from "../../model/quarantine.ts";
import type { SourceReport } from "../../model/report.ts";
import { type LoadAction, RowsAsideError } from "../../stages/load/index.ts";

/**
 * What a load that the data did not allow comes to: a key that comes twice is a question for a person, and
 * stays out once the answer is no.
 */
export function refusal(
  error: CanonryError,
  { decision, issue }: Extract<LoadAction, { readonly kind: "load" }>,
  rulings: readonly Ruling[],
): {
  readonly status: "held" | "quarantined";
  readonly reason: string;
  readonly drift: readonly Drift[];
  readonly entries: readonly QuarantineEntry[];
} {
  const { source, contract, drift } = decision;
  const reason = error.describe();
  if (error instanceof RowsAsideError) {
    const { rejected, entries } = error;
    if (rejected === null)
      return { status: "held", reason, drift: [...drift, error.drift], entries };
    const answer = `${reason} Rejected by ${rejected.by}.`;
    return { status: "quarantined", reason: answer, drift, entries };
  }
  if (error.code !== "GRAIN_BROKEN") return { status: "quarantined", reason, drift, entries: [] };
  const before = contract.grain.join(" + ");
  const broken: Drift = { kind: "grain_broken", before, evidence: error.message, breaking: true };
  const ruling = rulings.find((one) => one.id === questionId(source, broken));
  if (ruling?.verdict === "rejected") {
    const answer = `rejected by ${ruling.by} on ${ruling.on}: ${reason}`;
    return { status: "quarantined", reason: answer, drift, entries: [] };
  }
  const entries = issue.parts.map(({ region }) => tableEntry(source, region, reason));
  return { status: "held", reason, drift: [...drift, broken], entries };
}

export function loadedReport(
  source: string,
  receipt: LoadReceipt,
  reason: string,
  drift: readonly Drift[],
): SourceReport {
  const { vintage, rows_data, rows_total, rows_aside: rows_quarantined, checks } = receipt;
  return {
    source,
    status: "loaded",
    rows_data,
    rows_total,
    rows_quarantined,
    vintage,
    reason,
    changes: [...changesOf(drift), ...asideWords(rows_quarantined)],
    checks: checks.filter((one) => one.status !== "passed" || isPartly(one)),
  };
}

/** A published total that holds, and of which some figures were not asked or cannot be told. */
function isPartly({ detail: { figures, unasked = [] } }: CheckResult): boolean {
  return (figures?.untold ?? 0) > 0 || unasked.some((one) => one.may_add);
}

export function reportOf(
  source: string,
  status: SourceReport["status"],
  reason: string,
): SourceReport {
  const none = { rows_data: 0, rows_total: 0, rows_quarantined: 0, vintage: null };
  return { source, status, ...none, reason, changes: [], checks: [] };
}

/** Checks that do not hold and did not stop their load. */
export function checkRemarks({ source, checks }: SourceReport): readonly string[] {
  return checks
    .filter((one) => one.status === "broken")
    .map((one) => `${source}: ${describeCheck(one)}`);
}

/** Rows of a source that are called totals, or taken for them, and add up nowhere: so many are named. */
const MOST_CALLED = 3;

/** Rows that are called totals, and of which it cannot be told: sums over them may count twice. */
export function calledRemarks({ source, checks }: SourceReport): readonly string[] {
  const called = checks.filter(
    ({ status, detail }) =>
      status === "undecided" && detail.kind === "total" && detail.cells.length > 0,
  );
  const more = called.length - MOST_CALLED;
  return [
    ...called.slice(0, MOST_CALLED).map((one) => `${source}: ${describeCheck(one)}`),
    ...(more > 0
      ? [`${source}: and ${more} more rows that are called totals or taken for them`]
      : []),
  ];
}

function asideWords(rows: number): readonly string[] {
  return rows === 0 ? [] : [`${rows} ${rows === 1 ? "row" : "rows"} in quarantine`];
}

/** Changes that a reader of the table meets: columns that came, and those that hold nothing. */
function changesOf(drift: readonly Drift[]): readonly string[] {
  return drift.flatMap(({ kind, column = "" }) => {
    if (kind === "column_added") return [`column ${column} added`];
    return kind === "column_empty" ? [`column ${column} is empty`] : [];
  });
}
