import { isWords } from "../lines/cell-class.ts";
import type { Line } from "../lines/line.ts";
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
