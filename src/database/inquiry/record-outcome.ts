import { type Drift, questionId } from "../../model/manifest/drift.ts";
import type { QuarantineEntry } from "../../model/quarantine.ts";
import type { Database, Transaction } from "../database.ts";
import { keepRelease } from "../ledger/release-lock.ts";
import { lockLoad } from "../load/point-load.ts";
import { keepHeld } from "../quarantine/held.ts";
import { pointOutcome } from "../vintages/vintages.ts";
import { askQuestion } from "./questions.ts";

/** What the source of a release came to instead of a load. */
export interface SourceOutcome {
  readonly publication: string;
  readonly period: string;
  readonly source: string;
  readonly status: "held" | "quarantined" | "failed";
  readonly reason: string;
  readonly run_id: string;
  /** What led there. */
  readonly drift: readonly Drift[];
  /** What of it does not fit: in quarantine while the outcome stands. */
  readonly entries: readonly QuarantineEntry[];
}

/** Keeps an outcome with its drift, questions and entries; of one that stands already nothing is written again. */
export function recordOutcome(database: Database, outcome: SourceOutcome): Promise<void> {
  const { publication, period, source, status, reason, run_id: runId } = outcome;
  const asked = status === "held" ? outcome.drift.filter((drift) => drift.breaking) : [];
  const questions = asked.map((drift) => questionId(source, drift));
  return database.transaction(async (transaction) => {
    const news = await transaction.rows(
      `insert into ops.outcome (publication, period, source, status, reason, questions, run_id)
       values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (publication, period, source) do update
         set status = excluded.status, reason = excluded.reason, questions = excluded.questions,
             run_id = excluded.run_id, updated_at = now()
         where (outcome.status, outcome.reason, outcome.questions)
               is distinct from (excluded.status, excluded.reason, excluded.questions)
       returning 1`,
      [publication, period, source, status, reason, questions, runId],
    );
    if (news.length > 0) await recordDrift(transaction, outcome, questions);
    await keepHeld(transaction, outcome, outcome.entries);
    await keepRelease(transaction, database, outcome);
  });
}

async function recordDrift(
  transaction: Transaction,
  outcome: SourceOutcome,
  questions: readonly string[],
): Promise<void> {
  const { publication, period, source, run_id: runId } = outcome;
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
}

/** The outcome of a source is its current load again, or none if there is none: nothing of it waits any more. */
export function standAgain(
  database: Database,
  outcome: Pick<SourceOutcome, "publication" | "period" | "source" | "run_id">,
): Promise<void> {
  return database.transaction(async (transaction) => {
    await lockLoad(transaction, outcome);
    const [other] = await transaction.rows<{ load_id: string | null }>(
      `select l.load_id::text from ops.outcome o
         left join ops.load l on l.source = o.source and l.period = o.period and l.is_current
        where o.publication = $1 and o.source = $2 and o.period = $3 and o.status <> 'loaded'`,
      [outcome.publication, outcome.source, outcome.period],
    );
    if (other === undefined) return;
    await pointOutcome(transaction, outcome.publication, outcome, other.load_id);
    await keepRelease(transaction, database, outcome);
  });
}
