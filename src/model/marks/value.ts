import type { Cell } from "../sheet.ts";

/**
 * How a published text becomes a typed value. Exact: numbers stay decimal literals and never pass
 * through a double. Every function gives null for what it does not understand; nobody guesses.
 */

const PLAIN = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
/** Thousands stand behind no zero: "0,884" has decimals, in another language. */
const GROUPED = /^[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$/;
const SPACED = /^[+-]?[1-9]\d{0,2}(?:[ \u00a0\u202f]\d{3})+(?:\.\d+)?$/;

/**
 * The decimal literal in a text: "1,234" "£1,234.50" "12.5%" "(45)" "−3" "1 234". Signs of money and
 * percent are units and are dropped; a number in parentheses is negative (accounting style). Null if
 * the text is not a number.
 */
export function numberLiteral(text: string): string | null {
  let rest = text.trim();
  if (rest === "" || rest.length > 60) return null;
  if (PLAIN.test(rest)) return rest;
  rest = rest.replace(/^[−–]/, "-");
  let negative = false;
  const accounting = /^\(([^()]+)\)$/.exec(rest);
  if (accounting?.[1] !== undefined) {
    rest = accounting[1].trim();
    negative = true;
  }
  rest = rest
    .replace(/^([+-]?)\s*[£$€]\s*/, "$1")
    .replace(/\s*%$/, "")
    .trim();
  if (GROUPED.test(rest)) rest = rest.replaceAll(",", "");
  else if (SPACED.test(rest)) rest = rest.replace(/[ \u00a0\u202f]/g, "");
  if (!PLAIN.test(rest)) return null;
  if (!negative) return rest;
  return rest.startsWith("-") ? null : `-${rest.replace(/^\+/, "")}`;
}

/**
 * Whether a text is nothing but up to 15 digits, with at most one point behind the first: a number by any
 * rule. What most texts of a table are, told without an expression or a look-up.
 */
export function isPlainFigure(text: string): boolean {
  if (text.length === 0 || text.length > 15) return false;
  let points = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text.charCodeAt(at);
    if (sign === 46 && at > 0 && points === 0) points++;
    else if (sign < 48 || sign > 57) return false;
  }
  return true;
}

/** Whether a text is a number in percent: "12.5%". */
export function isShare(text: string): boolean {
  return text.trimEnd().endsWith("%") && numberLiteral(text) !== null;
}

/** A hundredth of a decimal literal, to the last digit: "0.125" of "12.5". */
export function hundredth(literal: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = ""] =
    /^([+-]?)(\d*)(?:\.(\d*))?([eE].*)?$/.exec(literal) ?? [];
  const digits = whole.padStart(3, "0");
  const decimals = `${digits.slice(-2)}${fraction}`.replace(/0+$/, "");
  const head = digits.slice(0, -2).replace(/^0+(?=\d)/, "");
  return `${sign}${head}${decimals === "" ? "" : `.${decimals}`}${exponent}`;
}

/** An integer written without exponent or fraction, or null. "12.0" and "1.2E3" are integers too. */
export function integerLiteral(literal: string): string | null {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(literal);
  if (match === null) return null;
  const [, sign = "", whole = "", fraction = "", exponentText = "0"] = match;
  const exponent = Number(exponentText);
  if (Math.abs(exponent) > 40) return null;
  const digits = whole + fraction;
  if (digits === "") return null;
  const point = whole.length + exponent;
  const rest = digits.slice(Math.max(point, 0));
  if (/[1-9]/.test(rest)) return null;
  const kept = point <= 0 ? "0" : digits.slice(0, point).padEnd(point, "0");
  const trimmed = kept.replace(/^0+(?=\d)/, "");
  return sign === "-" && trimmed !== "0" ? `-${trimmed}` : trimmed;
}

/** Whether two decimal literals are one number, however they are written: "1.50" and "15E-1". */
export function sameNumber(a: string | null, b: string | null): boolean {
  if (a === null || b === null) return false;
  const one = significant(a);
  return one !== null && one === significant(b);
}

/** Sign, digits without zeros at either end, and exponent of the last one. */
function significant(literal: string): string | null {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(literal);
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match ?? [];
  if (whole + fraction === "") return null;
  const digits = (whole + fraction).replace(/^0+/, "");
  if (digits === "") return "0";
  const kept = digits.replace(/0+$/, "");
  const power = Number(exponent) - fraction.length + digits.length - kept.length;
  return `${sign === "-" ? "-" : ""}${kept}E${power}`;
}

const LEAST_BIGINT = -(2n ** 63n);
const LARGEST_BIGINT = 2n ** 63n - 1n;

/** Whether a number is an integer that a bigint holds, to the last of its 19 digits. */
export function isBigint(literal: string): boolean {
  if (/^-?\d{1,18}$/.test(literal)) return true;
  const integer = integerLiteral(literal);
  if (integer === null) return false;
  const value = BigInt(integer);
  return value >= LEAST_BIGINT && value <= LARGEST_BIGINT;
}

/** Digits that would lose meaning as a number: leading zeros, or more than a bigint holds. */
export function isDigitCode(text: string): boolean {
  const trimmed = text.trim();
  return /^0\d+$/.test(trimmed) || (/^\d{19,}$/.test(trimmed) && !isBigint(trimmed));
}

const MONTHS =
  "january february march april may june july august september october november december".split(
    " ",
  );

function isoDay(year: number, month: number, day: number): string | null {
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (year < 1000 || year > 9999 || month < 1 || month > 12 || day < 1 || day > last) return null;
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${year}-${two(month)}-${two(day)}`;
}

function fullYear(text: string): number {
  const year = Number(text);
  if (text.length === 4) return year;
  return year < 70 ? 2000 + year : 1900 + year;
}

/** Day first where day and month are numbers: UK order. `DD/MM/YYYY`, `DD-Mon-YY`, `1st May 2024`, ISO. */
export function dateLiteral(text: string): string | null {
  const rest = text.trim();
  const iso = /^(\d{4})-(\d{2})-(\d{2})$/.exec(rest);
  if (iso) return isoDay(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const numeric = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})$/.exec(rest);
  if (numeric) return isoDay(fullYear(numeric[3] ?? ""), Number(numeric[2]), Number(numeric[1]));
  const named = /^(\d{1,2})(?:st|nd|rd|th)?[\s-]+([a-z]{3,9})[\s,-]+(\d{4}|\d{2})$/i.exec(rest);
  if (!named) return null;
  const word = (named[2] ?? "").toLowerCase();
  const month = MONTHS.findIndex((name) => name.startsWith(word)) + 1;
  return month === 0 ? null : isoDay(fullYear(named[3] ?? ""), month, Number(named[1]));
}

/** ISO date and time to the second (fraction kept), from ISO or UK order; seconds may be absent. */
export function timestampLiteral(text: string): string | null {
  const match = /^(\S+)[T ](\d{2}):(\d{2})(?::(\d{2})(\.\d+)?)?Z?$/.exec(text.trim());
  if (!match) return null;
  const day = dateLiteral(match[1] ?? "");
  const [hour, minute, second] = [Number(match[2]), Number(match[3]), Number(match[4] ?? "0")];
  if (day === null || hour > 23 || minute > 59 || second > 59) return null;
  return `${day}T${match[2]}:${match[3]}:${match[4] ?? "00"}${match[5] ?? ""}`;
}

/** TRUE, FALSE, yes, no in any case. 0 and 1 are numbers, Y and N are codes. */
export function booleanLiteral(text: string): "true" | "false" | null {
  const rest = text.trim().toLowerCase();
  if (rest === "true" || rest === "yes") return "true";
  return rest === "false" || rest === "no" ? "false" : null;
}

/** The number in a cell, whether stored as a number or as text; null otherwise. */
export function numberOfCell(cell: Cell): string | null {
  if (cell.kind === "number") return cell.text;
  return cell.kind === "text" ? numberLiteral(cell.text) : null;
}
