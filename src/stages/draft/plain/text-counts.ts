import { DISTINCT_LIMIT } from "../profile/column-tally.ts";

/** A power of two, four times the texts that are held: a text is found at the first or second look. */
const SLOTS = 4096;
/** Of a slot: the hash of its text, where its bytes begin and end, and its number from 1, 0 if it is free. */
const [HASH, START, END, NUMBER, SLOT_WIDTH] = [0, 1, 2, 3, 4];

/** Counts of up to 1,000 different texts. No object is made for a text that is known. */
export class TextCounts {
  private readonly slots = new Int32Array(SLOTS * SLOT_WIDTH);
  private readonly counts = new Float64Array(DISTINCT_LIMIT + 1);
  /** How many different texts are held. */
  size = 0;
  /** The bytes of all texts, one behind the other. */
  private held = new DataView(new ArrayBuffer(1024));
  private heldBytes = 0;

  /** False if the text is one too many. It stands from `from` to `to` in UTF-8; `hash` is any hash of it. */
  add(hash: number, view: DataView, from: number, to: number): boolean {
    const { slots } = this;
    let slot = (hash ^ (hash >>> 12) ^ (hash >>> 22)) & (SLOTS - 1);
    let number = slots[slot * SLOT_WIDTH + NUMBER] as number;
    while (number !== 0 && !this.isText(slot * SLOT_WIDTH, hash, view, from, to)) {
      slot = (slot + 1) & (SLOTS - 1);
      number = slots[slot * SLOT_WIDTH + NUMBER] as number;
    }
    if (number === 0) {
      if (this.size >= DISTINCT_LIMIT) return false;
      number = this.keep(slot * SLOT_WIDTH, hash, view, from, to);
    }
    this.counts[number] = (this.counts[number] as number) + 1;
    return true;
  }

  /** Compares word by word; the last word may overlap the one before. */
  private isText(slot: number, hash: number, view: DataView, from: number, to: number): boolean {
    const { slots, held } = this;
    const start = slots[slot + START] as number;
    const length = to - from;
    if (slots[slot + HASH] !== hash || (slots[slot + END] as number) - start !== length)
      return false;
    if (length < 4) {
      for (let at = 0; at < length; at++) {
        if (held.getUint8(start + at) !== view.getUint8(from + at)) return false;
      }
      return true;
    }
    const last = length - 4;
    for (let at = 0; at < last; at += 4) {
      if (held.getInt32(start + at, true) !== view.getInt32(from + at, true)) return false;
    }
    return held.getInt32(start + last, true) === view.getInt32(from + last, true);
  }

  private keep(slot: number, hash: number, view: DataView, from: number, to: number): number {
    const start = this.heldBytes;
    const end = start + to - from;
    if (end > this.held.byteLength) {
      const larger = new Uint8Array(2 * end);
      larger.set(new Uint8Array(this.held.buffer, 0, start));
      this.held = new DataView(larger.buffer);
    }
    const text = new Uint8Array(view.buffer, view.byteOffset + from, to - from);
    new Uint8Array(this.held.buffer).set(text, start);
    this.heldBytes = end;
    this.size++;
    this.slots.set([hash, start, end, this.size], slot);
    return this.size;
  }

  entries(): ReadonlyMap<string, number> {
    const bytes = Buffer.from(this.held.buffer);
    const counts = new Map<string, number>();
    const order = new Array<number>(this.size);
    for (let slot = 0; slot < this.slots.length; slot += SLOT_WIDTH) {
      const number = this.slots[slot + NUMBER] as number;
      if (number > 0) order[number - 1] = slot;
    }
    for (const [at, slot] of order.entries()) {
      const text = bytes.toString("utf8", this.slots[slot + START], this.slots[slot + END]);
      counts.set(text, this.counts[at + 1] ?? 0);
    }
    return counts;
  }
}
