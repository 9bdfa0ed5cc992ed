import type { DuckDBDataChunk } from "@duckdb/node-api";
import duckdb from "@duckdb/node-bindings";
import type { DigestColumn, RowJoin } from "../model/digest/row-digest.ts";
import { ValueHash } from "../model/digest/value-hash.ts";
import { named } from "./duckdb.ts";

/** A text of up to so many bytes stands beside its length. Source: DuckDB, string_t (inlined). */
const INLINE_BYTES = 12;
const TEXT_BYTES = 16;

/** The values of a column of DuckDB, hashed chunk by chunk. */
export interface HashedColumn {
  /** What is selected. */
  readonly sql: string;
  /** Takes the column at an index of a chunk. */
  take(chunk: DuckDBDataChunk, index: number, rows: number): void;
  /** Gives the hash of the value in a row of the chunk. */
  join(join: RowJoin, row: number): void;
}

/** Texts of a column that are given as numbers. */
export interface KnownTexts {
  /** The enumeration. */
  readonly type: string;
  readonly texts: readonly string[];
}

/** `type` is that of the column in the file; a value for which there is no shorter way comes as text. */
export function hashedColumn(
  column: DigestColumn,
  type: string,
  seed: number,
  known: KnownTexts | null,
  texts: JoinedTexts,
): HashedColumn {
  const { value } = texts;
  if (column.type === "text" && known !== null) return new KnownColumn(column, seed, value, known);
  if (column.type === "bigint" && type === "BIGINT") return new IntegerColumn(column, seed, value);
  if (column.type === "date" && type === "DATE") return new DayColumn(column, seed, value);
  const scale = /^DECIMAL\(1[0-8],(\d+)\)$/.exec(type)?.[1];
  if (column.type === "numeric" && scale !== undefined)
    return new DecimalColumn(column, seed, value, Number(scale));
  return new TextColumn(column, seed, texts);
}

/** What all kinds hold of a chunk. */
abstract class Column implements HashedColumn {
  readonly column: DigestColumn;
  protected readonly seed: number;
  protected readonly value: ValueHash;
  private validity: Uint8Array | null = null;

  constructor(column: DigestColumn, seed: number, value: ValueHash) {
    this.column = column;
    this.seed = seed;
    this.value = value;
  }

  get sql(): string {
    return named(this.column.name);
  }

  take(chunk: DuckDBDataChunk, index: number, rows: number): void {
    const vector = duckdb.data_chunk_get_vector(chunk.chunk, index);
    this.validity = validityOf(vector, rows);
    this.read(vector, rows);
  }

  join(join: RowJoin, row: number): void {
    if (!isValid(this.validity, row)) {
      join.none(this.column.type);
      return;
    }
    this.hash(row);
    join.add(this.value.low, this.value.high);
    if (this.column.type === "numeric") join.sign(this.value.negative, this.seed);
  }

  protected abstract read(vector: duckdb.Vector, rows: number): void;
  protected abstract hash(row: number): void;
}

class IntegerColumn extends Column {
  protected halves: Int32Array = new Int32Array();

  protected read(vector: duckdb.Vector, rows: number): void {
    this.halves = wordsOf(duckdb.vector_get_data(vector, rows * 8));
  }

  protected hash(row: number): void {
    const { halves } = this;
    this.value.integer(halves[2 * row] as number, halves[2 * row + 1] as number, this.seed);
  }
}

class DecimalColumn extends IntegerColumn {
  private readonly scale: number;

  constructor(column: DigestColumn, seed: number, value: ValueHash, scale: number) {
    super(column, seed, value);
    this.scale = scale;
  }

  protected override hash(row: number): void {
    const [low, high] = [this.halves[2 * row] as number, this.halves[2 * row + 1] as number];
    this.value.scaled(low, high, this.scale, this.seed);
  }
}

class DayColumn extends Column {
  private days: Int32Array = new Int32Array();

  protected read(vector: duckdb.Vector, rows: number): void {
    this.days = wordsOf(duckdb.vector_get_data(vector, rows * 4));
  }

  protected hash(row: number): void {
    this.value.day(this.days[row] as number, this.seed);
  }
}

/** A column whose texts are known: each is hashed once. */
class KnownColumn extends Column {
  private readonly known: KnownTexts;
  private readonly lows: Int32Array;
  private readonly highs: Int32Array;
  private numbers: Uint8Array | Uint16Array | Uint32Array = new Uint8Array();

  constructor(column: DigestColumn, seed: number, value: ValueHash, known: KnownTexts) {
    super(column, seed, value);
    this.known = known;
    this.lows = new Int32Array(known.texts.length);
    this.highs = new Int32Array(known.texts.length);
    for (const [at, text] of known.texts.entries()) {
      const bytes = Buffer.from(text);
      this.value.take("text", bytes, 0, bytes.length, seed);
      this.lows[at] = this.value.low;
      this.highs[at] = this.value.high;
    }
  }

  override get sql(): string {
    return `cast(${named(this.column.name)} as ${this.known.type})`;
  }

  protected read(vector: duckdb.Vector, rows: number): void {
    // Source: DuckDB, EnumTypeInfo::DictType.
    const { length } = this.known.texts;
    const size = length <= 0xff ? 1 : length <= 0xffff ? 2 : 4;
    const { buffer, byteOffset } = duckdb.vector_get_data(vector, rows * size);
    if (size === 1) this.numbers = new Uint8Array(buffer, byteOffset, rows);
    else if (size === 2) this.numbers = new Uint16Array(buffer, byteOffset, rows);
    else this.numbers = new Uint32Array(buffer, byteOffset, rows);
  }

  protected hash(row: number): void {
    const number = this.numbers[row] as number;
    this.value.low = this.lows[number] as number;
    this.value.high = this.highs[number] as number;
  }
}

/** A column whose values stand in the text that such columns of a row make together. */
class TextColumn extends Column {
  private readonly texts: JoinedTexts;
  private lengths: Int32Array = new Int32Array();

  constructor(column: DigestColumn, seed: number, texts: JoinedTexts) {
    super(column, seed, texts.value);
    this.texts = texts;
    texts.add(column.name);
  }

  override get sql(): string {
    return `strlen(${asText(this.column.name)})`;
  }

  protected read(vector: duckdb.Vector, rows: number): void {
    this.lengths = wordsOf(duckdb.vector_get_data(vector, rows * 8));
  }

  protected hash(row: number): void {
    const { texts } = this;
    const start = texts.next(this.lengths[2 * row] as number);
    this.value.take(this.column.type, texts.bytes, start, texts.at, this.seed);
  }
}

/**
 * The values of several columns as one text a row, since each text that is asked of DuckDB has its price. They are
 * taken from it in the order in which the columns were added; a null has no part in it.
 */
export class JoinedTexts {
  readonly value = new ValueHash();
  /** What holds the text of the row at hand, and where its next piece begins. */
  bytes: Uint8Array = new Uint8Array();
  at = 0;
  private readonly names: string[] = [];
  private texts: Uint8Array = this.bytes;
  private view: DataView = new DataView(new ArrayBuffer(0));

  add(name: string): void {
    this.names.push(asText(name));
  }

  /** What is selected: never null. */
  get sql(): string {
    return `concat(${["''", ...this.names].join(", ")})`;
  }

  take(chunk: DuckDBDataChunk, index: number, rows: number): void {
    const vector = duckdb.data_chunk_get_vector(chunk.chunk, index);
    this.texts = duckdb.vector_get_data(vector, rows * TEXT_BYTES);
    const { buffer, byteOffset, length } = this.texts;
    this.view = new DataView(buffer, byteOffset, length);
  }

  begin(row: number): void {
    const at = row * TEXT_BYTES;
    const length = this.view.getUint32(at, true);
    if (length <= INLINE_BYTES) {
      this.bytes = this.texts;
      this.at = at + 4;
      return;
    }
    const { buffer, byteOffset } = this.texts;
    this.bytes = duckdb.get_data_from_pointer(buffer as ArrayBuffer, byteOffset + at + 8, length);
    this.at = 0;
  }

  /** Where a piece of so many bytes begins; `at` is where it ends. */
  next(length: number): number {
    const start = this.at;
    this.at += length;
    return start;
  }
}

const asText = (name: string): string => `cast(${named(name)} as varchar)`;

/** Words of 32 bits, as the machine has them. */
function wordsOf({ buffer, byteOffset, length }: Uint8Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length / 4);
}

/** A bit for each row; null: all rows have a value. Source: DuckDB, duckdb_vector_get_validity. */
function validityOf(vector: duckdb.Vector, rows: number): Uint8Array | null {
  return duckdb.vector_get_validity(vector, Math.ceil(rows / 64) * 8) as Uint8Array | null;
}

function isValid(validity: Uint8Array | null, row: number): boolean {
  return validity === null || (((validity[row >> 3] as number) >> (row & 7)) & 1) === 1;
}
