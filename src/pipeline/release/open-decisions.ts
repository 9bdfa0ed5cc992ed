import { type Drift, type Question, questionId } from "../../model/manifest/drift.ts";
import type { OpenDecision, PlannedPublication } from "../../model/manifest/release-plan.ts";

/** Questions that wait in the ledger and that the plan leaves waiting, then those that it asks. Pure. */
export function openDecisions(
  planned: readonly PlannedPublication[],
  asked: readonly Question[],
): readonly OpenDecision[] {
  const found = new Map<string, OpenDecision>();
  for (const { id, publication, source, drift, waiting } of asked) {
    const own = planned.find((one) => one.publication === publication)?.releases ?? [];
    const decided = own.filter((one) => one.decided).map((one) => one.period);
    const still = waiting.filter((period) => !decided.includes(period));
    if (still.length === 0) continue;
    const { kind, evidence } = drift;
    found.set(id, { id, publication, source, kind, evidence, waiting: still, asked: true });
  }
  for (const { publication, period, source, drift } of planned.flatMap(heldBy)) {
    const id = questionId(source, drift);
    const { kind, evidence } = drift;
    const waiting = [...(found.get(id)?.waiting ?? []), period];
    const known = asked.some((question) => question.id === id);
    found.set(id, { id, publication, source, kind, evidence, waiting, asked: known });
  }
  return [...found.values()];
}

interface Held {
  readonly publication: string;
  readonly period: string;
  readonly source: string;
  readonly drift: Drift;
}

function heldBy({ publication, releases }: PlannedPublication): readonly Held[] {
  return releases.flatMap(({ period, actions }) =>
    actions
      .filter((one) => one.verdict === "hold")
      .flatMap(({ source, drift }) =>
        drift
          .filter((one) => one.breaking)
          .map((one) => ({ publication, period, source, drift: one })),
      ),
  );
}
