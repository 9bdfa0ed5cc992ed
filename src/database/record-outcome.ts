import { type Drift, questionId } from "../model/drift.ts";
import type { Database } from "./database.ts";
import { askQuestion } from "./questions.ts";
import { keepRelease } from "./release-lock.ts";

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
  const asked = status === "held" ? outcome.drift.filter((drift) => drift.breaking) : [];
  const questions = asked.map((drift) => questionId(source, drift));
  return database.transaction(async (transaction) => {
    await transaction.rows(
      `insert into ops.outcome (publication, period, source, status, reason, questions, run_id)
       values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (publication, period, source) do update
         set status = excluded.status, reason = excluded.reason, questions = excluded.questions,
             run_id = excluded.run_id, updated_at = now()`,
      [publication, period, source, status, reason, questions, runId],
    );
    for (const drift of outcome.drift) {
      if (questions.includes(questionId(source, drift)))
        await askQuestion(transaction, outcome, drift);
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
    await keepRelease(transaction, database, outcome);
  });
}
