import type { ReleaseDecision, SourceDecision } from "../../model/decision.ts";
import { type Drift, questionId } from "../../model/manifest/drift.ts";
import type { PlannedAction, PlannedDrift } from "../../model/manifest/release-plan.ts";
import type { ReleaseReport, SourceReport } from "../../model/report.ts";
import type { ForecastEntry } from "./forecast-entries.ts";

/** What a forecast did for each source of a release, in the order of the decision. Pure. */
export function plannedActions(
  decision: ReleaseDecision,
  report: ReleaseReport,
  entries: readonly ForecastEntry[],
): readonly PlannedAction[] {
  const { publication, period } = decision;
  return decision.sources.flatMap((source) => {
    const own = entries.filter(
      (one) =>
        one.publication === publication && one.period === period && one.source === source.source,
    );
    const found = report.sources.find((one) => one.source === source.source);
    const done = own.map((entry) => actionOf(source, entry));
    return done.length > 0 || found === undefined ? done : [asBefore(source, found)];
  });
}

const issuesOf = ({ issues }: SourceDecision): readonly string[] => issues.map((one) => one.key);

function actionOf(decision: SourceDecision, entry: ForecastEntry): PlannedAction {
  const { source, drift } = entry;
  const base = { source, drift: drift.map((one) => plannedDrift(source, one)) };
  const issues = issuesOf(decision);
  if (entry.kind === "outcome") {
    const verdict = entry.status === "held" ? "hold" : "quarantine";
    return { ...base, verdict, reason: entry.reason, issues, load: null };
  }
  const { receipt, statements, manifest, key } = entry;
  const { vintage, rows_data, rows_total } = receipt;
  return {
    ...base,
    verdict: "load",
    reason: decision.issues.find((one) => one.key === key)?.evidence ?? "",
    issues,
    load: { key, vintage, rows_data, rows_total, ddl: statements, manifest },
  };
}

/** Nothing would be written: it is current, or it waits for the same reason as before. */
function asBefore(decision: SourceDecision, report: SourceReport): PlannedAction {
  const { source, verdict, drift, reasons } = decision;
  return {
    source,
    verdict: verdict === "load" ? "unchanged" : verdict,
    reason: verdict === "load" ? report.reason : reasons.join("; "),
    drift: verdict === "load" ? [] : drift.map((one) => plannedDrift(source, one)),
    issues: issuesOf(decision),
    load: null,
  };
}

export function plannedDrift(source: string, drift: Drift): PlannedDrift {
  return { ...drift, question: drift.breaking ? questionId(source, drift) : null };
}
