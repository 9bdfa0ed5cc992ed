/**
 * The hash of PostgreSQL, 64 bits with a seed, as a low and a high half: hash partitioning rests on it, so
 * every version from 11 on gives the same. On a server of little-endian byte order, as x86 and ARM are.
 * Source: PostgreSQL, src/common/hashfn.c (hash_bytes_extended, hash_bytes_uint32_extended), which is
 * lookup3 of Bob Jenkins. Reads and writes the two halves in place: nothing is allocated for a value.
 */
export class ServerHash {
  low = 0;
  high = 0;
  private a = 0;
  private b = 0;
  private c = 0;
  /** Of the bytes that were taken last: many values stand in one piece. */
  private view: DataView = new DataView(new ArrayBuffer(0));
  private seen: Uint8Array | null = null;

  /** Of the bytes from `start` up to `end`. `seed` is below 2^31. */
  bytes(bytes: Uint8Array, start: number, end: number, seed: number): void {
    this.begin(end - start, 0, seed);
    if (bytes !== this.seen) {
      this.seen = bytes;
      this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    const { view } = this;
    let at = start;
    for (; end - at >= 12; at += 12) {
      this.a = (this.a + view.getInt32(at, true)) | 0;
      this.b = (this.b + view.getInt32(at + 4, true)) | 0;
      this.c = (this.c + view.getInt32(at + 8, true)) | 0;
      this.mix();
    }
    if (end - at >= 4) {
      this.a = (this.a + view.getInt32(at, true)) | 0;
      at += 4;
      if (end - at >= 4) {
        this.b = (this.b + view.getInt32(at, true)) | 0;
        // The lowest byte of c holds the length.
        this.c = (this.c + (lastWord(bytes, at + 4, end) << 8)) | 0;
      } else this.b = (this.b + lastWord(bytes, at, end)) | 0;
    } else this.a = (this.a + lastWord(bytes, at, end)) | 0;
    this.end();
  }

  /** Of up to eight bytes, given in two words, the lowest first; what is not there is zero. */
  short(first: number, second: number, length: number, seed: number): void {
    this.begin(length, 0, seed);
    this.a = (this.a + first) | 0;
    this.b = (this.b + second) | 0;
    this.end();
  }

  /** Of an integer of 32 bits. The seed is given in its two halves. */
  integer(value: number, seedLow: number, seedHigh: number): void {
    this.begin(4, seedHigh, seedLow);
    this.a = (this.a + value) | 0;
    this.end();
  }

  private begin(length: number, seedHigh: number, seedLow: number): void {
    const start = (0x9e3779b9 + length + 3923095) | 0;
    this.a = start;
    this.b = start;
    this.c = start;
    if (seedLow === 0 && seedHigh === 0) return;
    this.a = (start + seedHigh) | 0;
    this.b = (start + seedLow) | 0;
    this.mix();
  }

  private mix(): void {
    let { a, b, c } = this;
    a = (a - c) ^ ((c << 4) | (c >>> 28));
    c = (c + b) | 0;
    b = (b - a) ^ ((a << 6) | (a >>> 26));
    a = (a + c) | 0;
    c = (c - b) ^ ((b << 8) | (b >>> 24));
    b = (b + a) | 0;
    a = (a - c) ^ ((c << 16) | (c >>> 16));
    c = (c + b) | 0;
    b = (b - a) ^ ((a << 19) | (a >>> 13));
    a = (a + c) | 0;
    c = (c - b) ^ ((b << 4) | (b >>> 28));
    b = (b + a) | 0;
    this.a = a;
    this.b = b;
    this.c = c;
  }

  private end(): void {
    let { a, b, c } = this;
    c = ((c ^ b) - ((b << 14) | (b >>> 18))) | 0;
    a = ((a ^ c) - ((c << 11) | (c >>> 21))) | 0;
    b = ((b ^ a) - ((a << 25) | (a >>> 7))) | 0;
    c = ((c ^ b) - ((b << 16) | (b >>> 16))) | 0;
    a = ((a ^ c) - ((c << 4) | (c >>> 28))) | 0;
    b = ((b ^ a) - ((a << 14) | (a >>> 18))) | 0;
    c = ((c ^ b) - ((b << 24) | (b >>> 8))) | 0;
    this.low = c;
    this.high = b;
  }
}

/** The bytes that are left, less than four, the lowest first. */
function lastWord(bytes: Uint8Array, at: number, end: number): number {
  let word = 0;
  for (let from = end - 1; from >= at; from--) word = (word << 8) | (bytes[from] as number);
  return word;
}
