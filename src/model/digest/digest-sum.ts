/** The digest of a set of rows, whatever their order: the sum of theirs, modulo 2^64. */
export class DigestSum {
  rows = 0;
  private low = 0;
  private high = 0;

  /** Adds the digest of one row. */
  add(low: number, high: number): void {
    const sum = (this.low >>> 0) + (low >>> 0);
    this.low = sum | 0;
    this.high = (this.high + high + (sum > 0xffffffff ? 1 : 0)) | 0;
    this.rows++;
  }

  /** 16 hex digits. */
  get digest(): string {
    return hex(this.high) + hex(this.low);
  }
}

function hex(half: number): string {
  return (half >>> 0).toString(16).padStart(8, "0");
}

/** Of sets of rows taken together, given their digests. */
export function sumOfDigests(digests: Iterable<string>): string {
  let sum = 0n;
  for (const digest of digests) sum += BigInt(`0x${digest}`);
  return digestOfNumber(sum);
}

/** Of a sum that the server made of signed numbers. */
export function digestOfNumber(sum: bigint): string {
  return BigInt.asUintN(64, sum).toString(16).padStart(16, "0");
}
