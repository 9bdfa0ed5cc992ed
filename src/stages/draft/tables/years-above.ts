import { cellAt, type Line } from "../lines/line.ts";
import { yearLabel } from "../lines/words.ts";

/**
 * Labels that come again under several years, each of which stands only in a row above: "Q1" below "2022" and
 * below "2023". Nothing in the rows says then which year they are of.
 */
export function yearsAbove(rows: readonly Line[], keys: readonly number[]): readonly string[] {
  const [key, ...others] = keys;
  if (key === undefined || others.some((other) => rows.some((row) => isYear(row, other))))
    return [];
  const years = rows.filter((row) => isYear(row, key));
  if (years.length < 2 || years.length * 2 > rows.length) return [];
  const first = new Map<string, { readonly row: Line; readonly year: Line }>();
  let year: Line | undefined;
  for (const row of rows) {
    if (years.includes(row)) year = row;
    else if (year !== undefined) {
      const text = textOf(row, key);
      const before = first.get(text);
      if (before !== undefined && text !== "" && textOf(before.year, key) !== textOf(year, key))
        return [
          `rows ${before.row.row} and ${row.row} are both ${JSON.stringify(text.slice(0, 40))}, below ${JSON.stringify(textOf(before.year, key))} and ${JSON.stringify(textOf(year, key))} in the same column: no column says which year such rows are of`,
        ];
      if (before === undefined) first.set(text, { row, year });
    }
  }
  return [];
}

function isYear(row: Line, key: number): boolean {
  return yearLabel(textOf(row, key));
}

function textOf(row: Line, key: number): string {
  return cellAt(row, key)?.text ?? "";
}
