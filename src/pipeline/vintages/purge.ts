import { purgeLoads } from "../../database/vintages/purge-load.ts";
import { purgeScope, tombstonesOf } from "../../database/vintages/purge-scope.ts";
import { vintagesOf } from "../../database/vintages/vintages.ts";
import type { EventSink } from "../../model/events.ts";
import type { PurgeScope, Tombstone } from "../../model/purge.ts";
import type { ExportReport } from "../../model/report.ts";
import type { HoldingBackup } from "../../model/storage/backup.ts";
import { nothingLoaded, type Vintage, type VintageChoice, vintageOf } from "../../model/vintage.ts";
import { holders } from "../../upkeep/backup/index.ts";
import { ownBackups } from "../backup/backup-shelf.ts";
import { writeProjections } from "../projections/projections.ts";
import type { World } from "../world.ts";
import { removePurged } from "./purged-files.ts";
import { onRelease, personOf } from "./vintages.ts";

export interface PurgeRequest {
  readonly choice: VintageChoice;
  readonly vintage: number;
  readonly by: string | null;
  readonly reason: string;
  readonly dryRun: boolean;
  readonly watch: EventSink;
}

export interface PurgeReport {
  readonly dry_run: boolean;
  readonly by: string;
  readonly reason: string;
  readonly scope: PurgeScope;
  /** What was purged before: nothing is done about it but to finish its files. */
  readonly before: readonly Tombstone[];
  /** The vintage that is current now, by source; null where none is. Empty in a dry run. */
  readonly current: Readonly<Record<string, number | null>>;
  /** Files that were removed. */
  readonly removed: readonly string[];
  readonly exports: readonly ExportReport[];
  /** Backups that were made before and hold it still, and files among them of which nobody knows. */
  readonly backups: readonly HoldingBackup[];
}

const NOTHING: PurgeScope = {
  loads: [],
  artifacts: [],
  generations: [],
  quarantined: 0,
  links: [],
};

/**
 * Removes a vintage for good: first from the database, with a tombstone, in one transaction; then its files,
 * and exports without it. Cut short between the two, the same command or the next backfill does the rest.
 * Throws VINTAGE_UNKNOWN, LOCK_HELD.
 */
export async function purge(world: World, request: PurgeRequest): Promise<PurgeReport> {
  const { choice, vintage, dryRun, reason } = request;
  const by = personOf(request.by);
  const before = await tombstonesOf(world.database, choice, vintage);
  const loads = await loadsToPurge(world, request, before);
  const base = { dry_run: dryRun, by, reason, before };
  if (dryRun) {
    const scope = loads.length === 0 ? NOTHING : await purgeScope(world.database, loads);
    const backups = await holders(await ownBackups(world), scope);
    return { ...base, scope, current: {}, removed: [], exports: [], backups };
  }
  const events = world.eventsOf(world.newId(), request.watch);
  const [first] = loads;
  const done =
    first === undefined
      ? { scope: NOTHING, successors: new Map<string, number | null>() }
      : await onRelease(world, first, () => purgeLoads(world.database, loads, { by, reason }));
  for (const load of done.scope.loads) {
    const { publication, period, source } = load;
    const current = done.successors.get(source) ?? null;
    const event = "source.purged";
    events.emit({ event, publication, period, source, vintage, current, by, reason });
  }
  await events.flush();
  const removed = (await removePurged(world)).map((one) => one.path);
  const exports = await writeProjections(world, events);
  await events.flush();
  const current = Object.fromEntries(done.successors);
  // Behind the commit: a backup that is finished later looks itself whether it holds what was purged.
  const backups = await holders(await ownBackups(world), done.scope);
  return { ...base, scope: done.scope, current, removed, exports, backups };
}

/** Of one source the vintage, unless it is a tombstone; of a publication every source that has it. */
async function loadsToPurge(
  world: World,
  { choice, vintage }: PurgeRequest,
  before: readonly Tombstone[],
): Promise<readonly Vintage[]> {
  const vintages = await vintagesOf(world.database, choice);
  const loads = vintages.filter((one) => one.vintage === vintage);
  if (loads.length > 0 || before.length > 0) return loads;
  if (vintages.length > 0) return [vintageOf(vintages, vintage)];
  throw nothingLoaded(choice);
}
