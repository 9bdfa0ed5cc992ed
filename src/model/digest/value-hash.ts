import { CanonryError } from "../errors.ts";
import type { ColumnType } from "../manifest/manifest.ts";
import { ServerHash } from "./server-hash.ts";

const [SPACE, PLUS, MINUS, POINT, ZERO, CAPITAL_T] = [32, 43, 45, 46, 48, 84];
const USUAL_DIGITS = 8;
const MOST_WHOLE = 10 ** USUAL_DIGITS;
const POWERS = Int32Array.from({ length: USUAL_DIGITS + 1 }, (_, power) => 10 ** power);
const TWO_32 = 2 ** 32;
const DAYS_TO_2000 = 10_957;
/** From the day before the first of March, 400 years before the year 0, to 2000-01-01. */
const DAYS_BEFORE = 146_097 + 719_468 + DAYS_TO_2000 + 1;
const decoder = new TextDecoder();

/**
 * The hash of one value of a column, as the server hashes what it makes of the same text: that a COPY reads,
 * that `COPY TO` or DuckDB writes. `low` and `high` hold it. Throws VALUE_INVALID for a text that is no value
 * of its type.
 * Source: PostgreSQL, hashfunc.c (hashint8extended, hashtextextended), numeric.c (hash_numeric_extended),
 * date.c, timestamp.c.
 */
export class ValueHash {
  private readonly hash = new ServerHash();
  /** Of `words`, which never change place: either of the two looks at one piece of bytes for long. */
  private readonly wordsHash = new ServerHash();
  private digits = new Uint8Array(64);
  /** How many digits the literal has. */
  private count = 0;
  private words = new Uint8Array(64);
  low = 0;
  high = 0;
  /** Of a numeric below zero, which its hash does not tell. */
  negative = false;
  /** Digits of a numeric before the point (none of 0.5) and behind it, without zeros at either end. */
  whole = 0;
  fraction = 0;

  /** `bytes` are UTF-8. The seed is below 2^31. */
  take(type: ColumnType, bytes: Uint8Array, start: number, end: number, seed: number): void {
    const { hash } = this;
    switch (type) {
      case "text":
        hash.bytes(bytes, start, end, seed);
        break;
      case "bigint":
        this.bigint(bytes, start, end, seed);
        break;
      case "numeric":
        this.numeric(bytes, start, end, seed);
        return;
      case "date":
        if (end - start !== 10) throw invalid(type, bytes, start, end);
        hash.integer(dayAt(bytes, start), seed, 0);
        break;
      case "timestamp":
        this.timestamp(bytes, start, end, seed);
        break;
      case "boolean":
        hash.integer(booleanAt(bytes, start, end), seed, 0);
        break;
    }
    this.low = hash.low;
    this.high = hash.high;
  }

  /** Of a whole number of 64 bits, in two halves. */
  integer(low: number, high: number, seed: number): void {
    this.hash.integer(low ^ (high < 0 ? ~high : high), seed, 0);
    this.low = this.hash.low;
    this.high = this.hash.high;
  }

  /** Of a date, in days from 1970-01-01. */
  day(days: number, seed: number): void {
    this.hash.integer(days - DAYS_TO_2000, seed, 0);
    this.low = this.hash.low;
    this.high = this.hash.high;
  }

  /** Of a numeric that is a whole number, of 64 bits in two halves, over 10 to the power of `scale`. */
  scaled(low: number, high: number, scale: number, seed: number): void {
    const value = high * TWO_32 + (low >>> 0);
    const size = Math.abs(value);
    const unit = POWERS[scale] ?? 0;
    const whole = Math.floor(size / unit);
    if (size > 0 && size <= Number.MAX_SAFE_INTEGER && whole < MOST_WHOLE) {
      const fraction = (size - whole * unit) * (POWERS[USUAL_DIGITS - scale] as number);
      this.groups(whole, fraction, seed);
      this.negative = value < 0;
      return;
    }
    const exact = (BigInt(high) << 32n) + BigInt(low >>> 0);
    const text = Buffer.from(`${exact}e-${scale}`);
    this.numeric(text, 0, text.length, seed);
  }

  private bigint(bytes: Uint8Array, start: number, end: number, seed: number): void {
    const first = bytes[start];
    const negative = first === MINUS;
    const from = negative || first === PLUS ? start + 1 : start;
    if (from === end) throw invalid("bigint", bytes, start, end);
    let value = 0;
    for (let at = from; at < end; at++) {
      const digit = (bytes[at] as number) - ZERO;
      if (digit < 0 || digit > 9) throw invalid("bigint", bytes, start, end);
      value = value * 10 + digit;
    }
    if (value > Number.MAX_SAFE_INTEGER) this.wide(BigInt(textOf(bytes, start, end)), seed);
    else if (negative && value > 0) {
      // -n is ~(n - 1), and of a negative number the high half is turned round once more.
      const less = value - 1;
      this.hash.integer(~(less | 0) ^ Math.floor(less / TWO_32), seed, 0);
    } else this.hash.integer((value | 0) ^ Math.floor(value / TWO_32), seed, 0);
  }

  private wide(value: bigint, seed: number): void {
    const low = Number(BigInt.asIntN(32, value));
    const high = Number(BigInt.asIntN(32, value >> 32n));
    this.hash.integer(low ^ (value < 0n ? ~high : high), seed, 0);
  }

  private numeric(bytes: Uint8Array, start: number, end: number, seed: number): void {
    if (!this.usual(bytes, start, end, seed)) this.anyNumeric(bytes, start, end, seed);
  }

  /** A number of at most eight digits on either side of the point, not zero; false if it is another. */
  private usual(bytes: Uint8Array, start: number, end: number, seed: number): boolean {
    const negative = bytes[start] === MINUS;
    const first = negative ? start + 1 : start;
    const point = digitsEnd(bytes, first, end);
    const decimals = point === end ? 0 : end - point - 1;
    if (point === first || point - first > USUAL_DIGITS || decimals > USUAL_DIGITS) return false;
    if (point < end && (bytes[point] !== POINT || digitsEnd(bytes, point + 1, end) < end))
      return false;
    const whole = digitsOf(bytes, first, point);
    const fraction =
      digitsOf(bytes, end - decimals, end) * (POWERS[USUAL_DIGITS - decimals] as number);
    if (whole === 0 && fraction === 0) return false;
    this.groups(whole, fraction, seed);
    this.negative = negative;
    let [zeros, digit] = [first, end - 1];
    while (zeros < point && bytes[zeros] === ZERO) zeros++;
    while (digit > point && bytes[digit] === ZERO) digit--;
    this.whole = point - zeros;
    this.fraction = Math.max(0, digit - point);
    return true;
  }

  /** Of eight digits on either side of the point, of which one is not zero: up to four groups. */
  private groups(whole: number, fraction: number, seed: number): void {
    let [a, b] = [(whole / 10_000) | 0, whole % 10_000];
    let [c, d] = [(fraction / 10_000) | 0, fraction % 10_000];
    let weight = 1;
    for (; a === 0; weight--) {
      a = b;
      b = c;
      c = d;
      d = 0;
    }
    const groups = d > 0 ? 4 : c > 0 ? 3 : b > 0 ? 2 : 1;
    const { hash } = this;
    hash.short(a | (b << 16), c | (d << 16), groups * 2, seed);
    this.low = hash.low ^ weight;
    this.high = hash.high ^ (weight < 0 ? -1 : 0);
  }

  /** Groups of four digits from the point, without zeros at either end, and where the first one stands. */
  private anyNumeric(bytes: Uint8Array, start: number, end: number, seed: number): void {
    let whole = this.scan(bytes, start, end);
    const { digits } = this;
    let { count } = this;
    let from = 0;
    while (from < count && digits[from] === 0) {
      from++;
      whole--;
    }
    while (count > from && digits[count - 1] === 0) count--;
    this.negative = bytes[start] === MINUS && from < count;
    this.whole = from === count ? 0 : Math.max(0, whole);
    this.fraction = from === count ? 0 : Math.max(0, count - from - whole);
    if (from === count) {
      this.low = (seed - 1) | 0;
      this.high = seed === 0 ? -1 : 0;
      return;
    }
    const weight = Math.floor((whole + 3) / 4) - 1;
    const length = this.group(from, count, (weight + 1) * 4 - whole);
    this.wordsHash.bytes(this.words, 0, length, seed);
    this.low = this.wordsHash.low ^ weight;
    this.high = this.wordsHash.high ^ (weight < 0 ? -1 : 0);
  }

  /** Reads the digits of a decimal literal. Gives how many stand before the point. */
  private scan(bytes: Uint8Array, start: number, end: number): number {
    if (this.digits.length < end - start) this.digits = new Uint8Array((end - start) * 2);
    const { digits } = this;
    const first = bytes[start];
    let count = 0;
    let point = -1;
    let exponent = 0;
    for (let at = first === MINUS || first === PLUS ? start + 1 : start; at < end; at++) {
      const digit = (bytes[at] as number) - 48;
      if (digit >= 0 && digit <= 9) digits[count++] = digit;
      else if (digit === POINT - 48 && point === -1) point = count;
      else {
        exponent = exponentAt(bytes, at, start, end);
        break;
      }
    }
    if (count === 0) throw invalid("numeric", bytes, start, end);
    this.count = count;
    return (point === -1 ? count : point) + exponent;
  }

  /** Writes the groups as words of 16 bits; gives their bytes. `skipped` digits of the first are zeros. */
  private group(from: number, to: number, skipped: number): number {
    const groups = Math.ceil((skipped + to - from) / 4);
    if (this.words.length < groups * 2) this.words = new Uint8Array(groups * 4);
    const { digits, words } = this;
    let at = from - skipped;
    for (let group = 0; group < groups; group++) {
      let value = 0;
      for (let place = 0; place < 4; place++, at++) {
        value = value * 10 + (at < from || at >= to ? 0 : (digits[at] as number));
      }
      words[group * 2] = value & 255;
      words[group * 2 + 1] = value >> 8;
    }
    return groups * 2;
  }

  private timestamp(bytes: Uint8Array, start: number, end: number, seed: number): void {
    const day = end - start < 10 ? Number.NaN : dayAt(bytes, start);
    const behind = bytes[start + 10];
    let seconds = day * 86_400;
    let micros = 0;
    if (end - start > 10) {
      const time = textOf(bytes, start + 11, end);
      const match = /^(\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?$/.exec(time);
      if (match === null || (behind !== SPACE && behind !== CAPITAL_T)) seconds = Number.NaN;
      else {
        seconds += Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3] ?? 0);
        micros = nearestEven(Number(`0${match[4] ?? ""}`) * 1e6);
      }
    }
    if (Number.isNaN(seconds)) throw invalid("timestamp", bytes, start, end);
    this.wide(BigInt(seconds) * 1_000_000n + BigInt(micros), seed);
  }
}

/** As rint of C does it. */
function nearestEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

function exponentAt(bytes: Uint8Array, at: number, start: number, end: number): number {
  const text = textOf(bytes, at, end);
  if (!/^[eE][+-]?\d{1,9}$/.test(text)) throw invalid("numeric", bytes, start, end);
  return Number(text.slice(1));
}

/** Where the digits that begin at `from` end. */
function digitsEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && isDigit(bytes[at] as number)) at++;
  return at;
}

const isDigit = (byte: number): boolean => byte >= ZERO && byte < ZERO + 10;

/** The number that digits make; 0 of none. */
function digitsOf(bytes: Uint8Array, from: number, end: number): number {
  let value = 0;
  for (let at = from; at < end; at++) value = value * 10 + (bytes[at] as number) - ZERO;
  return value;
}

/** Days from 2000-01-01 to the ISO date that stands at `start`. */
function dayAt(bytes: Uint8Array, start: number): number {
  const century = twoDigits(bytes, start);
  const ofCentury = twoDigits(bytes, start + 2);
  const month = twoDigits(bytes, start + 5);
  const day = twoDigits(bytes, start + 8);
  const isDate = bytes[start + 4] === MINUS && bytes[start + 7] === MINUS;
  if (!isDate || century < 0 || ofCentury < 0 || month < 0 || day < 0)
    throw invalid("date", bytes, start, start + 10);
  // Years begin in March, so the day that is put in stands at their end; 400 more keep them above zero.
  const year = century * 100 + ofCentury + (month <= 2 ? 399 : 400);
  const ofYear = ((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) | 0;
  const centuries = (year / 100) | 0;
  const leaps = (year >> 2) - centuries + (centuries >> 2);
  return year * 365 + leaps + ofYear + day - DAYS_BEFORE;
}

/** The number that two digits make; -1 if they are none. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] as number) - ZERO;
  const ones = (bytes[at + 1] as number) - ZERO;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

function booleanAt(bytes: Uint8Array, start: number, end: number): 0 | 1 {
  const text = textOf(bytes, start, end);
  if (text === "true") return 1;
  if (text === "false") return 0;
  throw invalid("boolean", bytes, start, end);
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  return decoder.decode(bytes.subarray(start, end));
}

function invalid(type: ColumnType, bytes: Uint8Array, start: number, end: number): CanonryError {
  const text = textOf(bytes, start, Math.min(end, start + 100));
  return new CanonryError("VALUE_INVALID", `${JSON.stringify(text)} is no ${type}`);
}
