import { Parser } from "htmlparser2";
import { CanonryError } from "../../model/errors.ts";
import type { Limits } from "../../model/limits.ts";
import { Outline } from "./outline.ts";
import type { Page, PageItem, PageLink } from "./page.ts";
import { PageText } from "./page-text.ts";
import { TableCells } from "./table-cells.ts";

type PageLimits = Pick<Limits, "page_depth" | "page_links">;
type Attributes = Readonly<Record<string, string | undefined>>;

/** A list item, row, paragraph or definition: what stands around a link. */
interface Block {
  readonly start: number;
  readonly headings: readonly string[];
  end: number;
  /** Where the words of its links stand. */
  readonly linked: [number, number][];
  text: string | null;
}

interface OpenLink {
  readonly href: string;
  readonly label: string;
  readonly start: number;
  readonly block: Block | null;
  readonly headings: readonly string[];
  readonly cell: () => readonly string[];
  readonly place: Place;
  readonly next: boolean;
  end: number;
}

type Place = "main" | "menu" | "open";

const ITEMS = new Set(["li", "tr", "dd", "p", "figure", "figcaption"]);
const SILENT = new Set(["script", "style", "template", "noscript", "svg"]);
/** A header is one of the page unless it belongs to a part of it. */
const MENUS = new Set(["nav", "footer", "header"]);
const MENU_ROLES = new Set(["navigation", "banner", "contentinfo", "search"]);
/** Inline elements in the sense of HTML: their words join those beside them. */
const INLINE =
  /^(?:a|abbr|b|bdi|cite|code|em|font|i|mark|q|s|small|span|strong|sub|sup|time|u|wbr)$/;
/** Words of an item that are kept. */
const MOST_WORDS = 600;

/**
 * The links of a page with what is written around them. Broken markup is read as far as it goes; scripts
 * are not run. Linear in the page; memory: its text. Throws PAGE_UNREADABLE beyond the limits.
 */
export function readPage(html: string, limits: PageLimits): Page {
  const reader = new PageReader(limits, html.length);
  const parser = new Parser(reader, { decodeEntities: true });
  parser.write(html);
  parser.end();
  return reader.page();
}

class PageReader {
  private readonly limits: PageLimits;
  private readonly outline = new Outline();
  private readonly cells = new TableCells();
  private readonly blocks: Block[] = [];
  private readonly openBlocks: Block[] = [];
  private readonly links: OpenLink[] = [];
  /** Depths of the menus and, beside `<main>`, of the main parts that are open. */
  private readonly menus: number[] = [];
  private readonly roleMains: number[] = [];
  private readonly text: PageText;
  private title = "";
  private base: string | null = null;
  private link: OpenLink | null = null;
  private depth = 0;
  private silent = 0;
  private mains = 0;
  private parts = 0;
  private hasMain = false;
  private inTitle = false;

  constructor(limits: PageLimits, characters: number) {
    this.limits = limits;
    this.text = new PageText(characters);
  }

  onopentag(name: string, attributes: Attributes): void {
    if (++this.depth > this.limits.page_depth) {
      throw unreadable(`its elements nest deeper than ${this.limits.page_depth}`);
    }
    if (SILENT.has(name)) this.silent++;
    if (!INLINE.test(name)) this.text.add(" ");
    if (name === "title" && this.silent === 0 && this.title === "") this.inTitle = true;
    if (name === "base") this.base ??= attributes["href"]?.trim() ?? null;
    if (name === "img" && this.link !== null) this.text.add(` ${attributes["alt"] ?? ""} `);
    this.enterPart(name, attributes);
    this.outline.open(name, this.text.length, (from) => this.words(from));
    this.cells.open(name, attributes, this.text.length);
    if (ITEMS.has(name)) this.openBlock();
    if ((name === "a" || name === "area") && attributes["href"] !== undefined) {
      this.openLink(attributes["href"].trim(), attributes);
    }
  }

  ontext(text: string): void {
    if (this.inTitle) this.title += text;
    else if (this.silent === 0) this.text.add(text);
  }

  onclosetag(name: string): void {
    this.depth--;
    if (name === "title") this.inTitle = false;
    if (SILENT.has(name)) this.silent--;
    if ((name === "a" || name === "area") && this.link !== null) this.closeLink();
    if (ITEMS.has(name)) this.closeBlock();
    this.outline.close(name, this.text.length, (from) => this.words(from));
    this.cells.close(name, (from) => this.words(from));
    if (!INLINE.test(name)) this.text.add(" ");
    this.leavePart(name);
  }

  private enterPart(name: string, attributes: Attributes): void {
    const role = attributes["role"] ?? "";
    if (name === "main" || role === "main") this.hasMain = true;
    this.mains += name === "main" || role === "main" ? 1 : 0;
    const ofPart = name === "header" && this.parts > 0;
    if ((MENUS.has(name) && !ofPart) || MENU_ROLES.has(role)) this.menus.push(this.depth);
    if (name === "article" || name === "section" || name === "main") this.parts++;
    if (role === "main" && name !== "main") this.roleMains.push(this.depth);
  }

  private leavePart(name: string): void {
    const depth = this.depth + 1;
    if (this.menus.at(-1) === depth) this.menus.pop();
    if (name === "article" || name === "section" || name === "main") this.parts--;
    if (name === "main") this.mains--;
    else if (this.roleMains.at(-1) === depth) {
      this.roleMains.pop();
      this.mains--;
    }
  }

  private openBlock(): void {
    const block = {
      start: this.text.length,
      headings: this.outline.headings(),
      end: -1,
      linked: [],
      text: null,
    };
    this.blocks.push(block);
    this.openBlocks.push(block);
  }

  private closeBlock(): void {
    const block = this.openBlocks.pop();
    if (block !== undefined) block.end = this.text.length;
  }

  private openLink(href: string, attributes: Attributes): void {
    if (this.link !== null) this.closeLink();
    if (this.links.length >= this.limits.page_links) {
      throw unreadable(`it has more than ${this.limits.page_links} links`);
    }
    const labels = [attributes["title"], attributes["aria-label"], attributes["download"]];
    this.link = {
      href,
      label: oneLine([...labels, attributes["alt"]].filter((one) => one !== undefined).join(" ")),
      start: this.text.length,
      block: this.openBlocks.at(-1) ?? null,
      headings: this.outline.headings(),
      cell: this.cells.headersHere(),
      place: this.menus.length > 0 ? "menu" : this.mains > 0 ? "main" : "open",
      next: /\bnext\b/i.test(attributes["rel"] ?? ""),
      end: -1,
    };
    this.links.push(this.link);
  }

  private closeLink(): void {
    if (this.link === null) return;
    this.link.end = this.text.length;
    this.link.block?.linked.push([this.link.start, this.link.end]);
    // Nor is it a word of the item or row that its paragraph stands in.
    for (const block of this.openBlocks.slice(-3)) {
      if (block !== this.link.block) block.linked.push([this.link.start, this.link.end]);
    }
    this.link = null;
  }

  private words(from: number, to = this.text.length): string {
    return oneLine(this.text.slice(from, Math.min(to, from + 4 * MOST_WORDS))).slice(0, MOST_WORDS);
  }

  private around(block: Block): string {
    block.text ??= (() => {
      const end = block.end < 0 ? this.text.length : block.end;
      const parts: string[] = [];
      let at = block.start;
      for (const [from, to] of block.linked) {
        if (from > at) parts.push(this.words(at, from));
        at = Math.max(at, to);
      }
      if (end > at) parts.push(this.words(at, end));
      return oneLine(parts.join(" ")).slice(0, MOST_WORDS);
    })();
    return block.text;
  }

  page(): Page {
    const links = this.links.map(
      (link): PageLink => ({
        href: link.href,
        text: this.words(link.start, link.end < 0 ? this.text.length : link.end),
        label: link.label,
        cell: link.cell(),
        item: link.block === null ? "" : this.around(link.block),
        headings: link.headings,
        navigation: link.place === "menu" || (this.hasMain && link.place === "open"),
        next: link.next,
      }),
    );
    const items = this.blocks
      .filter((block) => block.linked.length === 0)
      .map((block): PageItem => ({ text: this.around(block), headings: block.headings }))
      .filter((item) => item.text !== "");
    return {
      title: oneLine(this.title),
      heading: this.outline.first,
      base: this.base,
      links,
      items,
    };
  }
}

function unreadable(message: string): CanonryError {
  return new CanonryError("PAGE_UNREADABLE", message);
}

/** Blanks of any kind become one; marks of no width go. */
export function oneLine(text: string): string {
  return text
    .replace(/[\u200b-\u200f\u2060\ufeff\u00ad]/g, "")
    .replace(/[\s\u0000-\u001f\u007f-\u009f]+/g, " ")
    .trim();
}
