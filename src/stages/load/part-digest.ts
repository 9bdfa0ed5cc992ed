import { DigestSum } from "../../model/digest/digest-sum.ts";
import {
  type ColumnDigits,
  type DigestColumn,
  noDigits,
  RowDigest,
} from "../../model/digest/row-digest.ts";
import type { NumericDigits, RowFacts } from "../../model/load-commit.ts";

interface Group {
  readonly kind: RowFacts["kind"];
  readonly period: string;
  readonly sum: DigestSum;
  readonly values: Float64Array;
  readonly digits: ColumnDigits;
  row_sum: number;
}

/**
 * Counts and hashes the rows of a part as its table will hold them. For each row `starts` and `ends` say where
 * the value of each column of the table stands, -1 for null.
 */
export class PartDigest {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  private readonly columns: readonly DigestColumn[];
  private readonly part: number;
  private readonly row: RowDigest;
  private readonly groups = new Map<string, Group>();
  private group: Group | null = null;

  constructor(columns: readonly DigestColumn[], part: number) {
    this.columns = columns;
    this.part = part;
    this.row = new RowDigest(columns);
    this.starts = new Int32Array(columns.length).fill(-1);
    this.ends = new Int32Array(columns.length);
  }

  /** Where a column stands, or -1. */
  indexOf(name: string): number {
    return this.columns.findIndex((column) => column.name === name);
  }

  /** Takes the row whose values stand in `bytes`; `number` is its own in its file. */
  take(bytes: Uint8Array, number: number, kind: RowFacts["kind"], period: string): void {
    let { group } = this;
    if (group === null || group.kind !== kind || group.period !== period) {
      group = this.groupOf(kind, period);
      this.group = group;
    }
    const { row, starts } = this;
    row.take(bytes, starts, this.ends, group.digits);
    group.sum.add(row.join.low, row.join.high);
    group.row_sum += number;
    const { values } = group;
    for (let at = 0; at < starts.length; at++) {
      if (starts[at] !== -1) values[at] = (values[at] as number) + 1;
    }
  }

  facts(): readonly RowFacts[] {
    return [...this.groups.values()].map(({ kind, period, sum, row_sum, values, digits }) => ({
      part: this.part,
      kind,
      period,
      rows: sum.rows,
      row_sum,
      digest: sum.digest,
      values: [...values],
      digits: this.digitsOf(digits),
    }));
  }

  private digitsOf({ whole, fraction }: ColumnDigits): Record<string, NumericDigits> {
    return Object.fromEntries(
      this.columns.flatMap(({ name, type }, at) => {
        const digits = { whole: whole[at] as number, fraction: fraction[at] as number };
        return type === "numeric" ? [[name, digits]] : [];
      }),
    );
  }

  private groupOf(kind: RowFacts["kind"], period: string): Group {
    const key = `${kind} ${period}`;
    const known = this.groups.get(key);
    if (known !== undefined) return known;
    const { length } = this.columns;
    const made: Group = {
      ...{ kind, period, sum: new DigestSum(), row_sum: 0 },
      ...{ values: new Float64Array(length), digits: noDigits(length) },
    };
    this.groups.set(key, made);
    return made;
  }
}

/** Puts the texts of a row behind each other, for a digest that reads bytes. */
export class RowBytes {
  private bytes = Buffer.allocUnsafe(1 << 12);
  private size = 0;
  private readonly digest: PartDigest;

  constructor(digest: PartDigest) {
    this.digest = digest;
  }

  put(index: number, text: string | null): void {
    const { digest } = this;
    if (text === null) {
      digest.starts[index] = -1;
      return;
    }
    const most = this.size + text.length * 3;
    if (most > this.bytes.length) {
      const wider = Buffer.allocUnsafe(most * 2);
      this.bytes.copy(wider, 0, 0, this.size);
      this.bytes = wider;
    }
    digest.starts[index] = this.size;
    this.size += this.bytes.write(text, this.size);
    digest.ends[index] = this.size;
  }

  /** The row is whole. */
  take(number: number, kind: RowFacts["kind"], period: string | null): void {
    this.digest.take(this.bytes, number, kind, period ?? "");
    this.size = 0;
  }
}
