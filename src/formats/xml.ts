import { CanonryError, type Where } from "../model/errors.ts";

/** What a scanner tells. Names come without their namespace prefix; text with its entities resolved. */
export interface XmlHandler {
  open(name: string, attributes: string, empty: boolean): void;
  close(name: string): void;
  text(text: string): void;
  /**
   * A short way for what a file holds most of: takes the element that begins at index `at` of `text` and gives
   * the index behind it, or -1 to be told of it as usual: it is not whole, or not of the usual form.
   */
  take?(text: string, at: number): number;
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

/**
 * Resolves the five named entities and references to characters; anything else stays as it is written:
 * NUL and halves of surrogate pairs are no characters (XML 1.0, 2.2).
 */
export function unescapeXml(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(#x?[0-9a-fA-F]+|\w+);/g, (whole, name: string) => {
    if (!name.startsWith("#")) return ENTITIES[name] ?? whole;
    const hex = name.startsWith("#x") || name.startsWith("#X");
    const code = Number.parseInt(name.slice(hex ? 2 : 1), hex ? 16 : 10);
    const isCharacter = code > 0 && code <= 0x10ffff && (code & 0xfffff800) !== 0xd800;
    return isCharacter ? String.fromCodePoint(code) : whole;
  });
}

/** The value of an attribute in the raw text between a tag's name and its end, or null. */
export function attribute(attributes: string, name: string): string | null {
  for (let at = attributes.indexOf(name); at >= 0; at = attributes.indexOf(name, at + 1)) {
    const before = at === 0 ? 32 : attributes.charCodeAt(at - 1);
    if (before > 32 && before !== 58) continue;
    let quote = at + name.length;
    while (attributes.charCodeAt(quote) <= 32) quote++;
    if (attributes.charCodeAt(quote) !== 61) continue;
    quote++;
    while (attributes.charCodeAt(quote) <= 32) quote++;
    const mark = attributes[quote];
    if (mark !== '"' && mark !== "'") continue;
    const end = attributes.indexOf(mark, quote + 1);
    return end < 0 ? null : unescapeXml(attributes.slice(quote + 1, end));
  }
  return null;
}

/**
 * A scanner for the XML inside workbooks, fed with pieces of text. It checks no schema and expands no
 * entity: a document type declaration is XML_DTD_FORBIDDEN. One token longer than `limit` characters is
 * SHEET_TOO_LARGE. Memory: the token at the end of a piece.
 */
export class XmlScanner {
  private rest = "";
  /** A carriage return at the end of a piece: the next may begin with its line feed. */
  private carriage = "";
  private readonly handler: XmlHandler;
  private readonly limit: number;
  private readonly where: Where;

  constructor(handler: XmlHandler, limit: number, where: Where) {
    this.handler = handler;
    this.limit = limit;
    this.where = where;
  }

  write(piece: string): void {
    if (piece.includes("\u0000")) this.fail("it holds a NUL");
    const text = this.withLineEnds(this.rest === "" ? piece : this.rest + piece);
    const used = this.scan(text);
    this.rest = (used === text.length ? "" : text.slice(used)) + this.carriage;
    if (this.rest.length > this.limit) {
      throw new CanonryError(
        "SHEET_TOO_LARGE",
        `one cell is longer than ${this.limit}`,
        this.where,
      );
    }
  }

  end(): void {
    if (/\S/.test(this.rest)) this.fail("it ends in the middle of a tag");
  }

  /** A line ends with a line feed, however the file was saved (XML 1.0, 2.11). */
  private withLineEnds(text: string): string {
    this.carriage = "";
    if (!text.includes("\r")) return text;
    this.carriage = text.endsWith("\r") ? "\r" : "";
    const whole = this.carriage === "" ? text : text.slice(0, -1);
    return whole.replace(/\r\n?/g, "\n");
  }

  /** Reads whole tokens and gives the index behind the last one. */
  private scan(text: string): number {
    const { handler } = this;
    let at = 0;
    for (;;) {
      const tag = text.indexOf("<", at);
      if (tag < 0) return at;
      if (tag > at) handler.text(unescapeXml(text.slice(at, tag)));
      const taken = handler.take?.(text, tag) ?? -1;
      if (taken >= 0) {
        at = taken;
        continue;
      }
      const second = text.charCodeAt(tag + 1);
      if (second === 33 || second === 63) {
        const next = this.special(text, tag);
        if (next < 0) return tag;
        at = next;
        continue;
      }
      const end = tagEnd(text, tag + 1);
      if (end < 0) return tag;
      if (second === 47) {
        handler.close(localName(text, tag + 2, end));
      } else {
        const empty = text.charCodeAt(end - 1) === 47;
        let nameEnd = tag + 1;
        const last = empty ? end - 1 : end;
        while (nameEnd < last && text.charCodeAt(nameEnd) > 32) nameEnd++;
        const name = localName(text, tag + 1, nameEnd);
        handler.open(name, nameEnd < last ? text.slice(nameEnd, last) : "", empty);
        if (empty) handler.close(name);
      }
      at = end + 1;
    }
  }

  /** Comments, instructions, CDATA. Gives the index behind it, or -1 if it is not whole yet. */
  private special(text: string, tag: number): number {
    const until = (mark: string): number => {
      const end = text.indexOf(mark, tag);
      return end < 0 ? -1 : end + mark.length;
    };
    if (text.startsWith("<?", tag)) return until("?>");
    if (text.startsWith("<!--", tag)) return until("-->");
    if (text.startsWith("<![CDATA[", tag)) {
      const end = until("]]>");
      if (end >= 0) this.handler.text(text.slice(tag + 9, end - 3));
      return end;
    }
    if (text.length - tag < 10) return -1;
    throw new CanonryError("XML_DTD_FORBIDDEN", text.slice(tag, tag + 40), this.where);
  }

  private fail(what: string): never {
    throw new CanonryError("WORKBOOK_CORRUPT", `broken XML: ${what}`, this.where);
  }
}

/** The index of the `>` that ends a tag; one inside a quoted value does not. -1 if it is not there yet. */
function tagEnd(text: string, from: number): number {
  let mark = 0;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (mark !== 0) {
      if (code === mark) mark = 0;
    } else if (code === 34 || code === 39) mark = code;
    else if (code === 62) return at;
  }
  return -1;
}

function localName(text: string, from: number, to: number): string {
  let end = to;
  while (end > from && text.charCodeAt(end - 1) <= 32) end--;
  let start = end;
  while (start > from && text.charCodeAt(start - 1) !== 58) start--;
  return text.slice(start, end);
}
