import { contains, type Period, parsePeriod } from "../../model/period.ts";
import { type FoundPeriod, readPeriods } from "../../model/read-periods.ts";

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

function narrower(a: string, b: string): string {
  const [first, second] = [parsePeriod(a), parsePeriod(b)];
  return first !== null && second !== null && contains(first, second) ? b : a;
}

/** The periods of the surest kind in a name; usually one. */
function bestOf(text: string): readonly string[] {
  const found = readPeriods(text.replace(/\.[a-z0-9]{2,5}$/i, ""));
  const spans = found.filter(
    (one) => !one.guessed && kindOf(one) !== "day" && kindOf(one) !== "year",
  );
  const used =
    [spans, found.filter((one) => kindOf(one) === "day"), found].find((some) => some.length > 0) ??
    [];
  const best = Math.max(0, ...used.map((one) => one.score));
  return [...new Set(used.filter((one) => one.score >= best - 0.2).map((one) => one.period))];
}

function kindOf(found: FoundPeriod): Period["kind"] | undefined {
  return parsePeriod(found.period)?.kind;
}

function agree(a: string, b: string): boolean {
  const [first, second] = [parsePeriod(a), parsePeriod(b)];
  if (first === null || second === null) return a === b;
  return contains(first, second) || contains(second, first);
}

function words(periods: readonly string[]): string {
  return periods.join(" and of ");
}
