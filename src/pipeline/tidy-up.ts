import { closeAbandonedRuns } from "../database/ledger/release-lock.ts";
import type { RetentionKind, RetentionOutcome } from "../model/retention.ts";
import { apply, plan, survey } from "../upkeep/retain/index.ts";
import { retainNeeds } from "./upkeep/cleanup.ts";
import type { World } from "./world.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const KINDS: ReadonlySet<RetentionKind> = new Set(["working_files", "leftover"]);
const LEFTOVERS: ReadonlySet<RetentionKind> = new Set(["leftover"]);

/**
 * What a crash of an earlier run left behind and nobody needs: runs that are still called running, event
 * logs that wait for their storage, unfinished files, and working files, by the same policy as a cleanup. Gives what could not be removed.
 */
export async function tidyUp(world: World): Promise<RetentionOutcome["failed"]> {
  await closeAbandonedRuns(world.database);
  await world.data.putLeftEvents();
  for (const left of await world.data.unfinishedElsewhere(world.now().getTime() - DAY_MS)) {
    await left.discard();
  }
  const needs = retainNeeds(world);
  return (await apply(needs, plan(await survey(needs, KINDS)))).failed;
}

/** Removes what writers left that are gone. */
export async function sweepUnfinished(world: World): Promise<void> {
  const needs = retainNeeds(world);
  await apply(needs, plan(await survey(needs, LEFTOVERS)));
}
