import { revertLoad } from "../../database/vintages/vintages.ts";
import type { EventSink } from "../../model/events.ts";
import type { ExportReport } from "../../model/report.ts";
import { type Reversal, reversal, type Vintage, type VintageChoice } from "../../model/vintage.ts";
import { writeProjections } from "../projections/projections.ts";
import type { World } from "../world.ts";
import { bringBack } from "./bring-back.ts";
import { chosenVintages, onRelease, personOf } from "./vintages.ts";

export interface RevertRequest {
  readonly choice: VintageChoice;
  /** The vintage to go back to; null: the one before the current. */
  readonly to: number | null;
  readonly by: string | null;
  readonly reason: string;
  readonly watch: EventSink;
}

/** What became of one source. */
export interface RevertedSource {
  readonly source: string;
  /** Null where nothing was to be done. */
  readonly from: number | null;
  readonly to: number | null;
  /** Why nothing was to be done; "" where something was. */
  readonly nothing: string;
}

export interface RevertReport {
  readonly period: string;
  readonly by: string;
  readonly reason: string;
  readonly sources: readonly RevertedSource[];
  readonly exports: readonly ExportReport[];
}

/**
 * Makes an earlier vintage current again, and what was left stays out until a person or other content comes.
 * The rows of one that expired are read again from its file. Of a publication without `to`: what its last run brought, and nothing that was loaded before that.
 */
export async function revert(world: World, request: RevertRequest): Promise<RevertReport> {
  const { to, reason, choice } = request;
  const by = personOf(request.by);
  const events = world.eventsOf(world.newId(), request.watch);
  const vintages = await chosenVintages(world, choice);
  const sources: RevertedSource[] = [];
  const meant = sourcesToRevert(vintages, choice, to);
  // Whatever forbids one of them forbids all, before the first is done.
  for (const source of meant.keys()) {
    const own = vintages.filter((one) => one.source === source);
    const target = reversal(own, to);
    if ("nothing" in target || target.to.expired === null) continue;
    await onRelease(world, target.to, () => bringBack(world, target.to.load_id));
  }
  for (const [source, publication] of meant) {
    const place = { publication, period: choice.period, source };
    const done = await onRelease(world, place, () =>
      revertLoad(world.database, place, (own) => reversal(own, to), { by, reason }),
    );
    sources.push(reportOf(source, done));
    if ("nothing" in done) continue;
    const [vintage, current] = [done.from?.vintage ?? null, done.to.vintage];
    events.emit({ event: "source.reverted", ...place, vintage, current, by, reason });
  }
  const exports = await writeProjections(world, events);
  await events.flush();
  return { period: choice.period, by, reason, sources, exports };
}

function reportOf(source: string, done: Reversal): RevertedSource {
  return "nothing" in done
    ? { source, from: null, to: null, nothing: done.nothing }
    : { source, from: done.from?.vintage ?? null, to: done.to.vintage, nothing: "" };
}

/**
 * With the publication of each: the source that is named; of a publication with a number those that have it,
 * else those that the last run of the release loaded again.
 */
function sourcesToRevert(
  vintages: readonly Vintage[],
  choice: VintageChoice,
  to: number | null,
): ReadonlyMap<string, string> {
  const last = vintages.toSorted((a, b) => Number(b.load_id) - Number(a.load_id))[0];
  const meant = vintages.filter((one) => {
    if ("source" in choice) return true;
    return to === null ? one.run_id === last?.run_id && one.vintage > 1 : one.vintage === to;
  });
  return new Map(meant.map((one) => [one.source, one.publication]));
}
