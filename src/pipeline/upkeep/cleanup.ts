import { closeAbandonedRuns } from "../../database/ledger/release-lock.ts";
import { CanonryError } from "../../model/errors.ts";
import type { EventSink } from "../../model/events.ts";
import type {
  KeptItem,
  RetentionAction,
  RetentionKind,
  RetentionOutcome,
  RetentionPlan,
} from "../../model/retention.ts";
import type { Planned } from "../../model/stage.ts";
import { apply, plan, type RetainNeeds, survey } from "../../upkeep/retain/index.ts";
import { backupShelf } from "../backup/backup-shelf.ts";
import type { World } from "../world.ts";

/** One item, and what happens to it, or happened. */
export interface CleanupItem extends KeptItem {
  readonly fate: "keep" | "archive" | "expire" | "remove";
}

export interface CleanupReport {
  readonly dry_run: boolean;
  /** Those that go first, each kind together. */
  readonly items: readonly CleanupItem[];
  /** What changed between plan and deed, and was left; what could not be done. */
  readonly left: RetentionOutcome["left"];
  readonly failed: RetentionOutcome["failed"];
  /** Of what went, as it was. */
  readonly freed_bytes: number;
}

const ALL: ReadonlySet<RetentionKind> = new Set<RetentionKind>([
  ...(["log", "log_archive", "working_files", "leftover"] as const),
  ...(["export", "vintage", "artifact", "backup"] as const),
]);

/**
 * Archives, expires and removes what the settings let go. With `dryRun` it only looks. Throws LOCK_HELD while
 * another cleanup is at work; backfills go on beside it.
 */
export async function cleanup(
  world: World,
  { dryRun, watch }: { readonly dryRun: boolean; readonly watch: EventSink },
): Promise<CleanupReport> {
  const needs = retainNeeds(world);
  if (dryRun) {
    const planned = plan(await survey(needs, ALL));
    return report(planned, { done: planned.todo, left: [], failed: [] }, true);
  }
  const work = async (): Promise<CleanupReport> => {
    await closeAbandonedRuns(world.database);
    const planned = plan(await survey(needs, ALL));
    const outcome = await apply(needs, planned);
    const events = world.eventsOf(world.newId(), watch);
    for (const { key, reason, action } of outcome.done) {
      const { kind, size_bytes } = action;
      events.emit({ event: "retention.done", kind, key, reason, size_bytes });
    }
    await events.flush();
    return report(planned, outcome, false);
  };
  const held = (): never => {
    throw new CanonryError("LOCK_HELD", "another cleanup is at work");
  };
  return world.database.withLock("canonry.cleanup", work, held);
}

export function retainNeeds({ database, data, config, signal }: World): RetainNeeds {
  const backups = backupShelf(database, data);
  return { database, data, settings: config.settings.retention, backups, signal };
}

function report(
  planned: RetentionPlan,
  { done, left, failed }: RetentionOutcome,
  dryRun: boolean,
): CleanupReport {
  const goes = done.map(itemOf);
  return {
    dry_run: dryRun,
    items: [...goes, ...planned.skipped.map((one) => ({ ...one, fate: "keep" as const }))],
    left,
    failed,
    freed_bytes: goes.reduce((sum, one) => sum + one.size_bytes, 0),
  };
}

function itemOf({ key, reason, action }: Planned<RetentionAction>): CleanupItem {
  const { kind, size_bytes } = action;
  return { kind, key, size_bytes, reason, fate: fateOf(action) };
}

function fateOf(action: RetentionAction): CleanupItem["fate"] {
  if (action.kind === "log" && action.month !== null) return "archive";
  return action.kind === "vintage" ? "expire" : "remove";
}
