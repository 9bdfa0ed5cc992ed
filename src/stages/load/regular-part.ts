import type { Part } from "../../model/decision.ts";
import { CanonryError } from "../../model/errors.ts";
import type { SourceContract } from "../../model/manifest/manifest.ts";
import type { RowAside } from "../../model/manifest/row-allowance.ts";
import { CopyLines, LF, TAB } from "./copy-lines.ts";
import {
  type PartEncoder,
  type PartPlace,
  type PeriodReader,
  partEncoder,
  periodReader,
} from "./encode-part.ts";
import { LineFields } from "./line-fields.ts";
import { type PlainText, recordPieces } from "./record-pieces.ts";
import { RegularField } from "./regular-field.ts";

/** Whether the rows of a part can be read from the bytes of its records. */
export function isRegularPart(contract: SourceContract, { region }: Part): boolean {
  return (region.regular === true || region.plain === true) && contract.layout === "rows";
}

/**
 * Writes the lines of COPY from the bytes of a part whose records are regular. Each field is written as its
 * column takes it; a record with one that cannot be goes to the encoder of cells, which sets it aside or knows
 * better. Counts as any encoder does.
 */
export class RegularEncoder {
  readonly tally: PartEncoder["tally"];
  readonly digest: PartEncoder["digest"];
  private readonly part: Part;
  private readonly fields: readonly RegularField[];
  private readonly ofCells: PartEncoder;
  private readonly periods: PeriodReader | null;
  private records = 1;
  private readonly lines: CopyLines;

  constructor(
    contract: SourceContract,
    part: Part,
    place: PartPlace,
    aside: (row: RowAside) => void,
  ) {
    this.part = part;
    this.lines = new CopyLines(place);
    this.ofCells = partEncoder(contract, part, place, aside);
    this.tally = this.ofCells.tally;
    this.digest = this.ofCells.digest;
    this.fields = contract.columns.map((column) => {
      const bound = part.bindings.find((one) => one.column === column.name);
      return new RegularField(column, bound?.index ?? -1, this.digest);
    });
    this.periods = periodReader(contract, part);
  }

  /** Throws CONSERVATION_BROKEN if the bytes are not those that were seen when the part was drafted. */
  async *linesOf(text: PlainText): AsyncGenerator<Buffer> {
    const fields = new LineFields(text.dialect, this.part.region.columns.length);
    for await (const piece of recordPieces(text)) {
      if (piece === null) throw this.broken("a line is longer than any was");
      yield this.encode(piece.chunk, piece.from, piece.end, fields);
    }
    for (const field of this.fields) field.settle(this.tally);
  }

  private encode(chunk: Buffer, from: number, end: number, fields: LineFields): Buffer {
    this.lines.room(0, 2 * (end - from));
    let to = 0;
    for (let at = from; at < end; ) {
      const behind = fields.read(chunk, at);
      if (behind < 0) throw this.broken("a record is another");
      this.records++;
      to = this.record(chunk, behind - at, fields, to);
      at = behind;
    }
    return this.lines.piece(to);
  }

  /** Writes the line of a record behind `from` and gives its end. */
  private record(chunk: Buffer, sizeBytes: number, fields: LineFields, from: number): number {
    const { lines } = this;
    const row = this.records;
    const period = this.periods?.read((index) => fields.text(chunk, index)) ?? null;
    lines.room(from, 2 * sizeBytes + 64 * this.fields.length + 3 * (period?.length ?? 0));
    let to = lines.begin(from, row, period);
    for (const field of this.fields) {
      lines.out[to++] = TAB;
      to = field.write(lines, to, chunk, fields);
      if (to < 0) return this.cells(chunk, fields, from);
    }
    lines.out[to++] = LF;
    for (const field of this.fields) field.count();
    this.tally.count("data", period);
    this.digest.take(lines.out, row, "data", period ?? "");
    return to;
  }

  private cells(chunk: Buffer, fields: LineFields, from: number): number {
    const { lines } = this;
    const line = this.ofCells.encode(fields.row(chunk, this.records));
    lines.room(from, Buffer.byteLength(line));
    return from + lines.out.write(line, from);
  }

  private broken(what: string): CanonryError {
    const { file, member } = this.part.region;
    return new CanonryError("CONSERVATION_BROKEN", `${what} than when it was drafted`, {
      file,
      member: member ?? undefined,
      row: this.records + 1,
    });
  }
}
