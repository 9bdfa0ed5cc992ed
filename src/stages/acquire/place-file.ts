import { agree, bestPeriods, narrower, withoutExtension } from "./period-evidence.ts";

export type Placed = { readonly period: string } | { readonly reason: string };

/**
 * The period that the path of a file states. The file's own name counts first, then the nearest folder
 * that names a period; days count only where nothing else does (they say when a file was made). Where
 * name and folder speak of different times, it refuses.
 */
export function placeFile(path: string): Placed {
  const [name = "", ...folders] = path.split("/").toReversed();
  const own = bestOf(name);
  const around = folders.map(bestOf).find((found) => found.length > 0) ?? [];
  if (own.length > 1) return { reason: `its name speaks of ${words(own)}` };
  const [mine] = own;
  const [theirs] = around;
  if (around.length > 1 && mine === undefined)
    return { reason: `its folder speaks of ${words(around)}` };
  if (mine === undefined) {
    return theirs === undefined
      ? { reason: "neither its name nor its folder names a period" }
      : { period: theirs };
  }
  if (around.length === 1 && theirs !== undefined && !agree(mine, theirs)) {
    return { reason: `its name speaks of ${mine}, its folder of ${theirs}` };
  }
  return { period: theirs === undefined ? mine : narrower(mine, theirs) };
}

function bestOf(text: string): readonly string[] {
  return bestPeriods([withoutExtension(text)]);
}

function words(periods: readonly string[]): string {
  return periods.join(" and of ");
}
