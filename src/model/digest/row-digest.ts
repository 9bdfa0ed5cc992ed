import type { ColumnType } from "../manifest/manifest.ts";
import { ServerHash } from "./server-hash.ts";
import { ValueHash } from "./value-hash.ts";

/** A column that a digest covers: one of the table, in the order of the table. */
export interface DigestColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/** Digits that the values of each column need before the point and behind it; those that are not numeric need none. */
export interface ColumnDigits {
  readonly whole: Uint32Array;
  readonly fraction: Uint32Array;
}

const TWO_32 = 2 ** 32;

export function noDigits(columns: number): ColumnDigits {
  return { whole: new Uint32Array(columns), fraction: new Uint32Array(columns) };
}

/** The server takes 1,664 values in a record; a numeric is two. A wider row is several records. */
export const COLUMNS_A_RECORD = 800;

/**
 * The digest of a row, 64 bits: each value is hashed as the server hashes it (null is 0), the values of a
 * record from the last column to the first are joined by `31 * digest + value`, the records of a wide row by
 * exclusive or, and what comes out is hashed once more. So
 *   - columns that are added later and are null in a row change nothing;
 *   - the sum over rows tells which values stand together: without the last step it would only be a sum
 *     column by column, and values that moved between rows would pass;
 *   - a numeric counts with its sign, which the server's own hash leaves out.
 * Source: PostgreSQL, rowtypes.c (hash_record_extended). `rowDigestSql` is the same on the server.
 */
export class RowDigest {
  readonly columns: readonly DigestColumn[];
  readonly join = new RowJoin();
  private readonly types: readonly ColumnType[];
  private readonly value = new ValueHash();

  constructor(columns: readonly DigestColumn[]) {
    this.columns = columns;
    this.types = columns.map((column) => column.type);
  }

  /**
   * Takes a row whose values stand in `bytes`, each from its start up to its end, by column; a start of -1 is
   * null. `join` holds the digest afterwards; `digits` is widened to what its numerics need.
   */
  take(bytes: Uint8Array, starts: Int32Array, ends: Int32Array, digits: ColumnDigits): void {
    const { types, value, join } = this;
    const { whole, fraction } = digits;
    join.begin();
    for (let seed = 0, first = 0; first < types.length; seed++, first += COLUMNS_A_RECORD) {
      for (let at = Math.min(first + COLUMNS_A_RECORD, types.length) - 1; at >= first; at--) {
        const type = types[at] as ColumnType;
        const start = starts[at] as number;
        if (start === -1) {
          join.none(type);
          continue;
        }
        value.take(type, bytes, start, ends[at] as number, seed);
        join.add(value.low, value.high);
        if (type !== "numeric") continue;
        if (value.whole > (whole[at] as number)) whole[at] = value.whole;
        if (value.fraction > (fraction[at] as number)) fraction[at] = value.fraction;
        join.sign(value.negative, seed);
      }
      join.record();
    }
    join.end();
  }
}

/** Joins the hashes of the values of a row, which are given from the last column of a record to its first. */
export class RowJoin {
  /** Of the digest. */
  low = 0;
  high = 0;
  private recordLow = 0;
  private recordHigh = 0;
  private readonly hash = new ServerHash();

  begin(): void {
    this.low = this.high = this.recordLow = this.recordHigh = 0;
  }

  add(low: number, high: number): void {
    const sum = (this.recordLow >>> 0) * 31 + (low >>> 0);
    this.recordLow = sum | 0;
    this.recordHigh = (Math.imul(this.recordHigh, 31) + high + ((sum / TWO_32) | 0)) | 0;
  }

  /** Adds what a numeric has beside its hash. */
  sign(negative: boolean, seed: number): void {
    this.hash.integer(negative ? 1 : 0, seed, 0);
    this.add(this.hash.low, this.hash.high);
  }

  none(type: ColumnType): void {
    this.add(0, 0);
    if (type === "numeric") this.add(0, 0);
  }

  /** The values of a record were given. */
  record(): void {
    this.low ^= this.recordLow;
    this.high ^= this.recordHigh;
    this.recordLow = this.recordHigh = 0;
  }

  /** The records of a row were given. */
  end(): void {
    this.hash.integer(0, this.low, this.high);
    this.low = this.hash.low;
    this.high = this.hash.high;
  }
}
