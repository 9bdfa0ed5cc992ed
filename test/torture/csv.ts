import type { Random } from "./random.ts";

export interface Fuzzed {
  readonly name: string;
  readonly content: Buffer;
}

/** A text that was meant to be a CSV file, or nearly so. */
export function fuzzCsv(random: Random): Fuzzed {
  let content = random.once(12) ? noise(random) : encoded(random, document(random));
  if (random.once(4)) content = mutateBytes(random, content, random.between(1, 6));
  return { name: random.once(20) ? random.pick(NAMES) : "a.csv", content };
}

const NAMES = [
  "a.tsv",
  "a.txt",
  "a",
  "november_2025.csv",
  "a.xlsx",
  "a.zip",
  "a.xls",
  "a.pdf",
  ".csv",
];
const DELIMITERS = [",", ",", ",", ",", ";", "\t", "|", ":", "^", "~", " "];
const NEWLINES = ["\n", "\n", "\r\n", "\r\n", "\r"];

interface Style {
  readonly delimiter: string;
  readonly quote: string;
  readonly escape: string;
  readonly newline: () => string;
  /** One field in so many is quoted though it need not be; 0 for none. */
  readonly quoting: number;
}

function document(random: Random): string {
  const mixed = random.once(10);
  const own = random.pick(NEWLINES);
  const quote = random.once(8) ? random.pick(["'", ""]) : '"';
  const style: Style = {
    delimiter: random.pick(DELIMITERS),
    quote,
    escape: random.once(6) ? "\\" : quote,
    newline: () => (mixed ? random.pick(NEWLINES) : own),
    quoting: random.pick([0, 0, 1, 2, 5]),
  };
  if (random.once(60)) return blankLines(random, style);
  const parts = random.many(random.once(6) ? random.between(2, 3) : 1, () => table(random, style));
  let text = preamble(random, style);
  for (const part of parts) text += part + blanks(random, style);
  if (random.once(3)) text += footer(random, style);
  if (random.once(30)) text += `${style.delimiter}${style.quote}never closed${style.newline()}x,y`;
  if (random.once(40)) text = insertAt(random, text, "\u0000");
  if (random.once(3)) text = text.replace(/[\r\n]+$/, "");
  return text;
}

function blankLines(random: Random, style: Style): string {
  const fill = random.pick([
    "",
    "",
    " ",
    style.delimiter,
    `${style.quote}${style.quote}`,
    "\u00a0",
  ]);
  return random.many(random.below(20), () => fill + style.newline()).join("");
}

function preamble(random: Random, style: Style): string {
  if (random.once(2)) return "";
  return random
    .many(random.between(1, 4), () => {
      const text = random.pick([
        "Table 1: Bed days by hospital, November 2025",
        "Source: made up; see notes",
        "",
        style.delimiter.repeat(random.below(5)),
        "Figures in £ thousands",
        "Published 12/11/2025",
        `Year${style.delimiter}2024`,
        "   ",
      ]);
      return text + style.newline();
    })
    .join("");
}

function footer(random: Random, style: Style): string {
  return random
    .many(random.between(1, 5), () => {
      const text = random.pick([
        "[c] = confidential",
        "* suppressed; counts under 5",
        "Note: a note that is long enough to be a sentence, and goes on.",
        '":" indicates not available',
        "x means __proto__",
        "constructor - toString",
        "",
        "1 excludes Wales",
        `Source${style.delimiter}ONS`,
      ]);
      return text + style.newline();
    })
    .join("");
}

function blanks(random: Random, style: Style): string {
  return random.once(3) ? style.newline().repeat(random.below(4)) : "";
}

type Column = (random: Random, row: number) => string;

const COLUMNS: readonly Column[] = [
  (random) => String(random.below(100_000)),
  (random) => String(random.below(100)),
  (random) => (random.below(100_000) / 100).toFixed(2),
  (random) => `${random.below(1000)},${String(random.below(1000)).padStart(3, "0")}`,
  (random) => `${(random.below(1000) / 10).toFixed(1)}%`,
  (random) => `£${random.below(5000)}`,
  (random) => `-${random.below(50)}`,
  (random) => `(${random.below(50)})`,
  (random) => String(random.between(1990, 2030)),
  (_random, row) => String(1990 + row),
  (_random, row) => `${2000 + row}/${String((row + 1) % 100).padStart(2, "0")}`,
  (random) => `${random.between(1, 31)}/${random.between(1, 13)}/${random.between(1990, 2030)}`,
  (random) => `2025-${String(random.between(0, 13)).padStart(2, "0")}-${random.between(10, 32)}`,
  (random) => `${random.pick(["Jan", "Febuary", "Sept", "Dec"])}-${random.between(0, 99)}`,
  (random) => `Q${random.between(1, 5)} ${random.between(1999, 2030)}`,
  (random) => random.pick(["North", "South", "East", "West", "Total", "England", "All ages"]),
  (random) => random.pick(["Male", "Female", "Persons"]),
  (random) => `E${String(random.below(1e8)).padStart(8, "0")}`,
  (random) => String(random.below(1000)).padStart(5, "0"),
  (random) => random.pick(["TRUE", "FALSE", "yes", "no"]),
  (random) => hostile(random),
  () => "",
];

const MARKERS = [
  "[c]",
  "*",
  "..",
  ":",
  "-",
  "[x]",
  "n/a",
  "<5",
  "#",
  "~",
  "[low]",
  "",
  " ",
  "#N/A",
];

function hostile(random: Random): string {
  switch (random.below(14)) {
    case 0:
      return random.pick(["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"]);
    case 1:
      return random.pick(["=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)", "\t=1"]);
    case 2:
      return 'a"; drop table x; --';
    case 3:
      return random.pick([
        "1e308",
        "1e999",
        "-1e309",
        "9".repeat(400),
        "1e-400",
        "0x1F",
        "Infinity",
      ]);
    case 4:
      return random.pick([
        "\u202egnp.exe",
        "\ufeff",
        "\u200b",
        "\ud83d\ude00",
        "e\u0301".repeat(5),
      ]);
    case 5:
      return "x".repeat(random.once(200) ? 200_000 : random.pick([80, 300, 5000]));
    case 6:
      return `two${random.pick(["\n", "\r\n", "\r"])}lines`;
    case 7:
      return random.pick([
        "2025-02-30",
        "31/11/2025",
        "FY2025-26",
        "2025-W54",
        "13/13/13",
        "0000-00-00",
      ]);
    case 8:
      return random.pick(["<html>", "<?xml version='1.0'?>", '{"a":1}', "%PDF-1.4", "PK"]);
    case 9:
      return random.pick(["\u00a0", "   ", "\t", "\u3000", "\u0007", "\u001c", "\u001d", "\u0085"]);
    case 10:
      return random.pick(["\\", "\\\\", '\\"', "'", "''", '""', '"', "a\\"]);
    case 11:
      return `${"(".repeat(random.below(300))}a${")".repeat(random.below(300))}`;
    case 12:
      return `${"1,".repeat(random.below(200))}x`;
    default:
      return String.fromCharCode(
        ...random.many(random.between(1, 8), () => random.between(1, 0x2fff)),
      );
  }
}

function table(random: Random, style: Style): string {
  const width = random.once(2000)
    ? random.pick([1600, 5000, 20_000])
    : random.once(20)
      ? random.between(10, 120)
      : random.between(1, 8);
  const longest = width > 1000 ? 3 : width > 20 ? 12 : 25;
  const height = random.once(800) && width < 9 ? random.between(300, 3000) : random.below(longest);
  const tame = width > 1000 ? COLUMNS.slice(0, 10) : COLUMNS;
  const columns = random.many(width, () => random.pick(tame));
  const odd = random.pick([0, 0, 3, 10, 40]);
  const lines: string[] = [];
  for (let level = random.pick([0, 1, 1, 1, 1, 2, 3]); level > 0; level--) {
    lines.push(line(random, style, headerOf(random, width, level)));
  }
  for (let row = 0; row < height; row++) {
    const fields = columns.map((column) =>
      odd > 0 && random.once(odd) ? oddField(random) : column(random, row),
    );
    if (random.once(15)) fields.length = random.below(fields.length + 1);
    if (random.once(25)) fields.push(...random.many(random.below(4), () => hostile(random)));
    if (random.once(12))
      fields[0] = random.pick(["Total", "England", "All", "Sub-total", "Grand total"]);
    if (random.once(25)) fields.splice(1);
    if (random.once(30)) lines.push("");
    if (random.once(60) && lines[0] !== undefined) lines.push(lines[0]);
    lines.push(line(random, style, fields));
  }
  return lines.map((text) => text + style.newline()).join("");
}

function headerOf(random: Random, width: number, level: number): string[] {
  const years = random.once(5);
  const first = random.between(1990, 2020);
  return random.many(width, (at) => {
    if (width < 1000 && random.once(15)) return oddField(random);
    if (level > 1 && at % random.between(1, 3) !== 0) return "";
    if (years && at > 0) return String(first + at);
    const word = random.pick([
      "Region",
      "Age",
      "Count",
      "Rate per 1,000",
      "Month",
      "Code",
      "Nov-25",
      "%",
    ]);
    return random.once(2) ? `${word} ${at}` : word;
  });
}

function oddField(random: Random): string {
  return random.once(2) ? random.pick(MARKERS) : hostile(random);
}

function line(random: Random, style: Style, fields: readonly string[]): string {
  const { delimiter, quote, escape: escaping, quoting } = style;
  return fields
    .map((field) => {
      const needs = field.includes(delimiter) || /["'\r\n]/.test(field);
      const careless = random.once(40);
      if (quote === "" || !((needs && !careless) || (quoting > 0 && random.once(quoting))))
        return field;
      const inside = random.once(80) ? field : field.replaceAll(quote, escaping + quote);
      return `${quote}${inside}${random.once(300) ? "" : quote}${random.once(200) ? "tail" : ""}`;
    })
    .join(delimiter);
}

function insertAt(random: Random, text: string, what: string): string {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + what + text.slice(at);
}

function encoded(random: Random, text: string): Buffer {
  switch (random.below(16)) {
    case 0:
      return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)]);
    case 1:
      return Buffer.from(`\ufeff${text}`, "utf16le");
    case 2:
      return swapped(Buffer.from(`\ufeff${text}`, "utf16le"));
    case 3:
      return Buffer.from(text.replaceAll("-", "\u0096").replaceAll("o", "\u00f6"), "latin1");
    case 4:
      return random.once(4) ? Buffer.from(text, "utf16le") : Buffer.from(text);
    default:
      return Buffer.from(text);
  }
}

function swapped(wide: Buffer): Buffer {
  return wide.length % 2 === 0 ? wide.swap16() : wide;
}

const TELLING = [
  ..." \t\r\n,;|\"'\\=-0129\u0000",
  "\u00ff",
  "\u00fe",
  "\u00ef",
  "\u0080",
  "\u0096",
];

function noise(random: Random): Buffer {
  const size = random.below(random.once(10) ? 5000 : 60);
  if (random.once(2)) return Buffer.from(random.many(size, () => random.below(256)));
  return Buffer.from(random.many(size, () => random.pick(TELLING)).join(""), "latin1");
}

/** Some bytes turned, left out, doubled, put in, or the end cut off. */
export function mutateBytes(random: Random, content: Buffer, times: number): Buffer {
  let bytes = Buffer.from(content);
  for (let done = 0; done < times; done++) {
    const at = random.below(bytes.length + 1);
    const size = random.below(random.once(4) ? 400 : 6);
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
    switch (random.below(8)) {
      case 0:
        bytes = Buffer.concat([before, after.subarray(size)]);
        break;
      case 1:
        bytes = Buffer.concat([before, after.subarray(0, size), after]);
        break;
      case 2:
        bytes = Buffer.concat([before, Buffer.from(random.pick(TELLING), "latin1"), after]);
        break;
      case 3:
        if (random.once(3)) bytes = Buffer.from(before);
        break;
      case 4: {
        const from = random.below(bytes.length);
        bytes = Buffer.concat([
          before,
          bytes.subarray(from, from + size * 8),
          after.subarray(size),
        ]);
        break;
      }
      case 5:
        if (at < bytes.length) bytes[at] = random.pick([0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x22]);
        break;
      case 6:
        if (at + 4 <= bytes.length) bytes.writeUInt32LE(random.pick(LENGTHS), at);
        break;
      default:
        if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
    }
  }
  return bytes;
}

const LENGTHS = [
  0, 1, 0x7f, 0xff, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff,
];
