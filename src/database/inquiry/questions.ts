import { type Drift, type Question, questionId, type Ruling } from "../../model/manifest/drift.ts";
import type { CanonicalManifest } from "../../model/manifest/manifest.ts";
import type { Database, Executor, Transaction } from "../database.ts";
import { manifestInForce } from "../ledger/ledger.ts";
import { adoptInTransaction } from "../load/adopt-manifest.ts";

interface Place {
  readonly publication: string;
  readonly period: string;
  readonly source: string;
  readonly run_id: string;
}

/** Keeps a question; one that was asked before is asked again, not twice, though an answer was taken back since. */
export async function askQuestion(
  transaction: Transaction,
  { publication, period, source, run_id: runId }: Place,
  drift: Drift,
): Promise<void> {
  await transaction.rows(
    `insert into ops.decision (decision_id, publication, period, source, status, drift, run_id)
     values ($1, $2, $3, $4, 'open', $5, $6)
     on conflict (decision_id) do update
       set period = excluded.period, drift = excluded.drift, run_id = excluded.run_id, status = 'open',
           decided_by = null, decided_at = null, note = null`,
    [questionId(source, drift), publication, period, source, JSON.stringify(drift), runId],
  );
}

/** Open questions, by publication, source and period; all publications if none is named. */
export function openQuestions(
  executor: Executor,
  publications: readonly string[],
): Promise<Question[]> {
  return questions(
    executor,
    `d.status = 'open' and (cardinality($1::text[]) = 0 or d.publication = any($1)) and exists
      (select 1 from ops.outcome o where o.publication = d.publication and o.source = d.source
          and o.status = 'held' and d.decision_id = any(o.questions))`,
    publications,
  );
}

/** The questions with these ids, answered or not. */
export function questionsById(executor: Executor, ids: readonly string[]): Promise<Question[]> {
  return questions(executor, "d.decision_id = any($1::text[])", ids);
}

function questions(
  executor: Executor,
  condition: string,
  values: readonly string[],
): Promise<Question[]> {
  return executor.rows<Question>(
    `select d.decision_id as id, d.publication, d.period, d.source, d.status, d.drift,
            array(select o.period from ops.outcome o
                   where o.publication = d.publication and o.source = d.source and o.status = 'held'
                     and d.decision_id = any(o.questions)
                   order by o.period) as waiting
       from ops.decision d where ${condition}
      order by d.publication, d.source, d.period, d.decision_id`,
    [values],
  );
}

/**
 * Writes rulings into the next version of a publication's manifest, answers their questions, and lets
 * the releases that wait be decided again: all of it, or nothing.
 */
export function adoptRulings(
  database: Database,
  publication: string,
  rulings: readonly Ruling[],
  next: (current: { readonly text: string; readonly document: CanonicalManifest } | null) => {
    readonly text: string;
    readonly document: CanonicalManifest;
  },
): Promise<string> {
  return database.transaction(async (transaction) => {
    await transaction.rows("select 1 from ops.publication where code = $1 for update", [
      publication,
    ]);
    const manifest = next(await manifestInForce(transaction, publication));
    await adoptInTransaction(transaction, manifest, "person");
    for (const { id, verdict, by, note } of rulings) {
      await transaction.rows(
        `update ops.decision set status = $2, decided_by = $3, decided_at = now(), note = $4
          where decision_id = $1`,
        [id, verdict, by, note ?? null],
      );
    }
    await transaction.rows(
      `update ops.release set release_key = null
        where publication = $1 and period in
          (select period from ops.outcome where publication = $1 and status <> 'loaded')`,
      [publication],
    );
    return manifest.text;
  });
}
