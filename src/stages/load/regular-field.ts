import { ByteTexts, hashOf } from "../../formats/csv/byte-texts.ts";
import { bytesBelow, ONES, placesOfEnds, wordAt } from "../../formats/csv/byte-words.ts";
import type { ContractColumn } from "../../model/manifest/manifest.ts";
import { hasMarkers, markerName } from "../../model/marks/marked-columns.ts";
import { type CopyLines, TAB, viewOf } from "./copy-lines.ts";
import { cellEncoder, copyField, type EncodedCell } from "./encode-cell.ts";
import type { LineFields } from "./line-fields.ts";
import type { PartDigest } from "./part-digest.ts";
import type { Tally } from "./tally.ts";

const [SPACE, COMMA, MINUS, POINT, ZERO, NINE] = [32, 44, 45, 46, 48, 57];
const BACKSLASHES = 92 * ONES;
/** Texts of a column for which it is remembered what they stand for. */
const MOST_KNOWN = 4_096;
const LONGEST_KNOWN = 256;
/** Longer numbers are read as texts. */
const MOST_DIGITS = 40;
const MISFIT = -1;

/** What a text stands for, as COPY takes it. */
interface Written {
  readonly value: DataView | null;
  readonly marker: DataView | null;
}

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
  private readonly texts = new ByteTexts(MOST_KNOWN);
  /** By the number of the text. */
  private readonly written: (Written | null | undefined)[] = [];
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
  write(lines: CopyLines, from: number, chunk: Buffer, fields: LineFields): number {
    const start = this.index < 0 ? 0 : (fields.starts[this.index] as number);
    const end = this.index < 0 ? 0 : (fields.ends[this.index] as number);
    if (start === end) return this.nothing(lines, from);
    const isDoubled = fields.doubled[this.index] === 1;
    const to = isDoubled ? -1 : this.plain(lines, from, chunk, fields.view, start, end);
    if (to === from) return this.nothing(lines, from);
    if (to >= 0) return this.value(lines, from, to);
    return isDoubled
      ? this.known(lines, from, this.read(fields.text(chunk, this.index)))
      : this.known(lines, from, this.readBytes(chunk, fields.view, start, end));
  }

  /** Writes a field that needs no look at its text; its end, `from` itself if it is blank, -1 if it is another. */
  private plain(
    lines: CopyLines,
    from: number,
    chunk: Buffer,
    view: DataView,
    start: number,
    end: number,
  ): number {
    switch (this.column.type) {
      case "text":
        return writeText(lines, from, chunk, view, start, end);
      case "bigint":
        return writeNumber(lines.out, from, chunk, start, end, true);
      case "numeric":
        return writeNumber(lines.out, from, chunk, start, end, false);
      case "date":
        return writeDate(lines.out, from, chunk, start, end);
      case "timestamp":
      case "boolean":
        return -1;
    }
  }

  /** Writes what a text is known to stand for. */
  private known(lines: CopyLines, from: number, written: Written | null): number {
    if (written === null) return MISFIT;
    const { value, marker } = written;
    if (value === null && marker === null) return this.nothing(lines, from);
    const to = value === null ? lines.empty(from) : lines.copy(from, value, 0, value.byteLength);
    if (marker === null) return this.value(lines, from, to);
    this.holds = value === null ? "marker" : "value";
    this.digest.starts[this.at] = value === null ? -1 : from;
    this.digest.ends[this.at] = to;
    return this.marker(lines, to, marker);
  }

  private marker(lines: CopyLines, from: number, marker: DataView): number {
    lines.out[from] = TAB;
    const start = from + 1;
    const to = lines.copy(start, marker, 0, marker.byteLength);
    this.digest.starts[this.markerAt] = start;
    this.digest.ends[this.markerAt] = to;
    return to;
  }

  private readBytes(chunk: Buffer, view: DataView, start: number, end: number): Written | null {
    const number =
      end - start > LONGEST_KNOWN
        ? 0
        : this.texts.numberOf(hashOf(view, start, end), view, start, end);
    const seen = this.written[number];
    if (seen !== undefined) return seen;
    const written = this.read(chunk.toString("utf8", start, end));
    if (number > 0) this.written[number] = written;
    return written;
  }

  /** Null if the column cannot hold a text, or COPY would want it escaped. */
  private read(text: string): Written | null {
    const encoded = this.encode(text);
    if (encoded === null || (encoded.marker !== null && !this.marks)) return null;
    const [value, marker] = [encoded.value, encoded.marker].map((one) =>
      one === null ? null : copyField(one) === one ? viewOf(Buffer.from(one)) : undefined,
    );
    return value === undefined || marker === undefined ? null : { value, marker };
  }

  private value(lines: CopyLines, from: number, to: number): number {
    this.holds = "value";
    this.digest.starts[this.at] = from;
    this.digest.ends[this.at] = to;
    return this.noMarker(lines, to);
  }

  private nothing(lines: CopyLines, from: number): number {
    this.holds = "nothing";
    this.digest.starts[this.at] = -1;
    return this.noMarker(lines, lines.empty(from));
  }

  private noMarker(lines: CopyLines, from: number): number {
    if (!this.marks) return from;
    this.digest.starts[this.markerAt] = -1;
    lines.out[from] = TAB;
    return lines.empty(from + 1);
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

/** Text as it stands; `from` if it is white space, -1 if COPY would want it escaped. */
function writeText(
  lines: CopyLines,
  from: number,
  chunk: Buffer,
  view: DataView,
  start: number,
  end: number,
): number {
  for (let at = start; at < end; at += 4) {
    const signs = placesOfEnds(BACKSLASHES, wordAt(view, at));
    if (signs !== 0 && at + bytesBelow(signs) < end) return -1;
  }
  let solid = start;
  while (solid < end && !isSolid(chunk[solid] as number)) solid++;
  if (solid === end && chunk.toString("utf8", start, end).trim() === "") return from;
  return lines.copy(from, view, start, end);
}

const isSolid = (sign: number): boolean => sign > SPACE && sign < 127;

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
  if (at < end && chunk[at] === COMMA && !isGroup(chunk, first, at)) return -1;
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

/** Up to three digits stand before thousands, and no zero leads them: "0,884" is no number here. */
function isGroup(chunk: Buffer, start: number, end: number): boolean {
  return end - start <= 3 && chunk[start] !== ZERO;
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
