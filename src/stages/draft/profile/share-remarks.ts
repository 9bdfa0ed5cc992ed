import { cellText } from "../../../model/manifest/first-cells.ts";
import type { ColumnTally } from "./column-tally.ts";
import type { TypedColumn } from "./column-types.ts";

/** A column with what its cells are. */
export interface ShareColumn {
  readonly letter: string;
  readonly tally: ColumnTally;
  readonly typed: TypedColumn;
}

/** What a person is told of the shares in a column. */
export function shareRemarks(column: ShareColumn): readonly string[] {
  return [...twoScales(column), ...markedShares(column)];
}

/** Most of its cells are fractions that the sheet shows as shares. */
export function isFractions({ percents, numbers }: ColumnTally): boolean {
  return percents > numbers * 0.5;
}

/** Fractions that are shown as shares, and more figures beside them, shares among these: no one scale is theirs. */
function twoScales({ letter, tally, typed }: ShareColumn): readonly string[] {
  const { percents, firstShare } = tally;
  if (percents === 0 || firstShare === null || isFractions(tally) || typed.type === "text")
    return [];
  const cells = `${percents} ${percents === 1 ? "cell holds a fraction that is" : "cells hold fractions that are"}`;
  return [
    `column ${letter}: ${cells} shown as a share, and ${cellText(letter, firstShare)}: each is loaded as it stands`,
  ];
}

/** A share with a mark is kept whole as a mark, and has no value: somebody may want to know. */
function markedShares({ letter, tally, typed }: ShareColumn): readonly string[] {
  const { markedShares: count, firstMarkedShare: first } = tally;
  if (first === null || typed.role !== "measure") return [];
  const cells = count === 1 ? "1 cell holds" : `${count} cells hold`;
  return [
    `column ${letter}: ${cells} a share with a mark (${cellText(letter, first)}), which is kept whole as a mark, without a value`,
  ];
}
