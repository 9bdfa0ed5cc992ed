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

/** The line of texts, as that of a record. */
export function canonicalLine(texts: readonly string[]): Buffer {
  const places = newPlaces(texts.length);
  let size = 0;
  for (const [at, text] of texts.entries()) {
    places.starts[at] = size;
    size += Buffer.byteLength(text);
    places.ends[at] = size;
  }
  return canonicalFields(Buffer.from(texts.join("")), places);
}

/** The line of a record as `fingerprint` defines it: commas, quotes only where a field needs them, a line feed. */
export function canonicalFields(bytes: Buffer, { starts, ends, quoted }: FieldPlaces): Buffer {
  const width = starts.length;
  const size = (ends[width - 1] as number) - (starts[0] as number);
  const out = Buffer.allocUnsafe(2 * size + 3 * width + 1);
  let to = 0;
  for (let field = 0; field < width; field++) {
    if (field > 0) out[to++] = COMMA;
    const [from, end] = [starts[field] as number, ends[field] as number];
    const before = to;
    let special = false;
    for (let at = from; at < end; at++) {
      const sign = bytes[at] as number;
      if (sign === COMMA || sign === QUOTE || sign === CR || sign === GROUP) special = true;
      out[to++] = sign;
    }
    if (special) to = writeQuoted(out, before, bytes.subarray(from, end), quoted[field] === 1);
  }
  out[to++] = LF;
  return out.subarray(0, to);
}

function writeQuoted(out: Buffer, at: number, content: Buffer, isDoubled: boolean): number {
  let to = at;
  out[to++] = QUOTE;
  for (const sign of content) {
    if (sign === QUOTE && !isDoubled) out[to++] = QUOTE;
    out[to++] = sign;
  }
  out[to++] = QUOTE;
  return to;
}
