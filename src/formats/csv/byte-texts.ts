import { wordAt } from "./byte-words.ts";

/** Of a slot: the hash of its text, where its bytes begin and end, and its number from 1, 0 if it is free. */
const [HASH, START, END, NUMBER, SLOT_WIDTH] = [0, 1, 2, 3, 4];

/** Of the golden ratio, as in Knuth's multiplicative hash. */
const MIX = 0x9e3779b1 | 0;

/** The hash of a text, taken word by word from 0. */
export function mixed(hash: number, word: number): number {
  const next = Math.imul(hash ^ word, MIX);
  return next ^ (next >>> 15);
}

export function hashOf(view: DataView, from: number, to: number): number {
  let hash = 0;
  let at = from;
  for (; to - at >= 4; at += 4) hash = mixed(hash, view.getInt32(at, true));
  return mixed(hash, wordAt(view, at) & ((1 << ((to - at) << 3)) - 1));
}

/** Different texts, numbered from 1 as they come. They are given as bytes: no object is made for one that is known. */
export class ByteTexts {
  /** How many are held. */
  size = 0;
  private readonly most: number;
  /** A power of two, at least four times the texts that are held: a text is found at the first or second look. */
  private readonly slotCount: number;
  private readonly slots: Int32Array;
  /** The bytes of all texts, one behind the other. */
  private held = new DataView(new ArrayBuffer(1024));
  private heldBytes = 0;

  constructor(most: number) {
    this.most = most;
    this.slotCount = 2 ** Math.ceil(Math.log2(4 * most));
    this.slots = new Int32Array(this.slotCount * SLOT_WIDTH);
  }

  /** The number of the text from `from` to `to`, in UTF-8; 0 if it is one too many. `hash` is any hash of it. */
  numberOf(hash: number, view: DataView, from: number, to: number): number {
    const { slots } = this;
    const last = this.slotCount - 1;
    let slot = (hash ^ (hash >>> 12) ^ (hash >>> 22)) & last;
    let number = slots[slot * SLOT_WIDTH + NUMBER] as number;
    while (number !== 0 && !this.isText(slot * SLOT_WIDTH, hash, view, from, to)) {
      slot = (slot + 1) & last;
      number = slots[slot * SLOT_WIDTH + NUMBER] as number;
    }
    if (number !== 0) return number;
    return this.size < this.most ? this.keep(slot * SLOT_WIDTH, hash, view, from, to) : 0;
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

  /** In the order of their numbers. */
  texts(): readonly string[] {
    const bytes = Buffer.from(this.held.buffer);
    const texts = new Array<string>(this.size);
    for (let slot = 0; slot < this.slots.length; slot += SLOT_WIDTH) {
      const number = this.slots[slot + NUMBER] as number;
      if (number === 0) continue;
      const [start, end] = [this.slots[slot + START], this.slots[slot + END]];
      texts[number - 1] = bytes.toString("utf8", start, end);
    }
    return texts;
  }
}
