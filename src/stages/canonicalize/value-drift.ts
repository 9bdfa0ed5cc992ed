import { columnFor } from "../../model/manifest/bind-columns.ts";
import type { Drift } from "../../model/manifest/drift.ts";
import type { Region, SourceContract } from "../../model/manifest/manifest.ts";
import { isGhost } from "../../model/manifest/similarity.ts";
import type { LastLoad, Likeness, Sight } from "./sight.ts";

/** Values that are so much more like those of another column stand under the wrong header. */
const MARGIN = 0.15;
/** Or those that are nearer there in so many of the rows. */
const MOST_ROWS = 0.6;
/** Below this a column's values do not stand where its header does. */
const AT_HOME = 0.2;
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
    .flatMap((column) => columnFor(contract, region, column)?.name ?? []);
  const before = last.profile.columns.map((one) => one.name).filter((name) => now.includes(name));
  return [before, now.filter((name) => before.includes(name))];
}

/** Something beside new values is different: then it is worth comparing values. */
export function isSuspicious(last: LastLoad, contract: SourceContract, region: Region): boolean {
  const [before, now] = orders(last, contract, region);
  if (before.join() !== now.join()) return true;
  const filled = last.profile.columns.filter((one) => one.filled > 0);
  const lost = filled.some((one) => {
    const column = region.columns.find(
      (seen) => columnFor(contract, region, seen)?.name === one.name,
    );
    return column === undefined || isGhost(column);
  });
  const came = region.columns.some(
    (column) => column.role !== "period" && columnFor(contract, region, column) === undefined,
  );
  return lost || came;
}

interface Move {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/**
 * A swap is a ring of columns, a slip a chain whose last one stands under a header of nothing known. One
 * column that looks like another one which stayed is chance.
 */
function movedValues(sight: Sight): Drift | null {
  const { region, last } = sight;
  if (last === null) return null;
  const moves = closed(movesOf(sight), sight);
  if (moves.length < 2) return null;
  const told = moves.map(
    ({ name, to }) =>
      `the values of ${name} in ${last.period} are like those under ${JSON.stringify(region.columns[to]?.header.join(" | "))}`,
  );
  return {
    kind: "values_moved",
    before: last.period,
    after: region.fingerprint.slice(0, 12),
    evidence: `${region.file} ${region.sheet ?? ""} ${region.range}: ${told.join("; ")}`,
    breaking: true,
  };
}

/** Columns whose earlier values are clearly more like those of another column of the region. */
function movesOf({ contract, region, likeness }: Sight): readonly Move[] {
  if (likeness === null) return [];
  const places = region.columns.flatMap((column, index) =>
    column.role === "period" ? [] : [index],
  );
  return places.flatMap((from): readonly Move[] => {
    const column = region.columns[from];
    const name = column === undefined ? undefined : columnFor(contract, region, column)?.name;
    if (name === undefined) return [];
    const [best] = places
      .filter((to) => to !== from)
      .map((to) => ({ to, like: likeness.of(name, to) ?? 0 }))
      .sort((a, b) => b.like - a.like);
    const moved =
      best !== undefined && best.like >= ALIKE && fitsBetter(likeness, name, from, best);
    return moved ? [{ name, from, to: best.to }] : [];
  });
}

/** Row by row where keys meet, else by how much the values are alike on the whole. */
function fitsBetter(
  likeness: Likeness,
  name: string,
  from: number,
  { to, like }: { readonly to: number; readonly like: number },
): boolean {
  const share = likeness.prefers(name, from, to);
  return share === null ? like > (likeness.of(name, from) ?? 1) + MARGIN : share >= MOST_ROWS;
}

/** The moves of which each goes where something made room: it moved too, or is nowhere to be seen. */
function closed(moves: readonly Move[], sight: Sight): readonly Move[] {
  const { contract, region, likeness } = sight;
  const isFree = (index: number): boolean => {
    const column = region.columns[index];
    const name = column === undefined ? undefined : columnFor(contract, region, column)?.name;
    return name === undefined || (likeness?.of(name, index) ?? 0) < AT_HOME;
  };
  const kept = moves.filter(
    (move) =>
      moves.every((other) => other === move || other.to !== move.to) &&
      (moves.some((other) => other.from === move.to) || isFree(move.to)),
  );
  return kept.length === moves.length ? kept : closed(kept, sight);
}
