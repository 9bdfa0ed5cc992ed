import { type ColumnCount, type Core, countsOf } from "../cores/column-count.ts";
import type { HeaderZone } from "../header/header-walk.ts";
import type { Line } from "../lines/line.ts";

export interface CoreDraft {
  readonly core: Core;
  readonly zone: HeaderZone;
}

/**
 * Rows without a header of their own right below the rows of another core, in columns that it has or names,
 * are more of its rows: its columns hold more kinds of values than its first rows showed.
 */
export function joinHeadless(lines: readonly Line[], drafts: readonly CoreDraft[]): CoreDraft[] {
  const joined: CoreDraft[] = [];
  for (const draft of drafts) {
    const before = joined.at(-1);
    if (before !== undefined && goesOnBelow(lines, before, draft)) {
      joined[joined.length - 1] = { core: joinCores(before.core, draft.core), zone: before.zone };
    } else joined.push(draft);
  }
  return joined;
}

function goesOnBelow(lines: readonly Line[], above: CoreDraft, below: CoreDraft): boolean {
  const { core, zone } = below;
  if (zone.header.length + zone.unit.length + zone.section.length + zone.data.length > 0)
    return false;
  if (above.zone.header.length === 0 || above.core.last !== core.first - 1) return false;
  if (lines[core.first]?.gap !== 0) return false;
  const known = new Set(above.core.columns.keys());
  for (const at of above.zone.header)
    for (const cell of lines[at]?.cells ?? []) known.add(cell.column);
  const left = Math.min(...above.core.columns.keys());
  return (
    Math.min(...core.columns.keys()) === left &&
    [...core.columns.keys()].every((column) => known.has(column))
  );
}

function joinCores(above: Core, below: Core): Core {
  const columns = new Map<number, ColumnCount>();
  for (const column of [...above.columns.keys(), ...below.columns.keys()]) {
    const [a, b] = [countsOf(above, column), countsOf(below, column)];
    columns.set(column, {
      numbers: a.numbers + b.numbers,
      markers: a.markers + b.markers,
      words: a.words + b.words,
      times: a.times + b.times,
      all: a.all + b.all,
    });
  }
  return {
    first: above.first,
    last: below.last,
    members: [...above.members, ...below.members],
    columns,
  };
}
