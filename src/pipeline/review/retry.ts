import { quarantined } from "../../database/quarantine/quarantined.ts";
import { CanonryError } from "../../model/errors.ts";
import type { QuarantinedItem } from "../../model/quarantine.ts";
import type { BackfillReport } from "../../model/report.ts";
import { backfill } from "../backfill.ts";
import { type BackfillOptions, EVERYTHING } from "../release/backfill-options.ts";
import type { World } from "../world.ts";

export interface Retried {
  /** Each with whether it is in quarantine still. */
  readonly items: readonly QuarantinedItem[];
  /** Null if nothing was in quarantine. */
  readonly backfill: BackfillReport | null;
}

type Wanted = Pick<Parameters<typeof quarantined>[1], "publications" | "periods" | "ids">;

/**
 * Looks again at the releases of what is in quarantine, from the files that are there. What is loaded stays,
 * since its key is what it was; a source whose rows fit now is loaded again as a whole, as a new vintage.
 * Throws QUARANTINE_UNKNOWN.
 */
export async function retryQuarantine(
  world: World,
  wanted: Wanted,
  options: Pick<BackfillOptions, "concurrency" | "watch">,
): Promise<Retried> {
  const items = await quarantined(world.database, { ...wanted, all: false });
  const unknown = wanted.ids.find((id) => !items.some((one) => one.id === id));
  if (unknown !== undefined)
    throw new CanonryError("QUARANTINE_UNKNOWN", `nothing in quarantine is called ${unknown}`);
  if (items.length === 0) return { items, backfill: null };
  const isWanted = (publication: string, period: string): boolean =>
    items.some((one) => one.publication === publication && one.period === period);
  const report = await backfill(
    world,
    {
      ...EVERYTHING,
      ...options,
      publications: [...new Set(items.map((one) => one.publication))],
      periods: [...new Set(items.map((one) => one.period))],
      reprocess: "all",
      offline: true,
    },
    {
      ledger: (ledger) => ledger,
      survey: (survey) => ({
        ...survey,
        releases: survey.releases.filter((one) => isWanted(survey.publication.code, one.period)),
      }),
    },
  );
  const ids = items.map((one) => one.id);
  const none = { publications: [], periods: [] };
  const now = await quarantined(world.database, { ...none, ids, all: true });
  const after = items.map((one) => now.find(({ id }) => id === one.id) ?? { ...one, open: false });
  return { items: after, backfill: report };
}
