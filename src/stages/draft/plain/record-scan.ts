import type { TalliedColumn } from "./regular-column.ts";

/** What one look at all bytes of a CSV tells of its records. */
export interface RecordScan {
  /** Fields of the first record. */
  readonly header: readonly string[];
  /** Records, the first one included. */
  readonly records: number;
  readonly columns: readonly TalliedColumn[];
  /** Fields behind the first record that are not empty, those of white space included. */
  readonly cells: number;
  /** Of the content, as `fingerprint` defines it, with the first record as header. */
  readonly fingerprint: string;
  /** The lines from this record on, for a look at the end of the file. */
  readonly tail: LastLines;
}

export interface LastLines {
  readonly first: number;
  readonly text: string;
}

const TAIL_LINES = 600;

/** Keeps what holds the last lines of a text that comes in chunks of whole lines, and no more. */
export class Tail {
  private kept: { readonly first: number; readonly lines: Buffer }[] = [];

  /** `first` is the record that the lines begin with, `records` the last one. */
  keep(first: number, lines: Buffer, records: number): void {
    this.kept.push({ first, lines });
    while (records - (this.kept[1]?.first ?? records) >= TAIL_LINES) this.kept.shift();
  }

  lines(records: number): LastLines {
    const text = Buffer.concat(this.kept.map((one) => one.lines)).toString("utf8");
    const tail = text.split("\n").slice(0, -1).slice(-TAIL_LINES);
    return { first: records - tail.length + 1, text: tail.map((line) => `${line}\n`).join("") };
  }
}
