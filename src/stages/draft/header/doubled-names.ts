import { columnLetter } from "../../../model/sheet.ts";

interface Named {
  readonly index: number;
  readonly header: readonly string[];
  readonly numeric: boolean;
}

/** What speaks for tables side by side: all names come again as a whole, and one of them is of labels. */
export function doubledNames(columns: readonly Named[]): string | null {
  const paths = columns.map(({ header }) => header.join(" > "));
  const length = paths.indexOf(paths[0] ?? "", 1);
  const again = columns[length];
  if (length < 2 || again === undefined || paths.length % length !== 0) return null;
  if (!paths.every((path, at) => path !== "" && path === paths[at % length])) return null;
  return columns.slice(0, length).every(({ numeric }) => numeric)
    ? null
    : `the names of the columns come again from ${columnLetter(again.index)} on: they may be tables side by side`;
}
