/** Bytes of text, four at a look: a word holds the first one lowest. */

/** A byte in each place of a word. */
export const ONES = 0x01010101;
const TOPS = 0x80808080 | 0;

/** Four bytes; behind the end stand zeros. */
export function wordAt(view: DataView, at: number): number {
  if (at + 4 <= view.byteLength) return view.getInt32(at, true);
  let word = 0;
  for (let to = view.byteLength - 1; to >= at; to--) word = (word << 8) | view.getUint8(to);
  return word;
}

/**
 * The top bit of each byte of a word that is the sign which `signs` holds four times. Only the lowest one that is
 * set is sure (Mycroft's test for a zero byte).
 */
export function placesOf(signs: number, word: number): number {
  const others = word ^ signs;
  return (others - ONES) & ~others & TOPS;
}

/** The same, and of each byte that is a control character. */
export function placesOfEnds(signs: number, word: number): number {
  return placesOf(signs, word) | ((word - 32 * ONES) & ~word & TOPS);
}

/** How many bytes stand below the lowest of some top bits. */
export function bytesBelow(tops: number): number {
  return (31 - Math.clz32(tops & -tops)) >> 3;
}

const LF = 10;

/**
 * Where the field without quotes that begins at `from` ends: at the delimiter, which `delimiters` holds four times,
 * or at a line feed, with which the lines end; `or` is a control character that ends it too.
 */
export function fieldEnd(lines: DataView, from: number, delimiters: number, or = LF): number {
  for (let at = from; ; ) {
    const ends = placesOfEnds(delimiters, wordAt(lines, at));
    if (ends === 0) {
      at += 4;
      continue;
    }
    at += bytesBelow(ends);
    const sign = lines.getUint8(at);
    if (sign === LF || sign === or || sign === (delimiters & 0xff)) return at;
    at++;
  }
}
