import { ByteTexts } from "../../../formats/csv/byte-texts.ts";
import { DISTINCT_LIMIT } from "../profile/column-tally.ts";

/** Counts of up to 1,000 different texts. */
export class TextCounts {
  private readonly texts = new ByteTexts(DISTINCT_LIMIT);
  private readonly counts = new Float64Array(DISTINCT_LIMIT + 1);

  /** How many different texts are held. */
  get size(): number {
    return this.texts.size;
  }

  /** False if the text is one too many. It stands from `from` to `to` in UTF-8; `hash` is any hash of it. */
  add(hash: number, view: DataView, from: number, to: number): boolean {
    const number = this.texts.numberOf(hash, view, from, to);
    if (number === 0) return false;
    this.counts[number] = (this.counts[number] as number) + 1;
    return true;
  }

  entries(): ReadonlyMap<string, number> {
    return new Map(this.texts.texts().map((text, at) => [text, this.counts[at + 1] ?? 0]));
  }
}
