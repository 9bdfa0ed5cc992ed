import type { Core } from "../cores/column-count.ts";
import { isWords } from "../lines/cell-class.ts";
import { cellAt, type Line } from "../lines/line.ts";
import { lineText } from "../lines/notes.ts";
import type { CoreDraft } from "./join-cores.ts";

/** A sentence has so many words at least. */
const LEAST_WORDS = 3;

/**
 * The drafts without those that are notes: below a table with names, no names of their own, and nothing but lines
 * numbered 1, 2, 3 with words beside the number; sentences, or whatever stands under "Footnotes".
 */
export function withoutNotes(lines: readonly Line[], drafts: readonly CoreDraft[]): CoreDraft[] {
  const named = drafts.findIndex(({ zone }) => zone.header.length > 0);
  return drafts.filter((draft, at) => named === -1 || at < named || !isNotes(lines, draft));
}

function isNotes(lines: readonly Line[], { core, zone }: CoreDraft): boolean {
  if (Object.values(zone).some((list) => list.length > 0)) return false;
  const heading = lines[core.first - 1];
  const isHeaded = heading?.cells.length === 1 && /^(?:foot)?notes?\b/i.test(lineText(heading));
  const least = isHeaded ? 1 : LEAST_WORDS;
  if (core.members.length !== core.last - core.first + 1) return false;
  return core.members.every((at, nth) => {
    const [number, words, ...others] = lines[at]?.cells ?? [];
    if (number === undefined || words === undefined || others.length > 0) return false;
    return number.value === nth + 1 && isWords(words) && words.text.split(" ").length >= least;
  });
}

/**
 * How many lines at the end are notes, numbered 1, 2, 3 where the rows have their labels, each with words beside the
 * number and nothing else. Rows that are numbered themselves, and lack just these numbers, go on in them: 5, 4, 3, 2, 1.
 */
export function numberedNotes(
  lines: readonly Line[],
  core: Core,
  members: readonly number[],
): number {
  const left = Math.min(...core.columns.keys());
  const numberOf = (at: number | undefined): number | null => {
    const [number, words, ...others] = lines[at ?? -1]?.cells ?? [];
    if (number?.column !== left || words === undefined || others.length > 0) return null;
    return isWords(words) && words.text.split(" ").length >= LEAST_WORDS ? number.value : null;
  };
  for (let notes = 1; notes < members.length; notes++) {
    const first = members.length - notes;
    const value = numberOf(members[first]);
    if (value === null) return 0;
    if (value !== 1) continue;
    const counts = members.slice(first).every((at, nth) => numberOf(at) === nth + 1);
    const labels = members.slice(0, first).map((at) => valueAt(lines[at], left));
    const goesOn = !labels.includes(1) && (labels.includes(0) || labels.includes(notes + 1));
    return counts && !goesOn ? notes : 0;
  }
  return 0;
}

function valueAt(line: Line | undefined, column: number): number | undefined {
  return line === undefined ? undefined : cellAt(line, column)?.value;
}
