import type { Drift } from "../../model/drift.ts";
import type { Region, SourceContract } from "../../model/manifest.ts";
import type { LastLoad, Sight } from "./sight.ts";
import { columnFor, headerText, isGhost } from "./similarity.ts";

/** Values that are this much more like those of another column stand under the wrong header. */
const MARGIN = 0.15;
const ALIKE = 0.5;

/**
 * Whether the values still stand under their headers: what names alone cannot tell when headers are
 * swapped or a column slipped. Needs the likeness of values; without it, only the order is told.
 */
export function valueDrift(sight: Sight): readonly Drift[] {
  const { last, contract, region } = sight;
  if (last === null) return [];
  const moved = movedValues(sight);
  if (moved !== null) return [moved];
  const [before, now] = orders(last, contract, region);
  if (before.join() === now.join()) return [];
  return [
    {
      kind: "column_reordered",
      before: before.join(", "),
      after: now.join(", "),
      evidence: `the columns of ${contract.code} stand in another order than in ${last.period}`,
      breaking: false,
    },
  ];
}

/** Names of the columns that both have, in the order of each. */
function orders(
  last: LastLoad,
  contract: SourceContract,
  region: Region,
): readonly [readonly string[], readonly string[]] {
  const now = region.columns
    .filter((column) => column.role !== "period")
    .flatMap((column) => columnFor(contract, column)?.name ?? []);
  const before = last.profile.columns.map((one) => one.name).filter((name) => now.includes(name));
  return [before, now.filter((name) => before.includes(name))];
}

/** Something beside new values is different: then it is worth comparing values. */
export function isSuspicious(last: LastLoad, contract: SourceContract, region: Region): boolean {
  const [before, now] = orders(last, contract, region);
  if (before.join() !== now.join()) return true;
  const filled = last.profile.columns.filter((one) => one.filled > 0);
  const lost = filled.some((one) => {
    const column = region.columns.find((seen) => columnFor(contract, seen)?.name === one.name);
    return column === undefined || isGhost(column);
  });
  const came = region.columns.some(
    (column) => column.role !== "period" && columnFor(contract, column) === undefined,
  );
  return lost || came;
}

function movedValues({ contract, region, last, likeness }: Sight): Drift | null {
  if (likeness === null || last === null) return null;
  const own = region.columns.flatMap((column, index) =>
    column.role === "period" ? [] : [{ column, index, name: columnFor(contract, column)?.name }],
  );
  const moved = own.flatMap(({ column, index, name }) => {
    if (name === undefined) return [];
    const here = likeness(name, index) ?? 1;
    const there = own
      .filter((other) => other.index !== index)
      .map((other) => ({ other, like: likeness(name, other.index) ?? 0 }))
      .reduce((a, b) => (b.like > a.like ? b : a), { other: { column, index, name }, like: 0 });
    return there.like >= ALIKE && there.like > here + MARGIN
      ? [
          `the values of ${name} in ${last.period} are like those under ${JSON.stringify(headerText(there.other.column))}`,
        ]
      : [];
  });
  // One column that looks like another may be chance; a swap or a slip moves two.
  if (moved.length < 2) return null;
  return {
    kind: "values_moved",
    before: last.period,
    after: region.fingerprint.slice(0, 12),
    evidence: `${region.file} ${region.sheet ?? ""} ${region.range}: ${moved.join("; ")}`,
    breaking: true,
  };
}
