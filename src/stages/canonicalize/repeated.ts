import type { Region } from "../../model/manifest/manifest.ts";
import type { CanonicalizeFacts } from "./facts.ts";
import { isSound } from "./left-out.ts";

/**
 * The release whose tables stand in this one once more, cell for cell: all that hold figures, of sources that are
 * known. It may be the old file under the link of a new period; or a table that does not change. Else null. Pure.
 */
export function repeatedRelease({
  assignments,
  seen,
}: Pick<CanonicalizeFacts, "assignments" | "seen">): string | null {
  const periods = new Set<string | null>();
  for (const { contract, regions } of assignments) {
    const sound = regions.filter(isSound);
    if (!sound.some(hasFigures)) continue;
    const last = contract === null ? undefined : seen.last.get(contract.code);
    const content = sound.map((region) => region.fingerprint).sort();
    periods.add(last !== undefined && last.content.join() === content.join() ? last.period : null);
  }
  const [period = null, ...others] = periods;
  return others.length === 0 ? period : null;
}

function hasFigures({ columns }: Region): boolean {
  return columns.some((column) => ["measure", "period"].includes(column.role) && column.values > 0);
}
