import { bytesBelow, ONES, placesOfEnds, wordAt } from "../../formats/csv/byte-words.ts";
import type { Part } from "../../model/decision.ts";
import { CanonryError } from "../../model/errors.ts";
import type { ColumnType, SourceContract } from "../../model/manifest/manifest.ts";
import { hasMarkers } from "../../model/marks/marked-columns.ts";
import type { PartEncoder, PartPlace } from "./encode-part.ts";
import { PartDigest } from "./part-digest.ts";
import { type PlainText, recordPieces } from "./record-pieces.ts";
import { newTally } from "./tally.ts";

/** Types whose plain values are written alike. */
const HOLDS: Readonly<Record<ColumnType, readonly ColumnType[]>> = {
  text: ["text", "bigint", "numeric", "date"],
  bigint: ["bigint"],
  numeric: ["bigint", "numeric"],
  date: ["date"],
  timestamp: [],
  boolean: [],
};

/** Whether the bytes of a part can go to COPY as they are: the types agree, and no row has a period of its own. */
export function isPlainPart(contract: SourceContract, part: Part): boolean {
  const { region } = part;
  return (
    region.plain === true &&
    contract.layout === "rows" &&
    !part.bindings.some(({ column }) => contract.time.includes(column)) &&
    part.bindings.every(({ column, index }) => {
      const type = contract.columns.find((one) => one.name === column)?.type;
      const seen = region.columns[index]?.type;
      return type !== undefined && seen !== undefined && HOLDS[type].includes(seen);
    })
  );
}

const [TAB, LF, CR, BACKSLASH, CAPITAL_N] = [9, 10, 13, 92, 78];
const NOTHING = Buffer.alloc(0);

/** One column of the table: the field that fills it, or -1, and whether a marker's column follows. */
interface Target {
  readonly name: string;
  readonly field: number;
  readonly marks: boolean;
  /** Where its value stands in the table. */
  readonly at: number;
}

/** Writes the lines of COPY from the bytes of a plain part, in pieces, and counts as any encoder does. */
export class PlainEncoder {
  readonly tally: PartEncoder["tally"];
  readonly digest: PartDigest;
  private readonly targets: readonly Target[];
  private readonly filled: Float64Array;
  private readonly prefix: Buffer;
  private readonly suffix = Buffer.from("\tdata\t\\N");
  private readonly prefixView: DataView;
  private readonly suffixView = viewOf(this.suffix);
  private readonly width: number;
  /** Where the fields of the record at hand begin and end. */
  private readonly starts: Int32Array;
  private readonly ends: Int32Array;
  private readonly region: Part["region"];
  private rows = 0;
  private out: Buffer = NOTHING;
  private view: DataView = viewOf(NOTHING);

  constructor(contract: SourceContract, part: Part, place: PartPlace) {
    this.tally = newTally(contract);
    this.digest = new PartDigest(place.columns, place.part);
    this.region = part.region;
    this.width = part.region.columns.length;
    this.targets = contract.columns.map((column) => ({
      name: column.name,
      field: part.bindings.find((bound) => bound.column === column.name)?.index ?? -1,
      marks: hasMarkers(column),
      at: this.digest.indexOf(column.name),
    }));
    this.filled = new Float64Array(this.targets.length);
    this.prefix = Buffer.from(`${place.loadId}\t${place.part}\t`);
    this.prefixView = viewOf(this.prefix);
    this.starts = new Int32Array(this.width);
    this.ends = new Int32Array(this.width);
  }

  /** Throws CONSERVATION_BROKEN if the bytes are not those that were seen when the part was drafted. */
  async *lines(text: PlainText): AsyncGenerator<Buffer> {
    const delimiter = text.dialect.delimiter.charCodeAt(0);
    for await (const piece of recordPieces(text)) {
      if (piece === null) throw this.broken("a line is longer than any was");
      yield this.encode(piece.chunk.subarray(piece.from, piece.end), delimiter);
    }
    this.settle();
  }

  /** The other loop of the program over bytes: finds the fields of a record, then copies them in order. */
  private encode(chunk: Buffer, delimiter: number): Buffer {
    const { starts, ends, width } = this;
    const lines = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
    const delimiters = delimiter * ONES;
    this.widen(0, chunk.length * 2);
    let to = 0;
    for (let at = 0; at < chunk.length; ) {
      const from = at;
      for (let field = 0; field < width; field++) {
        starts[field] = at;
        at = fieldEnd(lines, at, delimiters, delimiter);
        const isLast = field === width - 1;
        ends[field] = isLast && at > from && lines.getUint8(at - 1) === CR ? at - 1 : at;
        if (lines.getUint8(at) !== (isLast ? LF : delimiter))
          throw this.broken(isLast ? "a record is wider" : "a record is narrower");
        at++;
      }
      this.rows++;
      to = this.record(lines, at - from, to);
      this.digest.take(chunk, this.rows + 1, "data", "");
    }
    const piece = this.out.subarray(0, to);
    this.out = NOTHING;
    return piece;
  }

  /** Writes the line of the record whose fields were found, and gives its end. */
  private record(lines: DataView, sizeBytes: number, from: number): number {
    const { targets, filled, prefix, suffix, starts, ends, digest } = this;
    const most = sizeBytes + prefix.length + suffix.length + 24 + targets.length * 7;
    if (this.out.length - from < most) this.widen(from, most);
    const { out, view } = this;
    let to = copyWords(view, from, this.prefixView, 0, prefix.length);
    to = writeNumber(out, to, this.rows + 1);
    to = copyWords(view, to, this.suffixView, 0, suffix.length);
    for (let index = 0; index < targets.length; index++) {
      const target = targets[index] as Target;
      out[to++] = TAB;
      const start = target.field < 0 ? 0 : (starts[target.field] as number);
      const end = target.field < 0 ? 0 : (ends[target.field] as number);
      digest.starts[target.at] = start === end ? -1 : start;
      digest.ends[target.at] = end;
      if (start === end) {
        out[to++] = BACKSLASH;
        out[to++] = CAPITAL_N;
      } else {
        to = copyWords(view, to, lines, start, end);
        filled[index] = (filled[index] as number) + 1;
      }
      if (!target.marks) continue;
      out[to++] = TAB;
      out[to++] = BACKSLASH;
      out[to++] = CAPITAL_N;
    }
    out[to++] = LF;
    return to;
  }

  /** Makes room for so many bytes behind those that are used. */
  private widen(used: number, more: number): void {
    const wider = Buffer.allocUnsafe(used + more);
    this.out.copy(wider, 0, 0, used);
    this.out = wider;
    this.view = new DataView(wider.buffer, wider.byteOffset, wider.length);
  }

  private settle(): void {
    this.tally.countMany("data", this.rows);
    for (const [index, target] of this.targets.entries()) {
      const values = this.filled[index] as number;
      this.tally.cells(target.name, { values, markers: 0, empty: this.rows - values });
    }
  }

  private broken(what: string): CanonryError {
    return new CanonryError("CONSERVATION_BROKEN", `${what} than when it was drafted`, {
      file: this.region.file,
      member: this.region.member ?? undefined,
      row: this.rows + 2,
    });
  }
}

function writeNumber(out: Buffer, to: number, value: number): number {
  let size = 1;
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) size++;
  for (let at = to + size - 1, rest = value; at >= to; at--, rest = Math.floor(rest / 10)) {
    out[at] = 48 + (rest % 10);
  }
  return to + size;
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Where the field at `from` ends: at a delimiter or a line feed, which no lines lack at their end. */
function fieldEnd(lines: DataView, from: number, delimiters: number, delimiter: number): number {
  for (let at = from; ; ) {
    const signs = placesOfEnds(delimiters, wordAt(lines, at));
    if (signs === 0) {
      at += 4;
      continue;
    }
    at += bytesBelow(signs);
    const sign = lines.getUint8(at);
    if (sign === delimiter || sign === LF) return at;
    at++;
  }
}

/** Copies bytes, four at a time, and gives where they end; up to three behind that are spoiled. */
function copyWords(out: DataView, to: number, from: DataView, start: number, end: number): number {
  let target = to;
  for (let at = start; at < end; at += 4, target += 4) out.setInt32(target, wordAt(from, at), true);
  return to + end - start;
}
