import { type Search, textAt, textsOf } from "./total-search.ts";

/**
 * How far right each row has its label, where labels stand in several columns, the finer the further right: the
 * place of its last label among the keys before the figures that some rows leave blank, -1 where it has none of them.
 */
export function stepsOf(search: Search): readonly number[] {
  const stepped = keysBefore(search)
    .map((key) => textsOf(search, key))
    .filter((texts) => texts.some((text) => text.trim() === ""));
  return search.lines.map((_line, at) =>
    stepped.findLastIndex((texts) => (texts[at] ?? "").trim() !== ""),
  );
}

/**
 * Whether a group opens with a row: the row right after has its label further right, or leaves other keys blank and
 * has it no further left. A group of which no row follows is none.
 */
export function opensGroup(search: Search, steps: readonly number[], at: number): boolean {
  const [own = -1, next = -1] = [steps[at], steps[at + 1]];
  if (at + 1 >= steps.length || next < own) return false;
  return (
    next > own ||
    keysBefore(search).some((key) => isBlank(search, at, key) !== isBlank(search, at + 1, key))
  );
}

/** Keys that stand before the figures. */
function keysBefore({ keys, measures }: Search): readonly number[] {
  const first = Math.min(...measures);
  return keys.filter((key) => key < first);
}

function isBlank(search: Search, at: number, key: number): boolean {
  return textAt(search, at, key).trim() === "";
}
