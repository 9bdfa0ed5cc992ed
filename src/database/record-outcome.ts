import type { Drift } from "../model/drift.ts";
import type { Database } from "./database.ts";
import { askQuestion, settleQuestions } from "./questions.ts";

/** What the source of a release came to instead of a load, with the drift that led there. */
export function recordOutcome(
  database: Database,
  outcome: {
    readonly publication: string;
    readonly period: string;
    readonly source: string;
    readonly status: "held" | "quarantined" | "failed";
    readonly reason: string;
    readonly run_id: string;
    readonly drift: readonly Drift[];
  },
): Promise<void> {
  const { publication, period, source, status, reason, run_id: runId } = outcome;
  return database.transaction(async (transaction) => {
    await transaction.rows(
      `insert into ops.outcome (publication, period, source, status, reason, run_id)
       values ($1, $2, $3, $4, $5, $6)
       on conflict (publication, period, source) do update
         set status = excluded.status, reason = excluded.reason, run_id = excluded.run_id, updated_at = now()`,
      [publication, period, source, status, reason, runId],
    );
    await settleQuestions(transaction, outcome);
    for (const drift of outcome.drift) {
      if (drift.breaking && status === "held") await askQuestion(transaction, outcome, drift);
      await transaction.rows(
        `insert into ops.drift (publication, period, source, kind, verdict, detail, run_id)
         values ($1, $2, $3, $4, $5, $6, $7)`,
        [
          publication,
          period,
          source,
          drift.kind,
          drift.breaking ? "held" : "seen",
          JSON.stringify(drift),
          runId,
        ],
      );
    }
  });
}
