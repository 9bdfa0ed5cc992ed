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
  private readonly width: number;
  private readonly region: Part["region"];
  private rows = 0;

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
  }

  /** Throws CONSERVATION_BROKEN if the bytes are not those that were seen when the part was drafted. */
  async *lines(text: PlainText): AsyncGenerator<Buffer> {
    const delimiter = text.dialect.delimiter.charCodeAt(0);
    for await (const piece of recordPieces(text)) {
      if (piece === null) throw this.broken("a line is longer than any was");
      yield this.encode(piece.chunk.subarray(0, piece.end), piece.from, delimiter);
    }
    this.settle();
  }

  /** The other loop of the program over bytes: finds the fields of a record, then copies them in order. */
  private encode(chunk: Buffer, from: number, delimiter: number): Buffer {
    const { targets, filled, prefix, suffix, width, digest } = this;
    const { starts: valueStarts, ends: valueEnds } = digest;
    const starts = new Int32Array(width + 1);
    const ends = new Int32Array(width + 1);
    const extra = prefix.length + suffix.length + 24 + targets.length * 7;
    let room = 0;
    for (let at = from; at < chunk.length; at++) if (chunk[at] === LF) room += extra;
    const out = Buffer.allocUnsafe(chunk.length - from + room);
    let to = 0;
    let field = 0;
    starts[0] = from;
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at];
      if (byte !== delimiter && byte !== LF) continue;
      if (field >= width) throw this.broken("a record is wider");
      ends[field++] = byte === LF && at > from && chunk[at - 1] === CR ? at - 1 : at;
      starts[field] = at + 1;
      if (byte !== LF) continue;
      if (field !== width) throw this.broken("a record is narrower");
      field = 0;
      this.rows++;
      to += prefix.copy(out, to);
      to = writeNumber(out, to, this.rows + 1);
      to += suffix.copy(out, to);
      for (let index = 0; index < targets.length; index++) {
        const target = targets[index] as Target;
        out[to++] = TAB;
        const start = target.field < 0 ? 0 : (starts[target.field] as number);
        const end = target.field < 0 ? 0 : (ends[target.field] as number);
        valueStarts[target.at] = start === end ? -1 : start;
        valueEnds[target.at] = end;
        if (start === end) {
          out[to++] = BACKSLASH;
          out[to++] = CAPITAL_N;
        } else {
          for (let one = start; one < end; one++) out[to++] = chunk[one] as number;
          filled[index] = (filled[index] as number) + 1;
        }
        if (!target.marks) continue;
        out[to++] = TAB;
        out[to++] = BACKSLASH;
        out[to++] = CAPITAL_N;
      }
      out[to++] = LF;
      digest.take(chunk, this.rows + 1, "data", "");
      starts[0] = at + 1;
    }
    return out.subarray(0, to);
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
