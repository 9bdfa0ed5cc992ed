import { ByteTexts, hashOf } from "../../../formats/csv/byte-texts.ts";
import { seenText } from "../lines/cell-class.ts";
import { isOddCell } from "../lines/sample.ts";
import { totalWord } from "../lines/words.ts";
import { tallyTexts } from "../profile/column-profile.ts";
import {
  addDistinct,
  type ColumnTally,
  DISTINCT_LIMIT,
  keepFirst,
  newTally,
} from "../profile/column-tally.ts";
import { addForms } from "../profile/figure-forms.ts";
import { ColumnScan } from "./plain-column.ts";

/** One column of regular records, as every column is tallied. */
export interface TalliedColumn {
  readonly tally: ColumnTally;
  /** Every record has an integer, greater than the one before. */
  readonly ascending: boolean;
}

interface OtherText {
  readonly text: string;
  readonly is: "blank" | "odd" | "regular";
  /** The first row that holds it. */
  readonly row: number;
  times: number;
}

/** A column of regular records: values of one plain kind are scanned as bytes, all others are looked at as texts. */
export class RegularColumn {
  readonly scan: ColumnScan;
  private readonly figures: boolean;
  private readonly tally = newTally();
  /** The first different texts that were not scanned. */
  private readonly texts = new ByteTexts(DISTINCT_LIMIT);
  private readonly seen: OtherText[] = [];
  private others = 0;

  /** `figures`: nearly all of its first values are numbers, or marks in their place. */
  constructor(delimiter: number, figures: boolean) {
    this.scan = new ColumnScan(delimiter, figures);
    this.figures = figures;
  }

  /** Takes a text, in UTF-8, that is not empty and that the scan did not take. What it is for its row: */
  take(view: DataView, from: number, to: number, row: number): OtherText["is"] {
    this.others++;
    this.scan.pass();
    const number = this.texts.numberOf(hashOf(view, from, to), view, from, to);
    const known = this.seen[number - 1];
    if (known !== undefined) {
      known.times++;
      return known.is;
    }
    const text = Buffer.from(view.buffer, view.byteOffset + from, to - from).toString("utf8");
    const is = this.look(text);
    if (number > 0) this.seen.push({ text, is, row, times: 1 });
    else this.add({ text, is, row, times: 1 });
    return is;
  }

  private look(text: string): OtherText["is"] {
    if (text.trim() === "") return "blank";
    return isOddCell(this.figures, seenText(text)) ? "odd" : "regular";
  }

  private add({ text, is, row, times }: OtherText): void {
    if (is === "blank") this.tally.empty += times;
    else tallyTexts(this.tally, text, times, row);
  }

  /** Null if a text that was scanned could be that of a total. */
  result(): TalliedColumn | null {
    const { tally } = this;
    for (const other of this.seen) this.add(other);
    const seen = this.scan.result();
    tally.empty += seen.empty;
    if (seen.values > 0 && seen.texts === null) tally.overflow = true;
    if (tally.overflow) tally.distinct.clear();
    for (const { as, row, text } of seen.firsts) keepFirst(tally, as, row, text);
    for (const [at, [text, times]] of [...(seen.texts ?? [])].entries()) {
      if (seen.kind !== "text") addDistinct(tally, text);
      else if (totalWord(text)) return null;
      else tallyTexts(tally, text, times, seen.rows[at] ?? 1);
    }
    if (seen.kind === "date") tally.dates += seen.values;
    if (seen.kind === "integer" || seen.kind === "number") {
      tally.numbers += seen.values;
      tally.integers += seen.integers;
      tally.years += seen.years;
      tally.sum += seen.sum;
      addForms(tally.forms, seen.forms);
    }
    tally.rises = seen.rises && this.seen.every(({ is }) => is === "blank");
    return { tally, ascending: seen.ascending && this.others === 0 && seen.values > 0 };
  }
}
