import { fieldEnd, ONES } from "../../formats/csv/byte-words.ts";
import type { Part } from "../../model/decision.ts";
import { CanonryError } from "../../model/errors.ts";
import type { ColumnType, SourceContract } from "../../model/manifest/manifest.ts";
import { hasMarkers } from "../../model/marks/marked-columns.ts";
import { CopyLines, LF, TAB, viewOf } from "./copy-lines.ts";
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

const CR = 13;

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
  private readonly lines: CopyLines;
  private readonly width: number;
  /** Where the fields of the record at hand begin and end. */
  private readonly starts: Int32Array;
  private readonly ends: Int32Array;
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
    this.lines = new CopyLines(place);
    this.starts = new Int32Array(this.width);
    this.ends = new Int32Array(this.width);
  }

  /** Throws CONSERVATION_BROKEN if the bytes are not those that were seen when the part was drafted. */
  async *linesOf(text: PlainText): AsyncGenerator<Buffer> {
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
    const view = viewOf(chunk);
    const delimiters = delimiter * ONES;
    this.lines.room(0, 2 * chunk.length);
    let to = 0;
    for (let at = 0; at < chunk.length; ) {
      const from = at;
      for (let field = 0; field < width; field++) {
        starts[field] = at;
        at = fieldEnd(view, at, delimiters);
        const isLast = field === width - 1;
        ends[field] = isLast && at > from && view.getUint8(at - 1) === CR ? at - 1 : at;
        if (view.getUint8(at) !== (isLast ? LF : delimiter))
          throw this.broken(isLast ? "a record is wider" : "a record is narrower");
        at++;
      }
      this.rows++;
      to = this.record(view, at - from, to);
      this.digest.take(chunk, this.rows + 1, "data", "");
    }
    return this.lines.piece(to);
  }

  /** Writes the line of the record whose fields were found, and gives its end. */
  private record(chunk: DataView, sizeBytes: number, from: number): number {
    const { targets, filled, lines, starts, ends, digest } = this;
    lines.room(from, sizeBytes + targets.length * 7);
    const { out } = lines;
    let to = lines.begin(from, this.rows + 1, null);
    for (let index = 0; index < targets.length; index++) {
      const target = targets[index] as Target;
      out[to++] = TAB;
      const start = target.field < 0 ? 0 : (starts[target.field] as number);
      const end = target.field < 0 ? 0 : (ends[target.field] as number);
      digest.starts[target.at] = start === end ? -1 : start;
      digest.ends[target.at] = end;
      if (start === end) to = lines.empty(to);
      else {
        to = lines.copy(to, chunk, start, end);
        filled[index] = (filled[index] as number) + 1;
      }
      if (!target.marks) continue;
      out[to++] = TAB;
      to = lines.empty(to);
    }
    out[to++] = LF;
    return to;
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
