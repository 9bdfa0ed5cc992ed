import type { RetentionPlan, Verdict } from "../../model/retention.ts";
import { judgeBackups } from "./backups-plan.ts";
import type { RetentionFacts } from "./facts.ts";
import { judgeArtifact, judgeExport, judgeLeftover, judgeRun } from "./files-plan.ts";
import { judgeArchives, judgeLogs } from "./logs-plan.ts";
import { judgeVintages } from "./vintages-plan.ts";

/** Pure: what goes and what stays, each with its reason. The only clock is the one in the facts. */
export function plan(facts: RetentionFacts): RetentionPlan {
  const verdicts: readonly Verdict[] = [
    ...judgeLogs(facts),
    ...judgeArchives(facts),
    ...facts.runs.map((run) => judgeRun(facts, run)),
    ...facts.leftovers.map((one) => judgeLeftover(facts, one)),
    ...facts.exports.map((one) => judgeExport(facts.sources, one)),
    ...judgeVintages(facts),
    ...facts.artifacts.map((one) => judgeArtifact(facts, one)),
    ...judgeBackups(facts.backups, facts.settings),
  ];
  return {
    todo: verdicts.flatMap(({ key, reason, action }) =>
      action === null ? [] : [{ key, reason, action }],
    ),
    skipped: verdicts
      .filter(({ action }) => action === null)
      .map(({ action: _none, ...kept }) => kept),
  };
}
