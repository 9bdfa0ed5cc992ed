import { Ajv } from "ajv";
import { CanonryError } from "../../model/errors.ts";
import { type PlanChange, standingOf } from "../../model/manifest/plan-changes.ts";
import { PLAN_SCHEMA } from "../../model/manifest/plan-schema.ts";
import { planDigest, type ReleasePlan } from "../../model/manifest/release-plan.ts";
import type { BackfillReport } from "../../model/report.ts";
import { backfill } from "../backfill.ts";
import { type BackfillOptions, EVERYTHING } from "../release/backfill-options.ts";
import type { World } from "../world.ts";
import { makePlan } from "./plan.ts";
import { guarded, surveyedAsPlanned } from "./plan-guard.ts";

/** A plan of 500 releases with a table each takes about 5 MB. */
const MOST_BYTES = 256 << 20;

export interface ApplyReport {
  /** Loads that the plan names, and those that were made before this apply. */
  readonly loads: number;
  readonly done_before: number;
  readonly backfill: BackfillReport;
}

/** Reads a plan that `canonry plan` wrote. Throws FILE_MISSING, and PLAN_INVALID for any other document. */
export async function readPlan(world: World, path: string): Promise<ReleasePlan> {
  const file = await world.data.openFile(path);
  const refuse = (what: string, key?: string): never => {
    throw new CanonryError("PLAN_INVALID", what, { file: path, key });
  };
  try {
    if (file.sizeBytes > MOST_BYTES)
      return refuse(`${file.sizeBytes} bytes, and the limit is ${MOST_BYTES}`);
    const chunks: Buffer[] = [];
    for await (const chunk of file.stream()) chunks.push(chunk);
    const value = parsed(Buffer.concat(chunks).toString("utf8"));
    if (value === undefined) return refuse("it is no JSON");
    const check = new Ajv({ strict: true, strictRequired: false, allErrors: false }).compile(
      PLAN_SCHEMA,
    );
    if (!check(value)) {
      const [error] = check.errors ?? [];
      return refuse(
        error?.message ?? "it is no plan",
        error === undefined || error.instancePath === "" ? "/" : error.instancePath,
      );
    }
    const plan = value as unknown as ReleasePlan;
    if (planDigest(plan) !== plan.digest) return refuse("its digest is another: it was edited");
    return plan;
  } finally {
    await file.close();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Does what a plan says and nothing else, then writes exports, manifests and state as a backfill does. The
 * plan is made again first: PLAN_STALE names each file, manifest, configuration, load or table that moved, and
 * nothing is changed. What of the plan is done already stays as it is.
 */
export async function applyPlan(
  world: World,
  plan: ReleasePlan,
  run: Pick<BackfillOptions, "concurrency" | "watch">,
): Promise<ApplyReport> {
  const now = await makePlan(world, { ...plan.options, ...run });
  const { changes, loads, done } = standingOf(plan, now);
  if (changes.length > 0) throw new CanonryError("PLAN_STALE", describe(changes));
  const options: BackfillOptions = {
    ...EVERYTHING,
    ...plan.options,
    ...run,
    offline: true,
  };
  const bounds = { survey: surveyedAsPlanned(plan), ledger: guarded(plan) };
  // A plan is made by rules alone, and a model might answer otherwise.
  const ruled: World = { ...world, model: null };
  return { loads, done_before: done, backfill: await backfill(ruled, options, bounds) };
}

/** At most this many are named. */
const MOST_CHANGES = 5;

function describe(changes: readonly PlanChange[]): string {
  // What is decided follows from the rest: it is named where nothing else moved.
  const causes = changes.filter((one) => one.what !== "action");
  const told = causes.length > 0 ? causes : changes;
  const more = told.length - MOST_CHANGES;
  return [
    ...told.slice(0, MOST_CHANGES).map(({ what, text }) => `${what} moved: ${text}`),
    ...(more > 0 ? [`and ${more} more`] : []),
  ].join("; ");
}
