import type { ContractColumn } from "../../model/manifest/manifest.ts";
import { hasMarkers, markerName } from "../../model/marks/marked-columns.ts";
import { cellEncoder, copyField, type EncodedCell } from "./encode-cell.ts";
import type { LineFields } from "./line-fields.ts";
import type { PartDigest } from "./part-digest.ts";
import type { Tally } from "./tally.ts";

const [TAB, SPACE, COMMA, MINUS, POINT, ZERO, NINE] = [9, 32, 44, 45, 46, 48, 57];
const [CAPITAL_N, BACKSLASH] = [78, 92];
/** Texts whose encoding is remembered. */
const MOST_KNOWN = 4_096;
/** Longer numbers are read as texts. */
const MOST_DIGITS = 40;
const MISFIT = -1;

/** One column of the table, written from the field of a record that fills it. */
export class RegularField {
  private readonly column: ContractColumn;
  /** Of the field that fills it, or -1. */
  private readonly index: number;
  private readonly marks: boolean;
  private readonly digest: PartDigest;
  /** Where its value and its marker stand in the table. */
  private readonly at: number;
  private readonly markerAt: number;
  private readonly encode: (text: string) => EncodedCell | null;
  private readonly known = new Map<string, EncodedCell | null>();
  /** Of the row at hand. */
  private holds: "value" | "marker" | "nothing" = "nothing";
  private values = 0;
  private markers = 0;
  private empty = 0;

  constructor(column: ContractColumn, index: number, digest: PartDigest) {
    this.column = column;
    this.index = index;
    this.marks = hasMarkers(column);
    this.digest = digest;
    this.at = digest.indexOf(column.name);
    this.markerAt = digest.indexOf(markerName(column.name));
    const ofCell = cellEncoder(column);
    this.encode = (text) => ofCell({ column: index, kind: "text", text });
  }

  /** Writes the value, and the marker where the column has them; the end, or -1 if the column cannot hold the field. */
  write(out: Buffer, from: number, chunk: Buffer, fields: LineFields): number {
    const start = this.index < 0 ? 0 : (fields.starts[this.index] as number);
    const end = this.index < 0 ? 0 : (fields.ends[this.index] as number);
    if (start === end) return this.nothing(out, from);
    const to = this.plain(out, from, chunk, start, end, fields);
    if (to < 0) return this.other(out, from, fields.text(chunk, this.index));
    if (to === from) return this.nothing(out, from);
    return this.value(out, from, to);
  }

  /** Writes a field that needs no look at its text; its end, `from` itself if it is blank, -1 if it is another. */
  private plain(
    out: Buffer,
    from: number,
    chunk: Buffer,
    start: number,
    end: number,
    fields: LineFields,
  ): number {
    switch (this.column.type) {
      case "text":
        return fields.doubled[this.index] === 1 ? -1 : writeText(out, from, chunk, start, end);
      case "bigint":
        return writeNumber(out, from, chunk, start, end, true);
      case "numeric":
        return writeNumber(out, from, chunk, start, end, false);
      case "date":
        return writeDate(out, from, chunk, start, end);
      case "timestamp":
      case "boolean":
        return -1;
    }
  }

  private other(out: Buffer, from: number, text: string): number {
    const encoded = this.read(text);
    if (encoded === null) return MISFIT;
    const { value, marker } = encoded;
    if (value !== null && marker !== null) return this.both(out, from, value, marker);
    if (value !== null) {
      return copyField(value) === value
        ? this.value(out, from, from + out.write(value, from))
        : MISFIT;
    }
    if (marker === null) return this.nothing(out, from);
    if (!this.marks || copyField(marker) !== marker) return MISFIT;
    this.holds = "marker";
    this.digest.starts[this.at] = -1;
    return this.marker(out, writeNull(out, from), marker);
  }

  private both(out: Buffer, from: number, value: string, marker: string): number {
    if (!this.marks || copyField(marker) !== marker) return MISFIT;
    const to = from + out.write(value, from);
    this.holds = "value";
    this.digest.starts[this.at] = from;
    this.digest.ends[this.at] = to;
    return this.marker(out, to, marker);
  }

  private marker(out: Buffer, from: number, marker: string): number {
    out[from] = TAB;
    const start = from + 1;
    const to = start + out.write(marker, start);
    this.digest.starts[this.markerAt] = start;
    this.digest.ends[this.markerAt] = to;
    return to;
  }

  private read(text: string): EncodedCell | null {
    const known = this.known.get(text);
    if (known !== undefined) return known;
    const encoded = this.encode(text);
    if (this.known.size < MOST_KNOWN) this.known.set(text, encoded);
    return encoded;
  }

  private value(out: Buffer, from: number, to: number): number {
    this.holds = "value";
    this.digest.starts[this.at] = from;
    this.digest.ends[this.at] = to;
    return this.noMarker(out, to);
  }

  private nothing(out: Buffer, from: number): number {
    this.holds = "nothing";
    this.digest.starts[this.at] = -1;
    return this.noMarker(out, writeNull(out, from));
  }

  private noMarker(out: Buffer, from: number): number {
    if (!this.marks) return from;
    this.digest.starts[this.markerAt] = -1;
    out[from] = TAB;
    return writeNull(out, from + 1);
  }

  /** The row at hand was written. */
  count(): void {
    if (this.holds === "value") this.values++;
    else if (this.holds === "marker") this.markers++;
    else this.empty++;
  }

  /** Adds what was counted to a tally. */
  settle(tally: Tally): void {
    const { values, markers, empty } = this;
    tally.cells(this.column.name, { values, markers, empty });
  }
}

function writeNull(out: Buffer, to: number): number {
  out[to] = BACKSLASH;
  out[to + 1] = CAPITAL_N;
  return to + 2;
}

/** Text as it stands; `from` if it is white space, -1 if COPY would want it escaped. */
function writeText(out: Buffer, from: number, chunk: Buffer, start: number, end: number): number {
  let isSolid = false;
  let to = from;
  for (let at = start; at < end; at++) {
    const sign = chunk[at] as number;
    if (sign < SPACE || sign === BACKSLASH) return -1;
    if (sign > SPACE && sign < 127) isSolid = true;
    out[to++] = sign;
  }
  return isSolid || chunk.toString("utf8", start, end).trim() !== "" ? to : from;
}

/**
 * Digits with a minus, a point between them, and commas between thousands, which are left out. -1 for any other
 * number. An integer has no leading zeros and as many digits as a double is sure of.
 */
function writeNumber(
  out: Buffer,
  from: number,
  chunk: Buffer,
  start: number,
  end: number,
  isInteger: boolean,
): number {
  let to = from;
  if (chunk[start] === MINUS) out[to++] = MINUS;
  const first = start + to - from;
  let at = digitsEnd(chunk, first, end);
  if (at === first) return -1;
  to = copyBytes(out, to, chunk, first, at);
  if (at < end && chunk[at] === COMMA && at - first > 3) return -1;
  for (; at < end && chunk[at] === COMMA; at += 4) {
    if (digitsEnd(chunk, at + 1, Math.min(end, at + 4)) !== at + 4) return -1;
    to = copyBytes(out, to, chunk, at + 1, at + 4);
  }
  if (isInteger) return at < end || !isInteger15(out, from, to) ? -1 : to;
  if (at < end && chunk[at] === POINT) {
    const decimals = digitsEnd(chunk, at + 1, end);
    if (decimals === at + 1) return -1;
    to = copyBytes(out, to, chunk, at, decimals);
    at = decimals;
  }
  return at < end || to - from > MOST_DIGITS ? -1 : to;
}

/** Whether what was written is an integer in its own form: no leading zero, no minus before zero, 15 digits at most. */
function isInteger15(out: Buffer, from: number, to: number): boolean {
  const first = out[from] === MINUS ? from + 1 : from;
  if (to - first > 15) return false;
  return out[first] !== ZERO || (to - first === 1 && first === from);
}

function digitsEnd(chunk: Buffer, from: number, end: number): number {
  let at = from;
  while (at < end && (chunk[at] as number) >= ZERO && (chunk[at] as number) <= NINE) at++;
  return at;
}

function copyBytes(out: Buffer, from: number, chunk: Buffer, start: number, end: number): number {
  let to = from;
  for (let at = start; at < end; at++) out[to++] = chunk[at] as number;
  return to;
}

/** An ISO date whose day every month has. */
function writeDate(out: Buffer, from: number, chunk: Buffer, start: number, end: number): number {
  if (end - start !== 10 || chunk[start + 4] !== MINUS || chunk[start + 7] !== MINUS) return -1;
  for (let at = 0; at < 10; at++) {
    const sign = chunk[start + at] as number;
    if (at !== 4 && at !== 7 && (sign < 48 || sign > 57)) return -1;
    out[from + at] = sign;
  }
  const month = twoDigits(chunk, start + 5);
  const day = twoDigits(chunk, start + 8);
  return chunk[start] !== 48 && month >= 1 && month <= 12 && day >= 1 && day <= 28 ? from + 10 : -1;
}

function twoDigits(chunk: Buffer, at: number): number {
  return ((chunk[at] as number) - 48) * 10 + (chunk[at + 1] as number) - 48;
}
