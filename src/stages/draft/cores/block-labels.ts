import { isWords } from "../lines/cell-class.ts";
import type { Line } from "../lines/line.ts";

/** So many lines of labels stand above the header of a block at most. */
const MOST_LABELS = 4;

/** The lines that part blocks with one header: indexes into the lines of a pane. */
export interface BlockLines {
  /** Headers that come again, each with labels right above it. */
  readonly headers: ReadonlySet<number>;
  /** What says of each block what it is of: from a blank row down to its header. */
  readonly labels: ReadonlySet<number>;
}

/**
 * Blocks below each other under the same header, each with a few lines that say what it is of, in the same
 * columns in two blocks at least. A code there may look like a figure ("1.6"), so that they would pass for rows
 * of the block above. Nothing is found where no such line holds a number.
 */
export function blockLines(lines: readonly Line[]): BlockLines {
  const all = [...sameLines(lines).values()]
    .filter((places) => places.length > 1)
    .flat()
    .flatMap((header) => {
      const labels = labelsAbove(lines, header);
      return labels === null ? [] : [{ header, labels, columns: columnsOf(lines, labels) }];
    });
  const alike = all.filter(
    (one) => all.filter(({ columns }) => columns === one.columns).length > 1,
  );
  const labels = alike.flatMap((one) => one.labels);
  const isNeeded = labels.some((at) => (lines[at]?.numbers ?? 0) > 0);
  return isNeeded
    ? { headers: new Set(alike.map(({ header }) => header)), labels: new Set(labels) }
    : { headers: new Set(), labels: new Set() };
}

/** Where lines of nothing but words stand right above figures or marks, by their texts and columns. */
function sameLines(lines: readonly Line[]): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>();
  for (const [at, { cells }] of lines.entries()) {
    const next = lines[at + 1];
    const heads = next?.gap === 0 && next.numbers + next.markers > 0;
    if (!heads || cells.length < 2 || !cells.every(isWords)) continue;
    const key = cells.map(({ column, text }) => `${column} ${text}`).join("|");
    found.set(key, [...(found.get(key) ?? []), at]);
  }
  return found;
}

/** The lines right above a header up to a blank row; the first of them holds words alone. */
function labelsAbove(lines: readonly Line[], header: number): readonly number[] | null {
  let first = header;
  while (lines[first]?.gap === 0 && header - first < MOST_LABELS) first--;
  const top = lines[first];
  if (top === undefined || top.gap === 0 || first > header - 2 || !top.cells.every(isWords))
    return null;
  return Array.from({ length: header - first }, (_, at) => first + at);
}

function columnsOf(lines: readonly Line[], at: readonly number[]): string {
  return at.map((one) => lines[one]?.cells.map(({ column }) => column).join(" ")).join("|");
}
