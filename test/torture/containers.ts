import { inflateRawSync } from "node:zlib";
import { CFB, utils, type WorkBook, write } from "@e965/xlsx";
import { oneSheet, rawXlsx } from "../support/xlsx.ts";
import { type RawMember, rawZip } from "../support/zip.ts";
import { type Fuzzed, fuzzCsv, mutateBytes } from "./csv.ts";
import type { Random } from "./random.ts";

export const CONTAINERS = ["xlsx", "zip", "xls", "xlsb", "ods"] as const;
export type Container = (typeof CONTAINERS)[number];

/** A workbook or an archive with something broken in it; now and then a sound one. */
export function fuzzContainer(random: Random, kind: Container): Fuzzed {
  const sound = soundContainer(random, kind);
  const name = random.once(40)
    ? random.pick(["a.csv", "a", "a.xls", "a.zip", "a.ods"])
    : `a.${kind}`;
  if (random.once(30)) return { name, content: sound };
  if (random.once(3)) return { name, content: rawDamage(random, sound, kind) };
  const content =
    sound.subarray(0, 2).toString() === "PK" ? rezipped(random, sound) : inside(random, sound);
  return { name, content };
}

function rawDamage(random: Random, sound: Buffer, kind: Container): Buffer {
  switch (random.below(5)) {
    case 0:
      return sound.subarray(0, random.below(sound.length));
    case 1: {
      const other = soundContainer(random, kind);
      const cut = random.below(sound.length);
      return Buffer.concat([sound.subarray(0, cut), other.subarray(random.below(other.length))]);
    }
    default:
      return mutateBytes(random, sound, random.between(1, 8));
  }
}

const BOOK_TYPES: Readonly<
  Record<string, readonly ("biff8" | "biff5" | "biff2" | "xlml" | "xlsb" | "ods" | "xlsx")[]>
> = {
  xls: ["biff8", "biff8", "biff5", "biff2", "xlml"],
  xlsb: ["xlsb"],
  ods: ["ods"],
  xlsx: ["xlsx"],
};

const SOUND = new Map<string, Buffer>();

/** One of a few dozen, made once each. */
function soundContainer(random: Random, kind: Container): Buffer {
  const number = random.below(24);
  const key = `${kind} ${number}`;
  const known = SOUND.get(key);
  if (known !== undefined) return known;
  const made = makeContainer(random.fork(key), kind, number);
  SOUND.set(key, made);
  return made;
}

function makeContainer(random: Random, kind: Container, number: number): Buffer {
  if (kind === "zip") return rawZip(membersOf(random));
  if (kind === "xlsx" && number % 2 === 0) return handMade(random);
  return write(bookOf(random), {
    type: "buffer",
    bookType: random.pick(BOOK_TYPES[kind] ?? ["xlsx"]),
    bookSST: random.once(2),
  }) as Buffer;
}

function membersOf(random: Random): RawMember[] {
  return random.many(random.between(1, 4), (at) => {
    if (random.once(4)) return { name: `w${at}.xlsx`, content: handMade(random) };
    if (random.once(12))
      return { name: `z${at}.zip`, content: rawZip([{ name: "in.csv", content: "a,b\n1,2\n" }]) };
    if (random.once(12)) return { name: `n${at}.pdf`, content: "%PDF-1.4" };
    return {
      name: `${random.once(4) ? "folder/" : ""}t${at}.csv`,
      content: fuzzCsv(random).content,
    };
  });
}

/** A table as SheetJS takes it. */
function tableOf(random: Random): unknown[][] {
  const width = random.between(2, 7);
  const rows: unknown[][] = [];
  for (let lines = random.below(3); lines > 0; lines--)
    rows.push([random.pick(["Table 1: Beds", "Notes", ""])]);
  rows.push(random.many(width, (at) => `Column ${at}`));
  for (let row = random.between(1, 20); row > 0; row--) {
    rows.push(
      random.many(width, (at) => {
        if (at === 0) return random.pick(["North", "South", "Total", "2024/25"]);
        return random.once(12)
          ? random.pick(["[c]", "", null, true, "x\ny"])
          : random.below(9000) / 4;
      }),
    );
  }
  if (random.once(2)) rows.push([], ["[c] = confidential"]);
  return rows;
}

function bookOf(random: Random): WorkBook {
  const book = utils.book_new();
  for (let at = random.between(1, 3); at > 0; at--) {
    const sheet = utils.aoa_to_sheet(tableOf(random));
    if (random.once(2)) sheet["!merges"] = [{ s: { r: 0, c: 0 }, e: { r: 0, c: 2 } }];
    if (random.once(2)) sheet["C3"] = { t: "n", v: 45_748, z: "dd/mm/yyyy" };
    if (random.once(2)) sheet["B3"] = { t: "n", v: 0.25, z: "0%", f: "1/4" };
    if (random.once(3)) sheet["!rows"] = [{}, { hidden: true }];
    if (random.once(3)) sheet["!cols"] = [{ wch: 9 }, { wch: 9, hidden: true }];
    utils.book_append_sheet(book, sheet, `Sheet ${at}`);
  }
  book.Props = { Title: "Beds, November 2025" };
  return book;
}

function handMade(random: Random): Buffer {
  const strings = [
    "Region",
    "Count",
    "North",
    "South",
    "Total",
    "x &amp; y",
    "_x000D_",
    "<r><t>a</t></r><r><t>b</t></r>",
  ];
  const row = (number: number): string => {
    const cells = random.many(random.between(1, 5), (at) => {
      const ref = `r="${String.fromCharCode(65 + at)}${number}"`;
      switch (random.below(7)) {
        case 0:
          return `<c ${ref} t="inlineStr"><is><t>inline</t></is></c>`;
        case 1:
          return `<c ${ref} t="str"><f>A1</f><v>made</v></c>`;
        case 2:
          return `<c ${ref} t="s"><v>${random.below(strings.length)}</v></c>`;
        case 3:
          return `<c ${ref} s="${random.below(6)}"><v>${random.below(50_000)}</v></c>`;
        case 4:
          return `<c ${ref} t="${random.pick(["b", "e", "d", "n"])}"><v>${random.pick(["1", "#N/A", "2025-11-30T00:00:00", "0.1"])}</v></c>`;
        default:
          return `<c ${ref}><v>${random.below(1000) / 8}</v></c>`;
      }
    });
    return `<row r="${number}"${random.once(9) ? ' hidden="1"' : ""}>${cells.join("")}</row>`;
  };
  const xml = `<cols><col min="2" max="3" hidden="1"/></cols><sheetData>${random.many(random.between(1, 20), (at) => row(at + 1)).join("")}</sheetData><mergeCells><mergeCell ref="A1:C1"/></mergeCells>`;
  if (random.once(2)) return oneSheet(xml, { strings });
  return rawXlsx({
    sheets: [
      { name: "One", xml },
      { name: "Two", xml, state: "hidden" },
    ],
    strings,
    date1904: true,
  });
}

/** The members of a ZIP that is sound. */
export function membersIn(zip: Buffer): { name: string; content: Buffer }[] {
  const end = zip.lastIndexOf("PK\u0005\u0006", undefined, "latin1");
  const members: { name: string; content: Buffer }[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    const [names, extra, remark] = [28, 30, 32].map((field) => zip.readUInt16LE(at + field));
    const name = zip.toString("utf8", at + 46, at + 46 + (names ?? 0));
    const local = zip.readUInt32LE(at + 42);
    const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const packed = zip.subarray(from, from + zip.readUInt32LE(at + 20));
    const stored = zip.readUInt16LE(at + 10) === 0;
    members.push({ name, content: stored ? packed : inflateRawSync(packed) });
    at += 46 + (names ?? 0) + (extra ?? 0) + (remark ?? 0);
  }
  return members;
}

function rezipped(random: Random, sound: Buffer): Buffer {
  let members: RawMember[] = membersIn(sound);
  for (let times = random.between(1, 4); times > 0; times--)
    members = changeMember(random, members);
  return rawZip(members);
}

const PATHS = [
  "../../x",
  "/abs.csv",
  "..\\x.csv",
  "a\u0000.csv",
  "__proto__",
  "XL/Workbook.xml",
  "content.xml",
  "a/",
  "",
  "\u202e.csv",
  "x".repeat(3000),
];

function changeMember(random: Random, members: readonly RawMember[]): RawMember[] {
  const at = random.below(members.length);
  const member = members[at];
  if (member === undefined) return [...members];
  const swap = (other: RawMember): RawMember[] =>
    members.map((one) => (one === member ? other : one));
  switch (random.below(random.once(3) ? 9 : 2)) {
    case 0:
    case 1:
      return swap({ ...member, content: changeContent(random, Buffer.from(member.content)) });
    case 2:
      return members.filter((one) => one !== member);
    case 3:
      return [...members, member];
    case 4:
      return swap({ ...member, name: random.pick(PATHS) });
    case 5:
      return swap({ ...member, content: random.pick(members).content });
    case 6:
      return swap({ ...member, size: random.pick([0, 1, 10, 1_000_000, 0xffff_fffe]) });
    case 7:
      return swap({
        ...member,
        ...random.pick([{ crc: 1 }, { encrypted: true }, { mode: 0o120777 }]),
      });
    default:
      return [...members].reverse();
  }
}

function changeContent(random: Random, content: Buffer): Buffer {
  if (content[0] === 60) return Buffer.from(changeXml(random, content.toString("utf8")));
  return mutateBytes(random, content, random.between(1, 5));
}

interface OleFile {
  readonly FileIndex: { readonly type: number; size: number; content: Uint8Array }[];
}

/** A workbook that is no ZIP: an OLE file gets its streams changed, an XML one its text. */
function inside(random: Random, sound: Buffer): Buffer {
  if (sound[0] === 60) return Buffer.from(changeXml(random, sound.toString("utf8")));
  if (sound.readUInt32BE(0) !== 0xd0cf11e0) return mutateBytes(random, sound, random.between(1, 8));
  const file = CFB.read(sound, { type: "buffer" }) as OleFile;
  const streams = file.FileIndex.filter((one) => one.type === 2 && one.size > 0);
  for (let times = random.between(1, 2); times > 0; times--) {
    const stream = random.pick(streams);
    const changed = mutateBytes(random, Buffer.from(stream.content), random.between(1, 6));
    stream.content = changed;
    stream.size = changed.length;
  }
  return CFB.write(file, { type: "buffer" }) as Buffer;
}

const VALUES = [
  "",
  "-1",
  "0",
  "1",
  "99",
  "1e9",
  "1e999",
  "NaN",
  "Infinity",
  "1.5",
  "0x10",
  "4294967296",
  "99999999999999999999",
  "ZZZZ99999999",
  "A0",
  "1A",
  "XFD1048576",
  "XFE1",
  "A1048577",
  "A1:XFD1048576",
  "A1:ZZZZZZZ99999999999",
  "B2:A1",
  "s",
  "str",
  "b",
  "e",
  "d",
  "n",
  "inlineStr",
  "true",
  "__proto__",
  "&lol;",
  "&#0;",
  "&#xD800;",
  "&#x110000;",
  "_x0000_",
  "_xD83D_",
  "2025-13-45T99:99:99",
  "worksheets/sheet1.xml",
  "../../x",
  "x".repeat(5000),
  " ",
  "\t",
  "\u0000",
  "\ufffe",
  "1000000",
  "10000000",
];
const PIECES = [
  '<!DOCTYPE x [<!ENTITY lol "lol">]>',
  "<!DOCTYPE x SYSTEM 'file:///etc/passwd'>",
  "<![CDATA[ <c> ]]>",
  "<!-- -->",
  "<!--",
  "<?xml version='1.0'?>",
  "<",
  ">",
  "</",
  "<c>",
  "</c>",
  "</row>",
  '<row r="3">',
  '<c r="A1"><v>7</v></c>',
  "<v>1</v>",
  "<is><t>x</t></is>",
  "&amp",
  '"',
  "<a b='>'/>",
  "<sheetData>",
  "</sheetData>",
];

/** XML with one thing wrong, mostly. */
export function changeXml(random: Random, xml: string): string {
  switch (random.below(10)) {
    case 0:
    case 1:
    case 2:
      return replaceOne(random, xml, /="[^"]*"/g, () => `="${random.pick(VALUES)}"`);
    case 3:
      return replaceOne(random, xml, />[^<]+</g, () => `>${random.pick(VALUES)}<`);
    case 4:
      return replaceOne(random, xml, /\s[\w:]+="[^"]*"/g, () => "");
    case 5:
      return replaceOne(random, xml, /<[^>]*>/g, (tag) =>
        random.pick(["", tag + tag, `${tag}${random.pick(PIECES)}`]),
      );
    case 6: {
      const at = random.below(xml.length);
      return xml.slice(0, at) + random.pick(PIECES) + xml.slice(at);
    }
    case 7:
      return replaceOne(
        random,
        xml,
        /<row.*?<\/row>|<c .*?<\/c>|<table:table-row.*?<\/table:table-row>/gs,
        (one) => one.repeat(random.pick([0, 2, 3, 200])),
      );
    case 8:
      return replaceOne(
        random,
        xml,
        /(?:repeated|spanned|count|min|max|r|s|ref)="[^"]*"/g,
        (one) => `${one.split("=")[0] ?? ""}="${random.pick(VALUES)}"`,
      );
    default:
      return mutateBytes(random, Buffer.from(xml), random.between(1, 4)).toString("latin1");
  }
}

function replaceOne(
  random: Random,
  text: string,
  what: RegExp,
  by: (found: string) => string,
): string {
  const found = [...text.matchAll(what)];
  const one = found.length === 0 ? undefined : random.pick(found);
  if (one === undefined) return text;
  return text.slice(0, one.index) + by(one[0]) + text.slice(one.index + one[0].length);
}
