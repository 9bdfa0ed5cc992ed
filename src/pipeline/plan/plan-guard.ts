import type { ReleaseDecision } from "../../model/decision.ts";
import { CanonryError } from "../../model/errors.ts";
import { stableJson } from "../../model/hash.ts";
import type { LoadCommit } from "../../model/load-commit.ts";
import type { Drift } from "../../model/manifest/drift.ts";
import type {
  PlannedAction,
  PlannedLoad,
  PlannedRelease,
  ReleasePlan,
} from "../../model/manifest/release-plan.ts";
import type { PublicationSurvey } from "../release/publication-survey.ts";
import type { ReleaseLedger, ReleasePlace } from "../release/release-ledger.ts";
import { plannedDrift } from "./planned-actions.ts";

/** The releases of the plan, from the files that are there: nothing is fetched. */
export function surveyedAsPlanned(
  plan: ReleasePlan,
): (survey: PublicationSurvey) => PublicationSurvey {
  return (survey) => {
    const own = plan.publications.find((one) => one.publication === survey.publication.code);
    const releases = survey.releases
      .filter((release) => own?.releases.some((one) => one.period === release.period))
      .map((release) => ({ ...release, fetches: { ...release.fetches, todo: [] } }));
    return { ...survey, releases };
  };
}

/**
 * A ledger that lets through what a plan says and nothing else: a decision, load or outcome that is not the
 * planned one is PLAN_STALE, and nothing of it is written. What is decided under the lock is compared here;
 * statements, rows, vintage and manifest inside the load's transaction, before it commits.
 */
export function guarded(plan: ReleasePlan): (ledger: ReleaseLedger) => ReleaseLedger {
  return (ledger) => ({
    ...ledger,
    decided: (decision) => {
      agreeOnDecision(decision, releaseOf(plan, decision));
      ledger.decided(decision);
    },
    commitLoad: (load) => ledger.commitLoad(agreedLoad(load, actionsOf(plan, load))),
    recordOutcome: async (outcome) => {
      const verdict = outcome.status === "held" ? "hold" : "quarantine";
      const { reason } = outcome;
      if (!actionsOf(plan, outcome).some((one) => one.verdict === verdict && one.reason === reason))
        throw stale(outcome, `${outcome.source} would be ${outcome.status}: ${reason}`);
      await ledger.recordOutcome(outcome);
    },
  });
}

function stale({ publication, period }: ReleasePlace, what: string): CanonryError {
  return new CanonryError("PLAN_STALE", `${publication} ${period} is not as planned: ${what}`);
}

function releaseOf(plan: ReleasePlan, place: ReleasePlace): PlannedRelease | null {
  const own = plan.publications.find((one) => one.publication === place.publication);
  return own?.releases.find((one) => one.period === place.period) ?? null;
}

function actionsOf(
  plan: ReleasePlan,
  place: ReleasePlace & { readonly source: string },
): readonly PlannedAction[] {
  const actions = releaseOf(plan, place)?.actions ?? [];
  return actions.filter((one) => one.source === place.source);
}

/** The same sources, each with the same content. */
function agreeOnDecision(decision: ReleaseDecision, planned: PlannedRelease | null): void {
  const actions = planned?.actions ?? [];
  for (const { source, issues } of decision.sources) {
    const own = actions.find((one) => one.source === source);
    if (own === undefined) throw stale(decision, `${source} is not in the plan`);
    const keys = issues.map((one) => one.key);
    if (stableJson(own.issues) !== stableJson(keys))
      throw stale(decision, `${source} holds other content`);
  }
  const gone = actions.find((one) => !decision.sources.some((own) => own.source === one.source));
  if (gone !== undefined) throw stale(decision, `${gone.source} is missing`);
}

function agreedLoad(load: LoadCommit, actions: readonly PlannedAction[]): LoadCommit {
  const action = actions.find((one) => one.load?.key === load.key);
  const planned = action?.load ?? null;
  if (action === undefined || planned === null) return refusedLoad(load, actions);
  const drift = load.drift.map((one: Drift) => plannedDrift(load.source, one));
  same(load, "drift", action.drift, drift);
  return {
    ...load,
    agree: ({ vintage, rows_data, rows_total }, ddl) => {
      const { manifest, key } = planned;
      const made: PlannedLoad = { key, vintage, rows_data, rows_total, ddl, manifest };
      for (const name of ["vintage", "rows_data", "rows_total", "ddl"] as const)
        same(load, name, planned[name], made[name]);
    },
    manifest: (current, contract) => {
      const next = load.manifest(current, contract);
      const { version, digest } = next.document;
      same(load, "manifest", planned.manifest, { version, digest });
      return next;
    },
  };
}

/** A load that is planned to come to nothing may be tried, and is not committed if it would come to something. */
function refusedLoad(load: LoadCommit, actions: readonly PlannedAction[]): LoadCommit {
  if (!actions.some((one) => one.issues.includes(load.key)))
    throw stale(load, `a load of ${load.source} is not in the plan`);
  return {
    ...load,
    agree: () => {
      throw stale(load, `${load.source} could be loaded`);
    },
  };
}

function same(load: LoadCommit, what: string, planned: unknown, is: unknown): void {
  const [was, now] = [stableJson(planned), stableJson(is)];
  if (was === now) return;
  throw stale(load, `${what} of ${load.source} was ${was.slice(0, 200)}, now ${now.slice(0, 200)}`);
}
