import { wordAt } from "../../formats/csv/byte-words.ts";
import type { PartPlace } from "./encode-part.ts";

export const [TAB, LF, BACKSLASH, CAPITAL_N] = [9, 10, 92, 78];
const NOTHING = Buffer.alloc(0);
/** Of the number of a row and the signs round it. */
const MOST_START = 32;
/** That a copy by words may write behind its end. */
const SPOILED = 3;

/** Lines of COPY as they are written, byte by byte. What is written needs room that was made before. */
export class CopyLines {
  out: Buffer = NOTHING;
  view: DataView = viewOf(NOTHING);
  private readonly start: DataView;

  constructor({ loadId, part }: Pick<PartPlace, "loadId" | "part">) {
    this.start = viewOf(Buffer.from(`${loadId}\t${part}\t`));
  }

  /** Room for `more` bytes of values in the line that begins at `used`. */
  room(used: number, more: number): void {
    const size = used + this.start.byteLength + MOST_START + more + SPOILED;
    if (size <= this.out.length) return;
    const wider = Buffer.allocUnsafe(Math.max(size, 2 * this.out.length));
    this.out.copy(wider, 0, 0, used);
    this.out = wider;
    this.view = viewOf(wider);
  }

  /** Writes what stands before the values of a row of data, and gives its end. */
  begin(from: number, row: number, period: string | null): number {
    let to = this.copy(from, this.start, 0, this.start.byteLength);
    to = writeNumber(this.out, to, row);
    to = this.copy(to, DATA, 0, DATA.byteLength);
    return period === null ? this.empty(to) : to + this.out.write(period, to);
  }

  /** Copies bytes, four at a time, and gives where they end; up to three behind that are spoiled. */
  copy(to: number, from: DataView, start: number, end: number): number {
    const { view } = this;
    let target = to;
    for (let at = start; at < end; at += 4, target += 4) {
      view.setInt32(target, wordAt(from, at), true);
    }
    return to + end - start;
  }

  /** Writes that there is no value. */
  empty(to: number): number {
    this.out[to] = BACKSLASH;
    this.out[to + 1] = CAPITAL_N;
    return to + 2;
  }

  /** The lines up to `end`; then others begin. */
  piece(end: number): Buffer {
    const piece = this.out.subarray(0, end);
    this.out = NOTHING;
    return piece;
  }
}

const DATA = viewOf(Buffer.from("\tdata\t"));

export function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function writeNumber(out: Buffer, to: number, value: number): number {
  let size = 1;
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) size++;
  for (let at = to + size - 1, rest = value; at >= to; at--, rest = Math.floor(rest / 10)) {
    out[at] = 48 + (rest % 10);
  }
  return to + size;
}
