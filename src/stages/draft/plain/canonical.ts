const [LF, CR, QUOTE, COMMA, GROUP] = [10, 13, 34, 44, 29];

/** Where the fields of a record stand in its bytes; in the content of a quoted one quotes are doubled. */
export interface FieldPlaces {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly quoted: Uint8Array;
}

export function newPlaces(fields: number): FieldPlaces {
  return {
    starts: new Int32Array(fields),
    ends: new Int32Array(fields),
    quoted: new Uint8Array(fields),
  };
}

/**
 * The lines of records as `fingerprint` defines them: commas, quotes only where a field needs them, a line feed
 * each. Memory: twice the largest piece that was taken.
 */
export class CanonicalLines {
  private out = Buffer.allocUnsafe(1 << 16);
  private size = 0;

  /** Bytes that are such lines already. */
  asWritten(bytes: Buffer, from: number, to: number): void {
    if (from === to) return;
    this.room(to - from);
    this.size += bytes.copy(this.out, this.size, from, to);
  }

  record(bytes: Buffer, { starts, ends, quoted }: FieldPlaces): void {
    const width = starts.length;
    this.room(2 * ((ends[width - 1] as number) - (starts[0] as number)) + 3 * width + 1);
    const { out } = this;
    let to = this.size;
    for (let field = 0; field < width; field++) {
      if (field > 0) out[to++] = COMMA;
      const [from, end] = [starts[field] as number, ends[field] as number];
      const before = to;
      let isSpecial = false;
      for (let at = from; at < end; at++) {
        const sign = bytes[at] as number;
        if (sign === COMMA || sign === QUOTE || sign === CR || sign === GROUP) isSpecial = true;
        out[to++] = sign;
      }
      if (isSpecial) to = writeQuoted(out, before, bytes, from, end, quoted[field] === 1);
    }
    out[to++] = LF;
    this.size = to;
  }

  texts(texts: readonly string[]): void {
    const places = newPlaces(texts.length);
    let size = 0;
    for (const [at, text] of texts.entries()) {
      places.starts[at] = size;
      size += Buffer.byteLength(text);
      places.ends[at] = size;
    }
    this.record(Buffer.from(texts.join("")), places);
  }

  /** What was taken since the last call; it is gone with the next one that takes something. */
  lines(): Buffer {
    const { size } = this;
    this.size = 0;
    return this.out.subarray(0, size);
  }

  private room(more: number): void {
    if (this.size + more <= this.out.length) return;
    const wider = Buffer.allocUnsafe(2 * (this.size + more));
    this.out.copy(wider, 0, 0, this.size);
    this.out = wider;
  }
}

function writeQuoted(
  out: Buffer,
  before: number,
  bytes: Buffer,
  from: number,
  end: number,
  isDoubled: boolean,
): number {
  let to = before;
  out[to++] = QUOTE;
  for (let at = from; at < end; at++) {
    const sign = bytes[at] as number;
    if (sign === QUOTE && !isDoubled) out[to++] = QUOTE;
    out[to++] = sign;
  }
  out[to++] = QUOTE;
  return to;
}
