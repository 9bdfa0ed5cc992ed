import { cellAt, type Line } from "../lines/line.ts";

/**
 * Columns side by side whose names come again as a whole: 2020, 2021, 2020, 2021. The names are what the lines say
 * of each column; what stands left of the first such columns names rows. Empty if there are not two at least.
 */
export function repeatedColumns(
  below: readonly Line[],
  columns: readonly number[],
): readonly (readonly number[])[] {
  const [first = 0, last = 0] = [columns[0], columns.at(-1)];
  if (last - first !== columns.length - 1) return [];
  const names = columns.map((column) =>
    below.map((line) => cellAt(line, column)?.text ?? "").join("|"),
  );
  const leaf = below.at(-1);
  if (leaf === undefined) return [];
  const before = names.lastIndexOf(names.at(-1) ?? "", -2);
  const length = names.length - 1 - before;
  if (before < 0 || length < 2) return [];
  const period = names.slice(-length);
  const blocks: (readonly number[])[] = [];
  let start = names.length - length;
  while (start >= 0 && period.every((name, at) => names[start + at] === name)) {
    blocks.unshift(columns.slice(start, start + length));
    start -= length;
  }
  const isApart = names.slice(0, start + length).every((name) => !period.includes(name));
  const isWhole = blocks.flat().every((column) => cellAt(leaf, column) !== undefined);
  return isApart && isWhole && new Set(period).size === length ? blocks : [];
}
