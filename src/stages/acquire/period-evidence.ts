import { contains, type Period, parsePeriod } from "../../model/period/period.ts";
import { type FoundPeriod, readPeriods } from "../../model/period/read-periods.ts";

/**
 * The periods of the surest kind in some texts; usually one. Days count only where nothing but years
 * stands beside them (they say when a file was made), and years only where nothing else does.
 */
export function bestPeriods(texts: readonly string[]): readonly string[] {
  const found = texts.flatMap((text) => readPeriods(text));
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

/** Whether one of the two holds the other. */
export function agree(a: string, b: string): boolean {
  const [first, second] = [parsePeriod(a), parsePeriod(b)];
  if (first === null || second === null) return a === b;
  return contains(first, second) || contains(second, first);
}

/** The one that the other holds; the first if they are apart. */
export function narrower(a: string, b: string): string {
  const [first, second] = [parsePeriod(a), parsePeriod(b)];
  return first !== null && second !== null && contains(first, second) ? b : a;
}

/** The name of a file without its extension. */
export function withoutExtension(name: string): string {
  return name.replace(/\.[a-z0-9]{2,5}$/i, "");
}
