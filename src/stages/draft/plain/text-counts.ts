import { DISTINCT_LIMIT } from "../profile/column-profile.ts";

/** A power of two, four times the texts that are held: a text is found at the first or second look. */
const SLOTS = 4096;

/**
 * Counts of up to 1,000 different texts, told apart by two hashes of 32 bits: two of a thousand texts share
 * both once in ten million million columns. No object is made for a text that is known.
 */
export class TextCounts {
  private readonly first = new Int32Array(SLOTS);
  private readonly second = new Int32Array(SLOTS);
  /** Number of the text in a slot, from 1; 0 for a free slot. */
  private readonly slots = new Uint16Array(SLOTS);
  private readonly texts: string[] = [];
  private readonly counts = new Float64Array(DISTINCT_LIMIT + 1);

  /** False if the text is one too many. `from` and `to` are where it stands in `bytes`, in UTF-8. */
  add(first: number, second: number, bytes: Buffer, from: number, to: number): boolean {
    let slot = (first ^ (first >>> 15) ^ second) & (SLOTS - 1);
    let number = this.slots[slot] as number;
    while (number !== 0 && (this.first[slot] !== first || this.second[slot] !== second)) {
      slot = (slot + 1) & (SLOTS - 1);
      number = this.slots[slot] as number;
    }
    if (number === 0) {
      if (this.texts.length >= DISTINCT_LIMIT) return false;
      number = this.texts.push(bytes.toString("utf8", from, to));
      this.slots[slot] = number;
      this.first[slot] = first;
      this.second[slot] = second;
    }
    this.counts[number] = (this.counts[number] as number) + 1;
    return true;
  }

  entries(): ReadonlyMap<string, number> {
    return new Map(this.texts.map((text, at) => [text, this.counts[at + 1] ?? 0]));
  }
}
