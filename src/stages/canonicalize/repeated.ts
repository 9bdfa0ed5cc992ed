import type { Assignment } from "../../model/manifest/assign.ts";
import type { Region } from "../../model/manifest/manifest.ts";
import { isSound } from "./left-out.ts";
import type { Seen } from "./sight.ts";

/** Looks up the periods of other releases, the newest first, in which a source holds exactly these parts. */
export type PeriodsHolding = (
  source: string,
  content: readonly string[],
) => Promise<readonly string[]>;

/**
 * The release whose tables stand in this one once more, cell for cell: all that hold figures, of sources that are
 * known. It may be an old file under the link of a new period; or a table that does not change. Of several the
 * nearest one before, or else the newest. Else null.
 */
export async function repeatedRelease(
  assignments: readonly Assignment[],
  { last }: Pick<Seen, "last">,
  holding: PeriodsHolding,
): Promise<string | null> {
  let common: readonly string[] | null = null;
  for (const { contract, regions } of assignments) {
    const sound = regions.filter(isSound);
    if (!sound.some(hasFigures)) continue;
    if (contract === null) return null;
    const content = sound.map((region) => region.fingerprint).sort();
    const nearest = last.get(contract.code);
    const periods =
      nearest?.content.join() === content.join()
        ? [nearest.period, ...(await holding(contract.code, content))]
        : await holding(contract.code, content);
    common = common === null ? periods : common.filter((period) => periods.includes(period));
    if (common.length === 0) return null;
  }
  return common?.[0] ?? null;
}

function hasFigures({ columns }: Region): boolean {
  return columns.some((column) => ["measure", "period"].includes(column.role) && column.values > 0);
}
