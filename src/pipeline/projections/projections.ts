import type { EventSink } from "../../model/events.ts";
import type { ExportReport } from "../../model/report.ts";
import type { World } from "../world.ts";
import { exportSources } from "./exports.ts";
import { rebuildState } from "./state.ts";

/** Brings every export to what the database holds, and tells what was written. */
export async function exportAll(world: World, events: EventSink): Promise<readonly ExportReport[]> {
  if (world.signal.aborted) return [];
  const exports = await exportSources(world, { sources: [], deep: false });
  for (const one of exports) {
    if (one.status !== "written") continue;
    events.emit({ event: "export.written", source: one.source, rows: one.rows });
  }
  return exports;
}

/** Exports, catalogue and state, after a change of the ledger that no backfill made. */
export async function writeProjections(
  world: World,
  events: EventSink,
): Promise<readonly ExportReport[]> {
  const exports = await exportAll(world, events);
  await world.database.inTurn("canonry.projections", () => rebuildState(world));
  return exports;
}
