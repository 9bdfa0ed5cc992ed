import { cellText } from "../../../model/manifest/first-cells.ts";
import type { ColumnTally } from "./column-tally.ts";
import type { TypedColumn } from "./column-types.ts";
import type { FirstText } from "./figure-forms.ts";

/** What the figures of a whole sheet say of the signs in them. */
export interface FigureSigns {
  /** Its records are parted by semicolons, as they are where the comma stands before decimals. */
  readonly semicolons: boolean;
  /** A column of figures with decimal commas, or with points between thousands. */
  readonly continental: boolean;
  /** A column of figures with decimal points, or with commas between thousands. */
  readonly english: boolean;
}

interface SignedColumn {
  readonly letter: string;
  readonly tally: ColumnTally;
  readonly typed: TypedColumn;
}

export function signsOf(
  tables: readonly (readonly ColumnTally[])[],
  delimiter: string | undefined,
): FigureSigns {
  const semicolons = delimiter === ";";
  const columns = tables.flat();
  return {
    semicolons,
    continental: columns.some(
      (tally) => hasDecimalCommas(tally, semicolons) || hasPointGroups(tally),
    ),
    // What stands first are codes of a classification as often as figures.
    english: tables.some((tallies) => tallies.some((tally, at) => isEnglish(tally, at === 0))),
  };
}

/**
 * Why columns of figures may be read wrong by a factor of a thousand: what stands behind the comma or the point of
 * their figures may be thousands as well as decimals, and nothing in the sheet says which.
 */
export function signDoubts(
  columns: readonly SignedColumn[],
  signs: FigureSigns,
): readonly string[] {
  const doubted = columns.flatMap(({ letter, tally, typed }) => {
    const first = isNumber(typed) ? doubtedText(tally, signs) : null;
    return first === null ? [] : [{ letter, first }];
  });
  const [one] = doubted;
  if (one === undefined) return [];
  const digits = one.first.text.replace(/[^\d.,]/g, "");
  const [thousands, decimals] = [digits.replace(/[.,]/, ""), digits.replace(",", ".")];
  return [
    `${lettersOf(doubted)}: ${cellText(one.letter, one.first)}, which may be ${thousands} or ${decimals}: it takes a file with a point before decimals and nothing between thousands`,
  ];
}

function lettersOf(columns: readonly { readonly letter: string }[]): string {
  return `${columns.length === 1 ? "column" : "columns"} ${columns.map(({ letter }) => letter).join(", ")}`;
}

function isNumber({ type }: TypedColumn): boolean {
  return type === "bigint" || type === "numeric";
}

function doubtedText(tally: ColumnTally, signs: FigureSigns): FirstText | null {
  const { firsts } = tally.forms;
  const [comma, point] = [firsts.get("commaThree"), firsts.get("pointThree")];
  if (comma !== undefined && isDoubtedComma(tally, signs)) return comma;
  return point !== undefined && isDoubtedPoint(tally, signs) ? point : null;
}

function isDoubtedComma({ forms: { counts } }: ColumnTally, signs: FigureSigns): boolean {
  if (signs.continental) return true;
  const isGrouped = counts.commaGroups > 0 || (counts.small > 0 && counts.large === 0);
  return signs.semicolons && !signs.english && !isGrouped;
}

function isDoubtedPoint({ forms: { counts } }: ColumnTally, signs: FigureSigns): boolean {
  if (counts.pointDecimal > 0 || counts.commaGroups > 0) return false;
  return signs.continental || (!signs.english && hasOnlyThrees(counts, signs));
}

/** So many figures with three decimals each are no chance. */
const LEAST_THREES = 3;

/** Each figure above 999 has a point before its last three digits, and none below it has one. */
function hasOnlyThrees(
  { pointThree, small, large }: ColumnTally["forms"]["counts"],
  { semicolons }: FigureSigns,
): boolean {
  return pointThree >= (semicolons ? 2 : LEAST_THREES) && small > 0 && large === 0;
}

function filledOf(tally: ColumnTally): number {
  const { numbers, words, codes, dates, periods, timestamps, booleans } = tally;
  return numbers + words + codes + dates + periods + timestamps + booleans;
}

/** Where nothing else speaks for them, commas part the numbers of a list too: "1,2". */
function hasDecimalCommas(tally: ColumnTally, semicolons: boolean): boolean {
  const { commaDecimal, commaThree } = tally.forms.counts;
  const filled = filledOf(tally);
  if (commaDecimal === 0) return false;
  return semicolons
    ? commaDecimal * 10 >= commaDecimal + commaThree && (commaDecimal + commaThree) * 2 >= filled
    : commaDecimal >= 2 && commaDecimal >= filled * 0.8;
}

function hasPointGroups(tally: ColumnTally): boolean {
  const { pointGroups, pointThree, small } = tally.forms.counts;
  return pointGroups > 0 && (pointGroups + pointThree + small) * 2 >= filledOf(tally);
}

function isEnglish(tally: ColumnTally, isFirst: boolean): boolean {
  const { commaGroups, pointDecimal } = tally.forms.counts;
  return commaGroups > 0 || (!isFirst && pointDecimal > 0 && pointDecimal * 2 >= tally.numbers);
}
